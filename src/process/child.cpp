#include "process/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "core/text.h"

namespace votebench::process {
namespace {

constexpr int kControl = 3;  // the child's end, after standard input, output and errors

enum class Step : int { fork, enter, become, execute };

// What a child sends when it cannot become its program. When it can, exec closes its end.
struct Report {
  Step step;
  int error;
};

// Everything that the child needs, made before the fork.
struct Plan {
  const Command& command;
  const char* program;
  std::vector<std::string> variables;
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::array<FileDescriptor, kControl + 1> descriptors;  // to become 0 to 3
  pid_t parent;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> variables_of(const Command& command) {
  std::vector<std::string> dropped = command.withheld;
  for (const auto& [name, value] : command.environment) dropped.push_back(name);
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (std::ranges::find(dropped, text.substr(0, text.find('='))) == dropped.end())
      variables.emplace_back(text);
  }
  for (const auto& [name, value] : command.environment)
    variables.emplace_back(name).append("=").append(value);
  return variables;
}

Failure cannot(std::string_view what, int error) {
  return fail(ErrorKind::environment, fmt::format("cannot {}: {}", what, os_error(error)));
}

// Copies clear of 0 to 3, so that none is overwritten before it is used.
Result<> take_descriptors(const std::array<int, kControl + 1>& given, Plan& plan) {
  const FileDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return cannot("open /dev/null", errno);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const int source = given[i] < 0 ? null.get() : given[i];
    plan.descriptors[i] = FileDescriptor(::fcntl(source, F_DUPFD_CLOEXEC, kControl + 1));
    if (!plan.descriptors[i]) return cannot("copy a descriptor", errno);
  }
  return {};
}

Result<Plan> make_plan(const Command& command, int control) {
  Plan plan{
      command,   command.program.c_str(), variables_of(command), pointers(command.argv), {}, {},
      ::getpid()};
  if (command.program.empty()) plan.program = command.argv[0].c_str();
  plan.environment = pointers(plan.variables);
  TRY(take_descriptors({command.input, command.output, command.errors, control}, plan));
  return plan;
}

// From here to run_child: after fork in a program with threads, async-signal-safe calls only.
[[noreturn]] void give_up(Step step) {
  const Report report{step, errno};
  [[maybe_unused]] const ssize_t written = ::write(kControl, &report, sizeof report);
  ::_exit(127);
}

void block_only(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  ::sigprocmask(SIG_SETMASK, &set, nullptr);
}

void begin_state(const Plan& plan) {
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &usual, nullptr);
  for (int to = 0; to <= kControl; ++to) ::dup2(plan.descriptors[to].get(), to);
  ::fcntl(kControl, F_SETFD, FD_CLOEXEC);
  ::closefrom(kControl + 1);
  if (plan.command.own_session || plan.command.tether == Tether::thread)
    ::setsid();
  else
    ::setpgid(0, 0);
}

[[noreturn]] void run_program(const Plan& plan) {
  const Command& command = plan.command;
  if (const auto& account = command.account;
      account &&
      (::setgroups(0, nullptr) != 0 || ::setgid(account->gid) != 0 || ::setuid(account->uid) != 0))
    give_up(Step::become);
  if (!command.directory.empty() && ::chdir(command.directory.c_str()) != 0) give_up(Step::enter);
  block_only({});
  ::execvpe(plan.program, plan.argv.data(), plan.environment.data());
  give_up(Step::execute);
}

// The kernel tells only a child that its parent has ended, not a grandchild (an ssh that runs
// another ssh): this process is between the two, leads their session, and takes all of it along.
[[noreturn]] void run_keeper(const Plan& plan) {
  block_only({SIGTERM, SIGCHLD});
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const bool orphan = ::getppid() != plan.parent;  // it ended before the line above
  const pid_t program = orphan ? -1 : ::fork();
  if (program == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    run_program(plan);
  }
  if (program < 0) give_up(Step::fork);
  ::closefrom(0);
  sigset_t ends;
  ::sigprocmask(SIG_SETMASK, nullptr, &ends);
  int signal = 0;
  ::sigwait(&ends, &signal);
  ::kill(0, SIGKILL);
  ::_exit(127);
}

[[noreturn]] void run_child(const Plan& plan) {
  begin_state(plan);
  if (plan.command.tether == Tether::thread) run_keeper(plan);
  char go = 0;
  if (plan.command.tether == Tether::gate && ::read(kControl, &go, 1) != 1) ::_exit(127);
  run_program(plan);
}

// No handler of ours runs in the child, and no signal meant for us ends it, before its own state
// holds.
pid_t fork_child(const Plan& plan) {
  sigset_t all;
  sigset_t ours;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &ours);
  const pid_t pid = ::fork();
  if (pid == 0) run_child(plan);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &ours, nullptr);
  errno = error;
  return pid;
}

std::string_view what(Step step) {
  switch (step) {
    case Step::fork:
      return "fork for";
    case Step::enter:
      return "enter the directory for";
    case Step::become:
      return "change the user for";
    case Step::execute:
      break;
  }
  return "execute";
}

// The child's word on how it went; nothing when it became its program.
Result<> read_report(int control, const std::string& name) {
  Report report{};
  ssize_t got = 0;
  do {
    got = ::recv(control, &report, sizeof report, 0);
  } while (got < 0 && errno == EINTR);
  if (got == 0) return {};
  return cannot(fmt::format("{} {}", what(report.step), name), got < 0 ? errno : report.error);
}

// Readable once the process has ended. Where SIGCHLD is ignored the kernel may have forgotten it by
// now.
int open_end_event(pid_t pid) {
  const int event = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  return event < 0 && errno == ESRCH ? ::eventfd(1, EFD_CLOEXEC) : event;
}

}  // namespace

Child::Child(pid_t pid, const Command& command, FileDescriptor control)
    : identity_(identify(pid).value_or(Identity{pid, 0})),
      name_(printable(command.argv[0], 200)),
      tether_(command.tether),
      control_(std::move(control)),
      end_event_(open_end_event(pid)) {}

Result<Child> Child::start(const Command& command) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return cannot("make a socket pair", errno);
  FileDescriptor ours(ends[0]);
  FileDescriptor theirs(ends[1]);
  TRY_ASSIGN(Plan plan, make_plan(command, theirs.get()));
  const pid_t pid = fork_child(plan);
  if (pid < 0) return cannot("fork", errno);
  Child child(pid, command, std::move(ours));
  if (!child.end_event_) {
    const int error = errno;
    ::kill(pid, command.tether == Tether::thread ? SIGTERM : SIGKILL);
    child.wait();
    return cannot("watch " + child.name_, error);
  }
  if (command.tether == Tether::gate) return child;
  theirs.reset();
  plan.descriptors = {};
  if (Result<> started = read_report(child.control_.get(), child.name_); !started) {
    child.wait();
    return fail(started.error());
  }
  child.control_.reset();
  return child;
}

Child::~Child() { end(); }

Result<> Child::open_gate() {
  const char go = 1;
  if (::send(control_.get(), &go, 1, MSG_NOSIGNAL) != 1)
    return fail(ErrorKind::environment, fmt::format("cannot execute {}: it ended at once", name_));
  const FileDescriptor control = std::move(control_);
  return read_report(control.get(), name_);
}

bool Child::running() const {
  pollfd ended{end_event_.get(), POLLIN, 0};
  return !status_ && ::poll(&ended, 1, 0) == 0;
}

void Child::signal_group(int signal) const {
  if (!status_) ::kill(-identity_.pid, signal);  // not waited for: the pid is still its own
}

int Child::wait() {
  int status = 127 << 8;  // when somebody else has waited for it
  if (!status_) {
    while (::waitpid(identity_.pid, &status, 0) < 0 && errno == EINTR) {
    }
    status_ = status;
  }
  return *status_;
}

void Child::end() {
  if (tether_ != Tether::thread || !end_event_ || status_) return;
  ::kill(identity_.pid, SIGTERM);  // the keeper, which takes all of it along
  wait();
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
  return fmt::format("ended with status {}", WEXITSTATUS(status));
}

}  // namespace votebench::process
