// The document of a series:
//
//   series := { "schema": "votebench.series/1", "exit_code": n, "groups": [ group ],
//               "comparison": comparison | null }              comparison: comparison_json.cpp
//   group  := { "selector", "planned": n, "runs": [ result ] }  a run's result.json each
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/counted.h"
#include "core/text.h"
#include "report/compare/comparison_words.h"
#include "report/write/render.h"

namespace votebench::report {
namespace {

using Json = nlohmann::ordered_json;

std::string row(const Side& runs, std::size_t metric, bool unicode) {
  std::vector<Figure> figures = measured(runs_of(runs), metric);
  if (figures.empty()) return {};
  std::ranges::sort(figures, {}, &Figure::value);
  const PrimaryMetric& which = kPrimaryMetrics.at(metric);
  const auto text = [&](const Figure& figure) {
    return pad_left(figure_text(which, figure, unicode), 13);
  };
  return fmt::format("    {:<19}{}{}{}\n", which.name, text(median_figure(figures)),
                     text(figures.front()), text(figures.back()));
}

Json document_of(const std::string& text) {
  Json document = Json::parse(text, nullptr, false);
  return document.is_discarded() ? Json(nullptr) : document;
}

}  // namespace

std::string series_text(const Side& runs, std::size_t planned, const Style& style) {
  std::string text = fmt::format("SERIES  {} of {}, {}\n", runs.runs.size(),
                                 counted(planned, "run"), printable(runs.name));
  std::string rows;
  for (std::size_t metric = 0; metric < kPrimaryMetrics.size(); ++metric)
    rows += row(runs, metric, style.unicode);
  if (runs.runs.size() < 2 || rows.empty()) return text;
  return text + fmt::format("  {:<21}{:>13}{:>13}{:>13}\n", "METRIC", "median", "least", "most") +
         rows;
}

std::string series_json(const std::vector<SeriesGroup>& groups, ExitCode exit,
                        const std::string& comparison) {
  Json json = {{"schema", "votebench.series/1"},
               {"exit_code", static_cast<int>(exit)},
               {"groups", Json::array()},
               {"comparison", comparison.empty() ? Json(nullptr) : document_of(comparison)}};
  for (const SeriesGroup& group : groups) {
    Json runs = Json::array();
    for (const std::string& result : group.results) runs.push_back(document_of(result));
    json["groups"].push_back({{"selector", printable(group.name)},
                              {"planned", group.planned},
                              {"runs", std::move(runs)}});
  }
  return json.dump(2) + "\n";
}

}  // namespace votebench::report
