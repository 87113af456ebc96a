#include "cli/commands.h"
#include "core/print.h"
#include "selftest/selftest.h"

namespace votebench::cli {
namespace {

report::ExitCode self_test(const selftest::Options& options, const run::SignalWatcher& signals) {
  const Instant begin = real_clock().now();
  const auto judged = selftest::examine(
      options, [](std::string_view line) { print_err("{}\n", line); }, signals.first());
  const bool stopped = signals.first().stop_requested();
  if (!judged && !stopped) return static_cast<report::ExitCode>(report_error(judged.error()));
  if (judged) write_out(selftest::table(*judged, options.planted, real_clock().now() - begin));
  if (stopped)
    return report::exit_code(
        {.error = {}, .verdict = {}, .stopped = signals.cause(), .audit_finished = false});
  return selftest::all_right(*judged) ? report::ExitCode::passed : report::ExitCode::audit_failed;
}

}  // namespace

void add_selftest(CLI::App& app, Context& context) {
  CLI::App* command =
      add_command(app, "selftest", "Judge stacks of which the truth is known, on this machine",
                  "  votebench selftest --list\n"
                  "  votebench selftest --case clean --case lost-at-vote\n");
  auto options = std::make_shared<selftest::Options>();
  auto lists = std::make_shared<bool>(false);
  command->add_option("--case", options->names, "Only this case; again for another")
      ->allow_extra_args(false)
      ->type_name("NAME");
  command->add_flag("--list", *lists, "Say which cases there are, run none");
  command->add_option("--jobs", options->jobs, "Cases side by side")
      ->check(CLI::Range(1, 16).description(""))
      ->capture_default_str();
  command->add_option("--planted", options->planted, "Defects in a case that has any")
      ->check(CLI::Range(1, static_cast<int>(selftest::kPlanted)).description(""))
      ->capture_default_str();
  command->add_option("--directory", options->directory, "Keep what the cases wrote here");
  command->callback([options, lists, &context] {
    if (*lists) return write_out(selftest::list());
    context.exit_status = static_cast<int>(self_test(*options, *context.signals));
  });
}

}  // namespace votebench::cli
