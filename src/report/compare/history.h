// The stored runs of one scenario as a history of nights.
//
// A night is what is one value of a trend: the runs of one tag that began within kOneNight of the
// first (a series, or what scripts/nightly ran), or a run without a tag. Runs of one night are more
// alike than those of two, so their median counts, once.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "report/compare/change_points.h"
#include "report/compare/compare.h"

namespace votebench::report {

inline constexpr std::chrono::hours kOneNight{12};

struct Night {
  std::vector<RunFigures> runs;  // audited, the oldest first; at least one
  // Those whose rates and latencies can be held against the other nights'.
  [[nodiscard]] Runs counted() const;
};

// Runs that do not count, or whose rates and latencies do not.
struct LeftOut {
  std::string why;  // one clause
  std::vector<std::string> runs;
};

struct History {
  std::vector<Night> nights;  // the oldest first
  std::vector<LeftOut> left_out;
};

// Of `runs`, in any order, those that did what `like` did; `unfit` of a run says why its rates and
// latencies do not count, also where it was made in another environment than `like`.
[[nodiscard]] History history_of(std::vector<RunFigures> runs, const RunFigures& like);

// A value per night: the median of the runs that count. Without one it was not measured.
[[nodiscard]] std::vector<Figure> figures_of(const std::vector<Night>& nights, std::size_t metric);

// Of the nights that have a value; `at` is a place in `nights`. A night of which only a bound is
// known counts as that bound, so that a change is rather too small than too large.
[[nodiscard]] std::vector<ChangePoint> changes_of(const std::vector<Figure>& nights);

// How many of the last kEqualPairs equal pairs a comparison tells apart; nothing where the history
// has fewer. A pair is two nights, one after the other, of kFewestRuns runs or more each; equal if
// no metric has a change point between them.
[[nodiscard]] std::optional<EqualPairs> equal_pairs(const std::vector<Night>& nights);

}  // namespace votebench::report
