// The command line of votestack.
#pragma once

#include <string>
#include <variant>

#include "core/result.h"
#include "votestack/vote_service.h"
#include "votestack/worker.h"

namespace votebench::votestack {

struct VoteCommand {
  VoteSettings settings;
  Address listen;
  unsigned threads = 4;
  std::filesystem::path truth_log;
};

struct WorkerCommand {
  WorkerSettings settings;
};

struct ResultCommand {
  Address listen;
  std::string postgres;
};

// The text is to be printed and is no error: help or version.
struct ShowText {
  std::string text;
};

using Command = std::variant<VoteCommand, WorkerCommand, ResultCommand, ShowText>;

// Every error is of kind usage.
[[nodiscard]] Result<Command> parse_command_line(int argc, const char* const* argv);

}  // namespace votebench::votestack
