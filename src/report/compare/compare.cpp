#include "report/compare/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"
#include "core/text.h"
#include "report/compare/comparison_words.h"
#include "report/words.h"

namespace votebench::report {
namespace {

// Facts that a run measures, or that say how it reached its target. All others (the generator's
// machine, the services' versions) make one environment's numbers another's.
constexpr std::array<std::string_view, 8> kOfOneRun{"commit times", "drain rate", "table",
                                                    "queued by", "taken by", "tunnel",
                                                    // as earlier versions had it
                                                    "table model", "choices in the table"};

void add_once(std::vector<std::string>& values, const std::string& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

std::string value_of(const Settings& settings, std::string_view name) {
  for (const auto& [key, value] : settings)
    if (key == name) return value;
  return std::string(kNotMeasured);
}

bool is_audited(const RunFigures& run) { return run.audited && run.audit != VerdictKind::broken; }

// The values that the runs have; `value_of_run` has none for a run that does not count here.
template <typename ValueOf>
void add_difference(std::vector<Difference>& found, const Comparison& sides, std::string_view name,
                    ValueOf value_of_run) {
  Difference difference{std::string(name), {}, {}};
  std::vector<std::string> all;
  const auto add = [&](const Side& side, std::vector<std::string>& values) {
    for (const RunFigures& run : side.runs)
      if (const std::optional<std::string> value = value_of_run(run)) {
        add_once(values, *value);
        add_once(all, *value);
      }
  };
  add(sides.a, difference.a);
  add(sides.b, difference.b);
  if (all.size() > 1) found.push_back(std::move(difference));
}

std::string major_minor(const std::string& version) {
  return version.substr(0, version.find('.', version.find('.') + 1));
}

std::vector<std::string> names_in(const Comparison& sides, Settings RunFigures::*settings) {
  std::vector<std::string> names;
  for (const Side* side : {&sides.a, &sides.b})
    for (const RunFigures& run : side->runs)
      for (const auto& [name, value] : run.*settings) add_once(names, name);
  return names;
}

std::vector<Difference> scenario_differences(const Comparison& sides) {
  std::vector<Difference> found;
  for (const std::string& name : names_in(sides, &RunFigures::settings))
    add_difference(found, sides, name, [&](const RunFigures& run) {
      return std::optional(value_of(run.settings, name));
    });
  return found;
}

// Every stack of our own gets a port of its own on loopback; that is no other target.
std::string target_of(const RunFigures& run) {
  constexpr std::string_view kLoopback = "127.0.0.1:";
  std::string target = run.target;
  const std::size_t at = target.find(kLoopback);
  if (!run.own_stack || at == std::string::npos) return target;
  const std::size_t port = at + kLoopback.size();
  return target.erase(port - 1, target.find_first_not_of("0123456789", port) - port + 1);
}

// A run that was not audited did not come to know all of its environment.
void guard(Comparison& comparison) {
  comparison.scenario = scenario_differences(comparison);
  const auto of_audited = [](auto value) {
    return [value](const RunFigures& run) {
      return is_audited(run) ? std::optional<std::string>(value(run)) : std::nullopt;
    };
  };
  for (const std::string& name : names_in(comparison, &RunFigures::environment))
    if (std::ranges::find(kOfOneRun, name) == kOfOneRun.end())
      add_difference(
          comparison.environment, comparison, name,
          of_audited([name](const RunFigures& run) { return value_of(run.environment, name); }));
  add_difference(comparison.environment, comparison, "votebench",
                 of_audited([](const RunFigures& run) { return major_minor(run.version); }));
  add_difference(comparison.remarks, comparison, "target", of_audited(target_of));
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

bool Comparison::regressed() const {
  return std::ranges::any_of(metrics,
                             [](const MetricComparison& m) { return m.word == Word::worse; });
}

Comparison compare(Side a, Side b, const Invocation& here) {
  CHECK_THAT_HOLDS(!a.runs.empty() && !b.runs.empty());
  Comparison comparison;
  comparison.a = std::move(a);
  comparison.b = std::move(b);
  drop_shared(comparison);
  guard(comparison);
  if (comparison.scenario.empty()) {
    note_runs(comparison);
    compare_defects(comparison);
    comparison.correctness = correctness_of(comparison);
    compare_performance(comparison);
  }
  comparison.exit = exit_of(comparison);
  tell(comparison, here);
  return comparison;
}

}  // namespace votebench::report
