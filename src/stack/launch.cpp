#include "stack/launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "core/clock.h"

namespace votebench::stack {
namespace {

constexpr auto kShortRun = std::chrono::seconds(5);

struct ChildPlan {
  std::vector<char*> argv;
  const char* directory;
  const Account* account;
  int gate;
  int log;
  int null;
};

// From here to run_child: between fork and exec, async-signal-safe calls only.
[[noreturn]] void give_up(int gate) {
  const int error = errno;
  [[maybe_unused]] const ssize_t written = ::write(gate, &error, sizeof error);
  ::_exit(127);
}

void become(const Account& account, int gate) {
  if (::setgroups(0, nullptr) != 0 || ::setgid(account.gid) != 0 || ::setuid(account.uid) != 0)
    give_up(gate);
}

[[noreturn]] void run_child(const ChildPlan& plan) {
  char go = 0;
  if (::read(plan.gate, &go, 1) != 1) ::_exit(127);  // the guardian is gone
  ::setsid();
  ::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(plan.null, STDIN_FILENO);
  ::dup2(plan.log, STDOUT_FILENO);
  ::dup2(plan.log, STDERR_FILENO);
  if (plan.account != nullptr) become(*plan.account, plan.gate);
  if (::chdir(plan.directory) != 0) give_up(plan.gate);
  ::execv(plan.argv[0], plan.argv.data());
  give_up(plan.gate);
}

std::vector<char*> c_arguments(const std::vector<std::string>& argv) {
  std::vector<char*> pointers;
  for (const std::string& argument : argv) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Result<FileDescriptor> open_for_child(const std::filesystem::path& path, int flags) {
  FileDescriptor fd(::open(path.c_str(), flags | O_CLOEXEC, 0644));
  if (!fd) return file_failure("open", path, errno);
  return fd;
}

// Reads until the writer closes or `deadline`.
std::string read_to_end(int fd, Instant deadline) {
  std::string text;
  for (;;) {
    pollfd ready{fd, POLLIN, 0};
    if (::poll(&ready, 1, milliseconds_until(deadline)) <= 0) return text;
    char block[4096];
    const ssize_t got = ::read(fd, block, sizeof block);
    if (got <= 0) return text;
    text.append(block, static_cast<std::size_t>(got));
  }
}

std::optional<pid_t> spawn_with_output(const std::vector<std::string>& argv, int output) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int error =
      ::posix_spawn(&pid, argv[0].c_str(), &actions, nullptr, c_arguments(argv).data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? std::optional(pid) : std::nullopt;
}

}  // namespace

Result<GatedChild> GatedChild::create(const Launch& launch) {
  TRY_ASSIGN(const FileDescriptor log, open_for_child(launch.log, O_WRONLY | O_CREAT | O_APPEND));
  TRY_ASSIGN(const FileDescriptor null, open_for_child("/dev/null", O_RDONLY));
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ErrorKind::environment, "cannot make a socket pair: " + os_error(errno));
  FileDescriptor ours(ends[0]);
  FileDescriptor theirs(ends[1]);
  const ChildPlan plan{c_arguments(launch.argv),
                       launch.directory.c_str(),
                       launch.account ? &*launch.account : nullptr,
                       theirs.get(),
                       log.get(),
                       null.get()};
  const pid_t pid = ::fork();
  if (pid < 0) return fail(ErrorKind::environment, "cannot fork: " + os_error(errno));
  if (pid == 0) {
    ::close(ours.get());  // or the child would wait for its own end of the gate
    run_child(plan);
  }
  GatedChild child;
  child.identity_ = identify(pid).value_or(ProcessIdentity{pid, 0});
  child.gate_ = std::move(ours);
  child.program_ = launch.argv[0];
  return child;
}

Result<> GatedChild::open_gate() {
  const char go = 1;
  int error = 0;
  ssize_t got = ::send(gate_.get(), &go, 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
  if (got == 0) {
    do {
      got = ::recv(gate_.get(), &error, sizeof error, 0);  // 0: exec closed the child's end
    } while (got < 0 && errno == EINTR);
  }
  gate_.reset();
  if (got == 0) return {};
  return fail(ErrorKind::environment, fmt::format("cannot execute {}: {}", program_,
                                                  got > 0 ? os_error(error) : "it ended at once"));
}

std::optional<std::string> output_of(const std::vector<std::string>& argv) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  const FileDescriptor reader(ends[0]);
  FileDescriptor writer(ends[1]);
  const auto pid = spawn_with_output(argv, writer.get());
  if (!pid) return std::nullopt;
  writer.reset();
  const Instant deadline = real_clock().now() + kShortRun;
  std::string text = read_to_end(reader.get(), deadline);
  const auto process = identify(*pid);
  if (process && !wait_until_gone({*process}, deadline - real_clock().now())) ::kill(*pid, SIGKILL);
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return text;
}

}  // namespace votebench::stack
