#include "audit/ballots.h"

#include <algorithm>

#include "vote/id_book.h"

namespace votebench::audit {
namespace {

void count_outcome(Outcome outcome, Accounting& accounting) {
  switch (outcome) {
    case Outcome::acked:
      ++accounting.acked;
      break;
    case Outcome::rejected:
      ++accounting.rejected;
      break;
    case Outcome::not_sent:
      ++accounting.not_sent;
      break;
    case Outcome::ambiguous:
    case Outcome::none:
      ++accounting.ambiguous;
      break;
  }
}

// The slots that are empty: never started, unless a crash of the host may have taken them.
void account_for_empty_slots(const AuditInput& input, Ballots& ballots) {
  Accounting& accounting = ballots.accounting;
  accounting.planned = input.planned;
  const std::uint64_t started = accounting.started();
  const std::uint64_t empty = input.planned - std::min(input.planned, started);
  if (input.host_crashed) {
    ballots.unrecorded = empty;
    accounting.ambiguous += empty;
  } else {
    accounting.never_started = empty;
  }
}

void collect_attempts(const AuditInput& input, Ballots& ballots) {
  input.attempts.for_each([&](AttemptNumber, const Attempt& attempt) {
    const Attempt judged = as_judged(attempt, input.ids);
    count_outcome(judged_outcome(judged), ballots.accounting);
    if (judged.voter >= kFirstProbeIndex || judged.choice >= input.choices.size())
      ++ballots.unknown_slots;
    ballots.casts.count(judged.voter);
  });
  account_for_empty_slots(input, ballots);
  ballots.casts.allot();
  input.attempts.for_each([&](AttemptNumber, const Attempt& attempt) {
    const Attempt judged = as_judged(attempt, input.ids);
    ballots.casts.place(judged.voter, Cast(judged));
  });
  ballots.casts.for_each([&](VoterIndex, std::span<Cast>) { ++ballots.voters; });
}

void collect_rows(const AuditInput& input, Ballots& ballots) {
  const std::vector<OwnRow>& rows = input.rows.rows.own;
  const auto judged = [&](const OwnRow& row) {
    return row.voter < kFirstProbeIndex && !input.unledgered.owns(row.voter);
  };
  for (const OwnRow& row : rows) {
    if (!judged(row)) {
      ++(row.voter < kFirstProbeIndex ? ballots.unledgered_rows : ballots.probes);
      continue;
    }
    ++ballots.own_rows;
    if (ballots.casts.of(row.voter).empty())
      ballots.strays.push_back({row.voter, row.choice});
    else
      ballots.rows.count(row.voter);
  }
  ballots.rows.allot();
  for (const OwnRow& row : rows)
    if (judged(row) && !ballots.casts.of(row.voter).empty())
      ballots.rows.place(row.voter, row.choice);
  std::ranges::sort(ballots.strays, {},
                    [](const Stray& row) { return std::pair(row.voter, row.choice); });
}

}  // namespace

Outcome judged_outcome(const Attempt& attempt) {
  if (attempt.state != AttemptState::concluded) return Outcome::ambiguous;
  switch (attempt.outcome) {
    case Outcome::acked:
    case Outcome::rejected:
    case Outcome::not_sent:
      return attempt.outcome;
    case Outcome::ambiguous:
    case Outcome::none:
      break;
  }
  return Outcome::ambiguous;
}

Attempt as_judged(Attempt attempt, const VoterIds& ids) {
  if (ids.book() == nullptr) return attempt;
  if (const auto first = ids.book()->repeat_of(attempt.voter)) {
    if (*first < kFirstProbeIndex)
      attempt.voter = *first;  // else a probe's: its own, without a row
    if (attempt.outcome == Outcome::acked) attempt.outcome = Outcome::ambiguous;
  }
  return attempt;
}

Cast::Cast(const Attempt& attempt)
    : packed_(static_cast<std::uint64_t>(std::max<std::int64_t>(attempt.started_ns, 0)) >>
                  4U << 16U |
              static_cast<std::uint64_t>(attempt.choice) << 8U |
              static_cast<std::uint64_t>(judged_outcome(attempt))) {}

void order_by_start(std::span<Cast> casts) {
  const auto earlier = [](Cast a, Cast b) { return a.started_before(b); };
  if (!std::is_sorted(casts.begin(), casts.end(), earlier))
    std::stable_sort(casts.begin(), casts.end(), earlier);
}

Ballots collect_ballots(const AuditInput& input) {
  Ballots ballots;
  collect_attempts(input, ballots);
  if (input.rows.configured && input.rows.readable) {
    ballots.probes = input.rows.rows.probes;
    collect_rows(input, ballots);
  }
  return ballots;
}

}  // namespace votebench::audit
