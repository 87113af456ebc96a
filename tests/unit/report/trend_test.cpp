// A trend: what it finds and how soon, how often it is wrong, and what it says.
#include "report/trend/trend.h"

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "nights_world.h"
#include "report/write/render.h"
#include "suggestions.h"
#include "support/golden.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using votebench::tests::check_golden;

namespace {

Invocation typed() { return {"votebench", "/home/ann/votes", "trend", {}}; }

Trend trend(const std::vector<RunFigures>& runs, std::optional<std::size_t> last = {}) {
  return trend_of(runs, last, typed());
}

Trend eventful() { return trend(eventful_nights()); }

Trend steady() {
  std::mt19937 random(2);
  return trend(nights(12, random, {0.004, 0.01}));
}

Trend too_few() {
  std::mt19937 random(2);
  return trend(nights(3, random, {0.004, 0.01}));
}

Trend hostile() { return trend(hostile_nights()); }

void check_page(const std::string& name, const Trend& trend) {
  const std::string file = "report/trend-" + name;
  check_golden(file + ".txt", trend_text(trend, {true, false, 80}));
  check_golden(file + ".ascii.txt", trend_text(trend, {false, false, 80}));
  check_golden(file + ".md", trend_markdown(trend));
  check_golden(file + ".json", trend_json(trend));
  const std::string page = trend_html(trend);
  check_golden(file + ".html",
               page.substr(page.find("<body>"), page.find("<script ") - page.find("<body>")));
}

// Of 1,000 histories of 40 nights of one metric that never changes: how many show a change point?
std::size_t false_alarms(unsigned seed, const std::function<double(std::mt19937&)>& night) {
  std::mt19937 random(seed);
  std::size_t alarms = 0;
  for (int history = 0; history < 1000; ++history) {
    std::vector<Figure> figures;
    for (int i = 0; i < 40; ++i) figures.push_back({night(random)});
    alarms += !changes_of(figures).empty();
  }
  return alarms;
}

}  // namespace

TEST_CASE("a trend with a change, a loss and runs left out", "[golden]") {
  check_page("changed", eventful());
}
TEST_CASE("a steady trend", "[golden]") { check_page("steady", steady()); }
TEST_CASE("a trend of too few nights", "[golden]") { check_page("few", too_few()); }

TEST_CASE("of 40 nights one change of 15 % is found within three nights") {
  std::size_t exact = 0;
  constexpr std::size_t kAt = 25;
  for (unsigned seed = 0; seed < 100; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const std::vector<RunFigures> all = nights(40, random, {0.02, 0.02}, {kAt, 1 / 0.85});
    const std::vector<RunFigures> early(all.begin(), all.begin() + 5 * (kAt + 3));
    for (const Trend& found : {trend(early), trend(all)}) {
      const auto& changes = found.metrics.at(0).changes;
      REQUIRE(std::ranges::any_of(changes, &MetricChange::worse));
      const MetricChange change = *std::ranges::find_if(changes, &MetricChange::worse);
      CHECK(change.point.change == Approx(-0.15).margin(0.06));
      CHECK(std::abs(static_cast<double>(change.point.at) - static_cast<double>(kAt)) <= 2);
      exact += change.point.at == kAt;
    }
  }
  INFO(exact << " of 200 name the very night");
  CHECK(exact >= 180);
}

TEST_CASE("false alarms in 1,000 flat histories stay below the level that is printed") {
  std::normal_distribution<double> normal;
  const auto scattered_by = [&](double scatter) {
    return [&normal, scatter](std::mt19937& random) {
      return 100 * std::exp(scatter * normal(random));
    };
  };
  const auto level = static_cast<std::size_t>(1000 * kFalseAlarms);
  for (const double scatter : {0.01, 0.03, 0.05, 0.1, 0.3}) {
    const std::size_t alarms = false_alarms(20261130, scattered_by(scatter));
    WARN("scatter " << scatter << ": " << alarms << " of 1000");
    CHECK(alarms <= level);
  }
  // One night of twenty on a machine that was busy.
  const std::size_t disturbed = false_alarms(20261130, [&](std::mt19937& random) {
    return 100 * std::exp(0.03 * normal(random)) * (random() % 20 == 0 ? 1.3 : 1);
  });
  WARN("disturbed: " << disturbed << " of 1000");
  CHECK(disturbed <= level);
}

TEST_CASE("a loss is told of its night, whatever the run counts for") {
  std::mt19937 random(9);
  std::vector<RunFigures> runs = nights(6, random, {0, 0.01});
  runs[12].defects = {1, 2, 0, 0, 0};
  runs[12].unfit = "limited by its generator";
  runs[13].defects[0] = 4;
  const Trend found = trend(runs);
  REQUIRE(found.defects.size() == 1);
  CHECK(found.defects[0].night == 2);
  CHECK(found.defects[0].defects[0] == 5);
  CHECK(found.defects[0].runs == std::vector<std::string>{runs[12].id, runs[13].id});
  CHECK(found.headline.starts_with("defects proven in 1 of 6 nights"));
  CHECK(found.exit == ExitCode::passed);
}

TEST_CASE("nights are counted from the newest, and four are needed") {
  std::mt19937 random(4);
  const std::vector<RunFigures> runs = nights(10, random, {0, 0.01});
  CHECK(trend(runs, 4).nights.size() == 4);
  CHECK(trend(runs, 4).names.front() == "2026-10-28");
  CHECK(trend(runs, 4).exit == ExitCode::passed);
  CHECK(trend(runs, 3).exit == ExitCode::inconclusive);
  CHECK(trend(runs, 40).nights.size() == 10);
  const Trend none = trend({});
  CHECK(none.exit == ExitCode::inconclusive);
  CHECK(none.next == std::vector<std::string>{"votebench run --votes 1000 --clients 40"});
  const Trend few = trend(runs, 3);
  REQUIRE(few.next.size() == 1);
  CHECK(few.next[0].starts_with("votebench run scenarios/steady.yaml"));
}

TEST_CASE("runs without tags are nights with a time of day") {
  std::vector<RunFigures> runs = night(0);
  for (RunFigures& run : runs) run.tags.clear();
  const Trend found = trend(runs);
  CHECK(found.nights.size() == 5);
  CHECK(found.names[1] == "2026-10-22 02:03:00");
}

TEST_CASE("no line of a trend is wider than the terminal, ASCII is ASCII, hostile text is text") {
  for (const Trend& trend : {eventful(), steady(), too_few(), hostile()}) {
    for (const std::size_t width : {60, 80, 120}) {
      const std::string text = trend_text(trend, {false, false, width});
      for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = text.find('\n', from);
        const std::string line = text.substr(from, end - from);
        INFO(line);
        CHECK(display_width(line) <= width);
        from = end + 1;
      }
      for (const char c : text)
        CHECK((static_cast<unsigned char>(c) < 0x80 && (c >= ' ' || c == '\n')));
    }
    CHECK(trend_html(trend).find("<script>alert") == std::string::npos);
    CHECK(nlohmann::json::parse(trend_json(trend)).at("schema") == "votebench.trend/1");
  }
}

TEST_CASE("the JSON of a trend and its page say what its text says") {
  const Trend found = eventful();
  const auto json = nlohmann::json::parse(trend_json(found));
  const std::string text = trend_text(found, {true, false, 80});
  const std::string page = trend_html(found);
  std::size_t changes = 0;
  for (const auto& metric : json.at("metrics")) {
    CHECK(metric.at("values").size() == 40);
    for (const auto& change : metric.at("changes")) {
      ++changes;
      const std::string told = "since " + change.at("since").get<std::string>() + ":";
      CHECK(text.find(told) != std::string::npos);
      CHECK(page.find(told) != std::string::npos);
      CHECK(text.find(change.at("run").get<std::string>()) != std::string::npos);
    }
  }
  CHECK(changes >= 2);
  CHECK(json.at("nights").at(12).at("proven").at("lost") == 37);
  CHECK(text.find("2026-11-03: 37 lost") != std::string::npos);
}
