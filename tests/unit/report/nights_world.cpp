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

}  // namespace votebench::report::tests
