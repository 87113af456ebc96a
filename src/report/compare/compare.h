// Two groups of runs, a (the baseline) and b: is b worse? Pure: figures in, a Comparison out.
//
// Correctness first, exactly: b may not have more lost, stale, flipped, duplicated or phantom votes
// per run than a. Then performance, one number per run and metric: runs differ from each other more
// than the seconds within one, so the run is what is counted (compare_metrics.cpp).
// Runs that did different things are not compared at all. Runs in different environments, or of
// votebench versions that differ in major.minor, are compared in correctness only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/compare/differences.h"
#include "report/compare/statistics.h"
#include "report/exit_code.h"

namespace votebench::report {

// Of the family of all metrics that are tested, for Holm.
inline constexpr double kLevel = 0.05;
// A change below this share is not worth a verdict, however certain.
inline constexpr double kMinEffect = 0.05;
// Runs a side: with 4 v 4 the smallest p-value is 0.029, and one of five metrics needs 0.01.
inline constexpr std::size_t kFewestRuns = 5;

enum class Word : std::uint8_t {
  none,      // too few runs
  same,      // the interval lies within +-kMinEffect
  better,    // significant, and at least kMinEffect
  worse,     //
  unclear,   // neither: `needed` runs a side would tell
  in_line,   // one run, within the fence of those before it
  suspect,   // one run, beyond the fence on the bad side and at least kMinEffect off
  withheld,  // worse or better, but equal runs are told apart here as well
};

struct MetricComparison {
  PrimaryMetric metric{};
  std::vector<Figure> a;  // one per run that counts and has one
  std::vector<Figure> b;
  Figure median_a;
  Figure median_b;
  std::optional<Shift> change;  // of b against a, -0.15 = 15 % less; may be infinite
  std::optional<double> p_value;
  std::optional<double> adjusted;  // by Holm
  std::optional<Fence> fence;      // of a, where one run is held against many
  Word word = Word::none;
  std::optional<std::size_t> needed;  // runs a side
};

// How often the comparison is wrong here: of kEqualPairs pairs of nights that are equal, so many
// are told apart in some metric. One in twenty may be (kLevel); more than kMostToldApart are so
// in 1.6 % of all cases (binomial), and then a difference that is found says nothing.
inline constexpr std::size_t kEqualPairs = 20;
inline constexpr std::size_t kMostToldApart = 3;
struct EqualPairs {
  std::size_t told_apart = 0;
  [[nodiscard]] bool too_many() const { return told_apart > kMostToldApart; }
};

struct Side {
  std::string name;  // as the user selected it: "@night-1"
  std::vector<RunFigures> runs;
};

enum class Change : std::uint8_t { same, fewer, more, new_kind };

struct DefectComparison {
  std::string_view name;
  std::uint64_t a = 0;  // over all runs of the side
  std::uint64_t b = 0;
  std::size_t runs_with_b = 0;
  Change change = Change::same;
};

enum class Correctness : std::uint8_t {
  not_compared,  // the scenarios differ
  no_worse,
  worse,
  unproven,  // runs of b are inconclusive, and no defect of theirs is proven
  no_data,   // a side has no run with an audit
};

enum class Performance : std::uint8_t {
  not_compared,
  withheld,  // another environment or another version
  too_few,   // runs to say anything
  judged,
};

struct Comparison {
  Side a;
  Side b;
  std::vector<Difference> scenario;     // not empty: refused
  std::vector<Difference> environment;  // not empty: performance is withheld
  std::vector<Difference> remarks;      // the target
  std::vector<std::string> notes;       // runs that do not count, and why
  Correctness correctness = Correctness::not_compared;
  std::size_t audited_a = 0;  // runs
  std::size_t audited_b = 0;
  std::array<DefectComparison, kAllowableDefects.size()> defects{};
  Performance performance = Performance::not_compared;
  std::size_t counted_a = 0;  // runs whose rates and latencies hold
  std::size_t counted_b = 0;
  std::vector<MetricComparison> metrics;  // in the order of kPrimaryMetrics
  std::optional<EqualPairs> equal_pairs;  // nothing: the history is too short, or not needed
  ExitCode exit = ExitCode::inconclusive;
  std::string word;               // "SAME", "REGRESSION", "NO VERDICT"
  std::string headline;           // one clause
  std::vector<std::string> next;  // commands to type

  [[nodiscard]] bool regressed() const;
};

// Both sides hold runs. A run that is on both sides counts for b only. `here`: the command that
// compares, with the --reports that it was given; for the commands to type next. `stored`: runs of
// the scenario, in any order; those before b are its history.
[[nodiscard]] Comparison compare(Side a, Side b, const Invocation& here,
                                 std::vector<RunFigures> stored = {});

// All primary metrics, in their order. A metric that has too few runs gets no word and takes no
// part in Holm; which ones have does not depend on their values.
[[nodiscard]] std::vector<MetricComparison> compare_metrics(const Runs& a, const Runs& b);

[[nodiscard]] Runs runs_of(const Side& side);
// One per run that has a value.
[[nodiscard]] std::vector<Figure> measured(const Runs& runs, std::size_t metric);
// The middle one of those that have a value, at_least where it is beyond what was measured; without
// a value where none has one.
[[nodiscard]] Figure median_figure(std::vector<Figure> figures);

}  // namespace votebench::report
