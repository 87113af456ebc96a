#include "process/identity.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <sstream>

#include "core/number.h"

namespace votebench::process {
namespace {

struct ProcStat {
  char state = '?';
  pid_t parent = 0;
  std::uint64_t start_ticks = 0;
};

// proc(5): "PID (NAME) STATE PPID ..."; NAME may contain anything, so parse after the last ')'.
std::optional<ProcStat> read_stat(pid_t pid) {
  const auto text = read_file(fmt::format("/proc/{}/stat", pid));
  if (!text) return std::nullopt;
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text->substr(name_end + 1));
  ProcStat stat;
  fields >> stat.state >> stat.parent;
  std::string skipped;
  for (int field = 5; field < 22; ++field) fields >> skipped;
  fields >> stat.start_ticks;
  if (!fields) return std::nullopt;
  return stat;
}

bool is_dead(const ProcStat& stat) { return stat.state == 'Z' || stat.state == 'X'; }

std::optional<pid_t> parse_pid(const std::string& text) {
  const auto pid = whole_number<pid_t>(text);
  return pid && *pid > 0 ? pid : std::nullopt;
}

std::multimap<pid_t, Identity> children_by_parent() {
  std::multimap<pid_t, Identity> children;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const auto pid = parse_pid(entry.path().filename().string());
    const auto stat = pid ? read_stat(*pid) : std::nullopt;
    if (stat && !is_dead(*stat)) children.emplace(stat->parent, Identity{*pid, stat->start_ticks});
  }
  return children;
}

// System calls by number: glibc 2.36 declares their functions without C linkage.
//
// A pidfd of exactly this process: opened first, verified afterwards, so that nothing can slip in
// between.
FileDescriptor open_pidfd(const Identity& process) {
  if (process.pid <= 0) return {};
  FileDescriptor fd(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
  if (!fd || !is_running(process)) return {};
  return fd;
}

}  // namespace

std::optional<Identity> identify(pid_t pid) {
  const auto stat = read_stat(pid);
  if (!stat) return std::nullopt;
  return Identity{pid, stat->start_ticks};
}

bool is_running(const Identity& process) {
  if (process.pid <= 0) return false;
  const auto stat = read_stat(process.pid);
  return stat && stat->start_ticks == process.start_ticks && !is_dead(*stat);
}

bool send_signal(const Identity& process, int signal) {
  const FileDescriptor fd = open_pidfd(process);
  return fd && ::syscall(SYS_pidfd_send_signal, fd.get(), signal, nullptr, 0) == 0;
}

bool wait_until_gone(const std::vector<Identity>& processes, Nanoseconds limit) {
  const Instant deadline = real_clock().now() + limit;
  for (const Identity& process : processes) {
    const FileDescriptor fd = open_pidfd(process);
    if (!fd) continue;
    pollfd ended{fd.get(), POLLIN, 0};
    while (::poll(&ended, 1, milliseconds_until(deadline)) < 0 && errno == EINTR) {
    }
    if (ended.revents == 0) return false;
  }
  return true;
}

std::vector<Identity> family(pid_t root) {
  std::vector<Identity> members;
  const auto self = identify(root);
  if (self && is_running(*self)) members.push_back(*self);
  const auto children = children_by_parent();
  std::vector<pid_t> parents{root};
  for (std::size_t at = 0; at < parents.size(); ++at) {
    const auto [first, last] = children.equal_range(parents[at]);
    for (auto child = first; child != last; ++child) {
      members.push_back(child->second);
      parents.push_back(child->second.pid);
    }
  }
  return members;
}

int milliseconds_until(Instant deadline) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(deadline - real_clock().now());
  return static_cast<int>(std::clamp(left, milliseconds(0), milliseconds(60'000)).count());
}

std::string boot_id() {
  auto text = read_file("/proc/sys/kernel/random/boot_id").value_or("unknown");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace votebench::process
