// Defects that are committed on purpose, for tests of votebench: which votes are hit, and what
// becomes of them. Of the votes that come by, the first 40 are spared (they are probes, as a rule);
// of the rest every 5th is hit, until there are as many as wanted.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "votestack/ballot.h"
#include "votestack/truth_log.h"

namespace votebench::votestack {

// Where it is committed: by the app before the push, in the list by a stranger, by the worker
// before it writes, in the table by a stranger.
enum class Site : std::uint8_t { vote, queue, worker, db };

// What is passed on in place of a vote. `earlier`: the choice of this voter's last vote.
using Change = std::vector<Ballot> (*)(const Ballot& ballot, const std::string& earlier);

struct Defect {
  std::string_view word;
  std::string_view what;
  Change change;
  bool of_revotes = false;  // hits every vote of a voter who chose something else before, no other
  bool unanswered = false;  // the app closes the connection instead of answering
};

[[nodiscard]] std::span<const Defect> defects();

struct Plant {
  const Defect* defect = nullptr;
  Site site = Site::vote;
  std::uint32_t count = 0;
};

// "lost@worker:5"; nothing: not of that form.
[[nodiscard]] std::optional<Plant> parse_plant(std::string_view text);

// Thread-safe.
class Planting {
 public:
  // `truth` must outlive it. No plant: nothing is ever hit.
  Planting(std::optional<Plant> plant, const TruthLog& truth) : plant_(plant), truth_(truth) {}

  // What is to stand in place of `ballot`, which comes by at `site`; nothing: it is not hit.
  [[nodiscard]] std::optional<std::vector<Ballot>> strike(Site site, const Ballot& ballot);
  // The defect that strike() asked for could not be committed.
  void missed();
  // It was: "planted" in the truth log.
  void committed(const Ballot& ballot) const { truth_.record("planted", ballot); }
  [[nodiscard]] bool answers() const { return !plant_ || !plant_->defect->unanswered; }

 private:
  [[nodiscard]] bool is_next(const std::string& earlier, const Ballot& ballot) const;

  std::optional<Plant> plant_;
  const TruthLog& truth_;
  std::mutex mutex_;
  std::uint64_t seen_ = 0;  // votes that came by
  std::uint32_t hit_ = 0;
  std::unordered_map<std::string, std::string> choices_;  // of voters; only where re-votes are hit
};

}  // namespace votebench::votestack
