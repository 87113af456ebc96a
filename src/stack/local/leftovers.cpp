#include "stack/local/leftovers.h"

#include <signal.h>

#include <string>
#include <vector>

#include "process/identity.h"
#include "stack/local/layout.h"
#include "stack/local/state.h"

namespace votebench::stack {
namespace {

constexpr auto kOrderly = std::chrono::seconds(5);

int stop_signal(const std::string& service) { return service == "postgres" ? SIGINT : SIGTERM; }

// The recorded processes that still run, with everything below them.
std::vector<process::Identity> orphans(const StackState& state) {
  std::vector<process::Identity> all;
  for (const ServiceRecord& service : state.services) {
    if (!process::is_running(service.process)) continue;
    const auto members = process::family(service.process.pid);
    all.insert(all.end(), members.begin(), members.end());
  }
  return all;
}

void end_processes(const StackState& state) {
  const std::vector<process::Identity> all = orphans(state);
  for (const process::Identity& process : all) process::send_signal(process, SIGCONT);
  for (const ServiceRecord& service : state.services)
    process::send_signal(service.process, stop_signal(service.name));
  if (process::wait_until_gone(all, kOrderly)) return;
  for (const process::Identity& process : all) process::send_signal(process, SIGKILL);
  static_cast<void>(process::wait_until_gone(all, kOrderly));
}

}  // namespace

bool clean_up_after_guardian(const StackId& id) {
  const auto state = read_state(id);
  if (!state) return false;
  if (state->boot == process::boot_id()) end_processes(*state);
  remove_private_directory(state->private_directory);
  std::error_code ignored;
  std::filesystem::remove(id.target_file(), ignored);
  std::filesystem::remove(id.state_file(), ignored);
  return true;
}

}  // namespace votebench::stack
