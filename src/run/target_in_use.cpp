#include "run/target_in_use.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/check.h"

namespace votebench::run {
namespace {

// votestack's services name their Redis connections "votestack-<pid>".
constexpr std::string_view kServiceName = "votestack-";

Result<stack::LocalStack> use_or_start(const stack::LocalStackOptions& options, Display& display) {
  TRY_ASSIGN(const stack::StackStatus status, stack::status(options.id));
  if (status.phase != stack::StackPhase::up || !status.kept)
    return stack::bring_up(options, [&](std::string_view step) { display.say(step); });
  if (status.variant != options.variant)
    return fail(ErrorKind::usage,
                fmt::format("stack '{}' is up already with variant {}, not {}", options.id.name,
                            status.variant, options.variant),
                fmt::format("stop it (votebench stack down {}) or name another one with --as",
                            options.id.name));
  return stack::attach(options.id);
}

}  // namespace

Result<TargetInUse> TargetInUse::open(const RunRequest& request, Display& display) {
  TargetInUse target;
  if (!request.stack) {
    target.settings_ = *request.target;
    return target;
  }
  TRY_ASSIGN(stack::LocalStack stack, use_or_start(*request.stack, display));
  display.say(stack.describe());
  target.settings_ = stack.target();
  target.stack_.emplace(std::move(stack));
  return target;
}

std::string TargetInUse::describe() const {
  return stack_ ? stack_->describe()
                : fmt::format("{} ({})", settings_.vote.url(), settings_.profile);
}

bool TargetInUse::client_is_dead(const QueueClient& client) const {
  if (!stack_ || !client.name.starts_with(kServiceName)) return false;
  pid_t pid = 0;
  const char* first = client.name.data() + kServiceName.size();
  const char* last = client.name.data() + client.name.size();
  if (const auto parsed = std::from_chars(first, last, pid); parsed.ptr != last || pid <= 0)
    return false;
  const auto services = stack_->services();
  return services && std::ranges::none_of(*services, [&](const stack::ServiceStatus& service) {
           return service.pid == pid;
         });
}

Result<> TargetInUse::control(std::string_view verb, std::string_view service) const {
  const auto action = stack::parse_action(verb);
  CHECK_THAT_HOLDS(action.has_value());  // the scenario's words are checked
  if (!stack_)
    return fail(ErrorKind::environment, "faults need a stack that votebench made",
                "run it with --stack local");
  return stack_->control(*action, service);
}

Result<> TargetInUse::close(bool keep) {
  if (!stack_) return {};
  return keep ? stack_->leave_up() : stack_->take_down();
}

}  // namespace votebench::run
