#include "run/stored_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/services.h"
#include "ledger/files.h"
#include "run/stored_scenario.h"
#include "scenario/parse.h"

namespace votebench::run {
namespace {

Result<> check_seals(const ledger::RunDirectory& directory) {
  TRY_ASSIGN(const std::vector<std::string> damage, directory.damage());
  if (damage.empty()) return {};
  return fail(ErrorKind::environment,
              fmt::format("{} is damaged: {}", directory.path().string(), fmt::join(damage, "; ")),
              ledger::kDamageHelp);
}

// What a judgement takes for granted of every vote, also where no seal says so.
Result<> check_votes(const ledger::RunDirectory& directory, const plan::RunPlan& plan,
                     const ledger::AttemptStore& attempts) {
  std::optional<AttemptNumber> unplanned;
  attempts.for_each([&](AttemptNumber number, const Attempt& attempt) {
    const auto fits = [&](const plan::WorkloadPlan& workload) {
      return number >= workload.first() && number - workload.first() < workload.reserved() &&
             attempt.voter >= workload.first() && attempt.voter <= number &&
             attempt.choice < plan.choices().size();
    };
    if (attempt.workload >= plan.workloads().size() || !fits(plan.workloads()[attempt.workload]))
      unplanned = number;
  });
  if (!unplanned) return {};
  return ledger::damaged(directory.path() / ledger::kAttemptsDirectory,
                         fmt::format("attempt {} is none of the scenario's votes", *unplanned));
}

// Of each workload, the highest number that was started; nothing: none.
std::vector<std::optional<AttemptNumber>> highest_started(const plan::RunPlan& plan,
                                                          const ledger::AttemptStore& attempts) {
  std::vector<std::optional<AttemptNumber>> highest(plan.workloads().size());
  attempts.for_each(
      [&](AttemptNumber number, const Attempt& attempt) { highest[attempt.workload] = number; });
  return highest;
}

// Senders take the votes of a workload in order. Where a run was killed, an empty slot below one
// that is not may be of a vote that waited for its voter, or of one whose record is damaged: it may
// have been sent.
void presume_gaps(const plan::RunPlan& plan, ledger::AttemptStore& attempts) {
  const auto highest = highest_started(plan, attempts);
  for (const plan::WorkloadPlan& workload : plan.workloads()) {
    const std::optional<AttemptNumber> last = highest[workload.index()];
    plan::VoteStream votes = workload.votes();
    for (auto vote = votes.next(); last && vote && vote->number < *last; vote = votes.next())
      if (!attempts.read(vote->number))
        attempts.presume(vote->number, {.voter = vote->voter,
                                        .choice = vote->choice,
                                        .workload = workload.index(),
                                        .started = vote->due});
  }
}

// Clients that vote for a time plan what they start, each at its own pace: gaps are theirs then.
bool shows_every_vote(const ledger::RunRecord& record, const ledger::AttemptStore& attempts) {
  std::uint64_t started = 0;
  attempts.for_each([&](AttemptNumber, const Attempt&) { ++started; });
  return record.complete && started == record.load.planned;
}

// What the slots tell of a run that did not come to its end.
struct SlotCounts {
  std::uint64_t started = 0;
  std::uint64_t concluded = 0;
  Nanoseconds last{};
};

SlotCounts count_slots(const ledger::AttemptStore& attempts) {
  SlotCounts counts;
  attempts.for_each([&](AttemptNumber, const Attempt& attempt) {
    ++counts.started;
    if (attempt.state == AttemptState::concluded) ++counts.concluded;
    counts.last = std::max(counts.last, attempt.started() + attempt.service_time());
  });
  return counts;
}

// Votes that were planned, as far as that is known: clients that vote for a time plan what they
// start.
std::uint64_t planned_votes(const plan::RunPlan& plan, const ledger::AttemptStore& attempts) {
  std::uint64_t planned = plan.planned();
  attempts.for_each([&](AttemptNumber, const Attempt& attempt) {
    const auto& workloads = plan.workloads();
    if (attempt.workload < workloads.size() && !workloads[attempt.workload].total()) ++planned;
  });
  return planned;
}

ledger::LoadRecord load_of_slots(const ledger::Manifest& manifest, const plan::RunPlan& plan,
                                 const ledger::AttemptStore& attempts) {
  const SlotCounts counts = count_slots(attempts);
  ledger::LoadRecord load;
  load.started = manifest.t0_wall;
  load.length = counts.last;
  load.ended = manifest.t0_wall + counts.last;
  load.planned = planned_votes(plan, attempts);
  const bool totals_known = std::ranges::all_of(
      plan.workloads(), [](const plan::WorkloadPlan& w) { return w.total().has_value(); });
  load.completed = totals_known && counts.concluded == load.planned;
  return load;
}

// Manifests of before leave it to their end to say it.
std::string target_text(const ledger::Manifest& manifest) {
  if (!manifest.target.empty()) return manifest.target;
  const auto target =
      scenario::parse_target(manifest.target_text, "target.yaml", without_secrets());
  return target ? fmt::format("{} ({})", target.value->vote.url(), target.value->profile) : "";
}

}  // namespace

Result<StoredRun> open_stored_run(const std::filesystem::path& reports, const std::string& selector,
                                  ledger::Among among) {
  TRY_ASSIGN(ledger::RunDirectory directory, ledger::RunDirectory::open(reports, selector, among));
  TRY_ASSIGN(const ledger::Manifest begin, directory.begin());
  if (directory.is_being_written())
    return fail(ErrorKind::environment, fmt::format("run {} is still going on", begin.run.hex()),
                "wait for its end, or end it: Ctrl-C drains, audits and reports");
  TRY(check_seals(directory));
  TRY_ASSIGN(scenario::Scenario scenario, stored_scenario(begin));
  TRY_ASSIGN(plan::RunPlan plan, plan::RunPlan::make(scenario));
  TRY_ASSIGN(std::unique_ptr<ledger::AttemptStore> attempts, directory.open_attempts());
  TRY(check_votes(directory, plan, *attempts));
  TRY_ASSIGN(ledger::RunRecord record, directory.load());
  if (begin.identity == IdentityMode::answered) {
    record.begin.book = std::make_shared<IdBook>();
    attempts->ids()->tell(*record.begin.book);
  }
  if (record.unclosed && !shows_every_vote(record, *attempts)) presume_gaps(plan, *attempts);
  if (!record.complete) record.load = load_of_slots(begin, plan, *attempts);
  record.begin.target = target_text(record.begin);
  if (record.begin.services.queue.title.empty())  // of before, when there was one kind of each
    record.begin.services = adapters::services_of({});
  return StoredRun{std::move(directory), std::move(scenario), std::move(plan), std::move(attempts),
                   std::move(record)};
}

}  // namespace votebench::run
