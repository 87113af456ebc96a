#include "watch/trailing_votes.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/queue.h"
#include "core/counted.h"

namespace votebench::watch {
namespace {

constexpr std::size_t kFewest = 3;
constexpr std::size_t kPerConsumer = 3;
constexpr std::size_t kMost = 32;  // of one round
constexpr std::size_t kMostOfAll = 0x100;
constexpr int kMostToBeSeen = 12;
constexpr Nanoseconds kToBeSeen = std::chrono::milliseconds(300);
constexpr Nanoseconds kPatience = std::chrono::seconds(3);
constexpr Nanoseconds kAfterRefusal = std::chrono::seconds(1);

}  // namespace

bool TrailingVotes::due(const MissingVotes& missing, bool seen) const {
  if (!possible() || clock_.now() < next_try_) return false;
  if (cast_ids_.empty()) return true;
  if (cast_ids_.size() + kMost > kMostOfAll) return false;
  if (!last_arrived_) return clock_.now() - last_cast_ >= kPatience;
  if (missing != missing_) return true;
  return !seen && rounds_ < kMostToBeSeen && clock_.now() - last_cast_ >= kToBeSeen;
}

void TrailingVotes::cast(std::size_t consumers, const MissingVotes& missing) {
  const std::size_t count = std::clamp(kPerConsumer * std::max(consumers, lanes_), kFewest, kMost);
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto voter = static_cast<VoterIndex>(kFirstTrailingIndex + cast_ids_.size() % kMostOfAll);
    const Result<std::vector<bool>> cast = cast_(voter);
    if (!cast) {
      next_try_ = clock_.now() + kAfterRefusal;
      if (cast_ids_.empty()) ++refusals_;
      break;
    }
    adapters::add_seen_in(seen_in_, *cast);
    cast_ids_.push_back(ids_.make(voter));
    ++accepted;
  }
  if (accepted == 0) return;
  ++rounds_;
  last_arrived_ = false;
  last_cast_ = clock_.now();
  missing_ = missing;
  if (!first_missing_) first_missing_ = missing;
}

bool TrailingVotes::look(adapters::RowStore& store) {
  if (cast_ids_.empty() || last_arrived_) return true;
  const auto found = store.find_rows(cast_ids_);
  if (!found) return false;
  std::vector<VoterIndex> there;
  for (const adapters::FoundRow& row : *found) there.push_back(ids_.check(row.voter_id).index);
  std::ranges::sort(there);
  there.erase(std::unique(there.begin(), there.end()), there.end());
  arrived_ = there.size();
  const auto last = static_cast<std::ptrdiff_t>(std::min(lanes_, cast_ids_.size()));
  last_arrived_ = std::all_of(cast_ids_.end() - last, cast_ids_.end(), [&](const std::string& id) {
    return std::ranges::binary_search(there, ids_.check(id).index);
  });
  return true;
}

bool TrailingVotes::came_through(const MissingVotes& missing) const {
  return !possible() || (last_arrived_ && missing == missing_);
}

std::string TrailingVotes::obstacle(const MissingVotes& missing) const {
  if (came_through(missing)) return {};
  if (cast_ids_.empty()) return "no trailing vote has been accepted yet";
  if (!last_arrived_)
    return fmt::format(
        "the last of {} that {} cast behind the load has no row: votes are held back",
        counted(cast_ids_.size(), "trailing vote"), cast_ids_.size() == 1 ? "was" : "were");
  return "other votes moved behind the trailing votes";
}

std::uint64_t TrailingVotes::late(const MissingVotes& missing) const {
  return first_missing_ ? first_missing_->count - std::min(first_missing_->count, missing.count)
                        : 0;
}

}  // namespace votebench::watch
