#include "run/target_in_use.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/number.h"
#include "core/os.h"
#include "core/print.h"
#include "run/reach.h"
#include "scenario/parse.h"

namespace votebench::run {
namespace {

// votestack's services name their Redis connections "votestack-<pid>".
constexpr std::string_view kServiceName = "votestack-";

Result<stack::LocalStack> use_or_start(const stack::LocalStackOptions& options, Display& display,
                                       bool& started_here) {
  TRY_ASSIGN(const stack::StackStatus status, stack::status(options.id));
  started_here = status.phase != stack::StackPhase::up || !status.kept;
  if (started_here)
    return stack::bring_up(options, [&](std::string_view step) { display.say(step); });
  if (status.variant != options.variant)
    return fail(ErrorKind::usage,
                fmt::format("stack '{}' is up already with variant {}, not {}", options.id.name,
                            status.variant, options.variant),
                fmt::format("stop it ({}) or name another one with --as",
                            stack::command_on(options.id, "down")));
  return stack::attach(options.id);
}

}  // namespace

Result<TargetInUse> TargetInUse::reach(TargetSettings settings, Display& display) {
  TargetInUse target;
  target.description_ = fmt::format("{} ({})", settings.vote.url(), settings.profile);
  if (settings.tunnel) display.say(fmt::format("opening the tunnel via {}", settings.tunnel->via));
  TRY_ASSIGN(target.tunnel_, open_tunnel(settings));
  target.settings_ = std::move(settings);
  return target;
}

struct TargetInUse::Opener {
  const RunRequest& request;
  Display& display;
  std::stop_token stop;

  [[nodiscard]] stack::Progress progress() const {
    return [&display = display](std::string_view step) { display.say(step); };
  }

  Result<TargetInUse> operator()(const GivenTarget& given) const {
    TRY_ASSIGN(TargetInUse target, reach(given.settings, display));
    if (!given.file.empty()) target.record_ = stack::record_file(given.file.parent_path());
    return target;
  }

  Result<TargetInUse> operator()(const stack::LocalStackOptions& options) const {
    TargetInUse target;
    TRY_ASSIGN(stack::LocalStack stack, use_or_start(options, display, target.started_here_));
    target.describe_stack(stack, display);
    target.stack_.emplace(std::move(stack));
    return target;
  }

  // One that was not up before is taken down again, also when it did not come up.
  Result<TargetInUse> operator()(const stack::ComposeChoice& choice) const {
    TargetInUse target;
    target.record_ = stack::record_file(choice.id.directory());
    if (!stack::is_compose(choice.id))
      target.compose_ = std::make_unique<stack::StackId>(choice.id);
    TRY_ASSIGN(const stack::ComposeStack stack,
               stack::ComposeStack::bring_up(choice, progress(), stop));
    target.describe_stack(stack, display);
    return target;
  }

  // One that was not there before is destroyed again, also when it did not come up.
  Result<TargetInUse> operator()(const stack::AwsChoice& choice) const {
    TRY_ASSIGN(stack::AwsPlan plan, stack::AwsPlan::make(choice, progress(), stop));
    TRY(plan.agree({.costs = request.assume_yes, .destruction = request.allow_destroy}));
    TargetInUse made;
    if (!plan.was_there()) made.aws_ = std::make_unique<stack::StackId>(choice.id);
    TRY(std::move(plan).apply(progress(), stop));
    const std::string file = choice.id.target_file().string();
    TRY_ASSIGN(const std::string text, read_file(file));
    TRY_ASSIGN(TargetSettings settings,
               scenario::parse_target(text, file, scenario::process_options()).result());
    TRY_ASSIGN(TargetInUse target, reach(std::move(settings), display));
    target.record_ = stack::record_file(choice.id.directory());
    target.aws_ = std::move(made.aws_);
    return target;
  }
};

Result<TargetInUse> TargetInUse::open(const RunRequest& request, Display& display,
                                      std::stop_token stop) {
  return std::visit(Opener{request, display, std::move(stop)}, request.destination);
}

TargetInUse::~TargetInUse() {
  if (const auto closed = close(false); !closed)
    print_err("votebench: error: {}\n", closed.error().message);
}

std::string TargetInUse::describe() const { return description_; }

std::string TargetInUse::stack_record() const { return read_file(record_).value_or(""); }

bool TargetInUse::client_is_dead(const QueueClient& client) const {
  if (!stack_ || !client.name.starts_with(kServiceName)) return false;
  const auto pid = whole_number<pid_t>(std::string_view(client.name).substr(kServiceName.size()));
  if (!pid || *pid <= 0) return false;
  const auto services = stack_->services();
  return services && std::ranges::none_of(*services, [&](const stack::ServiceStatus& service) {
           return service.pid == *pid;
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

std::shared_ptr<void> TargetInUse::tell(
    std::function<void(const stack::TunnelEvent&)> listener) const {
  if (!tunnel_) return nullptr;
  tunnel_->tell(std::move(listener));
  return {tunnel_.get(), [](stack::SshTunnel* tunnel) { tunnel->tell({}); }};
}

Error TargetInUse::explain(Error error) const {
  if (tunnel_ && error.help.empty()) error.help = tunnel_->complaint();
  return error;
}

Result<> TargetInUse::close(bool keep) {
  if (const auto aws = std::move(aws_); aws && !keep) {
    tunnel_.reset();
    return stack::aws_down(*aws, [](std::string_view) {});
  }
  if (const auto compose = std::move(compose_); compose && !keep)
    return stack::compose_down(*compose, [](std::string_view) {});
  if (!stack_) return {};
  return keep ? stack_->leave_up() : stack_->take_down();
}

}  // namespace votebench::run
