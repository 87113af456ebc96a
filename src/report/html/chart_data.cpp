#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/text.h"
#include "report/html/sections.h"
#include "report/html/words.h"
#include "report/percentile_curve.h"

namespace votebench::report::html {
namespace {

using Json = nlohmann::ordered_json;

// A series on the screen, at most.
constexpr std::size_t kMaxPoints = 2000;

// Four significant digits are more than a screen shows.
Json number(const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) return nullptr;
  if (*value == 0) return 0;
  const double scale = std::pow(10, 3 - std::floor(std::log10(std::abs(*value))));
  const double rounded = std::round(*value * scale) / scale;
  if (rounded == std::floor(rounded) && std::abs(rounded) < 1e15)
    return static_cast<std::int64_t>(rounded);
  return rounded;
}

// { "step": seconds, "names": [...], "values": [[...], ...] }: one list per series.
class Panel {
 public:
  explicit Panel(Nanoseconds step) : step_(in_seconds(step)) {}

  void add(const char* name, const Series& series) {
    if (series.empty()) return;
    const Reduced reduced = reduce(series, kMaxPoints);
    step_of_value_ = step_ * reduced.per_value;
    Json list = Json::array();
    for (const auto& value : reduced.values) list.push_back(number(value));
    names_.push_back(name);
    values_.push_back(std::move(list));
  }

  [[nodiscard]] Json json() const {
    return {{"step", step_of_value_}, {"names", names_}, {"values", values_}};
  }

 private:
  double step_;
  double step_of_value_ = 1;
  Json names_ = Json::array();
  Json values_ = Json::array();
};

Json rates(const Timeline& timeline) {
  Panel panel(timeline.step);
  panel.add("sent", timeline.sent);
  panel.add("accepted", timeline.accepted);
  panel.add("queued", timeline.queued);
  panel.add("written", timeline.written);
  if (std::ranges::any_of(timeline.failed, [](const auto& value) { return value > 0.0; }))
    panel.add("failed", timeline.failed);
  return panel.json();
}

Json depth(const Timeline& timeline) {
  Panel panel(timeline.step);
  panel.add("depth", timeline.depth);
  return panel.json();
}

Json response(const Timeline& timeline) {
  Panel panel(timeline.latency_step);
  panel.add("p50", timeline.response_p50);
  panel.add("p99", timeline.response_p99);
  panel.add("slowest", timeline.response_max);
  return panel.json();
}

// [[1-p as decades, seconds], ...] per latency.
Json percentiles(const Report& report) {
  Json all = Json::object();
  const auto add = [&](const char* name, const Latency& latency) {
    Json points = Json::array();
    for (const CurvePoint& point : percentile_curve(latency))
      points.push_back({number(-std::log10(1 - point.share)), number(in_seconds(point.value))});
    if (!points.empty()) all[name] = std::move(points);
  };
  add("service", report.service);
  add("accepted", report.response);
  add("written", report.stored);
  return all;
}

Json events(const Report& report) {
  Json list = Json::array();
  for (const Window& window : windows(report))
    list.push_back({{"from", in_seconds(window.from)},
                    {"to", window.to ? Json(in_seconds(*window.to)) : Json(nullptr)},
                    {"name", printable(window.name)}});
  return list;
}

// Send times of the anomalies, each place of the screen once.
Json marks(const Report& report) {
  const double total =
      in_seconds(report.timeline.step) * static_cast<double>(report.timeline.steps);
  std::set<std::int64_t> places;
  for (const Finding& finding : report.audit.findings)
    if (finding.sent_at)
      places.insert(std::llround(in_seconds(*finding.sent_at) / total * kMaxPoints));
  Json list = Json::array();
  for (const std::int64_t place : places)
    list.push_back(number(static_cast<double>(place) * total / kMaxPoints));
  return list;
}

}  // namespace

std::string chart_data(const Report& report) {
  if (report.timeline.empty()) return "{}";
  const Json json{
      {"end", in_seconds(report.timeline.step) * static_cast<double>(report.timeline.steps)},
      {"rates", rates(report.timeline)},
      {"depth", depth(report.timeline)},
      {"response", response(report.timeline)},
      {"percentiles", percentiles(report)},
      {"events", events(report)},
      {"marks", marks(report)}};
  std::string safe;
  for (const char c : json.dump()) {
    if (c == '<' || c == '>' || c == '&')
      safe += fmt::format("\\u{:04x}", c);
    else
      safe += c;
  }
  return safe;
}

}  // namespace votebench::report::html
