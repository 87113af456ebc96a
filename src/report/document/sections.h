// The sections of the report of a run, each a function of what is known of it. One that has nothing
// to say has no blocks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/document/document.h"
#include "report/report.h"

namespace votebench::report::sections {

[[nodiscard]] Section audit(const Report& report);       // what became of the votes
[[nodiscard]] Section proof(const Report& report);       // what the verdict stands on
[[nodiscard]] Section shards(const Report& report);      // who sent the votes, where several did
[[nodiscard]] Section causes(const Report& report);      // why votes were not accepted
[[nodiscard]] Section thresholds(const Report& report);  // each with what was measured
[[nodiscard]] Section checks(const Report& report);      // thresholds, and what the audit demands
[[nodiscard]] Section ladder(const Report& report);      // where votes went, hop by hop
[[nodiscard]] Section findings(const Report& report);    // every anomaly, with its trail
[[nodiscard]] Section tiles(const Report& report);       // the numbers that people ask for first
[[nodiscard]] Section levels(const Report& report);      // votes per second at the three levels
[[nodiscard]] Section latencies(const Report& report);   // by percentile and over time

// Events and their windows, in order of time; at most kMaxWindows.
inline constexpr std::size_t kMaxWindows = 100;
[[nodiscard]] std::vector<Window> windows(const Report& report);

// The longest time in which no row was written although votes were queued, where it is long enough
// to be seen (two seconds).
[[nodiscard]] std::optional<Window> longest_stall(const Report& report);

// What is known of one anomalous vote, in the order in which it happened.
struct TrailStep {
  std::optional<Nanoseconds> at;  // after t0; nothing: at the end
  std::string text;               // for people; text of others in it is not yet made safe
};

[[nodiscard]] std::vector<TrailStep> trail(const Report& report, const Finding& finding);

// One column per thing that is told of a step of time.
struct Told {
  std::string title;
  std::string (*text)(const std::optional<double>&);
  const Series* series;
  bool most = false;  // the greatest value of the steps of a row, else their mean
};

// The numbers behind a chart. `note` tells what a row is; {} is its length.
[[nodiscard]] Fold data_table(Nanoseconds step, std::string_view from,
                              const std::vector<Told>& columns, std::string_view note);

}  // namespace votebench::report::sections
