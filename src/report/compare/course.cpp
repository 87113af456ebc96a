#include "report/compare/course.h"

#include <algorithm>

#include "report/compare/statistics.h"

namespace votebench::report {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kFinest = 250ms;
constexpr std::int64_t kMostSteps = 400;

std::vector<CounterPoint> points_of(const std::vector<Sample>& samples,
                                    std::uint64_t Sample::*value, bool Sample::*seen) {
  std::vector<CounterPoint> points;
  for (const Sample& sample : samples)
    if (seen == nullptr || sample.*seen)
      points.push_back({sample.at, static_cast<double>(sample.*value)});
  return points;
}

// The mean of each `many` values, of those that are known.
Series coarser(const Series& series, std::size_t many) {
  Series means;
  for (std::size_t first = 0; first < series.size(); first += many) {
    double sum = 0, known = 0;
    for (std::size_t i = first; i < std::min(first + many, series.size()); ++i) {
      if (!series[i]) continue;
      sum += *series[i];
      ++known;
    }
    means.push_back(known > 0 ? std::optional(sum / known) : std::nullopt);
  }
  return means;
}

Series median_of(const std::vector<Course>& courses, Nanoseconds step, Series Course::*which) {
  std::vector<Series> all;
  std::size_t steps = 0;
  for (const Course& course : courses) {
    if (course.empty()) continue;
    all.push_back(coarser(course.*which, static_cast<std::size_t>(step / course.step)));
    steps = std::max(steps, all.back().size());
  }
  Series medians(steps);
  for (std::size_t i = 0; i < steps; ++i) {
    std::vector<double> values;
    for (const Series& one : all)
      if (i < one.size() && one[i]) values.push_back(*one[i]);
    if (!values.empty()) medians[i] = median(values);
  }
  return medians;
}

}  // namespace

Course course_of(const std::vector<Sample>& samples) {
  if (samples.empty() || samples.back().at <= 0ns) return {};
  const Nanoseconds end = samples.back().at;
  Course course;
  course.step = kFinest;
  while (end / course.step >= kMostSteps) course.step *= 2;
  const auto steps = static_cast<std::size_t>((end - 1ns) / course.step) + 1;
  course.accepted = rises(points_of(samples, &Sample::acked, nullptr), course.step, steps);
  course.written =
      rises(points_of(samples, &Sample::rows_written, &Sample::has_rows), course.step, steps);
  return course;
}

Course median_of(const std::vector<Course>& courses) {
  Course median;
  for (const Course& course : courses) median.step = std::max(median.step, course.step);
  if (median.empty()) return median;
  median.accepted = median_of(courses, median.step, &Course::accepted);
  median.written = median_of(courses, median.step, &Course::written);
  return median;
}

}  // namespace votebench::report
