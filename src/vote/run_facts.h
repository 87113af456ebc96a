// What a run knows of itself beyond its votes: kept with the run, so that its report can be made
// again later.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"

namespace votebench {

// What ended the load before its plan did.
enum class StopCause : std::uint8_t {
  none,
  interrupt,  // SIGINT
  terminate,  // SIGTERM
  threshold,  // a threshold with `abort: true`
};

struct RunFacts {
  std::string target;  // for people, without secrets: "http://127.0.0.1:8080/ (dockersamples)"
  std::vector<std::pair<std::string, std::string>> environment;  // name, value
  WallTime started{};                                            // of the program's work
  WallTime ended{};
  StopCause stopped = StopCause::none;
  bool audit_finished = true;  // false: a second signal ended the drain or the audit
  bool completed = true;       // the load ran to the end of its plan

  // Why the target was not fit for the run, and what to do; empty: it was, and votes were sent.
  std::string unfit;
  std::string unfit_help;

  std::uint64_t planned = 0;  // votes; a closed model's planned = what it started
  Nanoseconds load{};         // t0 to the last conclusion

  // The generator about itself.
  std::uint32_t threads = 1;
  Nanoseconds cpu{};                  // user and system time of our process during the load
  double steal_share = 0;             // of the machine's CPU time, 0..1
  double exhausted_share = 0;         // of the load: a vote was due and max_in_flight exhausted
  Nanoseconds longest_sampler_gap{};  // between two samples, when it was us who came late
  Nanoseconds clock_step{};           // largest change between wall and monotonic clock
};

}  // namespace votebench
