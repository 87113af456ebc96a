// Starting a program: the one place where votebench forks.
//
// Every child begins in the same state, whatever this process blocks, ignores or has open:
//   signals      each at its default, none blocked
//   descriptors  standard input, output and errors as told, and no other
//   group        a process group of its own, so that Ctrl-C in our terminal reaches only us
//   the rest     our environment, working directory, user and limits, but for what Command says
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/os.h"
#include "core/result.h"
#include "process/identity.h"

namespace votebench::process {

// The user that a program runs as when we are root and it must not be.
struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
};

enum class Tether {
  none,    // it outlives us if it likes
  gate,    // it waits for open_gate() before it becomes its program; ends if we end before that
  thread,  // it lives no longer than the thread that started it, with what it starts in its session
};

struct Command {
  // Never a shell's text. argv[0] is a path, or a name that is looked up in PATH.
  std::vector<std::string> argv;
  std::filesystem::path program{};  // what is executed; empty: argv[0]
  std::vector<std::pair<std::string, std::string>> environment{};  // on top of our own
  std::vector<std::string> withheld{};                             // variables that it does not get
  std::filesystem::path directory{};                               // where it works; empty: as we
  std::optional<Account> account{};                                // none: as we
  bool own_session = false;  // no controlling terminal: nothing can ask there, or be stopped by it
  // Descriptors of ours, open for the call to start(). -1: /dev/null.
  int input = -1;
  int output = -1;
  int errors = -1;
  Tether tether = Tether::none;
};

class Child {
 public:
  // Returns when the program runs, or waits at its gate. Any thread. Error (environment): which
  // step failed, and why.
  [[nodiscard]] static Result<Child> start(const Command& command);
  Child(Child&& other) noexcept = default;
  Child& operator=(Child&&) = delete;
  ~Child();  // end(), if tethered to its thread; else it goes on, for others to wait for

  // With Tether::thread: of its keeper, which leads its session and ends with it.
  [[nodiscard]] const Identity& identity() const { return identity_; }
  // For a gated child. Error (environment): as for start().
  [[nodiscard]] Result<> open_gate();

  [[nodiscard]] bool running() const;
  // For poll(2): readable when it has ended.
  [[nodiscard]] int end_event() const { return end_event_.get(); }
  // To it and to what it started, unless that left the group. Before wait() only.
  void signal_group(int signal) const;
  // Returns when it has ended: its status as waitpid(2) gives it. The same when asked again.
  int wait();
  // Ends a child that is tethered to its thread, with what it started. Idempotent.
  void end();

 private:
  Child(pid_t pid, const Command& command, FileDescriptor control);

  Identity identity_;
  std::string name_;  // of the program, for people
  Tether tether_;
  FileDescriptor control_;  // to the child until its program runs
  FileDescriptor end_event_;
  std::optional<int> status_;
};

// "ended with status 3", "was ended by signal 9", of a status of waitpid(2).
[[nodiscard]] std::string how_it_ended(int status);

}  // namespace votebench::process
