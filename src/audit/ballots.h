// The attempts and the rows of a run, brought together by voter.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "audit/audit.h"
#include "audit/voter_groups.h"
#include "vote/attempt.h"
#include "vote/verdict.h"

namespace votebench::audit {

// What the audit takes an attempt's outcome for: never `none`. An intent without a conclusion is
// ambiguous.
[[nodiscard]] Outcome judged_outcome(const Attempt& attempt);

// Where the app makes the ids: a vote that was answered with another one's id cannot be told from a
// further vote of that one's voter. It is taken for such a vote, and for one without a clear
// answer.
[[nodiscard]] Attempt as_judged(Attempt attempt, const VoterIds& ids);

// An attempt, as far as the judgement needs it: 8 bytes.
class Cast {
 public:
  Cast() = default;
  explicit Cast(const Attempt& attempt);

  [[nodiscard]] ChoiceIndex choice() const { return static_cast<ChoiceIndex>(packed_ >> 8U); }
  [[nodiscard]] Outcome outcome() const { return static_cast<Outcome>(packed_ & 0xFFU); }
  [[nodiscard]] bool is(Outcome outcome_asked) const { return outcome() == outcome_asked; }
  // Proven not to count: not sent or rejected.
  [[nodiscard]] bool unsent() const { return is(Outcome::not_sent) || is(Outcome::rejected); }
  [[nodiscard]] bool started_before(Cast other) const {
    return packed_ >> 16U < other.packed_ >> 16U;
  }

 private:
  std::uint64_t packed_ = 0;  // start in units of 16 ns (48 bits), choice (8), outcome (8)
};

// One voter: its attempts in the order in which they started, its rows in no order.
struct VoterCase {
  VoterIndex voter = 0;
  std::span<const Cast> casts;
  std::span<const ChoiceIndex> rows;
};

// A row with an id of ours, of a voter who has no attempt.
struct Stray {
  VoterIndex voter = 0;
  ChoiceIndex choice = 0;
};

struct Ballots {
  Accounting accounting;
  std::uint64_t voters = 0;
  std::uint64_t unrecorded = 0;  // after a crash of the host: planned, without a slot, perhaps sent
  std::uint64_t unknown_slots = 0;  // attempts that no plan can contain: a bug of ours
  std::uint64_t own_rows = 0;       // rows with an id of ours, without the probes'
  std::uint64_t probes = 0;
  std::uint64_t unledgered_rows = 0;  // of voters of a shard without a ledger: in no class
  VoterGroups<Cast> casts;
  VoterGroups<ChoiceIndex> rows;  // of voters with attempts
  std::vector<Stray> strays;      // ascending
};

// Rows are taken in only where the final rows were read.
[[nodiscard]] Ballots collect_ballots(const AuditInput& input);

// Calls visit(VoterCase) for every voter with attempts, ascending.
template <typename Visit>
void for_each_voter(Ballots& ballots, Visit&& visit);

// Puts the attempts of one voter into the order of their starts.
void order_by_start(std::span<Cast> casts);

template <typename Visit>
void for_each_voter(Ballots& ballots, Visit&& visit) {
  ballots.casts.for_each([&](VoterIndex voter, std::span<Cast> casts) {
    order_by_start(casts);
    visit(VoterCase{voter, casts, ballots.rows.of(voter)});
  });
}

}  // namespace votebench::audit
