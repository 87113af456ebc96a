// The invented runs of the self-check.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/audit.h"
#include "vote/id_book.h"

namespace votebench::audit {

inline constexpr ChoiceIndex kA = 0;
inline constexpr ChoiceIndex kB = 1;
inline constexpr VoterIndex kBystander = 0;
inline constexpr VoterIndex kVictim = 1;

// A small invented run: the attempts, and what the stores show. Starts complete and settled, with
// one bystander whose vote for `a` is where it belongs.
class World final : public AttemptHistory {
 public:
  World() {
    queue.configured = queue.readable_at_end = true;
    rows.configured = rows.readable = true;
    settlement.proof = SettleProof::empty_handed;
    limits.unknown_share = 1;
    limits.min_acked_share = 0;
    vote(kBystander, kA, Outcome::acked);
    row(kBystander, kA);
  }

  World& vote(VoterIndex voter, ChoiceIndex choice, Outcome outcome) {
    Attempt attempt;
    attempt.voter = voter;
    attempt.choice = choice;
    attempt.outcome = outcome;
    attempt.started_ns = static_cast<std::int64_t>(attempts_.size()) * 1000;
    attempt.state = outcome == Outcome::none ? AttemptState::intended : AttemptState::concluded;
    attempts_.push_back(attempt);
    return *this;
  }
  World& acked(ChoiceIndex choice) { return vote(kVictim, choice, Outcome::acked); }
  World& row(VoterIndex voter, ChoiceIndex choice) {
    rows.rows.own.push_back({voter, choice, 0});
    return *this;
  }
  World& shows(ChoiceIndex choice) { return row(kVictim, choice); }
  World& append() {
    rows.model = TableModel::append;
    return *this;
  }
  World& unsettled() {
    settlement.proof = SettleProof::none;
    return *this;
  }

  // This world as a later look at a run that ended like `saved`.
  [[nodiscard]] World after(const World& saved) const {
    World later = *this;
    later.saved_ = {saved.queue, saved.rows, saved.settlement};
    return later;
  }

  [[nodiscard]] Verdict judged(Verdict (*judge_one)(const AuditInput&)) const {
    if (saved_) return judged_again(judge_one);
    return judge_one(input());
  }

  QueueEvidence queue;
  RowEvidence rows;
  Settlement settlement;
  AuditLimits limits;
  IdentityMode identity = IdentityMode::echoed;
  std::shared_ptr<IdBook> book;  // where the app makes the ids
  std::uint64_t unused_slots = 0;
  bool host_crashed = false;
  bool unclosed = false;

 private:
  [[nodiscard]] VoterIds ids() const { return VoterIds(RunId{1}, RunKey{}).told_by_answers(book); }
  [[nodiscard]] AuditInput input() const {
    return {attempts_.size() + unused_slots,
            {"a", "b"},
            identity,
            ids(),
            limits,
            *this,
            queue,
            rows,
            settlement,
            false,
            host_crashed,
            false,
            nullptr,
            {},
            unclosed};
  }
  [[nodiscard]] Verdict judged_again(Verdict (*judge_one)(const AuditInput&)) const {
    const SecondLook look =
        look_again({.attempts = *this, .saved = &*saved_}, {queue, rows, settlement});
    World merged = *this;
    merged.queue = look.merged.queue;
    merged.rows = look.merged.rows;
    merged.settlement = look.merged.settlement;
    AuditInput input = merged.input();
    input.second_look = &look;
    return judge_one(input);
  }
  void visit_blocks(BlockVisitor visitor, void* context) const override {
    visitor(context, 0, attempts_.data(), attempts_.size());
  }
  std::vector<Attempt> attempts_;
  std::optional<Evidence> saved_;
};

using ClassCounts = std::vector<std::pair<VoteClass, std::uint64_t>>;

struct Canary {
  std::string_view name;
  World world;
  VerdictKind kind;
  ClassCounts counts;  // every other class: none
  std::optional<HopRange> lost_at;
};

}  // namespace votebench::audit
