#include "stack/tunnel/tethered_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace votebench::stack {
namespace {

struct TetherPlan {
  std::vector<char*> argv;
  std::vector<char*> environment;
  pid_t parent;
  int null;
  int words;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

std::vector<char*> environment_without(const std::vector<std::string>& withheld) {
  std::vector<char*> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (std::ranges::find(withheld, text.substr(0, text.find('='))) == withheld.end())
      kept.push_back(*entry);
  }
  kept.push_back(nullptr);
  return kept;
}

// From here to run_keeper: after fork, async-signal-safe calls only.
[[noreturn]] void run_program(const TetherPlan& plan) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(plan.null, STDIN_FILENO);
  ::dup2(plan.words, STDOUT_FILENO);
  ::dup2(plan.words, STDERR_FILENO);
  ::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
  ::execve(plan.argv[0], plan.argv.data(), plan.environment.data());
  constexpr std::string_view kWords = "cannot be executed\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kWords.data(), kWords.size());
  ::_exit(127);
}

// The kernel tells only a child that its parent has ended, not a grandchild (an ssh that runs
// another ssh): this process is between the two, leads their group, and takes all of it along.
[[noreturn]] void run_keeper(const TetherPlan& plan) {
  ::setsid();
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGCHLD);
  ::sigprocmask(SIG_SETMASK, &ends, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const bool orphan = ::getppid() != plan.parent;  // it ended before the line above
  const pid_t program = orphan ? -1 : ::fork();
  if (program == 0) run_program(plan);
  ::syscall(SYS_close_range, 0, ~0U, 0);
  int signal = 0;
  if (program > 0) ::sigwait(&ends, &signal);
  ::kill(0, SIGKILL);
  ::_exit(127);
}

Failure cannot(std::string_view what) {
  return fail(ErrorKind::environment, fmt::format("cannot {}: {}", what, os_error(errno)));
}

}  // namespace

Result<TetheredProcess> TetheredProcess::start(const std::vector<std::string>& argv,
                                               const std::vector<std::string>& withheld) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return cannot("make a pipe");
  FileDescriptor reader(ends[0]);
  const FileDescriptor writer(ends[1]);
  const FileDescriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null) return cannot("open /dev/null");
  const TetherPlan plan{pointers(argv), environment_without(withheld), ::getpid(), null.get(),
                        writer.get()};
  const pid_t pid = ::fork();
  if (pid < 0) return cannot("fork");
  if (pid == 0) run_keeper(plan);
  return TetheredProcess(pid, std::move(reader));
}

TetheredProcess::TetheredProcess(TetheredProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), words_(std::move(other.words_)) {}

bool TetheredProcess::running() {
  if (pid_ == 0) return false;
  pid_t ended = 0;
  do ended = ::waitpid(pid_, nullptr, WNOHANG);
  while (ended < 0 && errno == EINTR);
  if (ended != 0) pid_ = 0;
  return pid_ != 0;
}

std::string TetheredProcess::read_words() {
  std::string text;
  char block[4096];
  for (;;) {
    const ssize_t got = ::read(words_.get(), block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(block, static_cast<std::size_t>(got));
  }
}

void TetheredProcess::end() {
  if (!running()) return;
  ::kill(pid_, SIGTERM);  // ours and not waited for: the pid is still its own
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

}  // namespace votebench::stack
