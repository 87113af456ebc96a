#include "scenario/thresholds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/text.h"
#include "scenario/values.h"

namespace votebench::scenario {
namespace {

using Fault = tl::unexpected<ValueError>;

constexpr std::array<std::string_view, 6> kStats{{"p50", "p90", "p95", "p99", "p999", "max"}};

struct Family {
  std::string_view name;
  bool needs_valid_generator;
  std::string_view doc;
};
constexpr std::array<Family, 4> kTimes{{
    {"http.response", true, "from when a vote was due to the end of its answer"},
    {"http.service", true, "from when a vote was sent to the end of its answer"},
    {"end_to_end", true, "from when a vote was sent to the commit of its row"},
    {"lag", false, "from when a vote was due to when it was sent"},
}};

constexpr std::array<Metric, 8> kOthers{{
    {"http.error_rate", MetricUnit::share, false, "sent votes that were not accepted"},
    {"http.unknown_rate", MetricUnit::share, false, "sent votes whose answer proves nothing"},
    {"sent.rate", MetricUnit::per_second, true, "votes sent, mean"},
    {"accepted.rate", MetricUnit::per_second, true, "votes accepted, mean"},
    {"queue.depth.max", MetricUnit::count, false, "the longest that the queue was"},
    {"written.rate", MetricUnit::per_second, true, "rows written, mean"},
    {"written.rate.max", MetricUnit::per_second, true, "rows written, best 10 s"},
    {"drain.time", MetricUnit::time, false, "from the last vote to a settled stack"},
}};

// The names of the times, which the table's views refer to.
const std::vector<std::string>& time_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Family& family : kTimes)
      for (const std::string_view stat : kStats)
        all.push_back(fmt::format("{}.{}", family.name, stat));
    return all;
  }();
  return names;
}

std::vector<Metric> make_metrics() {
  std::vector<Metric> all;
  for (std::size_t i = 0; i < time_names().size(); ++i) {
    const Family& family = kTimes[i / kStats.size()];
    all.push_back({time_names()[i], MetricUnit::time, family.needs_valid_generator, family.doc});
  }
  all.insert(all.end(), kOthers.begin(), kOthers.end());
  return all;
}

tl::expected<double, ValueError> parse_in(MetricUnit unit, std::string_view text) {
  switch (unit) {
    case MetricUnit::share:
      return parse_share(text);
    case MetricUnit::per_second:
      return parse_rate(text);
    case MetricUnit::time:
      return parse_time(text).map(
          [](Nanoseconds time) { return std::chrono::duration<double>(time).count(); });
    case MetricUnit::count:
      return parse_count(text).map([](std::uint64_t count) { return static_cast<double>(count); });
  }
  return 0;
}

std::string metric_help(std::string_view name) {
  name = name.substr(0, 64);  // no metric is longer
  const std::string stats = fmt::format("{}", fmt::join(kStats, ", "));
  std::vector<std::string> all;
  std::vector<std::string> summary;
  for (const Family& family : kTimes) {
    if (name == family.name || name.starts_with(std::string(family.name) + "."))
      return fmt::format("{} has {}", family.name, stats);
    summary.push_back(std::string(family.name) + ".*");
  }
  for (const Metric& metric : kOthers) summary.emplace_back(metric.name);
  for (const Metric& metric : metrics()) all.emplace_back(metric.name);
  return closest_match(name, all)
             ? suggest(name, all)
             : fmt::format("known here: {} (* is {})", fmt::join(summary, ", "), stats);
}

Fault unknown_metric(std::string_view name, std::size_t offset) {
  return Fault(ValueError{DiagnosticId::unknown_metric,
                          fmt::format("unknown metric '{}'", printable(name, 60)),
                          metric_help(name), offset, name.size()});
}

// Where a piece of the expression stands.
struct Piece {
  std::size_t offset = 0;
  std::string_view text;
};

// Up to the first character of `stop`, without surrounding spaces.
Piece next_piece(std::string_view text, std::size_t from, std::string_view stop) {
  const std::size_t begin = std::min(text.find_first_not_of(' ', from), text.size());
  const std::size_t end = std::min(text.find_first_of(stop, begin), text.size());
  Piece piece{begin, text.substr(begin, end - begin)};
  while (piece.text.ends_with(' ')) piece.text.remove_suffix(1);
  return piece;
}

}  // namespace

std::span<const Metric> metrics() {
  static const std::vector<Metric> all = make_metrics();
  return all;
}

const Metric* find_metric(std::string_view name) {
  const auto all = metrics();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Metric& metric) { return metric.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string_view example_of(MetricUnit unit) {
  switch (unit) {
    case MetricUnit::share:
      return "0.1%";
    case MetricUnit::time:
      return "50ms";
    case MetricUnit::per_second:
      return "400/s";
    case MetricUnit::count:
      return "20000";
  }
  return "";
}

std::string format_metric(const Metric& metric, double value) {
  switch (metric.unit) {
    case MetricUnit::share:
      return fmt::format("{:.3g}%", value * 100);
    case MetricUnit::time:
      return format_duration(Nanoseconds(static_cast<std::int64_t>(value * 1e9)));
    case MetricUnit::per_second:
      return fmt::format("{:.1f}/s", value);
    case MetricUnit::count:
      return fmt::format("{:.0f}", value);
  }
  return "";
}

tl::expected<Threshold, ValueError> parse_threshold(std::string_view text) {
  const Piece name = next_piece(text, 0, "<>={");
  const std::size_t behind = name.offset + name.text.size();
  if (text.substr(std::min(text.find_first_not_of(' ', behind), text.size())).starts_with('{'))
    return Fault(ValueError{DiagnosticId::not_yet_supported,
                            "selecting a workload is not yet supported in this version",
                            "remove the braces", behind, text.size() - behind});
  const std::size_t at = text.find_first_of("<>=", behind);
  const std::size_t end = std::min(text.find_first_not_of("<>=", at), text.size());
  const std::string_view op = at < end ? text.substr(at, end - at) : "";
  constexpr std::array<std::string_view, 5> kOperators{{"<", "<=", ">", ">=", "=="}};
  if (name.text.empty() || std::find(kOperators.begin(), kOperators.end(), op) == kOperators.end())
    return Fault(ValueError{DiagnosticId::bad_threshold, "{value} is not a threshold",
                            "write METRIC OP VALUE, as in 'http.response.p99 < 50ms'; OP is <, <=, "
                            ">, >= or =="});
  const Metric* metric = find_metric(name.text);
  if (metric == nullptr) return unknown_metric(name.text, name.offset);
  const Piece written = next_piece(text, end, "");
  const auto value = parse_in(metric->unit, written.text);
  if (!value)
    return Fault(ValueError{
        DiagnosticId::bad_threshold,
        fmt::format("'{}' is no value for {}", printable(written.text, 60), metric->name),
        fmt::format("write it as {}", example_of(metric->unit)), written.offset,
        std::max<std::size_t>(written.text.size(), 1)});
  return Threshold{std::string(text), std::string(name.text), std::string(op), *value};
}

}  // namespace votebench::scenario
