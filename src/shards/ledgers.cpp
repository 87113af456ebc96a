#include "shards/ledgers.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "core/counted.h"
#include "core/number.h"
#include "core/text.h"
#include "ledger/files.h"
#include "ledger/run_directory.h"
#include "shards/claim.h"
#include "vote/shard.h"

namespace votebench::shards {
namespace {

namespace fs = std::filesystem;
using ledger::ShardRecord;
using ledger::ShardState;

// A ledger of the run under D/shards.
struct Ledger {
  fs::path path;
  std::optional<std::uint32_t> index;  // nothing: its name is none
  std::unique_ptr<ledger::AttemptStore> attempts;
  ledger::RunRecord record;
  bool at_work = false;  // its process still is

  [[nodiscard]] std::string name() const { return path.filename().string(); }
};

Failure contradiction(std::string what) {
  return fail(ErrorKind::internal, std::move(what),
              "a vote was perhaps sent twice: nothing is concluded from this run");
}

// Error (environment): what is there is no whole ledger. Opened first and looked at then: somebody
// may be taking it away, and a store without a directory is an empty one.
Result<Ledger> open_ledger(const fs::path& path, const Ticket& ticket) {
  const auto directory = ledger::RunDirectory::at(path);
  TRY_ASSIGN(const ledger::Manifest manifest, directory.begin());
  if (manifest.run != ticket.run.run || manifest.key != ticket.run.key)
    return contradiction(fmt::format("{} is of another run ({}) than the ticket ({})",
                                     path.string(), manifest.run.hex(), ticket.run.run.hex()));
  Ledger ledger{.path = path, .index = {}, .attempts = nullptr, .record = {}};
  TRY_ASSIGN(ledger.attempts, directory.open_attempts());
  TRY_ASSIGN(ledger.record, directory.load());
  ledger.at_work = ledger.record.unclosed && directory.is_being_written();
  TRY_ASSIGN(const std::vector<std::string> damage, directory.damage());
  if (!damage.empty()) return fail(ErrorKind::environment, "it is damaged: " + damage.front());
  if (!fs::exists(path / ledger::kAttemptsDirectory))
    return fail(ErrorKind::environment, "its attempts are not there");
  return ledger;
}

std::optional<std::uint32_t> index_of(const fs::path& path, std::uint32_t shards) {
  const std::string name = path.filename().string();
  const auto index = whole_number<std::uint32_t>(name);
  if (!index || *index >= shards || std::to_string(*index) != name) return std::nullopt;
  return index;
}

std::uint32_t owner_of(const Attempt& attempt, std::uint32_t shards) {
  return attempt.voter % shards;
}

// Where it is this machine's own that the shard has, nothing lies between them.
std::optional<ClockOffset> clock_of(const Claim& claim) {
  const bool same = claim.boot_id == ledger::current_boot_id();
  if (same && claim.clock && claim.clock->offset == Nanoseconds(0)) return ClockOffset{};
  return claim.clock;
}

class Merger {
 public:
  Merger(const fs::path& directory, const Ticket& ticket, const plan::RunPlan& plan,
         ledger::AttemptStore& into)
      : directory_(directory), ticket_(ticket), plan_(plan), into_(into) {
    for (std::uint32_t index = 0; index < ticket.shards; ++index)
      merged_.shards.push_back({.index = index});
  }

  Result<Merged> merge() {
    TRY(read_all());
    count_planned();
    for (const Ledger& ledger : ledgers_) TRY(copy(ledger));
    for (ShardRecord& shard : merged_.shards) presume(shard);
    sum_up();
    return std::move(merged_);
  }

 private:
  Result<> read_all();
  void note_unreadable(std::uint32_t index, const Error& why);
  void describe(const Ledger& ledger);
  void count_planned();
  [[nodiscard]] Result<> copy(const Ledger& ledger);
  [[nodiscard]] std::string other_with(AttemptNumber number, const Ledger& than) const;
  void presume(ShardRecord& shard);
  void presume(const plan::WorkloadPlan& workload, ShardRecord& shard,
               std::optional<AttemptNumber> below);
  void sum_up();

  const fs::path& directory_;
  const Ticket& ticket_;
  const plan::RunPlan& plan_;
  ledger::AttemptStore& into_;
  std::vector<Ledger> ledgers_;
  Merged merged_;
};

ShardState state_of(const Ledger& ledger) {
  const ledger::RunRecord& record = ledger.record;
  if (record.unclosed)
    return record.host_crashed || ledger.at_work ? ShardState::vanished : ShardState::killed;
  if (record.unfit) return ShardState::unfit;
  return record.load.completed ? ShardState::sent : ShardState::stopped;
}

std::string detail_of(const Ledger& ledger, ShardState state) {
  const ledger::RunRecord& record = ledger.record;
  switch (state) {
    case ShardState::unfit:
      return record.unfit->message;
    case ShardState::stopped:
      if (record.unstored) return record.unstored->message;
      return record.load.stopped == StopCause::none
                 ? "it was asked to stop"
                 : fmt::format("it was stopped ({})", to_string(record.load.stopped));
    case ShardState::killed:
      return "it was killed";
    case ShardState::vanished:
      return ledger.at_work ? "it had not ended" : "it ended without a word, on another machine";
    case ShardState::sent:
    case ShardState::lost:
    case ShardState::absent:
      break;
  }
  return {};
}

Result<> Merger::read_all() {
  std::error_code error;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(directory_ / kShardsDirectory, error))
    if (entry.is_directory()) paths.push_back(entry.path());
  if (error)
    return fail(ErrorKind::environment,
                fmt::format("cannot read {}: {}", (directory_ / kShardsDirectory).string(),
                            error.message()));
  std::ranges::sort(paths);
  for (const fs::path& path : paths) {
    const auto index = index_of(path, ticket_.shards);
    Result<Ledger> ledger = open_ledger(path, ticket_);
    if (!ledger && ledger.error().kind == ErrorKind::internal) return Failure(ledger.error());
    if (!ledger && index) note_unreadable(*index, ledger.error());
    if (!ledger) continue;
    ledger->index = index;
    if (index) describe(*ledger);
    ledgers_.push_back(*std::move(ledger));
  }
  return {};
}

void Merger::note_unreadable(std::uint32_t index, const Error& why) {
  ShardRecord& shard = merged_.shards[index];
  shard.state = ShardState::lost;
  shard.detail = why.message;
  if (const auto claim = read_claim(shard_directory(directory_, index))) {
    shard.host = claim->host;
    shard.began = claim->at;
    shard.clock = clock_of(*claim);
  }
}

void Merger::describe(const Ledger& ledger) {
  ShardRecord& shard = merged_.shards[*ledger.index];
  shard.state = state_of(ledger);
  shard.detail = detail_of(ledger, shard.state);
  ledger.attempts->for_each([&](AttemptNumber, const Attempt& attempt) {
    ++shard.started;
    shard.lag_max = std::max(shard.lag_max, attempt.lag());
    if (attempt.outcome == Outcome::acked) ++shard.acked;
    if (attempt.outcome == Outcome::none || attempt.outcome == Outcome::ambiguous) ++shard.unknown;
  });
  const auto claim = read_claim(ledger.path);
  if (!claim) return;
  shard.host = claim->host;
  shard.began = claim->at;
  shard.clock = clock_of(*claim);
  const Nanoseconds ahead = claim->clock ? claim->clock->offset : Nanoseconds(0);
  if (!ledger.record.unclosed) shard.ended = ledger.record.load.ended + ahead;
}

// Clients that vote for a time plan what they start.
void Merger::count_planned() {
  for (const plan::WorkloadPlan& workload : plan_.workloads()) {
    plan::VoteStream votes = workload.votes();
    if (!workload.total()) continue;
    for (auto vote = votes.next(); vote; vote = votes.next())
      ++merged_.shards[vote->voter % ticket_.shards].planned;
  }
  for (const Ledger& ledger : ledgers_)
    if (ledger.index)
      ledger.attempts->for_each([&](AttemptNumber, const Attempt& attempt) {
        const auto& workloads = plan_.workloads();
        if (attempt.workload < workloads.size() && !workloads[attempt.workload].total())
          ++merged_.shards[*ledger.index].planned;
      });
}

Result<> Merger::copy(const Ledger& ledger) {
  std::optional<Failure> failure;
  ledger.attempts->for_each([&](AttemptNumber number, const Attempt& attempt) {
    if (failure) return;
    const std::uint32_t owner = owner_of(attempt, ticket_.shards);
    if (into_.read(number))
      failure = contradiction(fmt::format("vote {} is in two ledgers: {}/{} and {}/{}", number,
                                          kShardsDirectory, other_with(number, ledger),
                                          kShardsDirectory, ledger.name()));
    else if (ledger.index && *ledger.index != owner)
      failure = contradiction(fmt::format("{}/{} holds vote {}, which is shard {}'s",
                                          kShardsDirectory, ledger.name(), number, owner));
    else if (!into_.intend(number, {.voter = attempt.voter,
                                    .choice = attempt.choice,
                                    .workload = attempt.workload,
                                    .started = attempt.started(),
                                    .lag = attempt.lag()}))
      failure = fail(into_.failure().value_or(Error{}));
    else if (attempt.state == AttemptState::concluded)
      into_.conclude(number,
                     {.outcome = attempt.outcome,
                      .flags = attempt.flags,
                      .status = attempt.status,
                      .first_byte = Nanoseconds(attempt.first_byte_100ns * std::int64_t{100}),
                      .done = attempt.service_time(),
                      .cause = attempt.cause});
  });
  if (failure) return *failure;
  return {};
}

std::string Merger::other_with(AttemptNumber number, const Ledger& than) const {
  for (const Ledger& ledger : ledgers_)
    if (&ledger != &than && ledger.attempts->read(number)) return ledger.name();
  return "?";
}

// Votes that are not on record and may have been sent all the same.
void Merger::presume(ShardRecord& shard) {
  const bool any = shard.state == ShardState::vanished || shard.state == ShardState::lost;
  if (!any && shard.state != ShardState::killed) return;
  for (const plan::WorkloadPlan& workload : plan_.workloads()) {
    std::optional<AttemptNumber> highest;
    for (const Ledger& ledger : ledgers_)
      if (ledger.index == shard.index)
        ledger.attempts->for_each([&](AttemptNumber number, const Attempt& attempt) {
          if (attempt.workload == workload.index()) highest = number;
        });
    if (any && workload.total()) {
      presume(workload, shard, std::nullopt);
      continue;
    }
    if (highest) presume(workload, shard, *highest);
    if (!any) continue;
    // Nobody can tell which voters of it have voted.
    shard.detail += shard.state == ShardState::lost
                        ? ""
                        : ", and its clients vote for a time: nobody knows how many votes it sent";
    shard.state = ShardState::lost;
  }
}

// Senders take the votes of a workload in order. `below`: nothing for all of them.
void Merger::presume(const plan::WorkloadPlan& workload, ShardRecord& shard,
                     std::optional<AttemptNumber> below) {
  const Shard owner{shard.index, ticket_.shards};
  plan::VoteStream votes = workload.votes();
  for (auto vote = votes.next(); vote && (!below || vote->number < *below); vote = votes.next()) {
    if (!owner.owns(vote->voter) || into_.read(vote->number)) continue;
    (void)into_.intend(vote->number, {.voter = vote->voter,
                                      .choice = vote->choice,
                                      .workload = workload.index(),
                                      .started = vote->due});
    ++shard.unknown;
  }
}

void Merger::sum_up() {
  ledger::LoadRecord& load = merged_.load;
  load.completed = true;
  load.threads = 0;
  for (const ShardRecord& shard : merged_.shards) {
    load.planned += shard.planned;
    load.completed = load.completed && shard.state == ShardState::sent;
  }
  for (const Ledger& ledger : ledgers_) {
    const ledger::LoadRecord& part = ledger.record.load;
    load.length = std::max(load.length, part.length);
    load.threads += part.threads;
    load.cpu += part.cpu;
    load.steal_share = std::max(load.steal_share, part.steal_share);
    load.exhausted_share = std::max(load.exhausted_share, part.exhausted_share);
    load.standstill = std::max(load.standstill, part.standstill);
    load.clock_step = std::max(load.clock_step, part.clock_step);
  }
}

}  // namespace

ShardSigns look_at_shard(const fs::path& directory, std::uint32_t index) {
  const fs::path path = shard_directory(directory, index);
  ShardSigns signs;
  std::error_code error;
  signs.claimed = fs::exists(path, error);
  signs.closed = fs::exists(path / ledger::kEndFile, error);
  const auto claim = read_claim(path);
  const bool here = claim && claim->boot_id == ledger::current_boot_id();
  const bool begun = fs::exists(path / ledger::kBeginFile, error);
  signs.dead = here && begun && !signs.closed && !ledger::RunDirectory::at(path).is_being_written();
  return signs;
}

Result<Merged> merge_ledgers(const fs::path& directory, const Ticket& ticket,
                             const plan::RunPlan& plan, ledger::AttemptStore& into) {
  return Merger(directory, ticket, plan, into).merge();
}

}  // namespace votebench::shards
