// The document of a comparison:
//
//   comparison  := { "schema": "votebench.comparison/1", "verdict": word, "headline",
//                    "exit_code": n, "a": side, "b": side, "comparable": bool,
//                    "differences": { "scenario": [ difference ], "environment": [ difference ],
//                                     "other": [ difference ] },
//                    "notes": [ text ], "correctness": correctness, "performance": performance,
//                    "next": [ command ] }
//   word        := "SAME" | "BETTER" | "UNCLEAR" | "IN LINE" | "SUSPECT" | "REGRESSION" | "WORSE" |
//                  "NO VERDICT" | "INCONCLUSIVE" | "NOT COMPARABLE"
//   side        := { "selector", "runs": [ { "id", "directory", "started" } ] }
//   difference  := { "name", "a": [ value ], "b": [ value ] }         every value once
//   correctness := { "verdict": "no_worse" | "worse" | "unproven" | "no_data" | null,
//                    "runs_a": n, "runs_b": n, "defects": { name: defect } }
//   defect      := { "a": n, "b": n, "runs_with_b": n,
//                    "change": "same" | "fewer" | "more" | "new" }
//   performance := { "verdict": "judged" | "withheld" | "too_few" | null,
//                    "runs_a": n, "runs_b": n, "level": 0.05, "min_effect": 0.05,
//                    "metrics": [ metric ], "equal_pairs": pairs | null }
//   pairs       := { "pairs": 20, "told_apart": n, "at_most": 3 }   of the history; more than
//                  at_most: what would be worse or better is withheld
//   metric      := { "name", "unit": "1/s" | "s", "a": [ figure ], "b": [ figure ],
//                    "median_a": x | null, "median_b": x | null, "change": share | null,
//                    "interval": [ share | null, share | null ] | null,
//                    "p_value": x | null, "p_holm": x | null,
//                    "fence": [ x | null, x | null ] | null,
//                    "verdict": "worse" | "better" | "same" | "unclear" | "suspect" |
//                               "in line" | "withheld" | null,
//                    "runs_needed": n | null }
//   figure      := x | { "at_least": x }    the true value is beyond what could be measured
//
// A share of -0.15 is 15 % less in b than in a; infinite numbers are null.
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "report/compare/comparison_words.h"
#include "report/write/render.h"

namespace votebench::report {
namespace {

using Json = nlohmann::ordered_json;

std::string shown(std::string_view value) { return printable(value, 4000); }

Json finite(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json side(const Side& side) {
  Json runs = Json::array();
  for (const RunFigures& run : side.runs)
    runs.push_back({{"id", shown(run.id)},
                    {"directory", shown(run.directory)},
                    {"started", shown(run.started)}});
  return {{"selector", shown(side.name)}, {"runs", std::move(runs)}};
}

Json all_shown(const std::vector<std::string>& values) {
  Json list = Json::array();
  for (const std::string& value : values) list.push_back(shown(value));
  return list;
}

Json differences(const std::vector<Difference>& found) {
  Json list = Json::array();
  for (const Difference& difference : found)
    list.push_back({{"name", shown(difference.name)},
                    {"a", all_shown(difference.a)},
                    {"b", all_shown(difference.b)}});
  return list;
}

std::string_view name_of(Change change) {
  static constexpr std::array<std::string_view, 4> kNames{"same", "fewer", "more", "new"};
  return kNames.at(static_cast<std::size_t>(change));
}

Json name_of(Correctness correctness) {
  static constexpr std::array<std::string_view, 5> kNames{"", "no_worse", "worse", "unproven",
                                                          "no_data"};
  if (correctness == Correctness::not_compared) return nullptr;
  return kNames.at(static_cast<std::size_t>(correctness));
}

Json name_of(Performance performance) {
  static constexpr std::array<std::string_view, 4> kNames{"", "withheld", "too_few", "judged"};
  if (performance == Performance::not_compared) return nullptr;
  return kNames.at(static_cast<std::size_t>(performance));
}

Json correctness(const Comparison& comparison) {
  Json defects = Json::object();
  if (comparison.correctness != Correctness::not_compared)
    for (const DefectComparison& defect : comparison.defects)
      defects[std::string(defect.name)] = {{"a", defect.a},
                                           {"b", defect.b},
                                           {"runs_with_b", defect.runs_with_b},
                                           {"change", name_of(defect.change)}};
  return {{"verdict", name_of(comparison.correctness)},
          {"runs_a", comparison.audited_a},
          {"runs_b", comparison.audited_b},
          {"defects", std::move(defects)}};
}

Json figures(const std::vector<Figure>& values) {
  Json list = Json::array();
  for (const Figure& figure : values)
    list.push_back(figure.at_least ? Json{{"at_least", finite(figure.value)}}
                                   : finite(figure.value));
  return list;
}

Json metric(const MetricComparison& metric) {
  const auto median = [](const Figure& figure) {
    return figure.at_least ? Json(nullptr) : finite(figure.value);
  };
  const bool rate = metric.metric.unit == scenario::MetricUnit::per_second;
  Json json = {{"name", metric.metric.name},
               {"unit", rate ? "1/s" : "s"},
               {"a", figures(metric.a)},
               {"b", figures(metric.b)},
               {"median_a", median(metric.median_a)},
               {"median_b", median(metric.median_b)},
               {"change", metric.change ? finite(metric.change->estimate) : Json(nullptr)},
               {"interval", nullptr},
               {"p_value", finite(metric.p_value)},
               {"p_holm", finite(metric.adjusted)},
               {"fence", nullptr},
               {"verdict", nullptr},
               {"runs_needed", metric.needed ? Json(*metric.needed) : Json(nullptr)}};
  if (metric.change && !metric.fence)
    json["interval"] = Json::array({finite(metric.change->low), finite(metric.change->high)});
  if (metric.fence)
    json["fence"] = Json::array({finite(metric.fence->low), finite(metric.fence->high)});
  if (metric.word != Word::none) json["verdict"] = to_string(metric.word);
  return json;
}

Json equal_pairs(const Comparison& comparison) {
  if (!comparison.equal_pairs) return nullptr;
  return {{"pairs", kEqualPairs},
          {"told_apart", comparison.equal_pairs->told_apart},
          {"at_most", kMostToldApart}};
}

Json performance(const Comparison& comparison) {
  Json metrics = Json::array();
  for (const MetricComparison& compared : comparison.metrics) metrics.push_back(metric(compared));
  return {{"verdict", name_of(comparison.performance)},
          {"runs_a", comparison.counted_a},
          {"runs_b", comparison.counted_b},
          {"level", kLevel},
          {"min_effect", kMinEffect},
          {"metrics", std::move(metrics)},
          {"equal_pairs", equal_pairs(comparison)}};
}

}  // namespace

std::string comparison_json(const Comparison& comparison) {
  const Json json = {{"schema", "votebench.comparison/1"},
                     {"verdict", comparison.word},
                     {"headline", shown(comparison.headline)},
                     {"exit_code", static_cast<int>(comparison.exit)},
                     {"a", side(comparison.a)},
                     {"b", side(comparison.b)},
                     {"comparable", comparison.scenario.empty()},
                     {"differences",
                      {{"scenario", differences(comparison.scenario)},
                       {"environment", differences(comparison.environment)},
                       {"other", differences(comparison.remarks)}}},
                     {"notes", all_shown(comparison.notes)},
                     {"correctness", correctness(comparison)},
                     {"performance", performance(comparison)},
                     {"next", all_shown(comparison.next)}};
  return json.dump(2) + "\n";
}

}  // namespace votebench::report
