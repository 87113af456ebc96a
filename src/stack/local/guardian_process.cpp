#include "stack/local/guardian_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "stack/local/guardian.h"
#include "stack/local/guardian_options.h"
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

// The C API of posix_spawn, owned.
class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  // Nothing else that this process has open, and no signal mask of its threads, gets through.
  void wire(int lifeline, const std::string& log) {
    ::posix_spawn_file_actions_adddup2(&actions_, lifeline, STDIN_FILENO);
    ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, log.c_str(),
                                       O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }

  [[nodiscard]] Result<pid_t> run(const std::filesystem::path& program,
                                  const std::vector<std::string>& argv) const {
    std::vector<char*> pointers;
    for (const std::string& text : argv) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    pid_t pid = 0;
    const int error =
        ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, pointers.data(), environ);
    if (error == 0) return pid;
    return fail(ErrorKind::environment,
                fmt::format("cannot start the stack's guardian: {}", os_error(error)));
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

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
  SpawnPlan plan;
  plan.wire(theirs.get(), options.id.log_file("guardian").string());
  std::vector<std::string> argv = to_arguments(options);
  argv.insert(argv.begin(), {"votebench", kGuardianCommand});
  TRY_ASSIGN(const pid_t pid, plan.run(options.guardian, argv));
  // Our child: whatever becomes of it, its pid is not given away before we wait for it.
  return GuardianProcess{identify(pid).value_or(ProcessIdentity{pid, 0}), std::move(ours)};
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

Result<> await_guardian_end(const StackId& id, const ProcessIdentity& guardian) {
  if (!wait_until_gone({guardian}, kGuardianEnd)) {
    send_signal(guardian, SIGKILL);
    static_cast<void>(wait_until_gone({guardian}, kGuardianEnd));
  }
  TRY_ASSIGN(const auto lock, try_lock(id));
  if (lock) clean_up_after_guardian(id);
  return {};
}

}  // namespace votebench::stack
