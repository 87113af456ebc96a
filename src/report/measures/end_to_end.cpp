// End-to-end latency: commit - the time that the attempt was due, as the response has it.
//
// Exact where rows carry commit times. The commit belongs to the last attempt of the voter that may
// have been stored and has the row's choice; where an append table holds k rows of one voter and
// choice, the last k such attempts, in order. Votes that were accepted and have no row count as
// slower than all others. Superseded votes leave no trace and are left out.
//
// Otherwise bounded: the k-th accepted voter is taken for the k-th row (first in, first out), and
// that row came between two samples.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>

#include "core/counted.h"
#include "core/text.h"
#include "report/measures/measured.h"

namespace votebench::report {
namespace {

std::optional<ClockOffset> rows_clock(const RunView& run) {
  return offset_of(ServerClock::Of::rows, run.record.clock_readings());
}

// Not before the end of the last thing that was seen.
Nanoseconds end_of_observation(const RunView& run) {
  return run.record.load.length + run.record.evidence.settlement.drain;
}

// Of the worst clock of a shard, whose votes' times are held against the rows'.
Nanoseconds uncertainty_of(const std::vector<ledger::ShardRecord>& shards) {
  Nanoseconds worst{};
  for (const ledger::ShardRecord& shard : shards)
    if (shard.clock) worst = std::max(worst, shard.clock->uncertainty);
  return worst;
}

// A clause; empty: they can be held against each other.
std::string unusable_clock(const std::vector<ledger::ShardRecord>& shards) {
  for (const ledger::ShardRecord& shard : shards)
    if (shard.started > 0 && (!shard.clock || shard.clock->uncertainty > ledger::kUsableClock))
      return fmt::format("the clock of shard {} is known to no better than {}", shard.index,
                         shard.clock ? format_duration(shard.clock->uncertainty) : "a guess");
  return {};
}

std::uint64_t group_key(VoterIndex voter, ChoiceIndex choice) {
  return (std::uint64_t{voter} << 8U) | choice;
}

std::int64_t due(const Attempt& attempt) { return Selection::due(attempt).count(); }

// A row with the due time of its attempt, once that is found.
struct StoredVote {
  std::uint64_t key = 0;  // group_key()
  std::int64_t committed_ns = 0;
  std::int64_t due_ns = kUnmatched;
  static constexpr std::int64_t kUnmatched = std::numeric_limits<std::int64_t>::min();
};

class CommitJoin {
 public:
  CommitJoin(const RunView& run, const Selection& part)
      : run_(run), part_(part), clock_(rows_clock(run)) {
    const std::vector<OwnRow>& rows = run.record.evidence.rows.rows.own;
    votes_.reserve(rows.size());
    for (const OwnRow& row : rows)
      votes_.push_back({group_key(row.voter, row.choice), row.committed_ns});
    std::sort(votes_.begin(), votes_.end(), [](const StoredVote& a, const StoredVote& b) {
      return std::pair(a.key, a.committed_ns) < std::pair(b.key, b.committed_ns);
    });
    rows_of_.resize(voter_count(run));
    for (const OwnRow& row : rows)
      if (row.voter < rows_of_.size()) ++rows_of_[row.voter].rows;
  }

  void visit(const Attempt& attempt) {
    if (!may_be_stored(attempt)) return;
    if (attempt.outcome == Outcome::acked) expect(attempt);
    if (rows_of_[attempt.voter].rows == 0) return;
    const std::span<StoredVote> group = group_of(attempt);
    if (group.empty()) return;
    // Keeps the last starts, as many as there are rows, in order.
    for (std::size_t i = 1; i < group.size(); ++i) group[i - 1].due_ns = group[i].due_ns;
    group.back().due_ns = selected(attempt) ? due(attempt) : StoredVote::kUnmatched;
  }

  [[nodiscard]] Latency finish(const SeeStored& see) const {
    Latency latency;
    for (const StoredVote& vote : votes_) {
      const std::optional<Nanoseconds> time = took(vote);
      if (!time) continue;
      latency.finished.record(*time);
      if (see) see(Nanoseconds(vote.due_ns), *time);
    }
    for (const Voter& voter : rows_of_) {
      const std::uint32_t expected = append() ? voter.acked : std::min(voter.acked, 1U);
      if (expected > voter.rows && voter.selected)
        latency.unfinished.record(end_of_observation(run_) - Nanoseconds(voter.last_acked_ns),
                                  expected - voter.rows);
    }
    return latency;
  }

 private:
  struct Voter {
    std::uint32_t rows = 0;
    std::uint32_t acked = 0;
    std::int64_t last_acked_ns = 0;
    bool selected = false;  // the last accepted vote is
  };

  [[nodiscard]] bool selected(const Attempt& attempt) const { return part_.holds(attempt); }

  // Rows may hold any index (a forged row does); attempts hold those that the plan gave out.
  static std::size_t voter_count(const RunView& run) {
    std::size_t count = 0;
    run.attempts.for_each([&](AttemptNumber, const Attempt& attempt) {
      count = std::max(count, std::size_t{attempt.voter} + 1);
    });
    return count;
  }

  [[nodiscard]] bool append() const {
    return run_.record.evidence.rows.model == TableModel::append;
  }

  void expect(const Attempt& attempt) {
    Voter& voter = rows_of_[attempt.voter];
    ++voter.acked;
    voter.last_acked_ns = due(attempt);
    voter.selected = selected(attempt);
  }

  std::span<StoredVote> group_of(const Attempt& attempt) {
    const auto less = [](const StoredVote& vote, std::uint64_t key) { return vote.key < key; };
    const std::uint64_t key = group_key(attempt.voter, attempt.choice);
    const auto first = std::lower_bound(votes_.begin(), votes_.end(), key, less);
    const auto last = std::lower_bound(first, votes_.end(), key + 1, less);
    return {first, last};
  }

  [[nodiscard]] std::optional<Nanoseconds> took(const StoredVote& vote) const {
    if (vote.due_ns == StoredVote::kUnmatched || vote.committed_ns == 0) return std::nullopt;
    const Nanoseconds ahead = clock_ ? clock_->offset : Nanoseconds(0);
    const Nanoseconds committed =
        Nanoseconds(vote.committed_ns) - ahead -
        run_.record.begin.t0_wall.time_since_epoch();  // after t0, on our clock
    return committed - Nanoseconds(vote.due_ns);
  }

  const RunView& run_;
  Selection part_;
  std::optional<ClockOffset> clock_;  // of the table's server
  std::vector<StoredVote> votes_;
  std::vector<Voter> rows_of_;  // by voter
};

Latency from_commit_times(const RunView& run, const Selection& part, std::uint64_t without_time,
                          const SeeStored& see) {
  CommitJoin join(run, part);
  run.attempts.for_each([&](AttemptNumber, const Attempt& attempt) { join.visit(attempt); });
  Latency latency = join.finish(see);
  latency.kind = without_time == 0 ? LatencyKind::exact : LatencyKind::sampled;
  if (const auto clock = rows_clock(run)) latency.uncertainty = clock->uncertainty;
  latency.uncertainty += uncertainty_of(run.record.shards);
  if (without_time > 0)
    latency.note = format_count(without_time) + " rows carry no commit time and are left out";
  return latency;
}

// An accepted vote that makes a new row.
struct NewRow {
  std::int64_t due_ns = 0;
  WorkloadIndex workload = 0;
};

// By the times they were due, ascending.
std::vector<NewRow> new_rows(const RunView& run) {
  std::vector<NewRow> starts;
  std::vector<bool> seen;
  run.attempts.for_each([&](AttemptNumber, const Attempt& attempt) {
    if (attempt.outcome != Outcome::acked) return;
    if (seen.size() <= attempt.voter) seen.resize(std::size_t{attempt.voter} + 1);
    if (run.record.evidence.rows.model == TableModel::append || !seen[attempt.voter])
      starts.push_back({due(attempt), attempt.workload});
    seen[attempt.voter] = true;
  });
  std::ranges::stable_sort(starts, {}, &NewRow::due_ns);
  return starts;
}

// When how many rows had been seen, the final reading last.
std::vector<std::pair<Nanoseconds, std::size_t>> rows_over_time(const RunView& run) {
  std::vector<std::pair<Nanoseconds, std::size_t>> seen;
  for (const Sample& sample : run.record.samples)
    if (sample.has_rows) seen.emplace_back(sample.at, sample.rows_written);
  seen.emplace_back(end_of_observation(run), rows_written(run));
  return seen;
}

Latency from_samples(const RunView& run, const Selection& part, const SeeStored& see) {
  const std::vector<NewRow> starts = new_rows(run);
  const auto waited = [&](std::size_t vote, Nanoseconds until) {
    return std::max(until - Nanoseconds(starts[vote].due_ns), Nanoseconds(0));
  };
  const auto measured = [&](std::size_t vote) {
    return (!part.workload || starts[vote].workload == *part.workload) &&
           part.holds(Nanoseconds(starts[vote].due_ns));
  };
  Latency latency;
  Nanoseconds before{};
  std::size_t next = 0;
  for (const auto& [at, rows] : rows_over_time(run)) {
    for (; next < std::min(rows, starts.size()); ++next) {
      if (!measured(next)) continue;
      latency.lower.record(waited(next, before));
      latency.finished.record(waited(next, at));
      if (see) see(Nanoseconds(starts[next].due_ns), waited(next, at));
    }
    before = at;
  }
  for (; next < starts.size(); ++next)
    if (measured(next)) latency.unfinished.record(waited(next, end_of_observation(run)));
  latency.kind = LatencyKind::bounded;
  latency.note = "from samples of the table, first in, first out assumed";
  return latency;
}

}  // namespace

Latency measure_stored(const RunView& run, const Selection& part, const SeeStored& see) {
  const RowEvidence& evidence = run.record.evidence.rows;
  if (!evidence.configured || !evidence.readable) return {};
  const std::string shards = unusable_clock(run.record.shards);
  if (const std::string fault = shards.empty() ? clock_fault(run.record) : shards; !fault.empty()) {
    Latency latency;
    latency.note = "has no valid measurement: " + fault;
    return latency;
  }
  const std::vector<OwnRow>& rows = evidence.rows.own;
  const auto without_time = static_cast<std::uint64_t>(std::count_if(
      rows.begin(), rows.end(), [](const OwnRow& row) { return row.committed_ns == 0; }));
  const std::uint64_t rewritten = without_time < rows.size() ? rewritten_rows(run) : 0;
  if (without_time < rows.size() && rewritten == 0)
    return from_commit_times(run, part, without_time, see);
  const bool sampled = std::ranges::any_of(run.record.samples, &Sample::has_rows);
  if (!sampled) return {};
  Latency latency = from_samples(run, part, see);
  if (rewritten > 0)
    latency.note += fmt::format(
        "; {} or more were written again later, so that commit times are "
        "not the votes'",
        counted(rewritten, "row"));
  return latency;
}

}  // namespace votebench::report
