#include "run/show.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "audit/one_voter.h"
#include "core/number.h"
#include "core/print.h"
#include "core/text.h"
#include "report/write/render.h"
#include "run/display.h"
#include "run/judge_run.h"
#include "run/stored_run.h"

namespace votebench::run {
namespace {

// Events this long before a vote was sent may have to do with it, and this long after where it has
// no row.
constexpr Nanoseconds kBefore = std::chrono::seconds(5);
constexpr Nanoseconds kAfter = std::chrono::seconds(60);
constexpr std::size_t kSuggestions = 5;

VoterIds ids_of(const StoredRun& run) { return run.record.begin.ids(); }

Failure no_such_vote(const StoredRun& run, const std::string& message) {
  std::string help = "nothing was sent in this run";
  std::optional<AttemptNumber> first, last;
  VoterIndex voter = 0;
  run.attempts->for_each([&](AttemptNumber number, const Attempt& attempt) {
    if (!first) voter = attempt.voter;
    if (!first) first = number;
    last = number;
  });
  if (first)
    help = fmt::format("attempts {} to {} are on record; the first is of voter {}", *first, *last,
                       ids_of(run).make(voter));
  return fail(ErrorKind::usage, message, help);
}

// Of every voter who sent a vote or has a saved row.
std::set<VoterIndex> all_voters(const StoredRun& run) {
  std::set<VoterIndex> voters;
  run.attempts->for_each(
      [&](AttemptNumber, const Attempt& attempt) { voters.insert(attempt.voter); });
  for (const OwnRow& row : run.record.evidence.rows.rows.own) voters.insert(row.voter);
  return voters;
}

Result<VoterIndex> voter_of_prefix(const StoredRun& run, const std::string& prefix) {
  const VoterIds ids = ids_of(run);
  std::vector<VoterIndex> fitting;
  for (const VoterIndex voter : all_voters(run))
    if (ids.make(voter).starts_with(prefix)) fitting.push_back(voter);
  if (fitting.empty())
    return no_such_vote(run, fmt::format("no voter of run {} is called {}", ids.run().hex(),
                                         printable(prefix, 60)));
  if (fitting.size() == 1) return fitting.front();
  std::string some;
  for (std::size_t i = 0; i < std::min(fitting.size(), kSuggestions); ++i)
    some += (some.empty() ? "" : ", ") + ids.make(fitting[i]);
  return fail(
      ErrorKind::usage,
      fmt::format("{} voters are called {}...", format_count(fitting.size()),
                  printable(prefix, 60)),
      fmt::format("say more of it: {}{}", some, fitting.size() > kSuggestions ? ", ..." : ""));
}

Result<VoterIndex> voter_of(const StoredRun& run, const std::string& vote) {
  if (const auto number = whole_number<AttemptNumber>(vote)) {
    const std::optional<Attempt> attempt = run.attempts->read(*number);
    if (attempt) return attempt->voter;
    return no_such_vote(run, fmt::format("attempt {} was never started", vote));
  }
  const VoterIds ids = ids_of(run);
  const bool of_text = vote.starts_with("vb");
  if (!of_text && ids.form() == IdForm::votebench && ids.book() == nullptr)
    return no_such_vote(run, fmt::format("'{}' is neither a voter id nor the number of an attempt",
                                         printable(vote, 60)));
  const IdCheck check = ids.check(vote);
  if (check.origin == IdOrigin::other_run)
    return fail(ErrorKind::usage, fmt::format("{} is of another run", vote),
                fmt::format("show {} {}", vote.substr(of_text ? 2 : 0, 8), vote));
  return voter_of_prefix(run, vote);
}

std::string choice_text(const StoredRun& run, VoterIndex voter, ChoiceIndex choice) {
  const ChoiceNames& names = run.record.begin.choices;
  if (choice < names.size()) return names[choice];
  const auto& others = run.record.evidence.rows.rows.other_choices;
  const auto found = others.find(voter);
  return found == others.end() ? "(another value)" : found->second;
}

// Queue and table as the run saved them.
void add_evidence(const StoredRun& run, report::Trail& trail) {
  if (!run.record.complete) {
    trail.notes.emplace_back("the run ended before it had read queue and table: `verify` does");
    return;
  }
  // Commit times by a clock that was set say nothing.
  const std::vector<ServerClock> readings = run.record.clock_readings();
  const auto clock = step_of(ServerClock::Of::rows, readings)
                         ? std::nullopt
                         : offset_of(ServerClock::Of::rows, readings);
  trail.rows_uncertainty = clock ? clock->uncertainty : Nanoseconds(0);
  if (run.record.evidence.rows.readable) trail.rows.emplace();
  for (const OwnRow& row : run.record.evidence.rows.rows.own) {
    if (row.voter != trail.voter || !trail.rows) continue;
    std::optional<Nanoseconds> committed;
    if (row.committed_ns != 0 && clock)
      committed = WallTime(Nanoseconds(row.committed_ns)) - clock->offset - trail.t0;
    trail.rows->push_back({choice_text(run, row.voter, row.choice), committed});
  }
  const QueueEvidence& queue = run.record.evidence.queue;
  if (!queue.readable_at_end) return;
  trail.listed = std::ranges::count(queue.own_listed, trail.voter);
  trail.in_flight =
      static_cast<std::uint64_t>(std::ranges::count(queue.own_in_flight, trail.voter));
}

void add_votes(const StoredRun& run, report::Trail& trail) {
  const auto judged = audit::judge_voter(audit_input(run.record, *run.attempts), trail.voter);
  for (const audit::JudgedAttempt& entry : judged) {
    const plan::WorkloadPlan& workload = run.plan.workloads().at(entry.attempt.workload);
    report::TrailVote& vote = trail.votes.emplace_back();
    vote.number = entry.number;
    vote.attempt = entry.attempt;
    vote.workload = workload.workload().name;
    vote.choice = choice_text(run, trail.voter, entry.attempt.choice);
    vote.open = workload.open();
    if (run.record.evidence.rows.readable) vote.vote_class = entry.vote_class;
  }
}

void add_events(const StoredRun& run, report::Trail& trail) {
  if (trail.votes.empty()) return;
  const Nanoseconds from = trail.votes.front().attempt.started() - kBefore;
  Nanoseconds to = trail.votes.back().attempt.started() + kAfter;
  if (trail.rows && !trail.rows->empty()) to = trail.rows->back().committed.value_or(to);
  for (const RunEvent& event : run.record.events)
    if (event.at <= to && event.until.value_or(event.at) >= from) trail.events.push_back(event);
}

}  // namespace

Result<> show_vote(const std::filesystem::path& reports, const std::string& selector,
                   const std::string& vote) {
  TRY_ASSIGN(const StoredRun run, open_stored_run(reports, selector, ledger::Among::sent));
  report::Trail trail;
  TRY_ASSIGN(trail.voter, voter_of(run, vote));
  trail.run_id = run.directory.path().filename().string();
  trail.scenario = run.record.begin.scenario_name;
  trail.voter_id = ids_of(run).make(trail.voter);
  trail.t0 = run.record.begin.t0_wall;
  add_evidence(run, trail);
  add_votes(run, trail);
  add_events(run, trail);
  write_out(report::trail_text(trail, style_of(STDOUT_FILENO)));
  return {};
}

}  // namespace votebench::run
