// The end of a series: how many runs, and the middle of what they measured.
#include "report/write/render.h"
#include "support/catch.h"

using namespace votebench::report;

namespace {

Side runs_with(const std::vector<Figure>& drains) {
  Side side{"@night", {}};
  for (const Figure& drain : drains) {
    RunFigures run;
    run.metrics.back() = drain;
    side.runs.push_back(run);
  }
  return side;
}

std::string last_row(const Side& side) {
  const std::string text = series_text(side, 5, {true, false, 80});
  return text.substr(text.rfind("    drain.time"));
}

}  // namespace

TEST_CASE("a series ends with the median, the least and the most of each metric") {
  const Side side = runs_with({{0.5, false}, {0.1, false}, {0.2, false}});
  CHECK(series_text(side, 5, {true, false, 80}).starts_with("SERIES  3 of 5 runs, @night\n"));
  CHECK(last_row(side) == "    drain.time                200 ms       100 ms       500 ms\n");
  CHECK(series_text(side, 5, {true, false, 80}).find("accepted.rate") == std::string::npos);
}

TEST_CASE("a series counts what was longer than was measured as beyond all others") {
  const Side side = runs_with({{60, true}, {0.1, false}, {60, true}});
  CHECK(last_row(side) == "    drain.time                ≥1m00s       100 ms       ≥1m00s\n");
}

TEST_CASE("one run has no median") {
  CHECK(series_text(runs_with({{0.5, false}}), 5, {true, false, 80}) ==
        "SERIES  1 of 5 runs, @night\n");
}
