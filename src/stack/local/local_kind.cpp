// The local stack's row in the table of kinds.
#include <fmt/format.h>

#include "stack/kind.h"
#include "stack/local/local_stack.h"

namespace votebench::stack {
namespace {

constexpr KindOption kLocalOptions[] = {
    {.flag = "--variant",
     .help = "How the stack behaves",
     .default_text = "reference",
     .words = [] { return variant_names(); }},
    {.flag = "--workers", .help = "Worker processes of the local stack", .is_count = true},
    {.flag = "--batch",
     .help = "Votes that a worker takes at once",
     .in_run = false,
     .is_count = true},
    {.flag = "--poll", .help = "A worker's pause between two looks (100ms)", .in_run = false},
    {.flag = "--hold", .help = "A worker's pause between pop and write (4s)", .in_run = false},
    {.flag = "--order",
     .help = "ack-after-write or pop-before-write",
     .in_run = false,
     .words = [] { return worker_orders(); }},
    {.flag = "--truth-log",
     .help = "The services record what they do, for tests of votebench itself",
     .in_run = false,
     .hidden = true,
     .is_switch = true},
    {.flag = "--vote-flags",
     .help = "More options of `votestack vote`, apart by blanks",
     .in_run = false,
     .hidden = true},
    {.flag = "--worker-flags",
     .help = "More options of `votestack worker`, apart by blanks",
     .in_run = false,
     .hidden = true}};

bool local_is_there(const StackId& id) {
  const auto found = status(id);
  return found && found->phase == StackPhase::up && found->kept;
}

Result<std::unique_ptr<RunningStack>> local_up(const Wanted& wanted, const Hooks& hooks) {
  TRY_ASSIGN(LocalStackOptions options, local_options(wanted.options));
  options.id = wanted.id;
  TRY_ASSIGN(const StackStatus found, status(options.id));
  const bool use = wanted.for_run && found.phase == StackPhase::up && found.kept;
  if (use && found.variant != options.variant)
    return fail(
        ErrorKind::usage,
        fmt::format("stack '{}' is up already with variant {}, not {}", options.id.name,
                    found.variant, options.variant),
        fmt::format("stop it ({}) or name another one with --as", command_on(options.id, "down")));
  TRY_ASSIGN(LocalStack stack,
             use ? attach(options.id) : bring_up(options, hooks.progress, hooks.stop));
  return std::make_unique<LocalStack>(std::move(stack));
}

Result<> local_down(const StackId& id, const Hooks& hooks) {
  TRY(take_down(id));
  hooks.progress(fmt::format("{}: down", id.name));
  return {};
}

std::string_view phase_name(StackPhase phase) {
  switch (phase) {
    case StackPhase::absent:
      return "down";
    case StackPhase::starting:
      return "starting";
    case StackPhase::up:
      return "up";
    case StackPhase::stopping:
      break;
  }
  return "stopping";
}

Result<> local_status(const StackId& id, const Progress& print) {
  TRY_ASSIGN(const StackStatus found, status(id));
  const std::string line = fmt::format("{}: {}", found.id.name, phase_name(found.phase));
  if (found.phase == StackPhase::absent) {
    print(line);
    return {};
  }
  print(fmt::format("{} ({}{})", line, found.variant, found.kept ? "" : ", lives with its run"));
  for (const ServiceStatus& service : found.services)
    print(fmt::format("  {:<10} {}", service.name,
                      service.running() ? fmt::format("pid {}", service.pid) : "not running"));
  return {};
}

Result<> local_logs(const StackId& id, const LogRequest& request, const Progress& print) {
  TRY_ASSIGN(const std::string text, logs(id, request.service, request.lines));
  print(std::string_view(text).substr(0, text.size() - 1));
  return {};
}

Result<> local_reset(const StackId& id, const Progress& progress) {
  TRY(reset(id));
  progress(fmt::format("{}: table and queue are empty", id.name));
  return {};
}

}  // namespace

extern const Kind kLocalKind;
const Kind kLocalKind{.name = "local",
                      .options = kLocalOptions,
                      .faults = scenario::kFaultVerbs,
                      .is_there = local_is_there,
                      .bring_up = local_up,
                      .down = local_down,
                      .status = local_status,
                      .check = nullptr,
                      .logs = local_logs,
                      .reset = local_reset};

}  // namespace votebench::stack
