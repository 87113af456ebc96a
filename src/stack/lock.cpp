#include "stack/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>

#include <cerrno>
#include <vector>

#include "stack/layout.h"
#include "stack/process.h"
#include "stack/state.h"

namespace votebench::stack {
namespace {

constexpr auto kOrderly = std::chrono::seconds(5);

int stop_signal(const std::string& service) { return service == "postgres" ? SIGINT : SIGTERM; }

// The recorded processes that still run, with everything below them.
std::vector<ProcessIdentity> orphans(const StackState& state) {
  std::vector<ProcessIdentity> all;
  for (const ServiceRecord& service : state.services) {
    if (!is_running(service.process)) continue;
    const auto members = family(service.process.pid);
    all.insert(all.end(), members.begin(), members.end());
  }
  return all;
}

void end_processes(const StackState& state) {
  const std::vector<ProcessIdentity> all = orphans(state);
  for (const ProcessIdentity& process : all) send_signal(process, SIGCONT);
  for (const ServiceRecord& service : state.services)
    send_signal(service.process, stop_signal(service.name));
  if (wait_until_gone(all, kOrderly)) return;
  for (const ProcessIdentity& process : all) send_signal(process, SIGKILL);
  static_cast<void>(wait_until_gone(all, kOrderly));
}

}  // namespace

// A lock of the open file (OFD), not of the process: it ends with its last descriptor, and closing
// an unrelated descriptor of the same file does not drop it.
Result<std::optional<FileDescriptor>> try_lock(const StackId& id) {
  FileDescriptor fd(::open(id.lock_file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (fd && ::fcntl(fd.get(), F_OFD_SETLK, &whole) == 0) return std::optional(std::move(fd));
  if (fd && (errno == EAGAIN || errno == EACCES)) return std::optional<FileDescriptor>();
  return fail(ErrorKind::environment,
              fmt::format("cannot lock {}: {}", id.lock_file().string(), os_error(errno)));
}

bool clean_up_after_guardian(const StackId& id) {
  const auto state = read_state(id);
  if (!state) return false;
  if (state->boot == boot_id()) end_processes(*state);
  remove_private_directory(state->private_directory);
  std::error_code ignored;
  std::filesystem::remove(id.target_file(), ignored);
  std::filesystem::remove(id.state_file(), ignored);
  return true;
}

}  // namespace votebench::stack
