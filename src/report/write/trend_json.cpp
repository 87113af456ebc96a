// The document of a trend:
//
//   trend    := { "schema": "votebench.trend/1", "verdict": "STEADY" | "CHANGED" | "NO TREND",
//                 "headline", "exit_code": n, "scenario", "nights": [ night ],
//                 "rules": { "level": 0.001, "min_effect": 0.05, "window": 50,
//                            "shortest_segment": 2, "nights_needed": 4, "false_alarms": share },
//                 "metrics": [ metric ], "left_out": [ { "why", "runs": [ id ] } ],
//                 "targets": [ text ], "next": [ command ] }
//   night    := { "name", "runs": [ id ], "counted": n, "proven": { defect: n, ... },
//                 "proven_by": [ id ], "inconclusive": bool }      the oldest first
//   metric   := { "name", "unit": "1/s" | "s", "values": [ figure ], "median": x | null,
//                 "changes": [ change ] }                          a figure per night
//   figure   := x | { "at_least": x } | null                       null: not measured
//   change   := { "night": n, "since": name of the night, "run": id, "change": share | null,
//                 "worse": bool, "p_value": x }
//
// "counted": runs whose rates and latencies count; their median is the figure of the night.
// "false_alarms": of metrics that never change, at most this share has a change over 40 nights. A
// share of -0.15 is 15 % less; infinite numbers are null. "targets": empty where there is one.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "report/write/render.h"

namespace votebench::report {
namespace {

using Json = nlohmann::ordered_json;

std::string safe_text(std::string_view value) { return printable(value, 4000); }

Json json_list(const std::vector<std::string>& values) {
  Json list = Json::array();
  for (const std::string& value : values) list.push_back(safe_text(value));
  return list;
}

Json finite_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json figure_json(const Figure& figure) {
  if (!figure.value) return nullptr;
  return figure.at_least ? Json{{"at_least", finite_or_null(*figure.value)}}
                         : finite_or_null(*figure.value);
}

Json night_json(const Trend& trend, std::size_t at) {
  Json runs = Json::array();
  for (const RunFigures& run : trend.nights[at].runs) runs.push_back(safe_text(run.id));
  Json proven = Json::object();
  Json by = Json::array();
  for (const DefectNight& night : trend.defects) {
    if (night.night != at) continue;
    for (std::size_t kind = 0; kind < night.defects.size(); ++kind)
      proven[std::string(to_string(kAllowableDefects[kind].vote_class))] = night.defects[kind];
    by = json_list(night.runs);
  }
  const bool open = std::find(trend.open.begin(), trend.open.end(), at) != trend.open.end();
  return {{"name", safe_text(trend.names[at])},
          {"runs", std::move(runs)},
          {"counted", trend.nights[at].counted().size()},
          {"proven", std::move(proven)},
          {"proven_by", std::move(by)},
          {"inconclusive", open}};
}

Json metric_json(const Trend& trend, const MetricTrend& metric) {
  Json values = Json::array();
  for (const Figure& figure : metric.nights) values.push_back(figure_json(figure));
  Json changes = Json::array();
  for (const MetricChange& change : metric.changes)
    changes.push_back({{"night", change.point.at},
                       {"since", safe_text(trend.names[change.point.at])},
                       {"run", safe_text(change.run)},
                       {"change", finite_or_null(change.point.change)},
                       {"worse", change.worse},
                       {"p_value", finite_or_null(change.point.p_value)}});
  const bool rate = metric.metric.unit == scenario::MetricUnit::per_second;
  return {{"name", metric.metric.name},
          {"unit", rate ? "1/s" : "s"},
          {"values", std::move(values)},
          {"median", metric.median.at_least ? Json(nullptr) : figure_json(metric.median)},
          {"changes", std::move(changes)}};
}

}  // namespace

std::string trend_json(const Trend& trend) {
  const ChangeRules rules;
  Json json = {{"schema", "votebench.trend/1"},
               {"verdict", trend.word},
               {"headline", safe_text(trend.headline)},
               {"exit_code", static_cast<int>(trend.exit)},
               {"scenario", safe_text(trend.scenario)},
               {"nights", Json::array()},
               {"rules",
                {{"level", rules.level},
                 {"min_effect", rules.effect},
                 {"window", rules.window},
                 {"shortest_segment", rules.shortest},
                 {"nights_needed", kFewestNights},
                 {"false_alarms", kFalseAlarms}}},
               {"metrics", Json::array()},
               {"left_out", Json::array()},
               {"targets", json_list(trend.targets)},
               {"next", json_list(trend.next)}};
  for (std::size_t i = 0; i < trend.nights.size(); ++i)
    json["nights"].push_back(night_json(trend, i));
  for (const MetricTrend& metric : trend.metrics)
    json["metrics"].push_back(metric_json(trend, metric));
  for (const LeftOut& left : trend.left_out)
    json["left_out"].push_back({{"why", safe_text(left.why)}, {"runs", json_list(left.runs)}});
  return json.dump(2) + "\n";
}

}  // namespace votebench::report
