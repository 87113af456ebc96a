#include "scenario/thresholds.h"

#include <set>

#include "support/catch.h"

namespace votebench::scenario {
namespace {

TEST_CASE("each unit has its form") {
  const auto value = [](std::string_view text) { return parse_threshold(text).value().value; };
  CHECK(value("http.error_rate < 0.1%") == 0.001);
  CHECK(value("end_to_end.p999 < 1m30s") == 90);
  CHECK(value("written.rate.max >= 600/m") == 10);
  CHECK(value("queue.depth.max == 0") == 0);
}

TEST_CASE("spaces do not matter") {
  for (const char* text : {"lag.p99<5ms", "  lag.p99  <  5ms  ", "lag.p99 <5ms"}) {
    const auto threshold = parse_threshold(text);
    REQUIRE(threshold);
    CHECK(threshold->text == text);
    CHECK(threshold->metric == "lag.p99");
    CHECK(threshold->op == "<");
    CHECK(threshold->value == 0.005);
  }
}

TEST_CASE("selectors say which votes and when") {
  const Threshold all = parse_threshold("lag.p99 { workload = a.b , to=1m,from=0s } <5ms").value();
  CHECK(all.workload == "a.b");
  CHECK(all.from == Nanoseconds(0));
  CHECK(all.to == Nanoseconds(std::chrono::minutes(1)));
  CHECK(all.selects());
  CHECK(all.value == 0.005);
  CHECK_FALSE(parse_threshold("lag.p99 < 5ms")->selects());
}

TEST_CASE("broken expressions are refused, wherever they end") {
  const std::string whole = "lag.p99{workload=a,from=1s,to=2s} < 5ms";
  for (std::size_t length = 0; length < whole.size() - 1; ++length) {
    const auto threshold = parse_threshold(whole.substr(0, length));
    INFO(whole.substr(0, length));
    REQUIRE_FALSE(threshold);
    CHECK_FALSE(threshold.error().message.empty());
  }
}

TEST_CASE("every metric is told apart and can be written") {
  std::set<std::string_view> names;
  for (const Metric& metric : metrics()) {
    CHECK(names.insert(metric.name).second);
    CHECK(find_metric(metric.name)->name == metric.name);
    CHECK_FALSE(metric.doc.empty());
  }
  CHECK(format_metric(*find_metric("http.error_rate"), 0.00123) == "0.123%");
  CHECK(format_metric(*find_metric("lag.max"), 0.0142) == "14.2 ms");
  CHECK(format_metric(*find_metric("sent.rate"), 399.96) == "400.0/s");
  CHECK(format_metric(*find_metric("queue.depth.max"), 20000) == "20000");
}

}  // namespace
}  // namespace votebench::scenario
