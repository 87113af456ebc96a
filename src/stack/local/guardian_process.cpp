#include "stack/local/guardian_process.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <vector>

#include "process/child.h"
#include "stack/local/guardian.h"
#include "stack/local/leftovers.h"
#include "stack/local/local_socket.h"
#include "stack/local/message.h"
#include "stack/lock.h"
#include "stack/log_tail.h"

namespace votebench::stack {
namespace {

constexpr int kLookForStopMs = 100;
constexpr auto kGuardianEnd = std::chrono::seconds(40);  // its own limits add up to 30 s
constexpr std::size_t kGuardianLines = 6;

Failure guardian_died(const StackId& id) {
  std::string message = "the stack's guardian ended without a word; the end of its log:";
  for (const std::string& line : log_tail(id.log_file("guardian"), kGuardianLines))
    message += fmt::format("\n  {}", line);
  return fail(ErrorKind::internal, std::move(message));
}

}  // namespace

Result<GuardianProcess> spawn_guardian(const LocalStackOptions& options) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ErrorKind::environment, "cannot make a socket pair: " + os_error(errno));
  FileDescriptor ours(ends[0]);
  const FileDescriptor theirs(ends[1]);
  TRY_ASSIGN(const FileDescriptor log, open_to_append(options.id.log_file("guardian")));
  process::Command command{.argv = to_arguments(options), .program = options.guardian};
  command.argv.insert(command.argv.begin(), {"votebench", kGuardianCommand});
  command.own_session = true;
  command.input = theirs.get();
  command.output = command.errors = log.get();
  TRY_ASSIGN(const process::Child child, process::Child::start(command));
  // Whatever becomes of it, its pid is not given away before we wait for it.
  return GuardianProcess{child.identity(), std::move(ours)};
}

Result<> await_up(const StackId& id, const GuardianProcess& guardian, const Progress& progress,
                  const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd readable{guardian.lifeline.get(), POLLIN, 0};
    if (::poll(&readable, 1, kLookForStopMs) <= 0) continue;
    const auto line = receive_line(guardian.lifeline.get());
    if (!line) return guardian_died(id);
    if (*line == kUp) return {};
    if (step_text(*line).empty()) return fail(parse_failure(*line));
    if (progress) progress(step_text(*line));
  }
  return fail(ErrorKind::environment, "interrupted while the stack was starting");
}

Result<> await_guardian_end(const StackId& id, const process::Identity& guardian) {
  if (!process::wait_until_gone({guardian}, kGuardianEnd)) {
    process::send_signal(guardian, SIGKILL);
    static_cast<void>(process::wait_until_gone({guardian}, kGuardianEnd));
  }
  TRY_ASSIGN(const auto lock, try_lock(id));
  if (lock) clean_up_after_guardian(id);
  return {};
}

}  // namespace votebench::stack
