#include "report/live/prometheus.h"

#include "support/golden.h"

using namespace votebench;
using namespace votebench::report;
using namespace std::chrono_literals;

namespace {

LiveMetrics some_metrics() {
  LiveMetrics metrics;
  metrics.version = "0.1.0";
  metrics.scenario = "say \"hi\"\\\n";
  metrics.run = "7f3a91bd";
  metrics.progress.now = {10s, 4000, 3990, 120, 3870, 120};
  metrics.progress.elapsed = 10s;
  metrics.progress.planned_load = 120s;
  metrics.progress.planned_votes = 48000;
  metrics.progress.lag = 400us;
  metrics.progress.events = {{5s, "worker-crash", "", EventKind::fault},
                             {6s, "deploy", "", EventKind::command, 7s},
                             {8s, "half-time", "", EventKind::mark}};
  metrics.rejected = 4;
  metrics.ambiguous = 3;
  metrics.not_sent = 1;
  metrics.in_flight = 2;
  metrics.pushed = 3990;
  metrics.response.record(1500us, 3000);
  metrics.response.record(2ms, 900);
  metrics.response.record(400s, 90);
  return metrics;
}

}  // namespace

TEST_CASE("the text for Prometheus", "[golden]") {
  votebench::tests::check_golden("report/metrics.txt", prometheus_text(some_metrics()));
}

TEST_CASE("stores that are not there have no metrics, estimates only where they hold") {
  LiveMetrics metrics = some_metrics();
  CHECK(prometheus_text(metrics).find("end_to_end") == std::string::npos);
  metrics.has_row_delays = true;
  CHECK(prometheus_text(metrics).find("votebench_end_to_end_duration_seconds_count 0\n") !=
        std::string::npos);
  metrics.progress.has_queue = metrics.progress.has_rows = false;
  CHECK(prometheus_text(metrics).find("votebench_queue") == std::string::npos);
  CHECK(prometheus_text(metrics).find("votebench_rows") == std::string::npos);
}

TEST_CASE("a value on a bound belongs to its bucket, a negative one to the first") {
  DurationBuckets buckets;
  buckets.record(-1ms);
  buckets.record(500us);
  buckets.record(501us);
  buckets.record(1h);
  CHECK(buckets.up_to(0) == 2);
  CHECK(buckets.up_to(1) == 3);
  CHECK(buckets.up_to(DurationBuckets::kBounds.size() - 1) == 3);
  CHECK(buckets.count() == 4);
  CHECK(buckets.sum_s() == Approx(3600.001001));
}

TEST_CASE("rows are taken for votes in the order of their acceptance") {
  RowDelays delays;
  delays.accepted(1s, 10);
  delays.accepted(2s, 20);
  delays.accepted(3s, 20);  // nothing new
  delays.written(4s, 5);    // five of the first ten: 3 s each
  CHECK(delays.delays().count() == 5);
  CHECK(delays.delays().sum_s() == Approx(15));
  delays.written(6s, 15);  // five of 1 s, five of 2 s
  CHECK(delays.delays().count() == 15);
  CHECK(delays.delays().sum_s() == Approx(15 + 25 + 20));
  delays.written(7s, 99);  // rows that nobody accepted are nobody's
  CHECK(delays.delays().count() == 20);
}

TEST_CASE("a queue that grows for hours does not fill the memory") {
  RowDelays delays;
  for (int i = 1; i <= 300'000; ++i)
    delays.accepted(std::chrono::milliseconds(100) * i, static_cast<std::uint64_t>(i));
  delays.written(std::chrono::hours(9), 300'000);
  CHECK(delays.delays().count() == 300'000);
}
