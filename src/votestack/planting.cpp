#include "votestack/planting.h"

#include <algorithm>
#include <cctype>

#include "core/number.h"

namespace votebench::votestack {
namespace {

constexpr std::uint64_t kEvery = 5;
constexpr std::array<std::string_view, 4> kSites{"vote", "queue", "worker", "db"};

using Ballots = std::vector<Ballot>;

Ballot with_other_choice(const Ballot& ballot) {
  return {ballot.voter, ballot.choice == "a" ? "b" : "a"};
}

Ballot of_a_stranger(const Ballot& ballot) { return {"stranger-" + ballot.voter, ballot.choice}; }

Ballot in_capitals(Ballot ballot) {
  std::ranges::transform(ballot.voter, ballot.voter.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return ballot;
}

constexpr std::array<Defect, 7> kDefects{{
    {"lost", "it is gone", [](const Ballot&, const std::string&) { return Ballots{}; }},
    {"duplicated", "it is there twice",
     [](const Ballot& b, const std::string&) {
       return Ballots{b, b};
     }},
    {"flipped", "it has the other choice",
     [](const Ballot& b, const std::string&) { return Ballots{with_other_choice(b)}; }},
    {.word = "stale",
     .what = "a re-vote has the voter's earlier choice",
     .change =
         [](const Ballot& b, const std::string& earlier) {
           return Ballots{{b.voter, earlier}};
         },
     .of_revotes = true},
    {"foreign", "a vote of a stranger beside it",
     [](const Ballot& b, const std::string&) {
       return Ballots{b, of_a_stranger(b)};
     }},
    {"renamed", "its voter's id is in capitals",
     [](const Ballot& b, const std::string&) { return Ballots{in_capitals(b)}; }},
    {.word = "unknown",
     .what = "it is stored, and never answered (vote only)",
     .change = [](const Ballot& b, const std::string&) { return Ballots{b}; },
     .unanswered = true},
}};

}  // namespace

std::span<const Defect> defects() { return kDefects; }

std::optional<Plant> parse_plant(std::string_view text) {
  const std::size_t at = text.find('@');
  const std::size_t colon = text.find(':');
  if (at == text.npos || colon == text.npos || colon < at) return std::nullopt;
  const auto defect = std::ranges::find(kDefects, text.substr(0, at), &Defect::word);
  const auto site = std::ranges::find(kSites, text.substr(at + 1, colon - at - 1));
  const auto count = whole_number<std::uint32_t>(text.substr(colon + 1));
  if (defect == kDefects.end() || site == kSites.end() || !count) return std::nullopt;
  if (defect->unanswered && site != kSites.begin()) return std::nullopt;
  return Plant{&*defect, static_cast<Site>(site - kSites.begin()), *count};
}

std::optional<std::vector<Ballot>> Planting::strike(Site site, const Ballot& ballot) {
  if (!plant_ || plant_->site != site) return std::nullopt;
  const std::lock_guard lock(mutex_);
  ++seen_;
  std::string earlier;
  if (plant_->defect->of_revotes) earlier = std::exchange(choices_[ballot.voter], ballot.choice);
  if (hit_ >= plant_->count || seen_ <= kSpared || !is_next(earlier, ballot)) return std::nullopt;
  ++hit_;
  return plant_->defect->change(ballot, earlier);
}

bool Planting::is_next(const std::string& earlier, const Ballot& ballot) const {
  if (plant_->defect->of_revotes) return !earlier.empty() && earlier != ballot.choice;
  return seen_ % kEvery == 0;
}

void Planting::missed() {
  const std::lock_guard lock(mutex_);
  --hit_;
}

}  // namespace votebench::votestack
