// A valid scenario: what to do (and, optionally, where). A Scenario exists only valid; everything
// that can be wrong with a file is reported by scenario/parse.h before one is made.
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

struct RampStage {
  double to_per_s = 0;  // a hold is a ramp to the rate it starts from
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
  std::uint32_t clients = 0;  // 0 with `within`
  friend bool operator==(const Burst&, const Burst&) = default;
};
// Closed model: each client sends its next vote when the last one is answered.
struct ConstantClients {
  std::uint32_t clients = 0;
  std::optional<Nanoseconds> duration;  // either a duration
  std::optional<std::uint64_t> votes;   // or a total over all clients
  Nanoseconds think_time{};             // mean
  bool think_exponential = false;
  friend bool operator==(const ConstantClients&, const ConstantClients&) = default;
};
using Executor = std::variant<ConstantArrivalRate, RampingArrivalRate, Burst, ConstantClients>;

struct Workload {
  std::string name;
  Executor executor;
  bool poisson = false;  // arrivals: open models only
  std::uint32_t max_in_flight = 256;
  Nanoseconds start_at{};
  friend bool operator==(const Workload&, const Workload&) = default;
};

struct Revotes {
  double ratio = 0;         // share of votes that are re-votes
  double switch_share = 1;  // share of re-votes that change the choice
  Nanoseconds gap_min = std::chrono::seconds(1);
  Nanoseconds gap_max = std::chrono::seconds(10);
  friend bool operator==(const Revotes&, const Revotes&) = default;
};

struct Choice {
  std::string name;
  double weight = 1;
  friend bool operator==(const Choice&, const Choice&) = default;
};

struct Voters {
  std::vector<Choice> choices{{"a", 50}, {"b", 50}};
  Revotes revote;
  friend bool operator==(const Voters&, const Voters&) = default;
};

struct PreflightSettings {
  bool require_empty_queue = true;
  std::uint32_t probe_votes = 20;  // 0 = no probes
  Nanoseconds max_clock_skew = std::chrono::milliseconds(50);
  friend bool operator==(const PreflightSettings&, const PreflightSettings&) = default;
};

// One of `thresholds`, parsed: metric.stat{selectors} op value. The unit of `value` is the metric's
// (scenario/thresholds.h).
struct Threshold {
  std::string text;    // the expression as written
  std::string metric;  // "http.response.p99", "http.error_rate", "queue.depth.max"
  std::string op;      // < <= > >= ==
  double value = 0;
  // Selectors: votes of one workload, votes due and samples taken from `from` on and before `to`.
  std::string workload{};             // empty: all
  std::optional<Nanoseconds> from{};  // nothing: the end of the warm-up
  std::optional<Nanoseconds> to{};    // nothing: the end of the run
  bool abort = false;                 // once it is missed, no further votes are sent
  bool warn = false;                  // when missed: said, and no failure
  [[nodiscard]] bool selects() const { return !workload.empty() || from || to; }
  friend bool operator==(const Threshold&, const Threshold&) = default;
};

struct StackChoice {
  std::string name = "local";
  std::string variant = "reference";
  // Empty: the variant's own.
  std::optional<std::uint32_t> workers;
  std::optional<std::uint32_t> batch;
  std::optional<Nanoseconds> poll;
  std::optional<Nanoseconds> hold;
  std::string order;  // "ack-after-write" or "pop-before-write"
  friend bool operator==(const StackChoice&, const StackChoice&) = default;
};

// What an event does, or what undoes it: a fault of a service, or a program that is run. Empty: a
// mark.
struct Intervention {
  std::string verb;              // of a fault: one of kFaultVerbs
  std::string service;           // "worker", "vote", "redis", "postgres"
  std::vector<std::string> run;  // the program and its arguments, without a shell
  [[nodiscard]] bool is_fault() const { return !verb.empty(); }
  [[nodiscard]] bool empty() const { return verb.empty() && run.empty(); }
  friend bool operator==(const Intervention&, const Intervention&) = default;
};
inline constexpr std::array<std::string_view, 6> kFaultVerbs{
    {"kill", "stop", "pause", "resume", "restart", "start"}};

// Something that is made to happen, or marked, on the time axis of the load.
struct ScheduledEvent {
  struct Undo {
    Nanoseconds at{};
    Intervention action;
    friend bool operator==(const Undo&, const Undo&) = default;
  };
  std::string name;
  Nanoseconds at{};
  Intervention action;
  std::optional<Undo> undo;
  friend bool operator==(const ScheduledEvent&, const ScheduledEvent&) = default;
};

struct ReportSettings {
  std::string directory = "reports";
  std::vector<std::string> formats;        // of "html json markdown junit csv"; empty: all of them
  std::optional<std::uint32_t> keep_runs;  // of this scenario, the newest; nothing: all
  std::uint32_t keep_failed = 0;           // beyond these, that did not pass; 0 = all
  friend bool operator==(const ReportSettings&, const ReportSettings&) = default;
};

struct Scenario {
  int version = 1;
  std::string name;
  std::string source;  // the path it was read from, or "(command line)"
  std::optional<StackChoice> stack;
  std::optional<TargetSettings> target;
  PreflightSettings preflight;
  Voters voters;
  std::uint64_t seed = 1;
  HttpSettings http;
  std::uint32_t threads = 0;  // 0 = auto
  Nanoseconds warm_up{};
  std::vector<Workload> workloads;
  std::vector<ScheduledEvent> events;
  Nanoseconds drain_timeout = std::chrono::seconds(60);
  AuditLimits audit;
  std::vector<Threshold> thresholds;
  ReportSettings report;
  friend bool operator==(const Scenario&, const Scenario&) = default;
};

}  // namespace votebench::scenario
