#include "report/compare/course.h"

#include <limits>

#include "comparison_world.h"
#include "report/write/render.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using namespace std::chrono_literals;

namespace {

// Ten looks a second, `per_s` votes accepted and half as many written.
std::vector<Sample> steady(Nanoseconds length, std::uint64_t per_s) {
  std::vector<Sample> samples;
  for (std::int64_t tenth = 0; tenth <= length / 100ms; ++tenth) {
    Sample seen;
    seen.at = 100ms * tenth;
    seen.has_rows = true;
    seen.acked = static_cast<std::uint64_t>(tenth) * per_s / 10;
    seen.rows_written = seen.acked / 2;
    samples.push_back(seen);
  }
  return samples;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the course of a run is a few hundred steps at most") {
  CHECK(course_of({}).empty());
  const Course brief = course_of(steady(10s, 400));
  CHECK(brief.step == 250ms);
  CHECK(brief.accepted.size() == 40);
  CHECK(*brief.accepted[20] == Approx(400));
  CHECK(*brief.written[20] == Approx(200).margin(8));
  const Course hour = course_of(steady(1h, 100));
  CHECK(hour.step == 16s);
  CHECK(hour.accepted.size() == 225);
}

TEST_CASE("the median of courses has the longest of their steps") {
  const Course median =
      median_of(std::vector<Course>{course_of(steady(10s, 400)), course_of(steady(10s, 100)),
                                    Course{}, course_of(steady(200s, 300))});
  CHECK(median.step == 1s);
  REQUIRE(median.accepted.size() == 200);
  CHECK(*median.accepted[5] == Approx(300).margin(3));
  CHECK(*median.accepted[50] == Approx(300).margin(3));  // the others had ended
  CHECK(median_of(std::vector<Course>{}).empty());
}

TEST_CASE("the page of a comparison draws both sides, of the runs whose samples are known") {
  Side a = five("night-1"), b = five_more("night-2");
  CHECK_FALSE(has(comparison_html(compared(a, b)), "<figure class=\"chart\""));
  for (Side* side : {&a, &b})
    for (RunFigures& run : side->runs) {
      run.course = course_of(steady(10s, side == &a ? 400 : 200));
      run.response = {{0.5, 0.001}, {0.9, 0.002}, {0.99, 0.004}};
    }
  b.runs[0].response[2].second = b.runs[1].response[2].second = b.runs[2].response[2].second =
      std::numeric_limits<double>::infinity();
  const std::string page = comparison_html(compared(a, b));
  CHECK(
      has(page, "in steps of 250 ms: A (@night-1) at most 400.0/s, B (@night-2) at most 200.0/s."));
  CHECK(has(page, "A (@night-1) p50 1 ms, p99 4 ms; B (@night-2) p50 1 ms, p99 -."));
  CHECK_FALSE(has(page, "End to end latency"));
}

TEST_CASE("the axis of percentiles names its end") {
  Side a = five("night-1"), b = five_more("night-2");
  for (Side* side : {&a, &b})
    for (RunFigures& run : side->runs) run.response = {{0.5, 0.001}, {0.999, 0.004}};
  CHECK(has(comparison_html(compared(a, b)), ">99.9 %</text>"));
}

TEST_CASE("a change of ten times and more is told as times") {
  Side b = five_more("after");
  for (RunFigures& run : b.runs) run.metrics[4].value = *run.metrics[4].value * 1100;
  const Comparison comparison = compared(five("before"), b);
  CHECK(comparison.headline == "drain.time x1,100");
  const std::string text = comparison_text(comparison, {true, false, 80});
  INFO(text);
  CHECK(has(text, " x1,100 "));
  CHECK(has(text, "x1,100 .. x1,100"));
  CHECK(has(text, "worse"));
}
