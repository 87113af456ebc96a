#include "run/run_shard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "core/print.h"
#include "core/text.h"
#include "ledger/run_directory.h"
#include "load/load.h"
#include "run/load_phase.h"
#include "run/machine.h"
#include "run/recorder.h"
#include "run/stored_scenario.h"
#include "scenario/parse.h"
#include "shards/claim.h"
#include "shards/directory_clock.h"
#include "shards/progress.h"
#include "shards/ticket.h"
#include "shards/watch.h"

namespace votebench::run {
namespace {

using std::chrono::milliseconds;

constexpr Nanoseconds kTell = milliseconds(500);

// What the shard is about, from its ticket.
struct Share {
  shards::Ticket ticket;
  Shard place;
  std::filesystem::path directory;  // its own
  scenario::Scenario scenario;
  TargetSettings target;
  plan::RunPlan plan;
  Instant t0;
};

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

std::optional<std::string> variable(const std::string& name) {
  return scenario::process_options().environment(name);
}

Failure not_begun(const std::string& why) {
  return fail(ErrorKind::environment, why + ": nothing was sent");
}

Result<std::uint32_t> index_of(const ShardRequest& request, const shards::Ticket& ticket) {
  if (!request.index) return shards::index_of_engine(variable, ticket.shards);
  if (*request.index < ticket.shards) return *request.index;
  return fail(
      ErrorKind::usage,
      fmt::format("there is no shard {}: the ticket is for {}", *request.index, ticket.shards),
      fmt::format("they are 0 to {}", ticket.shards - 1));
}

Result<Share> open_share(shards::Ticket ticket, const ShardRequest& request, std::uint32_t index,
                         const ClockOffset& clock) {
  TRY_ASSIGN(scenario::Scenario scenario, stored_scenario(ticket.run));
  scenario::ParseOptions options = scenario::process_options();
  options.choices = scenario.voters.names();
  TRY_ASSIGN(TargetSettings target,
             scenario::parse_target(ticket.run.target_text,
                                    (request.directory / shards::kTicketFile).string(), options)
                 .result());
  TRY_ASSIGN(plan::RunPlan plan, plan::RunPlan::make(scenario));
  const Instant t0 = shards::instant_of(ticket.run.t0_wall, clock, real_clock());
  const Shard place{index, ticket.shards};
  return Share{.ticket = std::move(ticket),
               .place = place,
               .directory = shards::shard_directory(request.directory, index),
               .scenario = std::move(scenario),
               .target = std::move(target),
               .plan = std::move(plan),
               .t0 = t0};
}

ledger::Manifest manifest_of(const Share& share) {
  ledger::Manifest manifest = share.ticket.run;
  manifest.t0 = share.t0;
  manifest.t0_wall = real_clock().wall_now() + (share.t0 - real_clock().now());
  manifest.boot_id = ledger::current_boot_id();
  manifest.environment = machine_facts();
  return manifest;
}

// Sends and records; what came of it is in the record.
class Sending {
 public:
  Sending(const Share& share, const std::filesystem::path& ticket, ledger::RunDirectory& directory,
          ledger::AttemptStore& attempts, Display& display, const SignalWatcher& signals)
      : share_(share),
        ticket_(ticket),
        directory_(directory),
        attempts_(attempts),
        display_(display),
        signals_(signals) {}

  Result<> send(const VoterIds& ids, ledger::RunRecord& record) {
    TRY_ASSIGN(const auto votes, adapters::open_vote_box(share_.target, share_.scenario.http, ids,
                                                         share_.plan.choices()));
    TRY(check_start());
    Recorder recorder({.run = ids.run(),
                       .directory = directory_,
                       .attempts = attempts_,
                       .plan = share_.plan,
                       .scenario = share_.scenario,
                       .target = share_.target,
                       .counters = counters_,
                       .arrivals = arrivals_,
                       .display = display_,
                       .metrics = nullptr,
                       .clock = real_clock(),
                       .t0 = share_.t0});
    const CpuMeter meter;
    const std::jthread telling([this](const std::stop_token& stop) { tell(stop); });
    const std::stop_callback on_signal(signals_.first(), [this] { arrivals_.request_stop(); });
    TRY_ASSIGN(const load::LoadSummary load,
               load::run_load({.plan = share_.plan,
                               .scenario = share_.scenario,
                               .box = *votes,
                               .sink = attempts_,
                               .t0 = share_.t0,
                               .clock = real_clock(),
                               .shard = share_.place},
                              counters_, {arrivals_.get_token(), signals_.second()}));
    recorder.load_ended();
    recorder.stop();
    note_load(load, meter, record.load);
    record.load.clock_step = recorder.largest_clock_step();
    record.load.standstill = recorder.longest_standstill();
    record.unstored = recorder.unsaved();
    return {};
  }

 private:
  // Ready, and may it begin?
  [[nodiscard]] Result<> check_start() const {
    if (const auto why = shards::asked_to_stop(ticket_)) return not_begun(printable(*why));
    const Nanoseconds late = real_clock().now() - share_.t0;
    if (late <= shards::kLatestStart) return {};
    return not_begun(fmt::format("it was ready {} after the common start", format_duration(late)));
  }

  void tell(const std::stop_token& stop) {
    bool over = false;
    while (!over) {
      over = !real_clock().sleep_until(real_clock().now() + kTell, stop);
      (void)shards::write_progress(share_.directory, {.started = counters_.started.load(),
                                                      .acked = counters_.acked.load(),
                                                      .rejected = counters_.rejected.load(),
                                                      .ambiguous = counters_.ambiguous.load(),
                                                      .not_sent = counters_.not_sent.load()});
      if (shards::asked_to_stop(ticket_)) arrivals_.request_stop();
    }
  }

  const Share& share_;
  const std::filesystem::path& ticket_;
  ledger::RunDirectory& directory_;
  ledger::AttemptStore& attempts_;
  Display& display_;
  const SignalWatcher& signals_;
  load::LoadCounters counters_;
  std::stop_source arrivals_;
};

// A second process for a shard: an engine started it again, or an index was given twice.
report::ExitCode say_it_began(std::uint32_t index, const std::optional<shards::Claim>& before) {
  print_err("shard {} began before{}: nothing is sent\n", index,
            before ? fmt::format(", on {} at {}", before->host, format_utc(before->at)) : "");
  return report::ExitCode::passed;
}

report::ExitCode exit_of(const ledger::RunRecord& record) {
  if (record.load.stopped == StopCause::interrupt) return report::ExitCode::interrupted;
  if (record.load.stopped == StopCause::terminate) return report::ExitCode::terminated;
  return report::ExitCode::passed;
}

Result<report::ExitCode> send_and_close(const Share& share, const ShardRequest& request,
                                        Display& display, const SignalWatcher& signals) {
  ledger::RunRecord record{.begin = manifest_of(share)};
  const WallTime started = real_clock().wall_now();
  TRY_ASSIGN(ledger::RunDirectory directory,
             ledger::RunDirectory::create_in(share.directory, record.begin));
  TRY_ASSIGN(const auto attempts, directory.create_attempts(record.begin));
  Sending sending(share, request.directory, directory, *attempts, display, signals);
  const Result<> sent = sending.send(record.begin.ids(), record);
  if (!sent) record.unfit = sent.error();
  record.load.started = started;
  record.load.ended = real_clock().wall_now();
  record.load.stopped = signals.cause();
  if (const auto failure = attempts->failure()) record.unstored = *failure;
  TRY(attempts->sync());
  TRY(directory.save(record));
  TRY(directory.close(
      {.ended = record.load.ended, .interrupted = record.load.stopped != StopCause::none}));
  if (!sent) return Failure(sent.error());
  if (record.unstored) return Failure(*record.unstored);
  return exit_of(record);
}

}  // namespace

Result<report::ExitCode> run_shard(const ShardRequest& request, Display& display,
                                   const SignalWatcher& signals) {
  TRY_ASSIGN(shards::Ticket ticket, shards::read_ticket(request.directory));
  TRY_ASSIGN(const std::uint32_t index, index_of(request, ticket));
  TRY_ASSIGN(
      const ClockOffset clock,
      shards::read_directory_clock(request.directory / shards::kShardsDirectory, real_clock()));
  TRY_ASSIGN(const Share share, open_share(std::move(ticket), request, index, clock));
  TRY_ASSIGN(const shards::Claiming claiming,
             shards::claim_shard(request.directory, index,
                                 {.host = host_name(),
                                  .boot_id = ledger::current_boot_id(),
                                  .at = real_clock().wall_now() + clock.offset,
                                  .clock = clock}));
  if (!claiming.ours) return say_it_began(index, claiming.before);
  return send_and_close(share, request, display, signals);
}

}  // namespace votebench::run
