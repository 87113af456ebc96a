#include "votestack/queue_shape.h"

#include <algorithm>
#include <array>

namespace votebench::votestack {
namespace {

using Strings = std::vector<std::string>;

Strings push_right(const std::string& name, const Ballot& ballot) {
  return {"RPUSH", name, to_element(ballot)};
}
Strings push_left(const std::string& name, const Ballot& ballot) {
  return {"LPUSH", name, to_element(ballot)};
}
Strings push_by_choice(const std::string& name, const Ballot& ballot) {
  return {"RPUSH", name + ":" + ballot.choice, to_element(ballot)};
}
Strings add_entry(const std::string& name, const Ballot& ballot) {
  return {"XADD", name, "*", "voter_id", ballot.voter, "vote", ballot.choice};
}

Strings one_list(const std::string& name) { return {name}; }
Strings list_by_choice(const std::string& name) { return {name + ":a", name + ":b"}; }

constexpr std::array<QueueShape, 6> kShapes{{
    {"list", "RPUSH, and taken on the left", push_right, one_list},
    {"lpush", "LPUSH, and taken on the right", push_left, one_list, true},
    {"stack", "LPUSH, and taken on the left: the newest first", push_left, one_list},
    {"rstack", "RPUSH, and taken on the right: the newest first", push_right, one_list, true},
    {"per-choice", "RPUSH to LIST:a and LIST:b", push_by_choice, list_by_choice},
    {"stream", "XADD with the fields voter_id and vote, read by the group 'workers'", add_entry},
}};

}  // namespace

std::span<const QueueShape> queue_shapes() { return kShapes; }

const QueueShape* find_queue_shape(std::string_view word) {
  const auto found = std::ranges::find(kShapes, word, &QueueShape::word);
  return found == kShapes.end() ? nullptr : &*found;
}

}  // namespace votebench::votestack
