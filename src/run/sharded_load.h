// The load of a run whose votes other processes send.
#pragma once

#include <filesystem>

#include "shards/ticket.h"

namespace votebench::run {

struct ShardedLoad {
  std::filesystem::path directory;  // of the ticket
  shards::Ticket ticket;
};

}  // namespace votebench::run
