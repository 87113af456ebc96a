#include "stack/local/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/check.h"
#include "stack/local/local_socket.h"
#include "stack/local/message.h"

namespace votebench::stack {
namespace {

constexpr auto kCommandLimit = std::chrono::seconds(90);  // a restart of all workers included

constexpr std::array<std::pair<std::string_view, ServiceAction>, 6> kActions{{
    {"kill", ServiceAction::kill},
    {"stop", ServiceAction::stop},
    {"pause", ServiceAction::pause},
    {"resume", ServiceAction::resume},
    {"start", ServiceAction::start},
    {"restart", ServiceAction::restart},
}};

}  // namespace

std::optional<ServiceAction> parse_action(std::string_view word) {
  for (const auto& [known, action] : kActions)
    if (known == word) return action;
  return std::nullopt;
}

std::string_view word_of(ServiceAction action) {
  const auto* entry = std::find_if(kActions.begin(), kActions.end(),
                                   [&](const auto& known) { return known.second == action; });
  CHECK_THAT_HOLDS(entry != kActions.end());
  return entry->first;
}

Failure not_up(const StackId& id) {
  return fail(ErrorKind::environment, fmt::format("no stack '{}' is up", id.name),
              fmt::format("`{}` brings it up", up_command(id)));
}

Result<StackState> live_state(const StackId& id) {
  TRY(check_name(id.name));
  TRY(check_state(id));
  const auto state = read_state(id);
  if (!state || !guardian_runs(*state)) return not_up(id);
  return *state;
}

Layout layout_of(const StackId& id, const StackState& state) {
  return {id, state.private_directory, {state.port_base}};
}

std::vector<ServiceStatus> service_list(const StackState& state) {
  std::vector<ServiceStatus> services;
  for (const ServiceRecord& service : state.services)
    services.push_back(
        {service.name, process::is_running(service.process) ? service.process.pid : 0});
  return services;
}

Result<> command(const StackId& id, const std::string& text) {
  TRY_ASSIGN(const StackState state, live_state(id));
  const FileDescriptor socket = connect_unix(layout_of(id, state).control_socket(), kCommandLimit);
  if (!socket || !send_text(socket.get(), text + "\n")) return not_up(id);
  const auto answer = receive_line(socket.get());
  if (answer && *answer == kOk) return {};
  if (answer) return fail(parse_failure(*answer));
  return fail(ErrorKind::environment,
              fmt::format("the guardian of stack '{}' did not answer to '{}'", id.name, text));
}

}  // namespace votebench::stack
