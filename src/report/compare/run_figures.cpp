#include "report/compare/run_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "report/measures/measures.h"

namespace votebench::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "votebench.result/1";

std::optional<double> number(const Json& value) {
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

// Is the true value not below the one there? A drain that was given up took longer than what is
// known of it.
bool is_lower_bound(const Json& json, const Json::json_pointer& place) {
  if (place.parent_pointer().to_string() == "/settled")
    return !json.at(place.parent_pointer()).at("settled").get<bool>();
  const Json bounds = json.at(place.parent_pointer()).value("at_least", Json::array());
  return std::find(bounds.begin(), bounds.end(), place.back()) != bounds.end();
}

Figure figure(const Json& json, std::string_view metric) {
  const auto [pointer, unit] = in_json(metric);
  const Json::json_pointer place(pointer);
  Figure figure{number(json.at(place)), is_lower_bound(json, place)};
  if (figure.value) *figure.value *= unit;
  return figure;
}

Percentiles percentiles(const Json& json, const std::string& latency) {
  static constexpr std::array<std::pair<const char*, double>, 4> kShares{
      {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}}};
  Percentiles found;
  for (const auto& [name, share] : kShares) {
    const Json::json_pointer place("/latency/" + latency + "/" + name);
    if (!json.contains(place)) continue;
    if (const auto value = number(json.at(place)))
      found.emplace_back(share, is_lower_bound(json, place)
                                    ? std::numeric_limits<double>::infinity()
                                    : *value * 1e-6);
  }
  return found;
}

std::string why_unfit(const Json& json) {
  if (json.at("run").at("interrupted").get<bool>()) return "it was interrupted";
  const Json& generator = json.at("generator");
  const bool fit =
      generator.at("load_valid").get<bool>() && generator.at("samples_valid").get<bool>();
  if (fit) return {};
  const Json& reasons = generator.at("reasons");
  return reasons.empty() ? "limited by its generator" : reasons.front().get<std::string>();
}

RunFigures figures_of(const Json& json) {
  const Json& run = json.at("run");
  RunFigures figures;
  run.at("id").get_to(figures.id);
  run.at("scenario").get_to(figures.scenario);
  run.at("started").get_to(figures.started);
  run.at("target").get_to(figures.target);
  run.at("votebench").get_to(figures.version);
  for (const auto& [name, value] : run.at("environment").items())
    figures.environment.emplace_back(name, value.get<std::string>());
  const Json& audit = json.at("audit");
  figures.audited = !json.contains("error");
  figures.audit = enumerator<VerdictKind>(audit.at("verdict").get<std::string>())
                      .value_or(VerdictKind::inconclusive);
  for (std::size_t i = 0; i < kAllowableDefects.size(); ++i)
    if (const Json& count =
            audit.at(std::string(to_string(kAllowableDefects[i].vote_class))).at("count");
        !count.is_null())  // not provable in that run
      count.get_to(figures.defects[i]);
  figures.unfit = why_unfit(json);
  for (std::size_t i = 0; i < kPrimaryMetrics.size(); ++i)
    figures.metrics[i] = figure(json, kPrimaryMetrics[i].name);
  figures.response = percentiles(json, "http_response");
  figures.stored = percentiles(json, "end_to_end");
  return figures;
}

}  // namespace

Result<RunFigures> read_figures(const std::string& json) {
  try {
    const Json document = Json::parse(json);
    if (document.at("schema") != kSchema)
      return fail(ErrorKind::environment,
                  fmt::format("its schema is {}, this version reads {}",
                              printable(document.at("schema").dump()), kSchema));
    return figures_of(document);
  } catch (const std::exception& error) {
    return fail(ErrorKind::environment, printable(error.what()));
  }
}

}  // namespace votebench::report
