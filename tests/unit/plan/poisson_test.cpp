// Goodness of fit at fixed seeds. Critical values for a level of 0.1 %:
//   Kolmogorov-Smirnov: sqrt(N) D < 1.949 (asymptotic; M. A. Stephens, JASA 69, 1974)
//   chi-square, 19 degrees of freedom: 43.82 (NIST/SEMATECH e-Handbook, 1.3.6.7.4)
#include <algorithm>
#include <array>
#include <cmath>

#include "support/catch.h"
#include "unit/plan/builders.h"

using namespace votebench;
using namespace votebench::plan::test;
using namespace std::chrono_literals;

namespace {

constexpr double kKolmogorov = 1.949;
constexpr double kChiSquare19 = 43.82;

// sqrt(N) x the largest distance between the empirical distribution and a uniform one.
double kolmogorov_uniform(std::vector<double> shares) {
  std::sort(shares.begin(), shares.end());
  const auto count = static_cast<double>(shares.size());
  double distance = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const auto below = static_cast<double>(i);
    distance = std::max({distance, (below + 1) / count - shares[i], shares[i] - below / count});
  }
  return std::sqrt(count) * distance;
}

double chi_square_uniform(const std::vector<double>& shares) {
  std::array<double, 20> bins{};
  for (const double share : shares)
    ++bins[static_cast<std::size_t>(std::min(share, 0.999999) * bins.size())];
  const double expected = static_cast<double>(shares.size()) / bins.size();
  double sum = 0;
  for (const double seen : bins) sum += (seen - expected) * (seen - expected) / expected;
  return sum;
}

std::vector<double> dues(scenario::Executor executor, bool poisson, std::uint64_t seed) {
  scenario::Scenario scenario = scenario_of(std::move(executor));
  scenario.seed = seed;
  scenario.workloads[0].poisson = poisson;
  std::vector<double> times;
  for (const PlannedVote& vote : votes_of(scenario)) times.push_back(seconds(vote.due));
  return times;
}

// The gaps of a Poisson process are exponential; 1 - exp(-rate gap) is then uniform.
std::vector<double> gap_shares(const std::vector<double>& times, double rate) {
  std::vector<double> shares;
  for (std::size_t i = 1; i < times.size(); ++i)
    shares.push_back(-std::expm1(-rate * (times[i] - times[i - 1])));
  return shares;
}

}  // namespace

TEST_CASE("poisson arrivals of a constant rate: uniform places, exponential gaps") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    const auto times = dues(scenario::ConstantArrivalRate{500, 40s}, true, seed);
    REQUIRE(times.size() == 20000);
    CHECK(std::is_sorted(times.begin(), times.end()));
    std::vector<double> places;
    for (const double time : times) places.push_back(time / 40);
    CHECK(kolmogorov_uniform(places) < kKolmogorov);
    CHECK(kolmogorov_uniform(gap_shares(times, 500)) < kKolmogorov);
    CHECK(chi_square_uniform(gap_shares(times, 500)) < kChiSquare19);
  }
}

TEST_CASE("the same tests reject uniform arrivals") {
  const auto times = dues(scenario::ConstantArrivalRate{500, 40s}, false, 1);
  CHECK(kolmogorov_uniform(gap_shares(times, 500)) > kKolmogorov);
  CHECK(chi_square_uniform(gap_shares(times, 500)) > kChiSquare19);
}

TEST_CASE("poisson arrivals of a ramp follow its rate") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto times = dues(scenario::RampingArrivalRate{0, {{400, 20s}, {400, 10s}}}, true, seed);
    REQUIRE(times.size() == 8000);
    std::vector<double> places;
    for (const double time : times)  // the area up to the time, of 8000
      places.push_back((time < 20 ? 10 * time * time : 4000 + 400 * (time - 20)) / 8000);
    CHECK(kolmogorov_uniform(places) < kKolmogorov);
  }
}

TEST_CASE("counts of equal intervals vary as much as their mean") {
  const auto times = dues(scenario::ConstantArrivalRate{500, 100s}, true, 7);
  std::array<double, 1000> counts{};
  for (const double time : times) ++counts[static_cast<std::size_t>(time * 10)];
  double squares = 0;
  for (const double count : counts) squares += (count - 50) * (count - 50);
  // Fisher's index of dispersion: chi-square with 999 degrees of freedom, mean 999, sd 44.7; the
  // bounds are four standard deviations away.
  CHECK(squares / 50 > 999 - 4 * 44.7);
  CHECK(squares / 50 < 999 + 4 * 44.7);
}

TEST_CASE("another seed gives other arrivals") {
  CHECK(dues(scenario::ConstantArrivalRate{50, 2s}, true, 1) !=
        dues(scenario::ConstantArrivalRate{50, 2s}, true, 2));
  CHECK(dues(scenario::ConstantArrivalRate{50, 2s}, true, 1) ==
        dues(scenario::ConstantArrivalRate{50, 2s}, true, 1));
}
