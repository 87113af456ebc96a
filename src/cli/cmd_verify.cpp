#include "cli/commands.h"
#include "cli/help.h"
#include "core/text.h"
#include "run/verify.h"

namespace votebench::cli {
namespace {

struct VerifyOptions {
  run::VerifyRequest request;
  std::string target;
  Invocation typed;
  std::string timeout;
  bool explain = false;
};

Result<run::VerifyRequest> make_request(const VerifyOptions& options) {
  run::VerifyRequest request = options.request;
  request.invocation = options.typed;
  if (options.explain) request.output = run::Output::explained;
  if (!options.target.empty()) {
    TRY_ASSIGN(request.target, read_target_file(options.target));
  }
  if (!options.timeout.empty()) {
    request.timeout = parse_duration(options.timeout);
    if (!request.timeout)
      return fail(ErrorKind::usage, "--timeout " + options.timeout + " is no time",
                  "write it with a unit: 30s, 5m");
  }
  return request;
}

int verify_run(const VerifyOptions& options, const Context& context) {
  const Result<run::VerifyRequest> request = make_request(options);
  if (!request) return report_error(request.error());
  run::Display display(run::ProgressMode::automatic);
  return exit_status_of(run::verify(*request, display, *context.signals));
}

}  // namespace

void add_verify(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "verify", "Audit a stored run again, by what is there now",
                                  "  votebench verify\n"
                                  "  votebench verify @latest --stored\n");
  auto options = std::make_shared<VerifyOptions>();
  run::VerifyRequest& request = options->request;
  add_run_argument(*command, request.run);
  command->add_flag("--stored", request.stored, "Judge the saved rows, do not read the target");
  const CLI::Option* target =
      command->add_option("--target", options->target, "Where the stores are now, if they moved")
          ->type_name("FILE");
  command
      ->add_option("--timeout", options->timeout,
                   "How long to wait for votes on their way (default: drain.timeout)")
      ->type_name("TIME");
  add_explain_option(*command, options->explain);
  add_reports_option(*command, request.reports);
  command->footer(exit_statuses());
  command->callback([=, &context] {
    options->typed = invocation_of(context, *command, {target});
    context.exit_status = verify_run(*options, context);
  });
}

}  // namespace votebench::cli
