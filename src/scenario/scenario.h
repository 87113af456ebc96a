// A valid scenario: what to do (and, optionally, where). A Scenario exists only valid; everything
// that can be wrong with a file is reported by scenario/parse.h before one is made.
//
// The fields' initial values are the defaults of the keys that set them (scenario/describe.h).
// Rates are votes per second, shares from 0 to 1, times of workloads and events count from the
// start of the load. Plain values: a Scenario may be read by any number of threads, while none
// changes it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vote/target_settings.h"
#include "vote/verdict.h"
#include "vote/vote.h"

namespace votebench::scenario {

// A linear ramp from the rate of the stage before it, or of the start. A hold is a ramp to the rate
// it starts from.
struct RampStage {
  double to_per_s = 0;
  Nanoseconds over{};
  friend bool operator==(const RampStage&, const RampStage&) = default;
};

// Open models: votes are due at times that do not depend on the target.
struct ConstantArrivalRate {
  double rate_per_s = 0;
  Nanoseconds duration{};
  friend bool operator==(const ConstantArrivalRate&, const ConstantArrivalRate&) = default;
};
struct RampingArrivalRate {
  double start_per_s = 0;
  std::vector<RampStage> stages;
  friend bool operator==(const RampingArrivalRate&, const RampingArrivalRate&) = default;
};
// `votes` spread evenly over `within`; without `within`, a closed model of `clients`.
struct Burst {
  std::uint64_t votes = 0;
  std::optional<Nanoseconds> within;
  std::uint32_t clients = 0;  // in parallel; 0 if and only if `within` is given
  friend bool operator==(const Burst&, const Burst&) = default;
};
// Closed model: each client sends its next vote when the last one is answered.
struct ConstantClients {
  std::uint32_t clients = 0;
  // Exactly one of the two ends the load.
  std::optional<Nanoseconds> duration;
  std::optional<std::uint64_t> votes;  // over all clients
  Nanoseconds think_time{};            // a client's pause after each answer: its mean
  bool think_exponential = false;      // false: always the mean
  friend bool operator==(const ConstantClients&, const ConstantClients&) = default;
};
// The order is that of executors() (scenario/keys.h).
using Executor = std::variant<ConstantArrivalRate, RampingArrivalRate, ConstantClients, Burst>;

struct Workload {
  std::string name;  // unique in the scenario
  Executor executor;
  bool poisson = false;               // of rates: a Poisson process; false: evenly spaced
  std::uint32_t max_in_flight = 256;  // of open models: beyond it, votes that are due wait
  Nanoseconds start_at{};
  friend bool operator==(const Workload&, const Workload&) = default;
};

struct Revotes {
  double ratio = 0;         // share of votes that are re-votes
  double switch_share = 1;  // share of re-votes that change the choice
  // Between two votes of one voter.
  Nanoseconds gap_min = std::chrono::seconds(1);
  Nanoseconds gap_max = std::chrono::seconds(10);
  friend bool operator==(const Revotes&, const Revotes&) = default;
};

struct Choice {
  std::string name;   // as it is sent
  double weight = 1;  // relative to the other choices
  friend bool operator==(const Choice&, const Choice&) = default;
};

struct Voters {
  std::vector<Choice> choices{{"a", 50}, {"b", 50}};
  Revotes revote;

  // Of the choices.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Choice& choice : choices) all.push_back(choice.name);
    return all;
  }
  friend bool operator==(const Voters&, const Voters&) = default;
};

struct PreflightSettings {
  bool require_empty_queue = true;
  std::uint32_t probe_votes = 20;  // that must travel to their rows first; 0: none is sent
  Nanoseconds max_clock_skew = std::chrono::milliseconds(50);
  friend bool operator==(const PreflightSettings&, const PreflightSettings&) = default;
};

// One of `thresholds`, parsed: metric.stat{selectors} op value. The unit of `value` is the metric's
// (scenario/thresholds.h).
struct Threshold {
  std::string text;    // the expression as written, for people and for writing it again
  std::string metric;  // "http.response.p99", "http.error_rate", "queue.depth.max"
  std::string op;      // < <= > >= ==
  double value = 0;
  // Selectors: votes of one workload, votes due and samples taken from `from` on and before `to`.
  std::string workload{};             // empty: all
  std::optional<Nanoseconds> from{};  // nothing: the end of the warm-up
  std::optional<Nanoseconds> to{};    // nothing: the end of the run
  bool abort = false;                 // once it is missed, no further votes are sent
  bool warn = false;                  // missing it is a warning, not a failure
  [[nodiscard]] bool selects() const { return !workload.empty() || from || to; }
  friend bool operator==(const Threshold&, const Threshold&) = default;
};

// What may be changed about a stack's workers. Nothing, or empty: as the variant has it.
struct WorkerKnobs {
  std::optional<std::uint32_t> workers;  // processes, 1 to 64
  std::optional<std::uint32_t> batch;    // votes that a worker writes at once, at least 1
  std::optional<Nanoseconds> poll;       // a worker's pause before an empty queue
  std::optional<Nanoseconds> hold;       // a worker's pause between pop and write
  std::string order;                     // a word of stack/variant.h
  friend bool operator==(const WorkerKnobs&, const WorkerKnobs&) = default;
};

struct StackChoice {
  std::string name = "local";         // the kind of stack
  std::string variant = "reference";  // a name of stack/variant.h
  WorkerKnobs worker{};
  friend bool operator==(const StackChoice&, const StackChoice&) = default;
};

// What an event does, or what undoes it: a fault of a service, or a program that is run. Never
// both; neither: a mark.
struct Intervention {
  std::string verb;              // of a fault: one of kFaultVerbs; empty: no fault
  std::string service;           // of a fault: "worker", "vote", "redis", "postgres"
  std::vector<std::string> run;  // the program and its arguments, without a shell; empty: none
  [[nodiscard]] bool is_fault() const { return !verb.empty(); }
  [[nodiscard]] bool empty() const { return verb.empty() && run.empty(); }
  friend bool operator==(const Intervention&, const Intervention&) = default;
};

// What a fault does to a service.
struct FaultVerb {
  std::string_view name;
  std::string_view doc;
};
inline constexpr std::array<FaultVerb, 6> kFaultVerbs{{
    {"kill", "SIGKILL to all its processes"},
    {"stop", "its orderly end"},
    {"pause", "SIGSTOP"},
    {"resume", "SIGCONT"},
    {"restart", "stop, then start"},
    {"start", "until it answers"},
}};

// Something that is made to happen, or marked, on the time axis of the load.
struct ScheduledEvent {
  // Carried out however the run ends.
  struct Undo {
    Nanoseconds at{};     // after the start of the load
    Intervention action;  // never a mark
    friend bool operator==(const Undo&, const Undo&) = default;
  };
  std::string name;  // unique in the scenario
  Nanoseconds at{};
  Intervention action;
  std::optional<Undo> undo;  // never of a mark
  bool optional = false;     // the verdict does without it when it fails or does not happen
  friend bool operator==(const ScheduledEvent&, const ScheduledEvent&) = default;
};

struct ReportSettings {
  std::string directory = "reports";
  std::vector<std::string> formats;        // of "html json markdown junit csv"; empty: all of them
  std::optional<std::uint32_t> keep_runs;  // of this scenario's, the newest; nothing: every run
  std::uint32_t keep_failed = 0;           // of the older runs, those that did not pass; 0: all
  friend bool operator==(const ReportSettings&, const ReportSettings&) = default;
};

struct Scenario {
  int version = 1;
  std::string name;
  std::string source;  // the path it was read from, or "(command line)"
  // At most one of the two; neither: the command line says where votes go.
  std::optional<StackChoice> stack;      // stood up, used and torn down
  std::optional<TargetSettings> target;  // already there
  PreflightSettings preflight;
  Voters voters;
  std::uint64_t seed = 1;  // the same seed plans the same votes
  HttpSettings http;
  std::uint32_t threads = 0;        // that send; 0: as many as fit the machine
  Nanoseconds warm_up{};            // left out of rates and percentiles, never of counts
  std::vector<Workload> workloads;  // at least one; they run side by side
  std::vector<ScheduledEvent> events;
  Nanoseconds drain_timeout = std::chrono::seconds(60);  // after the last vote, while nothing moves
  AuditLimits audit;
  std::vector<Threshold> thresholds;
  ReportSettings report;
  friend bool operator==(const Scenario&, const Scenario&) = default;
};

}  // namespace votebench::scenario
