// A program that cannot outlive us: the kernel ends it with the thread that started it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/os.h"
#include "core/result.h"

namespace votebench::stack {

// Belongs to one thread: started there, and alive no longer than that thread, however it or this
// process ends (prctl(2): PR_SET_PDEATHSIG), together with the programs that it starts itself.
class TetheredProcess {
 public:
  // argv[0] is the path of the program. It gets a session of its own (Ctrl-C in our terminal does
  // not reach it), no input, its output and errors behind read_words(), and our environment without
  // the variables in `withheld`. Errors (environment): it could not be started.
  [[nodiscard]] static Result<TetheredProcess> start(const std::vector<std::string>& argv,
                                                     const std::vector<std::string>& withheld);
  TetheredProcess(TetheredProcess&& other) noexcept;
  TetheredProcess& operator=(TetheredProcess&&) = delete;
  ~TetheredProcess() { end(); }

  [[nodiscard]] bool running();
  // What it has written since the last call; never waits.
  [[nodiscard]] std::string read_words();
  // Kills it and what it started in its session.
  void end();

 private:
  TetheredProcess(pid_t pid, FileDescriptor words) : pid_(pid), words_(std::move(words)) {}

  pid_t pid_;  // of its keeper, which ends with it; 0: has ended
  FileDescriptor words_;
};

}  // namespace votebench::stack
