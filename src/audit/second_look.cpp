#include "audit/second_look.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "audit/ballots.h"
#include "audit/judgement.h"
#include "core/counted.h"
#include "core/text.h"

namespace votebench::audit {
namespace {

bool by_voter_and_choice(const OwnRow& a, const OwnRow& b) {
  return std::pair(a.voter, a.choice) < std::pair(b.voter, b.choice);
}

std::vector<OwnRow> sorted(std::vector<OwnRow> rows) {
  std::ranges::sort(rows, by_voter_and_choice);
  return rows;
}

// The rows of the voter that `rows` begins with.
std::span<const OwnRow> first_voter(std::span<const OwnRow> rows) {
  const auto end = std::ranges::find_if(
      rows, [&](const OwnRow& row) { return row.voter != rows.front().voter; });
  return rows.first(static_cast<std::size_t>(end - rows.begin()));
}

// Where a voter's only row holds another value than it did, on a table with one row per voter.
struct Changed {
  OwnRow saved;
  OwnRow live;
};

class RowMerge {
 public:
  RowMerge(TableModel model, SecondLook& look) : model_(model), look_(look) {}

  void run(std::vector<OwnRow> saved, std::vector<OwnRow> live, const AttemptHistory& attempts) {
    const std::vector<OwnRow> before = sorted(std::move(saved));
    const std::vector<OwnRow> now = sorted(std::move(live));
    std::span<const OwnRow> left = before;
    std::span<const OwnRow> right = now;
    while (!left.empty() || !right.empty()) {
      const bool only_left = right.empty() || (!left.empty() && left[0].voter < right[0].voter);
      const bool only_right = left.empty() || (!right.empty() && right[0].voter < left[0].voter);
      const auto voter_before = only_right ? left.first(0) : first_voter(left);
      const auto voter_now = only_left ? right.first(0) : first_voter(right);
      left = left.subspan(voter_before.size());
      right = right.subspan(voter_now.size());
      merge_voter(voter_before, voter_now);
    }
    settle_changed(attempts);
  }

  [[nodiscard]] std::vector<OwnRow> take_rows() && { return std::move(rows_); }

 private:
  void merge_voter(std::span<const OwnRow> before, std::span<const OwnRow> now) {
    if (std::ranges::includes(now, before, by_voter_and_choice)) {
      look_.arrived_late += now.size() - before.size();
      keep(now);
    } else if (model_ == TableModel::last_wins && before.size() == 1 && now.size() == 1) {
      changed_.push_back({before[0], now[0]});
    } else {
      keep_saved(before, now);
    }
  }

  void keep(std::span<const OwnRow> rows) { rows_.insert(rows_.end(), rows.begin(), rows.end()); }

  // Other rows of this voter that came instead are left out: they may be the same ones, altered.
  void keep_saved(std::span<const OwnRow> before, std::span<const OwnRow> now) {
    keep(before);
    std::vector<OwnRow> gone;
    std::ranges::set_difference(before, now, std::back_inserter(gone), by_voter_and_choice);
    look_.gone_since += gone.size();
    for (const OwnRow& row : gone) {
      if (look_.gone.size() == SecondLook::kMaxGone) return;
      GoneRow& entry = look_.gone.emplace_back(GoneRow{row, {}});
      for (const OwnRow& other : now) entry.now.push_back(other.choice);
    }
  }

  void settle_changed(const AttemptHistory& attempts) {
    std::map<VoterIndex, std::vector<Cast>> casts;
    for (const Changed& row : changed_) casts[row.saved.voter];
    if (casts.empty()) return;
    attempts.for_each([&](AttemptNumber, const Attempt& attempt) {
      if (const auto found = casts.find(attempt.voter); found != casts.end())
        found->second.emplace_back(attempt);
    });
    for (const Changed& row : changed_) {
      std::vector<Cast>& own = casts[row.saved.voter];
      order_by_start(own);
      settle(row, own);
    }
  }

  // A re-vote that arrived late replaces its forerunner. A row that showed its vote and does not
  // any more was overwritten since; one that accused goes on accusing.
  void settle(const Changed& row, std::span<const Cast> casts) {
    const auto shows_vote = [](VoteClass row_class) {
      return row_class == VoteClass::persisted || row_class == VoteClass::recovered;
    };
    if (casts.empty()) return keep({&row.saved, 1});
    const VoteClass before = class_of_row(casts, row.saved.choice);
    const VoteClass now = class_of_row(casts, row.live.choice);
    if (before == VoteClass::stale || (shows_vote(before) && shows_vote(now))) {
      look_.arrived_late += before == VoteClass::stale ? 1 : 0;
      keep({&row.live, 1});
    } else if (shows_vote(before)) {
      keep_saved({&row.saved, 1}, {&row.live, 1});
    } else {
      keep({&row.saved, 1});
    }
  }

  TableModel model_;
  SecondLook& look_;
  std::vector<OwnRow> rows_;
  std::vector<Changed> changed_;
};

Doubt other_table() {
  return {
      "the table is not the one that the run ended with (truncated, restored or another "
      "server): what is absent in it now proves nothing",
      advise<Help::judge_stored>()};
}

Doubt gone_rows(std::uint64_t count) {
  return {fmt::format("{} that the run saw in the table {} gone from it or overwritten since: not "
                      "lost in this run, and not proven by the table any more",
                      counted(count, "vote"), count == 1 ? "is" : "are"),
          advise<Help::judge_stored>()};
}

// Why votes that `live` lacks may have been there, or may still be elsewhere.
std::optional<Doubt> flaw_of_absence(const FirstLook& first, const Evidence& live) {
  if (first.cleaned)
    return Doubt{
        "`votebench clean` took votes of this run out of the queue or the table: what is absent "
        "now proves nothing",
        advise<Help::verify_before_clean>()};
  const RowSet& rows = live.rows.rows;
  if (first.counters && first.saved == nullptr)
    return Doubt{
        "the run ended before it had saved its counts, and nobody watched the counters since: they "
        "may have been set back, or raised by others",
        advise<Help::let_run_end>()};
  const bool nothing_known =
      !first.counters && first.saved == nullptr && rows.own.empty() && rows.probes == 0;
  if (rows.probes < first.rows_of_probes || nothing_known)
    return Doubt{
        "the table does not even hold the run's probe votes: rows were removed since, "
        "and what is absent now proves nothing",
        advise<Help::verify_before_removal>()};
  if (live.queue.readable_at_end && live.queue.server_id != first.queue_server)
    return Doubt{
        fmt::format(
            "{} is not the server that the run ended with (restarted or replaced): what its "
            "list held is not known",
            first.queue.title),
        advise<Help::verify_while_up>(first.queue.title)};
  return std::nullopt;
}

void unsettle(const Doubt& doubt, SecondLook& look) {
  look.merged.settlement.proof = SettleProof::none;
  look.merged.settlement.reason = doubt.reason;
}

// A proof that leans on absence in the stores of now holds only while they are those of the run.
void void_flawed_absence(const FirstLook& first, const Evidence& live, SecondLook& look) {
  const SettleProof proof = look.merged.settlement.proof;
  if (proof == SettleProof::none || proof == SettleProof::complete) return;
  std::optional<Doubt> flaw = flaw_of_absence(first, live);
  if (!flaw) {
    look.merged.settlement.assumptions.emplace_back("nobody removed rows since the run");
    return;
  }
  unsettle(*flaw, look);
  look.doubts.push_back(*std::move(flaw));
}

// The run saved nothing of the table.
SecondLook only_look(const FirstLook& first, const Evidence& live) {
  SecondLook look;
  look.merged = live;
  look.merged.queue.shares_pushes = true;  // nobody watched the list up to now
  if (live.rows.readable && live.rows.same_store) void_flawed_absence(first, live, look);
  if (live.rows.configured && !live.rows.readable)
    look.doubts.push_back({live.settlement.reason, {}});
  return look;
}

// The counters of the time in which the run watched, the lists of now.
QueueEvidence later_queue(const QueueEvidence& saved, const QueueEvidence& live) {
  QueueEvidence merged = saved;
  if (!live.readable_at_end) return merged;
  merged.readable_at_end = true;
  merged.depth_end = live.depth_end;
  merged.own_listed = live.own_listed;
  merged.own_in_flight = live.own_in_flight;
  merged.strangers_listed = live.strangers_listed;
  merged.unreadable_listed = live.unreadable_listed;
  merged.list_seen |= live.list_seen;
  merged.blocking_pops |= live.blocking_pops;
  merged.popped.reset();
  return merged;
}

void merge_rows(const FirstLook& first, const RowEvidence& live, SecondLook& look) {
  RowSet& merged = look.merged.rows.rows;
  RowMerge merge(look.merged.rows.model, look);
  merge.run(std::move(merged.own), live.rows.own, first.attempts);
  merged.own = std::move(merge).take_rows();
  merged.other_choices.insert(live.rows.other_choices.begin(), live.rows.other_choices.end());
}

// The run had not settled: what `live` proves, it proves for the run.
void continue_settling(const FirstLook& first, const Evidence& live, SecondLook& look) {
  look.merged.queue = later_queue(first.saved->queue, live.queue);
  look.merged.settlement = live.settlement;
  if (!look.doubts.empty()) return unsettle(look.doubts.front(), look);
  look.merged.rows.same_store = live.rows.same_store;
  look.merged.rows.is_replica = live.rows.is_replica;
  if (!look.merged.rows.were_removed()) {
    look.merged.rows.probes_seen = live.rows.probes_seen;
    look.merged.rows.probes_vanished = live.rows.probes_vanished;
    look.merged.rows.voters_vanished = live.rows.voters_vanished;
    look.merged.rows.vanished = live.rows.vanished;
    look.merged.rows.restarted = live.rows.restarted;
  }
  look.merged.rows.rows_end = live.rows.rows_end;
  look.merged.rows.rows.total = live.rows.rows.total;
  look.merged.rows.rows.choices = live.rows.rows.choices;
  look.merged.rows.rows.updates = live.rows.rows.updates;
  if (first.counters) {
    look.merged.rows.updates = live.rows.updates;
    look.merged.rows.restarted |= live.rows.restarted;
    // What others have added since the run cannot be told from its own late votes.
    look.merged.rows.counters.exclusive = false;
    look.merged.settlement.assumptions.emplace_back("nobody else voted since the run");
    if (look.merged.rows.fell.empty()) look.merged.rows.fell = live.rows.fell;
  }
  void_flawed_absence(first, live, look);
}

}  // namespace

SecondLook look_again(const FirstLook& first, const Evidence& live) {
  if (first.saved == nullptr || !first.saved->rows.readable) {
    FirstLook nothing_saved = first;
    nothing_saved.saved = nullptr;
    return only_look(nothing_saved, live);
  }
  SecondLook look;
  look.merged = *first.saved;
  if (!live.rows.readable) {
    look.doubts.push_back({"the table could not be read again, so this is what the run saw: " +
                               live.settlement.reason,
                           advise<Help::judge_stored>()});
    return look;
  }
  merge_rows(first, live.rows, look);
  if (!live.rows.store.is_same_as(first.saved->rows.store)) look.doubts.push_back(other_table());
  if (first.counters && live.rows.rows_end > first.saved->rows.rows_end)
    look.notes.push_back(
        fmt::format("the counters rose by {} since the run ended: late votes, or votes of others",
                    format_count(live.rows.rows_end - first.saved->rows.rows_end)));
  if (const std::uint64_t then = first.saved->rows.rows_end; first.counts_only)
    look.gone_since = then - std::min(then, live.rows.rows_end);
  if (look.gone_since > 0) look.doubts.push_back(gone_rows(look.gone_since));
  if (!first.saved->settlement.settled()) continue_settling(first, live, look);
  return look;
}

}  // namespace votebench::audit
