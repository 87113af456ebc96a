#include "run/await_shards.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "core/os.h"
#include "core/text.h"
#include "shards/ledgers.h"
#include "shards/watch.h"

namespace votebench::run {
namespace {

// The display and the samples of the stores show them as those of a load of this process.
void show(const shards::Progress& progress, load::LoadCounters& counters) {
  counters.started.store(progress.started);
  counters.acked.store(progress.acked);
  counters.rejected.store(progress.rejected);
  counters.ambiguous.store(progress.ambiguous);
  counters.not_sent.store(progress.not_sent);
}

}  // namespace

Result<> check_unobserved(const ShardedLoad& sharded) {
  const std::filesystem::path link = sharded.directory / shards::kRunLink;
  if (!std::filesystem::is_symlink(link)) return {};
  return fail(ErrorKind::usage,
              fmt::format("somebody observes this ticket, or has: {}", link.string()),
              "a ticket is of one run: `votebench shards prepare` makes another; `votebench merge` "
              "judges what its shards left again");
}

Result<> take_ticket(const ShardedLoad& sharded, const std::filesystem::path& run_directory) {
  const std::filesystem::path link = sharded.directory / shards::kRunLink;
  const std::filesystem::path run = std::filesystem::absolute(run_directory);
  if (::symlink(run.c_str(), link.c_str()) == 0) return {};
  const int error = errno;
  TRY(check_unobserved(sharded));
  return file_failure("create", link, error);
}

Result<> check_in_time(const ShardedLoad& sharded, Instant t0, const Clock& clock) {
  const Nanoseconds late = clock.now() - t0;
  if (late < Nanoseconds(0)) return {};
  const std::string why =
      fmt::format("the observer was ready {} after the start of the load", format_duration(late));
  (void)shards::ask_to_stop(sharded.directory, why);
  return fail(ErrorKind::environment, why + ": what was there before the first vote is not known",
              "prepare another run, with a later start (--start-in), and begin to observe at once");
}

Result<> await_shards(const LoadPhaseInput& input, load::LoadCounters& counters,
                      const load::LoadStop& stop, ledger::RunRecord& record) {
  const ShardedLoad& sharded = *input.sharded;
  input.display.say(fmt::format("waiting for {} shards in {}", sharded.ticket.shards,
                                sharded.directory.string()));
  shards::watch_shards({.directory = sharded.directory,
                        .ticket = sharded.ticket,
                        .plan = input.plan,
                        .answer_timeout = input.scenario.http.timeout,
                        .t0 = input.t0,
                        .clock = input.clock},
                       [&](const shards::Progress& progress) { show(progress, counters); },
                       {stop.arrivals, stop.at_once});
  TRY_ASSIGN(shards::Merged merged,
             shards::merge_ledgers(sharded.directory, sharded.ticket, input.plan, input.attempts));
  note_shards(std::move(merged), record);
  return input.directory.save_shards(record.shards);
}

void note_shards(shards::Merged merged, ledger::RunRecord& record) {
  const ledger::LoadRecord& load = merged.load;
  record.load.completed = load.completed;
  record.load.planned = load.planned;
  record.load.length = load.length;
  record.load.threads = load.threads;
  record.load.cpu = load.cpu;
  record.load.steal_share = load.steal_share;
  record.load.exhausted_share = load.exhausted_share;
  record.load.standstill = load.standstill;
  record.load.clock_step = load.clock_step;
  record.shards = std::move(merged.shards);
}

}  // namespace votebench::run
