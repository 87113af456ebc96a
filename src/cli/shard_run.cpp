#include "cli/shard_run.h"

#include <fmt/format.h>

#include <array>

#include "core/number.h"
#include "run/run_shard.h"

namespace votebench::cli {
namespace {

constexpr std::array kAllowed{"--ticket", "--shard", "--progress"};

Result<> check_alone(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options())
    if (option->count() > 0 &&
        std::ranges::find(kAllowed, "--" + option->get_single_name()) == kAllowed.end())
      return fail(ErrorKind::usage,
                  fmt::format("--ticket and {} exclude each other", option->get_name()),
                  "the ticket says what is sent, where to and when");
  return {};
}

Result<run::ShardRequest> request_of(const ShardOptions& options) {
  run::ShardRequest request{.directory = options.ticket, .index = {}};
  if (options.index == "auto") return request;
  request.index = whole_number<std::uint32_t>(options.index);
  if (request.index) return request;
  return fail(ErrorKind::usage, fmt::format("'{}' is no value of --shard", options.index),
              "a number from 0 on, or auto: the engine's variable tells");
}

}  // namespace

void add_shard_options(CLI::App& command, ShardOptions& options) {
  command.option_defaults()->group("As one of several processes");
  command
      .add_option("--ticket", options.ticket,
                  "Send a share of the run that `shards prepare` wrote down in DIR")
      ->type_name("DIR");
  command
      .add_option(
          "--shard", options.index,
          "Which share, from 0 on; auto: what Kubernetes, Slurm, Batch or VOTEBENCH_SLOT say")
      ->type_name("N")
      ->capture_default_str();
}

int run_as_shard(const ShardOptions& options, run::ProgressMode progress, const CLI::App& command,
                 const Context& context) {
  if (const Result<> alone = check_alone(command); !alone) return report_error(alone.error());
  const Result<run::ShardRequest> request = request_of(options);
  if (!request) return report_error(request.error());
  run::Display display(progress);
  const Result<report::ExitCode> done = run::run_shard(*request, display, *context.signals);
  display.clear();
  return exit_status_of(done);
}

}  // namespace votebench::cli
