#include "report/live/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace votebench::report {
namespace {

// A label's value: backslash, quote and line feed are escaped; the rest is UTF-8.
std::string label_text(std::string_view value) {
  std::string text;
  for (const char c : printable(value, 200)) {
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return text;
}

class Exposition {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    text_ +=
        fmt::format("# HELP votebench_{} {}\n# TYPE votebench_{} {}\n", name, help, name, type);
  }

  template <typename Number>
  void sample(std::string_view name, std::string_view labels, Number value) {
    text_ += labels.empty() ? fmt::format("votebench_{} {}\n", name, value)
                            : fmt::format("votebench_{}{{{}}} {}\n", name, labels, value);
  }

  template <typename Number>
  void one(std::string_view name, std::string_view type, std::string_view help, Number value) {
    family(name, type, help);
    sample(name, "", value);
  }

  void histogram(const std::string& name, std::string_view help, const DurationBuckets& buckets) {
    family(name, "histogram", help);
    for (std::size_t i = 0; i < DurationBuckets::kBounds.size(); ++i)
      sample(name + "_bucket", fmt::format("le=\"{}\"", DurationBuckets::kBounds[i]),
             buckets.up_to(i));
    sample(name + "_bucket", "le=\"+Inf\"", buckets.count());
    sample(name + "_sum", "", buckets.sum_s());
    sample(name + "_count", "", buckets.count());
  }

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

void add_votes(Exposition& page, const LiveMetrics& metrics) {
  const ProgressPoint& now = metrics.progress.now;
  page.one("votes_planned", "gauge", "Votes that the scenario plans; 0 where it names none.",
           metrics.progress.planned_votes);
  // A counter may not fall: those that turn out to be not sent stay in it.
  page.one("votes_sent_total", "counter",
           "Votes that were begun, with those that could not be sent (outcome not_sent).",
           now.sent + metrics.progress.not_sent);
  page.family("votes_answered_total", "counter", "Votes by what their answers prove.");
  page.sample("votes_answered_total", "outcome=\"accepted\"", now.accepted);
  page.sample("votes_answered_total", "outcome=\"rejected\"", metrics.rejected);
  page.sample("votes_answered_total", "outcome=\"unknown\"", metrics.ambiguous);
  page.sample("votes_answered_total", "outcome=\"not_sent\"", metrics.not_sent);
  page.one("votes_in_flight", "gauge", "Votes begun and not yet answered.", metrics.in_flight);
}

void add_stores(Exposition& page, const LiveMetrics& metrics) {
  const ProgressState& progress = metrics.progress;
  if (progress.has_queue) {
    page.one("queue_depth", "gauge", "Votes in the queue and its side lists.", progress.now.queued);
    page.one("queue_pushed_total", "counter", "Votes pushed since the start of the load.",
             metrics.pushed);
  }
  if (!progress.has_rows) return;
  page.one("rows_written_total", "counter", "Rows of this run that were seen in the table.",
           progress.now.written);
  page.one("votes_missing", "gauge",
           "Accepted votes that were not seen as rows yet; judged after the drain, not lost.",
           progress.now.missing);
}

void add_times(Exposition& page, const LiveMetrics& metrics) {
  page.histogram("http_response_duration_seconds",
                 "Accepted votes, from when they were due to the end of their answers.",
                 metrics.response);
  page.histogram("http_service_duration_seconds",
                 "Accepted votes, from when they were sent to the end of their answers.",
                 metrics.service);
  if (metrics.has_row_delays)
    page.histogram("end_to_end_duration_seconds",
                   "From acceptance to the row, estimated: first in, first out.",
                   metrics.row_delays);
}

void add_run(Exposition& page, const LiveMetrics& metrics) {
  const ProgressState& progress = metrics.progress;
  page.family("run_info", "gauge", "What is running.");
  page.sample("run_info",
              fmt::format("version=\"{}\",scenario=\"{}\",run=\"{}\"", label_text(metrics.version),
                          label_text(metrics.scenario), label_text(metrics.run)),
              1);
  page.one("load_elapsed_seconds", "gauge", "Since the start of the load.",
           in_seconds(progress.elapsed));
  page.one("load_planned_seconds", "gauge", "The planned length of the load; 0 where it has none.",
           in_seconds(progress.planned_load.value_or(Nanoseconds(0))));
  page.one("draining", "gauge", "1 from the end of the load on.", progress.draining ? 1 : 0);
  page.one("generator_lag_seconds", "gauge", "How late votes left, p99 of the last second.",
           in_seconds(progress.lag));
  page.one("generator_in_flight_exhausted", "gauge",
           "1 while votes are due and max_in_flight keeps them back.",
           progress.in_flight_exhausted ? 1 : 0);
}

void add_events(Exposition& page, const ProgressState& progress) {
  page.one("events_total", "counter", "Events of the run so far.", progress.events.size());
  page.family("event_active", "gauge", "1 while what the scenario did is not undone.");
  for (const RunEvent& event : progress.events)
    if (event.kind == EventKind::fault || event.kind == EventKind::command)
      page.sample("event_active", fmt::format("name=\"{}\"", label_text(event.name)),
                  event.until ? 0 : 1);
}

}  // namespace

void DurationBuckets::record(Nanoseconds value, std::uint64_t times) {
  const double seconds = std::max(in_seconds(value), 0.0);
  const auto* bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  if (bucket != kBounds.end()) counts_[static_cast<std::size_t>(bucket - kBounds.begin())] += times;
  count_ += times;
  sum_s_ += seconds * static_cast<double>(times);
}

std::uint64_t DurationBuckets::up_to(std::size_t index) const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i <= index; ++i) sum += counts_[i];
  return sum;
}

void RowDelays::accepted(Nanoseconds at, std::uint64_t votes) {
  if (!points_.empty() && points_.back().votes >= votes) return;
  if (points_.size() == kMaxPoints) {
    points_.erase(points_.begin(), points_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  // Still full: the queue has been growing for hours; a later time for some of its votes, then.
  if (points_.size() == kMaxPoints) points_.back() = {at, votes};
  if (points_.size() < kMaxPoints) points_.push_back({at, votes});
}

void RowDelays::written(Nanoseconds at, std::uint64_t rows) {
  for (; first_ < points_.size() && written_ < rows; ++first_) {
    const Point& point = points_[first_];
    const std::uint64_t known = std::min(point.votes, rows);
    if (known > written_) delays_.record(at - point.at, known - written_);
    written_ = std::max(written_, known);
    if (point.votes > rows) break;
  }
}

std::string prometheus_text(const LiveMetrics& metrics) {
  Exposition page;
  add_run(page, metrics);
  add_votes(page, metrics);
  add_stores(page, metrics);
  add_times(page, metrics);
  add_events(page, metrics.progress);
  return std::move(page).take();
}

}  // namespace votebench::report
