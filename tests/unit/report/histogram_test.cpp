#include "report/measures/histogram.h"

#include <algorithm>

#include "core/rng.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::report;
using namespace std::chrono_literals;

namespace {

// Durations over every magnitude, some of them negative, many of them equal.
std::vector<Nanoseconds> draw(std::uint64_t seed, std::size_t count) {
  Rng rng(seed);
  std::vector<Nanoseconds> values;
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<std::int64_t>(rng.next() >> rng.below(64) >> 1U);
    values.emplace_back(rng.below(5) == 0 ? -value : value);
    if (rng.below(3) == 0) values.push_back(values[rng.below(values.size())]);
  }
  return values;
}

Histogram of(const std::vector<Nanoseconds>& values) {
  Histogram histogram;
  for (const Nanoseconds value : values) histogram.record(value);
  return histogram;
}

}  // namespace

TEST_CASE("an empty histogram has no values") {
  const Histogram histogram;
  CHECK(histogram.count() == 0);
  CHECK_FALSE(histogram.min());
  CHECK_FALSE(histogram.max());
  CHECK_FALSE(histogram.percentile(0.5));
  CHECK(histogram.buckets().empty());
}

TEST_CASE("every rank is within 1/128 above the sorted value, and never below it") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::vector<Nanoseconds> values = draw(seed, 300);
    const Histogram histogram = of(values);
    std::sort(values.begin(), values.end());
    REQUIRE(histogram.count() == values.size());
    CHECK(histogram.min() == values.front());
    CHECK(histogram.max() == values.back());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto exact = static_cast<long double>(values[i].count());
      const auto shown = static_cast<long double>(histogram.at_rank(i + 1).count());
      REQUIRE(shown >= exact);
      REQUIRE(shown - exact <= std::abs(exact) / 128);
    }
  }
}

TEST_CASE("percentiles are nearest ranks") {
  Histogram histogram;
  for (int i = 1; i <= 10; ++i) histogram.record(Nanoseconds(i));
  CHECK(histogram.percentile(0) == 1ns);
  CHECK(histogram.percentile(0.5) == 5ns);
  CHECK(histogram.percentile(0.51) == 6ns);
  CHECK(histogram.percentile(0.9) == 9ns);
  CHECK(histogram.percentile(1) == 10ns);
  CHECK(nearest_rank(0.55, 100) == 55);  // 55.00000000000001 in binary
  CHECK(nearest_rank(0.99, 100) == 99);
  CHECK(nearest_rank(0.999, 1000) == 999);
  CHECK(nearest_rank(0.5, 1) == 1);
}

TEST_CASE("merging is the same as recording everything in one") {
  const std::vector<Nanoseconds> left = draw(7, 500);
  const std::vector<Nanoseconds> right = draw(8, 700);
  Histogram merged = of(left);
  merged.merge(of(right));
  merged.merge(Histogram{});
  std::vector<Nanoseconds> all = left;
  all.insert(all.end(), right.begin(), right.end());
  const Histogram whole = of(all);
  CHECK(merged.buckets() == whole.buckets());
  CHECK(merged.min() == whole.min());
  CHECK(merged.max() == whole.max());
}

TEST_CASE("buckets are ascending, disjoint, and hold every value") {
  const Histogram histogram = of(draw(9, 2000));
  std::uint64_t total = 0;
  std::optional<Nanoseconds> last;
  for (const Histogram::Bucket& bucket : histogram.buckets()) {
    REQUIRE(bucket.lowest <= bucket.highest);
    if (last) REQUIRE(*last < bucket.lowest);
    last = bucket.highest;
    total += bucket.count;
  }
  CHECK(total == histogram.count());
}

TEST_CASE("the ends of the number range are kept") {
  Histogram histogram;
  histogram.record(Nanoseconds::max());
  histogram.record(Nanoseconds::min(), 3);
  CHECK(histogram.count() == 4);
  CHECK(histogram.max() == Nanoseconds::max());
  CHECK(histogram.min() == Nanoseconds::min());
}

TEST_CASE("values above a limit are counted") {
  Histogram histogram;
  histogram.record(5ms, 90);
  histogram.record(40ms, 10);
  histogram.record(-3ms, 2);
  CHECK(histogram.count_above(10ms) == 10);
  CHECK(histogram.count_above(1s) == 0);
  CHECK(histogram.count_above(-4ms) == 102);
}
