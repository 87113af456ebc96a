// Real processes; nothing waits for a fixed time.
#include "process/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "core/clock.h"
#include "process/run.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::process;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr Tether kTethers[] = {Tether::none, Tether::gate, Tether::thread};

struct Pipe {
  FileDescriptor reader, writer;
  Pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    reader = FileDescriptor(ends[0]);
    writer = FileDescriptor(ends[1]);
  }
  // Up to the end, or to the end of line number `lines`.
  std::string read(int lines = 1'000'000) const {
    std::string text;
    for (char byte = 0; lines > 0 && ::read(reader.get(), &byte, 1) == 1; lines -= byte == '\n')
      text += byte;
    return text;
  }
};

std::string output_under(Tether tether, Command command) {
  Pipe pipe;
  command.output = pipe.writer.get();
  command.tether = tether;
  auto child = Child::start(command);
  REQUIRE(child);
  if (tether == Tether::gate) REQUIRE(child->open_gate());
  pipe.writer.reset();
  std::string output = pipe.read();
  child->wait();
  return output;
}

// In a process of its own, whose descriptors 0 to 3 are only these: the pipes to a child's input,
// from its output and from its errors, under the given numbers. Returns "OUTPUT|ERRORS".
std::string echo_through(Tether tether, std::array<int, 3> numbers) {
  Pipe input, output, errors;
  REQUIRE(::write(input.writer.get(), "words\n", 6) == 6);
  const pid_t maker = ::fork();
  if (maker == 0) {
    int aside[3] = {input.reader.get(), output.writer.get(), errors.writer.get()};
    for (int& fd : aside) fd = ::fcntl(fd, F_DUPFD_CLOEXEC, 10);
    for (FileDescriptor* end : {&input.writer, &output.writer, &errors.writer}) end->reset();
    for (int fd = 0; fd < 4; ++fd) ::close(fd);
    for (int i = 0; i < 3; ++i) ::dup3(aside[i], numbers[i], O_CLOEXEC);
    auto child = Child::start({.argv = {"sh", "-c", "cat; echo out; echo err >&2"},
                               .input = numbers[0],
                               .output = numbers[1],
                               .errors = numbers[2],
                               .tether = tether});
    ::_exit(child && (tether != Tether::gate || child->open_gate()) ? child->wait() : 99);
  }
  for (FileDescriptor* end : {&input.writer, &output.writer, &errors.writer}) end->reset();
  const std::string said = output.read();
  const std::string complained = errors.read();
  ::waitpid(maker, nullptr, 0);
  return said + '|' + complained;
}

// The processes whose numbers stand in `text`.
std::vector<Identity> named_in(const std::string& text) {
  std::vector<Identity> all;
  std::istringstream numbers(text);
  for (pid_t pid = 0; numbers >> pid;)
    if (const auto process = identify(pid)) all.push_back(*process);
  return all;
}

// A program with a child of its own, both of which take no notice of a terminal; says who they are.
const Command kFamily{.argv = {"sh", "-c", "sleep 1000 & echo $$; echo $!; wait"}};

}  // namespace

TEST_CASE("a child starts with every signal at its default and none blocked") {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigdelset(&all, SIGUSR2);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const auto pipe_before = ::signal(SIGPIPE, SIG_IGN);
  const auto usr1_before = ::signal(SIGUSR1, SIG_IGN);
  const Command look{.argv = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}};
  for (const Tether tether : kTethers)
    CHECK(output_under(tether, look) == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  sigset_t ours;
  ::pthread_sigmask(SIG_SETMASK, &before, &ours);
  CHECK(sigismember(&ours, SIGTERM) == 1);  // what was ours is ours again
  CHECK(sigismember(&ours, SIGUSR2) == 0);
  ::signal(SIGPIPE, pipe_before);
  ::signal(SIGUSR1, usr1_before);
}

TEST_CASE("a child of ours can wait for its own children, though we ignore SIGCHLD and block it") {
  sigset_t ends;
  sigset_t before;
  sigemptyset(&ends);
  sigaddset(&ends, SIGCHLD);
  ::pthread_sigmask(SIG_BLOCK, &ends, &before);
  const auto ends_before = ::signal(SIGCHLD, SIG_IGN);
  const Command look{.argv = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}};
  for (const Tether tether : kTethers)
    CHECK(output_under(tether, look) == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  ::signal(SIGCHLD, ends_before);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("a child has input, output and errors, and no other descriptor of ours") {
  const FileDescriptor stray(::fcntl(STDERR_FILENO, F_DUPFD, 100));  // without FD_CLOEXEC
  REQUIRE(stray);
  for (const Tether tether : kTethers)  // the fourth is what `ls` reads
    CHECK(output_under(tether, {.argv = {"ls", "/proc/self/fd"}}) == "0\n1\n2\n3\n");
}

TEST_CASE("a child's descriptors are the ones it was given, whatever their numbers are") {
  Pipe input;
  REQUIRE(::write(input.writer.get(), "words\n", 6) == 6);
  input.writer.reset();
  const int saved = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
  REQUIRE(::dup2(input.reader.get(), STDIN_FILENO) == STDIN_FILENO);
  const Command echo{.argv = {"cat"}, .input = STDIN_FILENO};
  CHECK(output_under(Tether::none, echo) == "words\n");
  ::close(STDIN_FILENO);  // so that descriptors made for the child get this number
  for (const Tether tether : kTethers)
    CHECK(output_under(tether, {.argv = {"ls", "/proc/self/fd"}}) == "0\n1\n2\n3\n");
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
}

TEST_CASE("a child's descriptors do not get in each other's way where they have its numbers") {
  for (const Tether tether : kTethers)
    for (const int input : {0, 1, 2, 3})
      for (const int output : {0, 1, 2, 3})
        for (const int errors : {0, 1, 2, 3}) {
          if (input == output || output == errors || errors == input) continue;
          CAPTURE(tether, input, output, errors);
          CHECK(echo_through(tether, {input, output, errors}) == "words\nout\n|err\n");
        }
}

TEST_CASE("a child leads a group of its own, and a session where asked") {
  Command command{.argv = {"cut", "-d", " ", "-f1,5,6", "/proc/self/stat"}};
  const auto numbers = [](const std::string& text) {
    std::istringstream stream(text);
    pid_t pid = 0, group = 0, session = 0;
    stream >> pid >> group >> session;
    return std::array{pid, group, session};
  };
  const auto [pid, group, session] = numbers(output_under(Tether::none, command));
  CHECK(group == pid);
  CHECK(session == ::getsid(0));
  command.own_session = true;
  const auto [pid2, group2, session2] = numbers(output_under(Tether::none, command));
  CHECK(group2 == pid2);
  CHECK(session2 == pid2);
}

TEST_CASE("a child's environment and directory") {
  ::setenv("VB_OURS", "1", 1);
  ::setenv("VB_SECRET", "2", 1);
  ::setenv("VB_CHANGED", "3", 1);
  const std::string seen = output_under(
      Tether::none, {.argv = {"sh", "-c", "echo $VB_OURS,$VB_SECRET,$VB_CHANGED,$VB_NEW; pwd"},
                     .environment = {{"VB_CHANGED", "4"}, {"VB_NEW", "5"}},
                     .withheld = {"VB_SECRET"},
                     .directory = "/"});
  CHECK(seen == "1,,4,5\n/\n");
}

TEST_CASE("a child that cannot become its program says why") {
  const auto failure = [](Command command) {
    const auto child = Child::start(command);
    REQUIRE_FALSE(child);
    CHECK(child.error().kind == ErrorKind::environment);
    return child.error().message;
  };
  for (const Tether tether : {Tether::none, Tether::thread}) {
    CHECK(failure({.argv = {"/nowhere/at-all"}, .tether = tether}) ==
          "cannot execute /nowhere/at-all: No such file or directory");
    CHECK(failure({.argv = {"no-such-program\x1b"}, .tether = tether}) ==
          "cannot execute no-such-program\\x1b: No such file or directory");
    CHECK(failure({.argv = {"/etc"}, .tether = tether}) ==
          "cannot execute /etc: Permission denied");
    CHECK(failure({.argv = {"true"}, .directory = "/nowhere", .tether = tether}) ==
          "cannot enter the directory for true: No such file or directory");
  }
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // none of them is left to wait for
}

TEST_CASE("a child that waits at its gate never runs when its maker dies there") {
  const fs::path file = fs::temp_directory_path() / fmt::format("vb-gate-{}", ::getpid());
  const Command touch{.argv = {"touch", file.string()}, .tether = Tether::gate};
  pid_t pid = 0;
  {
    const auto child = Child::start(touch);
    REQUIRE(child);
    pid = child->identity().pid;
    CHECK(child->running());
  }  // the gate closes, as it does when the process ends
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  CHECK(how_it_ended(status) == "ended with status 127");
  CHECK_FALSE(fs::exists(file));

  auto child = Child::start(touch);
  REQUIRE(child);
  CHECK(child->open_gate());
  CHECK(child->wait() == 0);
  CHECK_FALSE(child->running());
  CHECK(fs::remove(file));

  auto missing = Child::start({.argv = {"/nowhere/redis-server"}, .tether = Tether::gate});
  REQUIRE(missing);
  CHECK(missing->open_gate().error().message ==
        "cannot execute /nowhere/redis-server: No such file or directory");
  CHECK(how_it_ended(missing->wait()) == "ended with status 127");
}

TEST_CASE("a tethered child and its own children die with a maker that is killed") {
  Pipe pipe;
  const pid_t maker = ::fork();
  if (maker == 0) {
    Command command = kFamily;
    command.output = pipe.writer.get();
    command.tether = Tether::thread;
    const auto child = Child::start(command);
    for (;;) ::pause();
  }
  const auto members = named_in(pipe.read(2));
  CHECK(members.size() == 2);
  ::kill(maker, SIGKILL);
  ::waitpid(maker, nullptr, 0);
  CHECK(wait_until_gone(members, 60s));
}

TEST_CASE("a tethered child and its own children end with their thread, and when told to") {
  Pipe pipe;
  Command command = kFamily;
  command.output = pipe.writer.get();
  command.tether = Tether::thread;
  std::vector<Identity> members;
  std::optional<Child> kept;
  std::thread([&] {
    auto child = Child::start(command);
    if (!child) return;
    kept.emplace(std::move(*child));
    members = named_in(pipe.read(2));
  }).join();
  CHECK(members.size() == 2);
  CHECK(wait_until_gone(members, 60s));

  auto child = Child::start(command);
  REQUIRE(child);
  members = named_in(pipe.read(2));
  CHECK(child->running());
  child->end();
  CHECK_FALSE(child->running());
  CHECK(wait_until_gone(members, 60s));
  child->end();
}
