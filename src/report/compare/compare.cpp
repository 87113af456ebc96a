#include "report/compare/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"
#include "core/text.h"
#include "report/compare/comparison_words.h"
#include "report/compare/history.h"
#include "report/words.h"

namespace votebench::report {
namespace {

void find_differences(Comparison& comparison) {
  Differences found = differences(runs_of(comparison.a), runs_of(comparison.b));
  comparison.scenario = std::move(found.scenario);
  comparison.environment = std::move(found.environment);
  comparison.remarks = std::move(found.remarks);
}

void note(Comparison& comparison, const RunFigures& run, std::string_view text) {
  comparison.notes.push_back(fmt::format("{} {}", run.id, text));
}

void note_runs(Comparison& comparison) {
  for (const Side* side : {&comparison.a, &comparison.b})
    for (const RunFigures& run : side->runs) {
      if (!run.audited)
        note(comparison, run, "does not count: nothing of it was audited");
      else if (run.audit == VerdictKind::broken)
        note(comparison, run, "does not count: the auditor's own check failed in it");
      else if (run.audit == VerdictKind::inconclusive)
        note(comparison, run, "is inconclusive: what it does not prove may still be there");
      if (is_audited(run) && !run.unfit.empty())
        note(comparison, run, "is left out of performance: " + run.unfit);
    }
}

struct Exact {
  __extension__ using Wide = unsigned __int128;
  std::uint64_t votes = 0;
  std::size_t runs = 0;
  // Per run, without rounding.
  [[nodiscard]] bool more_than(const Exact& other) const {
    return static_cast<Wide>(votes) * other.runs > static_cast<Wide>(other.votes) * runs;
  }
};

Change change_of(const Exact& a, const Exact& b) {
  if (b.more_than(a)) return a.votes == 0 ? Change::new_kind : Change::more;
  return a.more_than(b) ? Change::fewer : Change::same;
}

void compare_defects(Comparison& comparison) {
  for (const RunFigures& run : comparison.a.runs) comparison.audited_a += is_audited(run);
  for (const RunFigures& run : comparison.b.runs) comparison.audited_b += is_audited(run);
  for (std::size_t kind = 0; kind < kAllowableDefects.size(); ++kind) {
    DefectComparison& defect = comparison.defects[kind];
    defect.name = to_string(kAllowableDefects[kind].vote_class);
    for (const RunFigures& run : comparison.a.runs)
      if (is_audited(run)) defect.a += run.defects[kind];
    for (const RunFigures& run : comparison.b.runs) {
      if (!is_audited(run)) continue;
      defect.b += run.defects[kind];
      defect.runs_with_b += run.defects[kind] > 0;
    }
    defect.change = change_of({defect.a, comparison.audited_a}, {defect.b, comparison.audited_b});
  }
}

Correctness correctness_of(const Comparison& comparison) {
  if (std::ranges::any_of(comparison.defects, [](const DefectComparison& defect) {
        return defect.change == Change::more || defect.change == Change::new_kind;
      }))
    return Correctness::worse;
  if (comparison.audited_a == 0 || comparison.audited_b == 0) return Correctness::no_data;
  const bool open = std::ranges::any_of(comparison.b.runs, [](const RunFigures& run) {
    return run.audited && run.audit == VerdictKind::inconclusive;
  });
  return open ? Correctness::unproven : Correctness::no_worse;
}

Runs usable_runs(const Side& side) {
  Runs runs;
  for (const RunFigures& run : side.runs)
    if (is_audited(run) && run.unfit.empty()) runs.push_back(&run);
  return runs;
}

void compare_performance(Comparison& comparison) {
  const Runs a = usable_runs(comparison.a);
  const Runs b = usable_runs(comparison.b);
  comparison.counted_a = a.size();
  comparison.counted_b = b.size();
  comparison.performance = Performance::withheld;
  if (!comparison.environment.empty()) return;
  comparison.metrics = compare_metrics(a, b);
  const bool judged = std::ranges::any_of(
      comparison.metrics, [](const MetricComparison& m) { return m.word != Word::none; });
  comparison.performance = judged ? Performance::judged : Performance::too_few;
}

// A comparison that tells equal runs apart says nothing of those that may not be.
void look_at_history(Comparison& comparison, std::vector<RunFigures> stored) {
  if (comparison.performance != Performance::judged || stored.empty()) return;
  const Runs b = usable_runs(comparison.b);
  const WallTime first = (*std::ranges::min_element(b, {}, &RunFigures::began))->began;
  std::erase_if(stored, [&](const RunFigures& run) { return run.began >= first; });
  comparison.equal_pairs = equal_pairs(history_of(std::move(stored), *b.front()).nights);
  if (!comparison.equal_pairs || !comparison.equal_pairs->too_many()) return;
  for (MetricComparison& metric : comparison.metrics)
    if (metric.word == Word::worse || metric.word == Word::better) metric.word = Word::withheld;
}

ExitCode exit_of(const Comparison& comparison) {
  ExitFacts facts;
  facts.verdict = VerdictKind::inconclusive;
  if (comparison.correctness == Correctness::worse) facts.verdict = VerdictKind::fail;
  if (comparison.correctness == Correctness::no_worse) facts.verdict = VerdictKind::pass;
  facts.regression = comparison.regressed();
  return exit_code(facts);
}

void drop_shared(Comparison& comparison) {
  const auto on_b = [&](const RunFigures& run) {
    return std::ranges::any_of(comparison.b.runs,
                               [&](const RunFigures& other) { return other.id == run.id; });
  };
  for (const RunFigures& run : comparison.a.runs)
    if (on_b(run)) note(comparison, run, "is on both sides: counted as B only");
  std::erase_if(comparison.a.runs, on_b);
}

}  // namespace

Runs runs_of(const Side& side) {
  Runs runs;
  for (const RunFigures& run : side.runs) runs.push_back(&run);
  return runs;
}

bool Comparison::regressed() const {
  return std::ranges::any_of(metrics,
                             [](const MetricComparison& m) { return m.word == Word::worse; });
}

Comparison compare(Side a, Side b, const Invocation& here, std::vector<RunFigures> stored) {
  CHECK_THAT_HOLDS(!a.runs.empty() && !b.runs.empty());
  Comparison comparison;
  comparison.a = std::move(a);
  comparison.b = std::move(b);
  drop_shared(comparison);
  find_differences(comparison);
  if (comparison.scenario.empty()) {
    note_runs(comparison);
    compare_defects(comparison);
    comparison.correctness = correctness_of(comparison);
    compare_performance(comparison);
    look_at_history(comparison, std::move(stored));
  }
  comparison.exit = exit_of(comparison);
  tell(comparison, here);
  return comparison;
}

}  // namespace votebench::report
