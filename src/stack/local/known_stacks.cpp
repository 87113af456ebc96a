// The stacks of an artifacts directory, whichever process made them.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "stack/local/commands.h"
#include "stack/local/guardian_process.h"
#include "stack/local/leftovers.h"
#include "stack/local/local_stack.h"
#include "stack/local/services.h"
#include "stack/lock.h"
#include "stack/log_tail.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

// True when a guardian had been killed and its remains are gone now. Nobody else holds the lock
// then: no stack is up or starting.
Result<bool> clean_up_if_orphaned(const StackId& id) {
  std::error_code error;
  if (!fs::exists(id.state_file(), error)) return false;
  TRY_ASSIGN(const auto lock, try_lock(id));
  return lock && clean_up_after_guardian(id);
}

std::string log_section(const StackId& id, const std::string& service, std::size_t lines) {
  std::string text = fmt::format("{}:\n", service);
  for (const std::string& line : log_tail(id.log_file(service), lines))
    text += fmt::format("  {}\n", line);
  return text;
}

std::vector<std::string> logged_services(const StackId& id) {
  std::vector<std::string> services;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(id.logs(), error))
    if (entry.path().extension() == ".log") services.push_back(entry.path().stem().string());
  std::sort(services.begin(), services.end());
  return services;
}

}  // namespace

Result<StackStatus> status(const StackId& id) {
  TRY(check_name(id.name));
  TRY(check_state(id));
  StackStatus status;
  status.id = id;
  TRY(clean_up_if_orphaned(id));
  const auto state = live_state(id);
  if (!state) return status;
  status.phase = state->phase;
  status.variant = state->variant;
  status.kept = state->kept;
  status.services = service_list(*state);
  return status;
}

Result<> take_down(const StackId& id) {
  TRY(check_name(id.name));
  TRY_ASSIGN(const bool cleaned_up, clean_up_if_orphaned(id));
  if (cleaned_up) return {};
  TRY_ASSIGN(const StackState state, live_state(id));
  process::send_signal(state.guardian, SIGTERM);
  return await_guardian_end(id, state.guardian);
}

Result<> reset(const StackId& id) { return command(id, "reset"); }

Result<std::string> logs(const StackId& id, std::string_view service, std::size_t lines) {
  TRY(check_name(id.name));
  const std::vector<std::string> known = logged_services(id);
  std::string text;
  for (const std::string& name : known)
    if (service.empty() || selects(service, name)) text += log_section(id, name, lines);
  if (!text.empty()) return text;
  if (known.empty())
    return fail(ErrorKind::environment, fmt::format("no stack '{}' has left logs", id.name));
  return fail(ErrorKind::usage, fmt::format("no log of a service '{}'", service),
              fmt::format("there are logs of {}", fmt::join(known, ", ")));
}

}  // namespace votebench::stack
