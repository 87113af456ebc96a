#include "run/target_in_use.h"

#include <fmt/format.h>

#include <utility>

#include "core/os.h"
#include "core/print.h"
#include "run/reach.h"

namespace votebench::run {
Result<TargetInUse> TargetInUse::reach(TargetSettings settings, Display& display) {
  TargetInUse target;
  target.description_ = fmt::format("{} ({})", settings.vote.url(), settings.profile);
  if (settings.tunnel) display.say(fmt::format("opening the tunnel via {}", settings.tunnel->via));
  TRY_ASSIGN(target.tunnel_, open_tunnel(settings));
  target.settings_ = std::move(settings);
  return target;
}

Result<TargetInUse> TargetInUse::stand_up(const WantedStack& stack, bool assume_yes,
                                          Display& display, std::stop_token stop) {
  const stack::StackId& id = stack.wanted.id;
  const stack::Hooks hooks{.progress = [&display](std::string_view step) { display.say(step); },
                           .stop = std::move(stop),
                           .costs_agreed = assume_yes};
  TargetInUse owner;  // takes the stack down if its target cannot be reached
  TRY_ASSIGN(owner.stack_, stack.kind->bring_up(stack.wanted, hooks));
  TRY_ASSIGN(TargetInUse target, reach(owner.stack_->target, display));
  target.stack_ = std::move(owner.stack_);
  target.record_ = id.record_file();
  if (target.stack_->description.empty()) return target;
  target.description_ = target.stack_->description;
  display.say(target.description_);
  return target;
}

Result<TargetInUse> TargetInUse::open(const RunRequest& request, Display& display,
                                      std::stop_token stop) {
  if (const auto* stack = std::get_if<WantedStack>(&request.destination))
    return stand_up(*stack, request.assume_yes, display, std::move(stop));
  const auto& given = std::get<GivenTarget>(request.destination);
  TRY_ASSIGN(TargetInUse target, reach(given.settings, display));
  if (!given.file.empty()) target.record_ = given.file.parent_path() / stack::kRecordFile;
  return target;
}

TargetInUse::~TargetInUse() {
  if (const auto closed = close(false); !closed)
    print_err("votebench: error: {}\n", closed.error().message);
}

std::string TargetInUse::describe() const { return description_; }

std::string TargetInUse::stack_record() const { return read_file(record_).value_or(""); }

bool TargetInUse::client_is_dead(const QueueClient& client) const {
  return stack_ && stack_->client_is_dead(client.name);
}

Result<> TargetInUse::control(std::string_view verb, std::string_view service) const {
  if (stack_) return stack_->control(verb, service);
  return fail(ErrorKind::environment, "faults need a stack that votebench made");
}

std::shared_ptr<void> TargetInUse::on_tunnel_event(
    std::function<void(const stack::TunnelEvent&)> listener) const {
  if (!tunnel_) return nullptr;
  tunnel_->on_event(std::move(listener));
  return {tunnel_.get(), [](stack::SshTunnel* tunnel) { tunnel->on_event({}); }};
}

Error TargetInUse::explain(Error error) const {
  if (tunnel_ && error.help.empty()) error.help = tunnel_->complaint();
  return error;
}

Result<> TargetInUse::close(bool keep) {
  tunnel_.reset();
  const auto stack = std::move(stack_);
  if (!stack || !stack->made_here) return {};
  return keep ? stack->leave_up() : stack->take_down();
}

}  // namespace votebench::run
