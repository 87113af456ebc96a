#include "votestack/profile.h"

#include <algorithm>
#include <array>

namespace votebench::votestack {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr VoteContract kKeptConnections{.keep_alive = true, .max_idle = seconds(75)};
constexpr WorkerBehaviour kStock{.batch = 1, .poll = milliseconds(100)};
constexpr WorkerBehaviour kStockAppending{
    .batch = 1, .poll = milliseconds(100), .table_model = TableModel::append};

constexpr std::array<Profile, 6> kProfiles{{
    {"reference", kKeptConnections, {.batch = 256, .order = WriteOrder::ack_after_write}},
    {"dockersamples", {}, kStock},
    {"append-table", {.posts_at_vote = true}, kStockAppending},
    {"always-200",
     {.posts_at_root = false, .posts_at_vote = true, .always_200 = true},
     kStockAppending},
    {"keep-alive", {.keep_alive = true, .max_idle = seconds(2)}, kStock},
    {"prefetch",
     kKeptConnections,
     {.batch = 64, .poll = milliseconds(100), .hold = milliseconds(90)}},
}};

}  // namespace

std::span<const Profile> profiles() { return kProfiles; }

const Profile* find_profile(std::string_view name) {
  const auto found = std::find_if(kProfiles.begin(), kProfiles.end(),
                                  [&](const Profile& profile) { return profile.name == name; });
  return found == kProfiles.end() ? nullptr : &*found;
}

}  // namespace votebench::votestack
