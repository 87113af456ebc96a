// How votes stand in Redis: a table of queues, each as it was met in a real stack.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "votestack/ballot.h"

namespace votebench::votestack {

struct QueueShape {
  std::string_view word;
  std::string_view what;  // one clause
  // The command that pushes a vote, its name first. `name`: of the queue.
  std::vector<std::string> (*push)(const std::string& name, const Ballot& ballot);
  // The lists that a worker takes from, in turn; null: it is no list.
  std::vector<std::string> (*lists)(const std::string& name) = nullptr;
  bool takes_right = false;  // at the end where RPUSH puts
};

// The first is that of the real app.
[[nodiscard]] std::span<const QueueShape> queue_shapes();
[[nodiscard]] const QueueShape* find_queue_shape(std::string_view word);  // null: there is none

}  // namespace votebench::votestack
