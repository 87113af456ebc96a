#include <cmath>
#include <map>
#include <set>

#include "support/catch.h"
#include "unit/plan/builders.h"

using namespace votebench;
using namespace votebench::plan::test;
using namespace std::chrono_literals;

namespace {

scenario::Scenario revoting(scenario::Executor executor, double ratio, double switch_share = 1) {
  scenario::Scenario scenario = scenario_of(std::move(executor));
  scenario.voters.choices = {{"a", 55}, {"b", 30}, {"c", 15}};
  scenario.voters.revote.ratio = ratio;
  scenario.voters.revote.switch_share = switch_share;
  return scenario;
}

// Re-votes with the vote of the same voter before them.
std::vector<std::pair<PlannedVote, PlannedVote>> successions(
    const std::vector<PlannedVote>& votes) {
  std::map<VoterIndex, PlannedVote> latest;
  std::vector<std::pair<PlannedVote, PlannedVote>> pairs;
  for (const PlannedVote& vote : votes) {
    if (vote.kth > 0) pairs.emplace_back(latest.at(vote.voter), vote);
    latest[vote.voter] = vote;
  }
  return pairs;
}

// |seen - expected| within four standard deviations of a binomial count.
bool plausible(std::size_t seen, std::size_t trials, double share) {
  const double expected = static_cast<double>(trials) * share;
  const double deviation = std::sqrt(expected * (1 - share));
  return std::abs(static_cast<double>(seen) - expected) <= 4 * deviation;
}

}  // namespace

TEST_CASE("re-votes follow their voter's latest vote at a distance within the gap") {
  for (const bool poisson : {false, true}) {
    scenario::Scenario scenario = revoting(scenario::ConstantArrivalRate{500, 60s}, 0.3);
    scenario.workloads[0].poisson = poisson;
    scenario.voters.revote.gap_min = 1s;
    scenario.voters.revote.gap_max = 4s;
    const auto pairs = successions(votes_of(scenario));
    REQUIRE(pairs.size() > 8000);
    for (const auto& [before, after] : pairs) {
      REQUIRE(after.kth == before.kth + 1);  // each vote has one successor at most
      REQUIRE(after.due - before.due >= 1s);
      REQUIRE(after.due - before.due <= 4s);
      REQUIRE(after.choice != before.choice);
    }
  }
}

TEST_CASE("fresh voters are dense") {
  const auto votes = votes_of(revoting(scenario::ConstantArrivalRate{500, 30s}, 0.3));
  VoterIndex expected = 0;
  for (const PlannedVote& vote : votes)
    if (vote.kth == 0) REQUIRE(vote.voter == expected++);
  CHECK(expected < votes.size());
}

TEST_CASE("the share of re-votes is the ratio once the first gap has passed") {
  for (const double ratio : {0.05, 0.2, 0.5, 0.9}) {
    std::size_t votes = 0;
    std::size_t revotes = 0;
    for (const PlannedVote& vote :
         votes_of(revoting(scenario::ConstantArrivalRate{500, 60s}, ratio))) {
      if (vote.due < 1s) {
        REQUIRE(vote.kth == 0);
        continue;
      }
      ++votes;
      revotes += vote.kth > 0 ? 1 : 0;
    }
    CAPTURE(ratio, votes, revotes);
    CHECK(plausible(revotes, votes, ratio));
  }
}

TEST_CASE("the switch share decides how many re-votes change the choice") {
  const auto pairs =
      successions(votes_of(revoting(scenario::ConstantArrivalRate{500, 60s}, 0.4, 0.7)));
  std::size_t changed = 0;
  for (const auto& [before, after] : pairs) changed += before.choice != after.choice ? 1 : 0;
  CHECK(plausible(changed, pairs.size(), 0.7));
}

TEST_CASE("voters of a single choice can only repeat it") {
  scenario::Scenario scenario = revoting(scenario::ConstantArrivalRate{500, 10s}, 0.4);
  scenario.voters.choices = {{"a", 1}};
  for (const PlannedVote& vote : votes_of(scenario)) REQUIRE(vote.choice == 0);
}

TEST_CASE("candidates are picked uniformly over the gap") {
  scenario::Scenario scenario = revoting(scenario::ConstantArrivalRate{1000, 100s}, 0.02);
  scenario.voters.revote.gap_min = 1s;
  scenario.voters.revote.gap_max = 9s;
  std::size_t near = 0;
  std::size_t all = 0;
  for (const auto& [before, after] : successions(votes_of(scenario))) {
    if (after.due < 9s) continue;  // the window is not full yet
    ++all;
    near += after.due - before.due < 5s ? 1 : 0;
  }
  // Few votes are taken, so the window is almost evenly filled.
  CHECK(plausible(near, all, 0.5));
}

TEST_CASE("clients' gaps are counted in votes: 2 to 16 times the clients") {
  const auto votes =
      votes_of(revoting(scenario::ConstantClients{10, std::nullopt, 20000, {}, false}, 0.3));
  const auto pairs = successions(votes);
  CHECK(plausible(pairs.size(), votes.size() - 20, 0.3));
  for (const auto& [before, after] : pairs) {
    REQUIRE(after.number - before.number >= 20);
    REQUIRE(after.number - before.number <= 160);
  }
}

TEST_CASE("the choices follow their weights and depend on nothing else") {
  scenario::Scenario scenario = revoting(scenario::ConstantArrivalRate{500, 40s}, 0);
  const auto votes = votes_of(scenario);
  std::array<std::size_t, 3> counts{};
  for (const PlannedVote& vote : votes) ++counts.at(vote.choice);
  CHECK(plausible(counts[0], votes.size(), 0.55));
  CHECK(plausible(counts[1], votes.size(), 0.30));
  CHECK(plausible(counts[2], votes.size(), 0.15));

  scenario.workloads[0].poisson = true;
  scenario.workloads[0].executor = scenario::Burst{20000, 1s, 0};
  const auto others = votes_of(scenario);
  REQUIRE(others.size() == votes.size());
  for (std::size_t i = 0; i < votes.size(); ++i) REQUIRE(others[i].choice == votes[i].choice);

  scenario.voters.choices = {{"a", 0}, {"b", 1}, {"c", 0}};
  for (const PlannedVote& vote : votes_of(scenario)) REQUIRE(vote.choice == 1);
}

TEST_CASE("streams and copies of a stream deliver the same votes") {
  scenario::Scenario scenario = revoting(scenario::RampingArrivalRate{50, {{500, 20s}}}, 0.3);
  scenario.workloads[0].poisson = true;
  const plan::RunPlan plan = plan_of(scenario);
  const auto same = [](const PlannedVote& a, const PlannedVote& b) {
    return a.number == b.number && a.voter == b.voter && a.kth == b.kth && a.choice == b.choice &&
           a.due == b.due;
  };
  plan::VoteStream one = plan.workloads()[0].votes();
  const plan::RunPlan again = plan_of(scenario);
  plan::VoteStream other = again.workloads()[0].votes();
  for (int i = 0; i < 2000; ++i) REQUIRE(same(*one.next(), *other.next()));
  plan::VoteStream copy = one;
  while (const auto vote = one.next()) REQUIRE(same(*vote, *copy.next()));
  CHECK_FALSE(copy.next().has_value());
  CHECK_FALSE(one.next().has_value());
}
