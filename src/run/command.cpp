#include "run/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include "core/os.h"
#include "core/text.h"

namespace votebench::run {
namespace {

constexpr int kLookMs = 20;  // between two looks at limit, stop and the program's end

struct Pipe {
  FileDescriptor read, write;
};

Result<Pipe> open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail(ErrorKind::environment, "cannot make a pipe: " + os_error(errno));
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// How the child begins: our own signal settings (blocked, ignored) are not for it.
class SpawnSettings {
 public:
  explicit SpawnSettings(int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    sigset_t usual;
    sigemptyset(&usual);
    for (const int signal : {SIGPIPE, SIGXFSZ}) sigaddset(&usual, signal);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &usual);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  [[nodiscard]] Result<pid_t> spawn(const std::vector<std::string>& argv) const {
    std::vector<char*> words;
    for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_t pid = 0;
    if (const int error =
            ::posix_spawnp(&pid, words[0], &actions_, &attributes_, words.data(), environ))
      return fail(ErrorKind::environment,
                  fmt::format("cannot run {}: {}", printable(argv[0]), os_error(error)));
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// The child of one run_command: its output is taken as it comes, its end noticed when it comes.
class Child {
 public:
  Child(pid_t pid, FileDescriptor output) : pid_(pid), output_(std::move(output)) {}

  // False when there is nothing more to wait for.
  bool wait_a_little() {
    if (output_) {
      pollfd waiting{output_.get(), POLLIN, 0};
      if (::poll(&waiting, 1, kLookMs) > 0) take_output();
    } else {
      ::poll(nullptr, 0, kLookMs);
    }
    if (!status_) collect(WNOHANG);
    return output_ || !status_;
  }

  // The group outlives its leader when a program of it does.
  void kill_all(std::string why) {
    why_ = std::move(why);
    ::kill(-pid_, SIGKILL);
    collect(0);
    output_.reset();
  }

  [[nodiscard]] CommandOutcome outcome() && {
    outcome_.succeeded = why_.empty() && WIFEXITED(*status_) && WEXITSTATUS(*status_) == 0;
    outcome_.ending = !why_.empty() ? why_
                      : WIFSIGNALED(*status_)
                          ? fmt::format("ended by signal {}", WTERMSIG(*status_))
                          : fmt::format("ended with status {}", WEXITSTATUS(*status_));
    return std::move(outcome_);
  }

 private:
  void take_output() {
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) return;
    if (got <= 0) return output_.reset();
    const std::size_t room = kMaxCommandOutput - outcome_.output.size();
    const std::size_t taken = std::min(room, static_cast<std::size_t>(got));
    outcome_.output.append(buffer.data(), taken);
    outcome_.cut |= taken < static_cast<std::size_t>(got);
  }

  void collect(int flags) {
    if (status_) return;
    int status = 0;
    pid_t ended = 0;
    do {
      ended = ::waitpid(pid_, &status, flags);
    } while (ended < 0 && errno == EINTR);
    if (ended == pid_) status_ = status;
  }

  pid_t pid_;
  FileDescriptor output_;
  std::optional<int> status_;
  std::string why_;
  CommandOutcome outcome_;
};

}  // namespace

Result<CommandOutcome> run_command(const std::vector<std::string>& argv, Nanoseconds limit,
                                   const std::stop_token& stop) {
  TRY_ASSIGN(Pipe pipe, open_pipe());
  TRY_ASSIGN(const pid_t pid, SpawnSettings(pipe.write.get()).spawn(argv));
  pipe.write.reset();
  Child child(pid, std::move(pipe.read));
  const Instant deadline = real_clock().now() + limit;
  while (child.wait_a_little()) {
    if (real_clock().now() >= deadline)
      child.kill_all("killed after " + format_duration(limit));
    else if (stop.stop_requested())
      child.kill_all("killed: the run was stopped");
    else
      continue;
    break;
  }
  return std::move(child).outcome();
}

}  // namespace votebench::run
