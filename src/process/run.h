// Running a program to its end, with a limit on its time and on what is kept of its output.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "process/child.h"

namespace votebench::process {

struct RunOptions {
  // After `limit`, or when a stop is requested, its group gets SIGINT, and SIGKILL after `grace`
  // (at once where that is 0).
  Nanoseconds limit = std::chrono::seconds(30);
  Nanoseconds grace = std::chrono::seconds(10);
  std::stop_token stop{};
  std::filesystem::path log{};  // what it prints is appended here as well; empty: nowhere
  // Gets each line of the output as it comes; it is not in Outcome::output then.
  std::function<void(std::string_view)> on_line{};
  std::size_t most_output = 4U << 20U;  // bytes
  bool one_stream = false;              // its errors are part of the output, in their order
};

struct Outcome {
  int wait_status = 0;    // of waitpid(2)
  std::string cut_short;  // "did not end within 30 s", "was interrupted"; empty: it ended by itself
  std::string output;     // the first `most_output` bytes
  bool output_cut = false;  // there was more
  std::string errors;       // the last 8 KiB

  [[nodiscard]] bool succeeded() const { return cut_short.empty() && wait_status == 0; }
  [[nodiscard]] int exit_status() const;    // 128 + n after signal n, as a shell says
  [[nodiscard]] std::string words() const;  // "ended with status 3", or why it was cut short
};

// Input, output and errors are its own affair: `command` leaves them empty. Returns when the
// program has ended and its output is closed, or when it had to be killed. Any thread.
// Error (environment): it could not be started.
[[nodiscard]] Result<Outcome> run(Command command, const RunOptions& options = {});

// The output of a program that succeeds, without its last newline. Error (environment): as above,
// or what it said last.
[[nodiscard]] Result<std::string> output_of(Command command, const RunOptions& options = {});

}  // namespace votebench::process
