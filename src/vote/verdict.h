// The audit's answer.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vote/attempt.h"
#include "vote/names.h"
#include "vote/unaccepted.h"
#include "vote/vote.h"

namespace votebench {

enum class VerdictKind : std::uint8_t { pass, inconclusive, fail, broken };
constexpr std::array<std::string_view, 4> names_of(VerdictKind) {
  return {"pass", "inconclusive", "fail", "broken"};
}

// The class of a vote after the run (design: audit, section 3).
enum class VoteClass : std::uint8_t {
  persisted,
  superseded,        // an earlier vote of a voter on a last-wins table
  lost,              // acked and provably absent
  stale,             // an earlier acked vote's value stands
  flipped,           // a value that no attempt of this voter sent
  duplicated,        // more rows than votes
  phantom,           // our id, right mac, never planned or never sent
  recovered,         // ambiguous, present
  absent_ambiguous,  // ambiguous, absent: fine
  pending,           // absent, not settled
  queued,            // pending, seen in the list
  in_flight,         // pending, seen in a declared side list
  contradiction,     // not sent or rejected, yet present
  gone_since,        // of rows: seen by the run, and not by a later look at the table
  not_counted,       // not sent or rejected, and absent: as it should be
};
constexpr std::array<std::string_view, 15> names_of(VoteClass) {
  return {"persisted",        "superseded", "lost",       "stale",
          "flipped",          "duplicated", "phantom",    "recovered",
          "absent_ambiguous", "pending",    "queued",     "in_flight",
          "contradiction",    "gone_since", "not_counted"};
}

enum class Hop : std::uint8_t { vote, queue, worker, db, unknown };
constexpr std::array<std::string_view, 5> names_of(Hop) {
  return {"vote", "queue", "worker", "db", "unknown"};
}

// Where a loss can have happened, first..last inclusive; {unknown, unknown} = cannot be said.
struct HopRange {
  Hop first = Hop::unknown;
  Hop last = Hop::unknown;
  friend auto operator<=>(const HopRange&, const HopRange&) = default;  // NOLINT: see .clang-tidy
};

[[nodiscard]] std::string to_string(HopRange range);  // "vote", "vote-or-queue", "queue-to-db"

// One anomaly with its witness.
struct Finding {
  VoteClass vote_class = VoteClass::lost;
  std::string voter_id;
  VoterIndex voter = 0;
  std::optional<AttemptNumber> attempt;  // the attempt it is about, where there is one
  std::optional<Nanoseconds> sent_at;    // after t0
  std::string expected;                  // choice(s) that were admissible, "a" or "a|b"
  std::string found;                     // what the table holds, empty = no row
  HopRange hop;
  std::string note;  // for people, one clause
};

struct ClassTally {
  std::uint64_t count = 0;
  std::uint64_t allowed = 0;
  [[nodiscard]] bool passed() const { return count <= allowed; }
};

// planned = acked + rejected + ambiguous + not_sent + never_started, always.
struct Accounting {
  std::uint64_t planned = 0;
  std::uint64_t acked = 0;
  std::uint64_t rejected = 0;
  std::uint64_t ambiguous = 0;
  std::uint64_t not_sent = 0;
  std::uint64_t never_started = 0;
  [[nodiscard]] std::uint64_t started() const { return acked + rejected + ambiguous + not_sent; }
  [[nodiscard]] bool sums() const { return planned == started() + never_started; }
  // Where a threshold ended the load, as the scenario asked, the votes that were never started
  // count neither for nor against a pass.
  [[nodiscard]] Accounting of_started() const {
    return {started(), acked, rejected, ambiguous, not_sent, 0};
  }
};

// Allowances of the scenario's `audit` block.
struct AuditLimits {
  std::uint64_t lost = 0;
  std::uint64_t flipped = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t phantom = 0;
  std::uint64_t stale = 0;
  double unknown_share = 0.01;  // ambiguous / planned
  double min_acked_share = 0.7;
  friend bool operator==(const AuditLimits&, const AuditLimits&) = default;
};

// Where votes can only be counted: those of one choice, and what the store says of them.
struct ChoiceCount {
  std::string choice;
  std::uint64_t acked = 0;
  std::uint64_t ambiguous = 0;
  std::int64_t rows = 0;  // more rows, or a higher count, than at the baseline; may be negative

  [[nodiscard]] std::uint64_t covered() const {
    return rows > 0 ? static_cast<std::uint64_t>(rows) : 0;
  }
  [[nodiscard]] std::uint64_t missing() const { return acked > covered() ? acked - covered() : 0; }
  [[nodiscard]] std::uint64_t surplus() const {
    return covered() > acked + ambiguous ? covered() - acked - ambiguous : 0;
  }
};

struct Verdict {
  VerdictKind kind = VerdictKind::inconclusive;
  std::vector<std::string> reasons;      // why this kind, most important first
  std::vector<std::string> advice;       // what would help
  std::vector<std::string> assumptions;  // what the claims lean on
  std::vector<std::string> notes;        // worth knowing, changes no verdict
  Accounting accounting;
  std::vector<Unaccepted> unaccepted;  // why votes were not accepted
  std::uint64_t voters = 0;            // voters with at least one started attempt

  // Votes by class (attempts; DUPLICATED, PHANTOM and CONTRADICTION count rows). Every acked vote
  // is in exactly one class:
  //   acked = persisted + superseded + lost + stale + pending + queued + in_flight
  //           + flipped - flipped_ambiguous
  //   ambiguous = recovered + absent_ambiguous + flipped_ambiguous
  std::uint64_t persisted = 0;
  std::uint64_t superseded = 0;
  std::uint64_t recovered = 0;
  std::uint64_t absent_ambiguous = 0;
  std::uint64_t pending = 0;  // neither seen in the list nor in a side list
  std::uint64_t queued = 0;
  std::uint64_t in_flight = 0;
  ClassTally lost, flipped, duplicated, stale, phantom, contradiction;
  // A later look (verify): rows that came or went since. What the run saw stays in its class.
  std::uint64_t arrived_late = 0;
  std::uint64_t gone_since = 0;
  // Pairs of a lost (or pending) and a duplicated vote of one voter who sent both values, on an
  // append table: each may instead be one vote whose value was changed. Both readings are faults.
  std::uint64_t lost_or_changed = 0;
  // Rows with a value that nobody sent, or too many, where such rows were seen to come right (or to
  // go) in this run and something may still be on its way. Claimed when that is excluded.
  std::uint64_t undecided_rows = 0;
  // False: the app makes the ids, so a row that no vote explains may be anybody's. `phantom` is no
  // number then.
  bool phantom_provable = true;
  std::uint64_t flipped_ambiguous = 0;  // of `flipped`: votes without an answer that were counted
  std::uint64_t blind =
      0;  // of `persisted`: repeats the voter's previous choice, loss is invisible
  std::map<HopRange, std::uint64_t> lost_by_hop;
  // What has to hold for these ranges, where counters cannot show it: one clause. Else they hold.
  std::string hop_condition;
  std::uint64_t lost_behind_vote = 0;  // of `lost`: seen in the queue, so not lost before it

  // Rows that no vote of this run explains.
  std::uint64_t probes = 0;
  std::uint64_t carry_over = 0;
  std::uint64_t other_run = 0;
  std::uint64_t foreign = 0;
  std::uint64_t invalid_own = 0;
  std::uint64_t unledgered =
      0;  // of voters of a shard whose ledger is gone: nothing is said of them
  // Of `foreign` and `invalid_own`, the first of them: rows whose id holds one of ours in another
  // spelling. Something on the way changes ids.
  std::uint64_t altered_ids = 0;
  std::string altered_id;  // such a row's

  // Only numbers could be compared: no vote was followed. `counts`: by choice; else empty.
  bool counts_only = false;
  std::vector<ChoiceCount> counts;

  std::uint64_t canaries_passed = 0;  // the auditor's own check in this run
  std::uint64_t canaries_total = 0;

  // Anomalies, at most kMaxFindings per class; counts above are complete.
  static constexpr std::size_t kMaxFindings = 10000;
  std::vector<Finding> findings;
};

// The classes of defects, in the order in which they are told. A scenario can allow some votes of
// all but a contradiction: then the audit rests on answers that were not true.
struct DefectClass {
  VoteClass vote_class;
  ClassTally Verdict::*tally;
};
inline constexpr std::array<DefectClass, 6> kDefects{
    {{VoteClass::lost, &Verdict::lost},
     {VoteClass::stale, &Verdict::stale},
     {VoteClass::flipped, &Verdict::flipped},
     {VoteClass::duplicated, &Verdict::duplicated},
     {VoteClass::phantom, &Verdict::phantom},
     {VoteClass::contradiction, &Verdict::contradiction}}};
inline constexpr std::span kAllowableDefects = std::span(kDefects).first<5>();

}  // namespace votebench
