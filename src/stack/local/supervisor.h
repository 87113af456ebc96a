// Starts, watches and ends the processes of one stack, and keeps its state file true: a process is
// written down before it becomes its program. Lives in the guardian, which has one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "stack/local/attention.h"
#include "stack/local/services.h"
#include "stack/local/state.h"

namespace votebench::stack {

class Supervisor {
 public:
  // Both references must outlive the supervisor.
  Supervisor(const StackId& id, Attention& attention, StackState state);

  // Starts the process and returns; the name must not be running.
  [[nodiscard]] Result<> start(const ServiceSpec& spec);
  // Returns when the service answers. Errors (environment): it ended, it did not answer within 30 s
  // (both quote its log), or the stack was told to end meanwhile.
  [[nodiscard]] Result<> await_answer(const std::string& name);
  // Returns when a task has ended with status 0, within 60 s.
  [[nodiscard]] Result<> await_success(const std::string& name);

  // Orderly: its own signal, then after `limit` SIGKILL. Names that do not run are skipped.
  void stop(const std::vector<std::string>& names, Nanoseconds limit);
  void kill(const std::string& name);
  // SIGSTOP or SIGCONT to all its processes.
  void signal_family(const std::string& name, int signal);
  // Kills whatever is still below this process.
  void kill_all();

  [[nodiscard]] bool running(const std::string& name) const;
  void enter(StackPhase phase);
  // Collects children that ended and notices "keep"; call after every wait.
  void refresh();

 private:
  struct Child {
    ServiceSpec spec;
    Beginning beginning;
    bool running = false;
    bool expected_to_end = false;
    int status = 0;  // of waitpid, when not running
  };

  [[nodiscard]] Failure failure(const Child& child, const std::string& what) const;
  void end_of(pid_t pid, int status);
  // Waits until none of `names` runs.
  bool await_end(const std::vector<std::string>& names, Nanoseconds limit);
  [[nodiscard]] Result<> write_down();

  const StackId& id_;
  Attention& attention_;
  StackState state_;
  std::map<std::string, Child> children_;
};

}  // namespace votebench::stack
