// Running other people's command line tools (docker, git) to their end.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace votebench::stack {

// One call: an argument vector, never a shell's text. `argv[0]` is looked up in PATH.
struct ToolCall {
  std::vector<std::string> argv;
  // On top of our own environment.
  std::vector<std::pair<std::string, std::string>> environment{};
  std::filesystem::path log{};  // what it prints is appended here as well; empty: nowhere
  // Gets each line of stdout as it comes; it is not in ToolEnd::output then.
  std::function<void(std::string_view)> on_line{};
  Nanoseconds limit = std::chrono::seconds(30);
  Nanoseconds grace = std::chrono::seconds(10);
  std::stop_token stop{};
};

struct ToolEnd {
  int status = 0;      // 128 + n after signal n
  std::string output;  // stdout, at most 4 MiB
  std::string errors;  // stderr, its last 8 KiB
};

// Waits until the tool has ended; its input is empty. The tool has a process group of its own, so
// that Ctrl-C reaches us only: after a requested stop or `limit` the group gets SIGINT, and SIGKILL
// after `grace`. Errors (environment): it cannot be started, took too long, or a stop was
// requested.
[[nodiscard]] Result<ToolEnd> run_tool(const ToolCall& call);

// stdout of a tool that succeeds, without the last newline. Error (environment): as above, or what
// the tool said last.
[[nodiscard]] Result<std::string> tool_output(const ToolCall& call);

}  // namespace votebench::stack
