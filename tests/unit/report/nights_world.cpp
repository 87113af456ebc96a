#include "nights_world.h"

#include <fmt/format.h>

#include <cmath>

#include "core/text.h"

namespace votebench::report::tests {
namespace {

using namespace std::chrono_literals;

WallTime start_of(std::size_t night, std::size_t run) {
  constexpr std::chrono::sys_days kFirst{std::chrono::year{2026} / 10 / 22};
  return kFirst + 2h + 24h * night + 3min * run;
}

void move_to(std::size_t number, std::size_t run, RunFigures& figures) {
  figures.began = start_of(number, run);
  figures.started = format_utc(figures.began);
  figures.id.clear();
  for (const char c : figures.started.substr(0, 19))
    if (c != '-' && c != ':') figures.id += c;
  figures.id += fmt::format("Z-{:04x}{:04x}", number, run);
  figures.directory = "reports/steady/" + figures.id;
  figures.tags = {fmt::format("night-{}", number)};
}

}  // namespace

std::vector<RunFigures> night(std::size_t number, double slower) {
  std::vector<RunFigures> runs = five("n", slower).runs;
  for (std::size_t i = 0; i < runs.size(); ++i) move_to(number, i, runs[i]);
  return runs;
}

std::vector<RunFigures> night(std::size_t number, std::mt19937& random, const Scatter& scatter,
                              double slower) {
  std::normal_distribution<double> normal;
  std::vector<RunFigures> runs = night(number, slower);
  std::array<double, kPrimaryMetrics.size()> of_night{};
  for (double& factor : of_night) factor = std::exp(scatter.nights * normal(random));
  for (RunFigures& run : runs)
    for (std::size_t i = 0; i < of_night.size(); ++i)
      *run.metrics.at(i).value *= of_night.at(i) * std::exp(scatter.runs * normal(random));
  return runs;
}

std::vector<RunFigures> nights(std::size_t count, std::mt19937& random, const Scatter& scatter,
                               const Slowdown& slowdown) {
  std::vector<RunFigures> all;
  for (std::size_t i = 0; i < count; ++i)
    for (RunFigures& run : night(i, random, scatter, i < slowdown.at ? 1 : slowdown.slower))
      all.push_back(std::move(run));
  return all;
}

std::vector<RunFigures> eventful_nights() {
  std::mt19937 random(42);
  std::vector<RunFigures> runs = nights(40, random, {0.004, 0.01}, {30, 1.15});
  for (RunFigures& run : runs) run.metrics[1].value = 399.8;
  for (std::size_t i = 0; i < 100; ++i) *runs[i].metrics[4].value *= 1.3;
  runs[61].defects[0] = 37;
  runs[61].audit = VerdictKind::fail;
  runs[100].audit = VerdictKind::inconclusive;
  runs[3].environment[1].second = "4";
  runs[4].environment[1].second = "4";
  runs[9].unfit = "1.8 % of votes left more than 10 ms late (lag p99 14.2 ms)";
  return runs;
}

std::vector<RunFigures> hostile_nights() {
  const std::string text =
      "\x1b[2J<script>alert(1)</script>\r\n|`]( \xFF \xE2\x80\xAEgnp.exe \"q\" 票";
  std::mt19937 random(2);
  std::vector<RunFigures> runs = nights(8, random, {0.004, 0.01}, {4, 1.5});
  for (RunFigures& run : runs) run.id = run.scenario = run.target = text;
  runs[0].unfit = text;
  runs[7].target = "another";
  return runs;
}

}  // namespace votebench::report::tests
