// What is known of one run beside its votes, which have the attempt store. There is one record from
// the load to the report: a run fills it, its directory writes it and reads it back, and the audit
// and the report take it as it is.
//
// What becomes known is on disk at once or, for what only the end can tell, before anything is
// judged: `begin` before the first vote, samples, events and warnings as they come, the rest with
// RunDirectory::save.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "ledger/manifest.h"
#include "ledger/shard_record.h"
#include "vote/evidence.h"

namespace votebench::ledger {

// How the load went, and how good its generator was.
struct LoadRecord {
  WallTime started{};  // of the program's work, before its preflight
  WallTime ended{};
  Nanoseconds took{};  // from start to end by the monotonic clock; 0: not measured
  StopCause stopped = StopCause::none;
  bool audit_finished = true;  // false: a second signal ended the drain or the audit
  bool completed = true;       // every vote of the plan was sent
  std::uint64_t planned = 0;   // votes; a closed model's planned = what it started
  // From t0 to the last conclusion, and at least to the planned end of a load that nobody stopped.
  Nanoseconds length{};

  std::uint32_t threads = 1;
  Nanoseconds cpu{};                  // user and system time of our process during the load
  double steal_share = 0;             // of the machine's CPU time, 0..1
  double exhausted_share = 0;         // of the load: a vote was due and max_in_flight exhausted
  Nanoseconds longest_sampler_gap{};  // between two samples, when it was us who came late
  Nanoseconds standstill{};           // longest, of the whole program, while the load ran
  Nanoseconds clock_step{};           // largest change between wall and monotonic clock
};

struct RunRecord {
  Manifest begin;
  LoadRecord load{};
  Evidence evidence{};                  // empty while `complete` is false
  std::vector<Sample> samples{};        // by time
  std::vector<ServerClock> clocks{};    // during the load and after it, by time
  std::vector<RunEvent> events{};       // by time; also those that did not happen
  std::vector<std::string> warnings{};  // what somebody should know who reads the numbers
  std::vector<ShardRecord> shards{};    // by index; empty: one process sent all votes
  bool complete = false;                // false: the run ended before it had gathered its evidence
  std::optional<Error> unfit{};         // why the target was not: nothing was sent
  // What the disk had no room for: votes, or what was seen of them. Not stored, for that reason.
  std::optional<Error> unstored{};
  bool unclosed = false;      // killed before it had sealed its files; the live run never is
  bool cleaned = false;       // its rows were taken out again, all or some of them
  bool host_crashed = false;  // not closed, and the machine was started anew since

  // All readings of the servers' clocks, by time.
  [[nodiscard]] std::vector<ServerClock> clock_readings() const {
    std::vector<ServerClock> readings = begin.clocks;
    readings.insert(readings.end(), clocks.begin(), clocks.end());
    return readings;
  }
};

}  // namespace votebench::ledger
