// How a stack behaves: the contracts of real voting stacks, and what our own adds to them.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/clock.h"
#include "votestack/vote_table.h"

namespace votebench::votestack {

struct VoteContract {
  bool posts_at_root = true;
  bool posts_at_vote = false;  // POST /vote
  bool keep_alive = false;
  std::chrono::seconds max_idle{30};  // of a connection
  bool always_200 = false;  // answers 200 although the push failed; also SETs voter -> choice
};

enum class WriteOrder {
  ack_after_write,   // a vote stays in Redis until it is committed
  pop_before_write,  // a vote in hand is lost with its worker
};

struct WorkerBehaviour {
  std::uint32_t batch = 1;  // votes taken at once, at least 1
  Nanoseconds poll{};       // from one look at the list to the next, at least; 0: block
  Nanoseconds hold{};       // between taking and writing
  WriteOrder order = WriteOrder::pop_before_write;
  TableModel table_model = TableModel::last_wins;
  IdType id_type = IdType::text;
};

struct Profile {
  std::string_view name;
  VoteContract vote;
  WorkerBehaviour worker;
};

[[nodiscard]] std::span<const Profile> profiles();
[[nodiscard]] const Profile* find_profile(std::string_view name);  // null: there is none

}  // namespace votebench::votestack
