// Clients of a queue as an adapter describes them, from the word of their last command.
#pragma once

#include <string>

#include "vote/evidence.h"

namespace votebench::test {

// "blpop" and the like wait where `blocked`; "lrem" and "eval" may take and do not ask.
inline void set_command(QueueClient& client, const std::string& command, bool blocked = false) {
  client.command = command;
  client.asks =
      command.find("pop") != std::string::npos || command.find("move") != std::string::npos;
  client.waits = blocked && client.asks && command.starts_with('b');
  client.blocks = client.asks && command.starts_with('b');
  client.takes = client.asks || command == "lrem" || command == "eval" || command == "exec";
  client.pushes = command == "rpush";
  client.reads_data = command == "get";
  client.reads = client.reads_data || command == "ping" || command == "info" || command == "llen";
  client.exempt = command == "subscribe";
}

}  // namespace votebench::test
