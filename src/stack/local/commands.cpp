#include "stack/local/commands.h"

#include <fmt/format.h>

#include "stack/local/local_socket.h"
#include "stack/local/message.h"

namespace votebench::stack {
namespace {

constexpr auto kCommandLimit = std::chrono::seconds(90);  // a restart of all workers included

}  // namespace

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
