// A history: which runs are in it, which of them are one night, and how often its equal pairs are
// told apart.
#include "report/compare/history.h"

#include <cmath>

#include "nights_world.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using namespace std::chrono_literals;

namespace {

std::vector<std::size_t> sizes(const History& history) {
  std::vector<std::size_t> found;
  for (const Night& night : history.nights) found.push_back(night.runs.size());
  return found;
}

// Groups of the next two nights after the history, and what is said of them.
Comparison after(const std::vector<RunFigures>& stored, double slower, std::mt19937& random,
                 const Scatter& scatter) {
  const std::size_t next = stored.size() / 5;
  const Side a{"@before", night(next, random, scatter)};
  const Side b{"@after", night(next + 1, random, scatter, slower)};
  std::vector<RunFigures> all = stored;
  all.insert(all.end(), a.runs.begin(), a.runs.end());
  all.insert(all.end(), b.runs.begin(), b.runs.end());
  return compare(a, b, here(), std::move(all));
}

constexpr Scatter kQuiet{0, 0.01};
constexpr Scatter kMoody{0.10, 0.01};  // runs of a night are alike, nights are not

}  // namespace

TEST_CASE("runs of one tag are one night for twelve hours, a run without one is a night") {
  std::vector<RunFigures> runs = night(0);
  for (RunFigures& run : night(1)) runs.push_back(run);
  CHECK(sizes(history_of(runs, runs[0])) == std::vector<std::size_t>{5, 5});
  for (RunFigures& run : runs) run.tags = {"nightly"};  // always the same
  CHECK(sizes(history_of(runs, runs[0])) == std::vector<std::size_t>{5, 5});
  for (std::size_t i = 0; i < runs.size(); ++i) runs[i].tags = {i % 2 == 0 ? "a" : "b"};
  CHECK(sizes(history_of(runs, runs[0])) == std::vector<std::size_t>{3, 2, 3, 2});
  for (RunFigures& run : runs) run.tags.clear();
  CHECK(history_of(runs, runs[0]).nights.size() == 10);
  std::ranges::reverse(runs);
  CHECK(history_of(runs, runs[0]).nights.front().runs.front().id == runs.back().id);
}

TEST_CASE(
    "runs of another scenario, of another machine or of a busy generator are left out, by name") {
  std::vector<RunFigures> runs = night(0);
  runs[0].settings[1].second = "500/s";
  runs[1].environment[1].second = "4";
  runs[2].unfit = "1.8 % of votes left more than 10 ms late";
  runs[3].audited = false;
  const History history = history_of(runs, runs[4]);
  REQUIRE(history.left_out.size() == 4);
  CHECK(history.left_out[0].why == "another scenario: workloads.steady.rate 500/s, not 400/s");
  CHECK(history.left_out[1].why == "another environment: processors 4, not 2");
  CHECK(history.left_out[2].why == "1.8 % of votes left more than 10 ms late");
  CHECK(history.left_out[3].why == "nothing was audited");
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(history.left_out[i].runs == std::vector<std::string>{runs[i].id});
  // What they prove of votes counts nevertheless.
  REQUIRE(history.nights.size() == 1);
  CHECK(history.nights[0].runs.size() == 3);
  CHECK(history.nights[0].counted().size() == 1);
}

TEST_CASE("a night is the median of its runs; a bound counts as what is known") {
  std::vector<RunFigures> runs = night(0);
  const double values[] = {3, 1, 2, 9, 4};
  for (std::size_t i = 0; i < runs.size(); ++i) runs[i].metrics[4] = {values[i], false};
  CHECK(figures_of(history_of(runs, runs[0]).nights, 4).at(0).value == 3);
  runs[1].metrics[4] = {30.0, true};
  runs[2].metrics[4] = {40.0, true};
  CHECK(figures_of(history_of(runs, runs[0]).nights, 4).at(0).value == 9);
  runs[3].metrics[4] = {50.0, true};
  const Figure bound = figures_of(history_of(runs, runs[0]).nights, 4).at(0);
  CHECK(bound.at_least);
  CHECK(bound.value == 30);
  // Nights without a value do not move the places of the others.
  std::vector<Figure> figures(12, Figure{10.0});
  for (std::size_t i = 7; i < 12; ++i) figures[i] = {20.0, true};
  figures[2] = figures[7] = {};
  REQUIRE(changes_of(figures).size() == 1);
  CHECK(changes_of(figures)[0].at == 8);
}

TEST_CASE("at most three of twenty equal pairs may be told apart") {
  // The chance of more than k in 20, each with the level of a comparison.
  const auto beyond = [](std::size_t k) {
    double within = 0;
    double ways = 1;
    for (std::size_t i = 0; i <= k; ++i) {
      const auto n = static_cast<double>(i);
      within += ways * std::pow(kLevel, n) * std::pow(1 - kLevel, 20 - n);
      ways = ways * (20 - n) / (n + 1);
    }
    return 1 - within;
  };
  CHECK(beyond(kMostToldApart) == Approx(0.0159).margin(0.0001));
  CHECK(beyond(kMostToldApart - 1) > 0.05);
  CHECK_FALSE(EqualPairs{kMostToldApart}.too_many());
  CHECK(EqualPairs{kMostToldApart + 1}.too_many());
}

TEST_CASE("innocent: where equal nights are hardly told apart, a regression is one") {
  std::size_t withheld = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    const Comparison comparison = after(nights(21, random, kQuiet), 1.2, random, kQuiet);
    REQUIRE(comparison.equal_pairs);
    withheld += comparison.equal_pairs->too_many();
    CHECK((comparison.word == "REGRESSION") == !comparison.equal_pairs->too_many());
    CHECK((comparison.exit == ExitCode::regression) == !comparison.equal_pairs->too_many());
  }
  INFO(withheld << " of 40");
  CHECK(withheld <= 2);
}

TEST_CASE("guilty: where equal nights are told apart, a regression is withheld") {
  std::size_t withheld = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    const Comparison comparison = after(nights(30, random, kMoody), 1.2, random, kMoody);
    if (!comparison.equal_pairs) continue;
    const bool differs = std::ranges::any_of(
        comparison.metrics, [](const auto& metric) { return metric.word == Word::withheld; });
    withheld += differs;
    if (!differs) continue;
    CHECK(comparison.word == "NO VERDICT");
    CHECK(comparison.exit == ExitCode::passed);
    CHECK(comparison.equal_pairs->told_apart > kMostToldApart);
  }
  INFO(withheld << " of 40");
  CHECK(withheld >= 36);
}

TEST_CASE("withheld performance hides no loss") {
  std::mt19937 random(1);
  const std::vector<RunFigures> stored = nights(30, random, kMoody);
  Side a{"@before", night(30, random, kMoody)};
  Side b{"@after", night(31, random, kMoody)};
  b.runs[2].defects[0] = 1;
  CHECK(compare(a, b, here(), stored).exit == ExitCode::audit_failed);
}

TEST_CASE("of a short history nothing is said, and a difference is believed") {
  std::mt19937 random(3);
  for (const std::size_t count : {0, 1, 10, 19}) {
    const Comparison comparison = after(nights(count, random, kMoody), 1.5, random, {0, 0.01});
    CHECK_FALSE(comparison.equal_pairs);
    CHECK(comparison.word == "REGRESSION");
  }
}

TEST_CASE(
    "only nights before b, of five runs, like b and without a change between them are pairs") {
  std::mt19937 random(5);
  std::vector<RunFigures> stored = nights(21, random, kQuiet);
  CHECK(equal_pairs(history_of(stored, stored[0]).nights));
  // b itself, and what came after it, are no history of it.
  const Side a{"@a", night(19, random, kQuiet)};
  const Side b{"@b", night(20, random, kQuiet)};
  CHECK_FALSE(compare(a, b, here(), stored).equal_pairs);
  std::vector<RunFigures> elsewhere = stored;
  elsewhere[0].environment[1].second = "4";
  CHECK_FALSE(equal_pairs(history_of(elsewhere, stored.back()).nights));
  const std::vector<RunFigures> changed = nights(21, random, kQuiet, {10, 1.5});
  CHECK_FALSE(equal_pairs(history_of(changed, changed[0]).nights));  // one pair less
  const std::vector<RunFigures> longer = nights(22, random, kQuiet, {10, 1.5});
  const auto pairs = equal_pairs(history_of(longer, longer[0]).nights);
  REQUIRE(pairs);
  CHECK_FALSE(pairs->too_many());
}
