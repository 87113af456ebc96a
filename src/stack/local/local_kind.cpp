// The local stack's row in the table of kinds.
#include <fmt/format.h>

#include <algorithm>

#include "core/number.h"
#include "core/text.h"
#include "stack/kind.h"
#include "stack/local/local_stack.h"

namespace votebench::stack {
namespace {

// votestack's services name their Redis connections "votestack-<pid>".
constexpr std::string_view kServiceName = "votestack-";

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
     .is_switch = true}};

Result<std::optional<std::uint32_t>> count(const OptionValues& options, std::string_view flag) {
  const std::string text = value_of(options, flag);
  if (text.empty()) return std::optional<std::uint32_t>();
  const auto value = whole_number<std::uint32_t>(text);
  if (!value)
    return fail(ErrorKind::usage, fmt::format("{} {}: not a whole number", flag, printable(text)));
  return value;
}

Result<std::optional<Nanoseconds>> time(const OptionValues& options, std::string_view flag) {
  const std::string text = value_of(options, flag);
  if (text.empty()) return std::optional<Nanoseconds>();
  const std::optional<Nanoseconds> value = parse_duration(text);
  if (!value)
    return fail(ErrorKind::usage, fmt::format("{} {}: not a duration", flag, printable(text)),
                "write a number with a unit, for example 100ms or 4s");
  return value;
}

Result<LocalStackOptions> local_options(const Wanted& wanted) {
  const OptionValues& given = wanted.options;
  LocalStackOptions options;
  options.id = wanted.id;
  if (given.contains("--variant")) options.variant = value_of(given, "--variant");
  TRY_ASSIGN(options.worker.workers, count(given, "--workers"));
  TRY_ASSIGN(options.worker.batch, count(given, "--batch"));
  TRY_ASSIGN(options.worker.poll, time(given, "--poll"));
  TRY_ASSIGN(options.worker.hold, time(given, "--hold"));
  options.worker.order = value_of(given, "--order");
  options.truth_log = given.contains("--truth-log");
  return options;
}

class RunningLocal final : public RunningStack {
 public:
  RunningLocal(LocalStack stack, bool ours) : stack_(std::move(stack)) {
    target = stack_.target();
    description = stack_.describe();
    made_here = ours;
  }

  [[nodiscard]] Result<> control(std::string_view verb, std::string_view service) const override {
    const auto action = parse_action(verb);
    if (!action) return fail(ErrorKind::internal, fmt::format("no fault is called '{}'", verb));
    return stack_.control(*action, service);
  }
  [[nodiscard]] bool client_is_dead(const std::string& name) const override {
    if (!name.starts_with(kServiceName)) return false;
    const auto pid = whole_number<pid_t>(std::string_view(name).substr(kServiceName.size()));
    if (!pid || *pid <= 0) return false;
    const auto services = stack_.services();
    return services && std::ranges::find(*services, *pid, &ServiceStatus::pid) == services->end();
  }
  [[nodiscard]] Result<> leave_up() override { return stack_.leave_up(); }
  [[nodiscard]] Result<> take_down() override { return stack_.take_down(); }

 private:
  LocalStack stack_;
};

bool local_is_there(const StackId& id) {
  const auto found = status(id);
  return found && found->phase == StackPhase::up && found->kept;
}

Result<std::unique_ptr<RunningStack>> local_up(const Wanted& wanted, const Hooks& hooks) {
  TRY_ASSIGN(const LocalStackOptions options, local_options(wanted));
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
  return std::make_unique<RunningLocal>(std::move(stack), !use);
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
