#include "comparison_world.h"

#include <fmt/format.h>

#include <cmath>

namespace votebench::report::tests {
namespace {

constexpr const char* kHere = "/home/ann/votes";
constexpr std::array<double, 5> kUsual{431, 399.8, 0.00052, 0.0142, 2.31};

RunFigures run(const std::string& side, std::size_t number) {
  RunFigures figures;
  figures.id = fmt::format("20261120T18{:02}00Z-{}{:07x}", 3 * number, side, number);
  figures.directory = "reports/steady/" + figures.id;
  figures.scenario = "steady";
  figures.invocation = Invocation{"votebench",
                                  kHere,
                                  "run",
                                  {{"", "scenarios/steady.yaml"},
                                   {"--stack", "local"},
                                   {"--variant", "reference"},
                                   {"--set", "http.timeout=9s"}}};
  figures.started = fmt::format("2026-11-20T18:{:02}:00.000Z", 3 * number);
  figures.target = "local stack 'local' (reference)";
  figures.version = "0.1.0";
  figures.environment = {{"system", "Linux 6.1.0"}, {"processors", "2"}, {"redis", "7.0.15"}};
  figures.settings = {{"seed", "1"}, {"workloads.steady.rate", "400/s"}};
  figures.audited = true;
  figures.audit = VerdictKind::pass;
  return figures;
}

// The run of another day of that month.
void move_to(std::size_t day, RunFigures& figures) {
  const std::string digits = fmt::format("{:02}", day);
  figures.id.replace(6, 2, digits);
  figures.directory = "reports/steady/" + figures.id;
  figures.started.replace(8, 2, digits);
}

void measure(RunFigures& figures, const std::array<double, 5>& slower) {
  for (std::size_t i = 0; i < kPrimaryMetrics.size(); ++i)
    figures.metrics[i].value =
        kPrimaryMetrics[i].higher_is_better ? kUsual[i] / slower[i] : kUsual[i] * slower[i];
}

void measure(RunFigures& figures, double slower) {
  measure(figures, {slower, slower, slower, slower, slower});
}

}  // namespace

Side five(const std::string& name, double slower) {
  Side side{"@" + name, {}};
  for (std::size_t i = 0; i < 5; ++i) {
    side.runs.push_back(run(name, i));
    measure(side.runs.back(), slower * (1 + 0.001 * static_cast<double>(i)));
  }
  return side;
}

Side five_more(const std::string& name, double slower) {
  Side side = five(name, slower);
  for (RunFigures& run : side.runs) move_to(21, run);
  return side;
}

Side slow_again(Side side) {
  for (RunFigures& run : side.runs) run.id += "-again";
  return side;
}

Side nightlies(std::size_t nights) {
  Side side{"@nightly", {}};
  for (std::size_t i = 0; i < nights; ++i) {
    side.runs.push_back(run("n", 0));
    move_to(i + 1, side.runs.back());
    measure(side.runs.back(), 1 + 0.01 * static_cast<double>(i % 5));
  }
  return side;
}

Side scattered(const std::string& name, std::mt19937& random, const Circumstances& circumstances) {
  const auto& [slower, disturbed] = circumstances;
  // Of the run as a whole, and of each metric; accepted.rate is the plan's and hardly moves.
  static constexpr std::array<double, 5> kScatter{0.03, 0.002, 0.04, 0.10, 0.05};
  std::normal_distribution<double> normal;
  Side side{"@" + name, {}};
  for (std::size_t i = 0; i < 5; ++i) {
    const double outlier = disturbed && random() % 20 == 0 ? 0.3 : 0;
    const double whole = 0.03 * normal(random) + outlier;
    std::array<double, 5> factors{};
    for (std::size_t m = 0; m < factors.size(); ++m)
      factors[m] =
          (m == 1 ? 1 : slower) * std::exp(kScatter[m] * normal(random) + (m == 1 ? 0 : whole));
    side.runs.push_back(run(name, i));
    measure(side.runs.back(), factors);
  }
  return side;
}

Invocation here() { return {"votebench", kHere, "compare", {}}; }

Comparison compared(Side a, Side b) { return compare(std::move(a), std::move(b), here()); }

Comparison hostile_sides() {
  const std::string text =
      "\x1b[2J<script>alert(1)</script>\r\n|`]( \xFF\xFE \xE2\x80\xAEgnp.exe \"quoted\" é 票";
  Side a = five(text);
  Side b = five_more("latest");
  for (RunFigures& run : b.runs) {
    run.id = run.directory = run.scenario = run.target = run.unfit = text;
    run.environment[0].second = text;
  }
  for (std::size_t i = 0; i < b.runs.size(); ++i) b.runs[i].id += std::to_string(i);
  return compared(a, b);
}

}  // namespace votebench::report::tests
