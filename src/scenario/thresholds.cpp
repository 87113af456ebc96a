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

constexpr std::uint8_t kVotes = kByTime | kByWorkload;

struct Family {
  std::string_view name;
  std::uint8_t traits;
  std::string_view doc;
};
constexpr std::array<Family, 4> kTimes{{
    {"http.response", kNeedsValidGenerator | kVotes | kLive,
     "from when a vote was due to the end of its answer"},
    {"http.service", kNeedsValidGenerator | kVotes | kLive,
     "from when a vote was sent to the end of its answer"},
    {"end_to_end", kNeedsValidGenerator | kVotes,
     "from when a vote was due to the commit of its row"},
    {"lag", kVotes | kLive, "from when a vote was due to when it was sent"},
}};

constexpr std::array<Metric, 11> kOthers{{
    {"http.error_rate", MetricUnit::share, kVotes | kLive, "sent votes that were not accepted"},
    {"http.unknown_rate", MetricUnit::share, kVotes | kLive,
     "sent votes whose answer proves nothing"},
    {"sent.rate", MetricUnit::per_second, kNeedsValidGenerator | kVotes, "votes sent, mean"},
    {"sent.rate.max", MetricUnit::per_second, kNeedsValidGenerator | kVotes,
     "votes sent, best second"},
    {"accepted.rate", MetricUnit::per_second, kNeedsValidGenerator | kVotes,
     "votes accepted, mean"},
    {"accepted.rate.max", MetricUnit::per_second, kNeedsValidGenerator | kVotes,
     "votes accepted, best second"},
    {"queue.depth.max", MetricUnit::count, kByTime | kLive, "the longest that the queue was"},
    {"written.rate", MetricUnit::per_second, kNeedsValidGenerator | kByTime, "rows written, mean"},
    {"written.rate.max", MetricUnit::per_second, kNeedsValidGenerator | kByTime,
     "rows written, best 10 s"},
    {"drain.time", MetricUnit::time, 0, "from the last vote to a settled stack"},
    {"page.difference", MetricUnit::count, 0,
     "votes that the result page shows too many or too few"},
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
    all.push_back({time_names()[i], MetricUnit::time, family.traits, family.doc});
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
      return parse_time(text).map([](Nanoseconds time) { return in_seconds(time); });
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

Fault bad(std::string message, std::string help, const Piece& piece) {
  return Fault(ValueError{DiagnosticId::bad_threshold, std::move(message), std::move(help),
                          piece.offset, std::max<std::size_t>(piece.text.size(), 1)});
}

// What stands between the braces of a threshold.
class Selectors {
 public:
  Selectors(const Metric& metric, Threshold& threshold) : metric_(metric), threshold_(threshold) {}

  // `at` is behind the opening brace. Returns the place behind the closing one.
  tl::expected<std::size_t, ValueError> read(std::string_view text, std::size_t at) {
    const std::size_t close = text.find('}', at);
    if (close == std::string_view::npos)
      return bad("the brace is not closed", kHelp, {at - 1, text.substr(at - 1)});
    while (at <= close) {
      const std::size_t end = std::min(text.find(',', at), close);
      const auto read_one = selector(next_piece(text.substr(0, end), at, ""));
      if (!read_one) return Fault(read_one.error());
      at = end + 1;
    }
    if (threshold_.from && threshold_.to && *threshold_.from >= *threshold_.to)
      return bad("'to' is not after 'from'", "times count from the start of the load",
                 {close, "}"});
    return close + 1;
  }

 private:
  static constexpr const char* kHelp =
      "write {workload=NAME}, {from=10s}, {to=1m} or several of them with commas";

  tl::expected<void, ValueError> selector(const Piece& piece) {
    const std::size_t equals = piece.text.find('=');
    if (piece.text.empty()) return bad("a selector is missing", kHelp, piece);
    if (equals == std::string_view::npos)
      return bad(fmt::format("'{}' selects nothing", printable(piece.text, 60)), kHelp, piece);
    const std::string_view key = next_piece(piece.text.substr(0, equals), 0, "").text;
    const Piece value = next_piece(piece.text, equals + 1, "");
    const Piece at{piece.offset + value.offset, value.text};
    if (key == "workload") return workload(piece, at);
    if (key == "from") return time(piece, at, threshold_.from);
    if (key == "to") return time(piece, at, threshold_.to);
    return bad(fmt::format("unknown selector '{}'", printable(key, 60)),
               suggest(key, {"workload", "from", "to"}), piece);
  }

  tl::expected<void, ValueError> workload(const Piece& whole, const Piece& value) {
    if (!metric_.has(kByWorkload))
      return bad(fmt::format("{} is of all workloads together", metric_.name),
                 "remove the selector", whole);
    if (!threshold_.workload.empty()) return twice(whole);
    if (!is_name(value.text)) return bad("a workload's name is needed", kHelp, whole);
    threshold_.workload = value.text;
    return {};
  }

  tl::expected<void, ValueError> time(const Piece& whole, const Piece& value,
                                      std::optional<Nanoseconds>& field) {
    if (!metric_.has(kByTime))
      return bad(fmt::format("{} is of the whole run", metric_.name), "remove the selector", whole);
    if (field) return twice(whole);
    const auto parsed = parse_time(value.text);
    if (!parsed)
      return bad(fmt::format("'{}' is not a time", printable(value.text, 60)),
                 "write a number and its unit: 250ms, 5s, 1m30s", value);
    field = *parsed;
    return {};
  }

  static Fault twice(const Piece& piece) {
    return bad("the same selector twice", "remove one of them", piece);
  }

  const Metric& metric_;
  Threshold& threshold_;
};

tl::expected<double, ValueError> parse_limit(const Metric& metric, const Piece& written) {
  const auto value = parse_in(metric.unit, written.text);
  if (value) return *value;
  return bad(fmt::format("'{}' is no value for {}", printable(written.text, 60), metric.name),
             fmt::format("write it as {}", example_of(metric.unit)), written);
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
  static constexpr std::array<std::string_view, 5> kOperators{{"<", "<=", ">", ">=", "=="}};
  const Fault no_threshold(
      ValueError{DiagnosticId::bad_threshold, "{value} is not a threshold",
                 "write METRIC OP VALUE, as in 'http.response.p99 < 50ms'; OP is <, <=, "
                 ">, >= or =="});
  const Piece name = next_piece(text, 0, "<>={");
  if (name.text.empty() || name.offset + name.text.size() == text.size()) return no_threshold;
  const Metric* metric = find_metric(name.text);
  Threshold threshold{std::string(text), std::string(name.text), "", 0};
  std::size_t behind = text.find_first_not_of(' ', name.offset + name.text.size());
  if (text[behind] == '{' && metric != nullptr) {
    const auto end = Selectors(*metric, threshold).read(text, behind + 1);
    if (!end) return Fault(end.error());
    behind = *end;
  }
  const std::size_t at = std::min(text.find_first_of("<>=", behind), text.size());
  const std::size_t end = std::min(text.find_first_not_of("<>=", at), text.size());
  threshold.op = text.substr(at, end - at);
  const bool stray = !next_piece(text.substr(0, at), behind, "").text.empty();
  const bool known_operator =
      std::find(kOperators.begin(), kOperators.end(), threshold.op) != kOperators.end();
  if (metric == nullptr && (known_operator || text[behind] == '{'))
    return unknown_metric(name.text, name.offset);
  if (!known_operator || stray) return no_threshold;
  const auto limit = parse_limit(*metric, next_piece(text, end, ""));
  if (!limit) return Fault(limit.error());
  threshold.value = *limit;
  return threshold;
}

}  // namespace votebench::scenario
