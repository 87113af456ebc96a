// The performance half of a comparison: what two groups of numbers say about one metric.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "report/compare/run_figures.h"
#include "report/compare/statistics.h"

namespace votebench::report {

// Of the family of all metrics that are tested, for Holm.
inline constexpr double kLevel = 0.05;
// A change below this share is not worth a verdict, however certain.
inline constexpr double kMinEffect = 0.05;
// Runs a side: with 4 v 4 the smallest p-value is 0.029, and one of five metrics needs 0.01.
inline constexpr std::size_t kFewestRuns = 5;

enum class Word : std::uint8_t {
  none,     // too few runs
  same,     // the interval lies within +-kMinEffect
  better,   // significant, and at least kMinEffect
  worse,    //
  unclear,  // neither: `needed` runs a side would tell
  in_line,  // one run, within the fence of those before it
  suspect,  // one run, beyond the fence on the bad side and at least kMinEffect off
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

using Runs = std::vector<const RunFigures*>;

// All primary metrics, in their order. A metric that has too few runs gets no word and takes no
// part in Holm; which ones have does not depend on their values.
[[nodiscard]] std::vector<MetricComparison> compare_metrics(const Runs& a, const Runs& b);

}  // namespace votebench::report
