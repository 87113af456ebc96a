// Thousands of seeded runs of a stack in memory: harmless chaos never fails a run, and every
// planted fault is found, in its class, with its victims, and at a hop that the claimed range
// contains.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <string>

#include "audit/judge_one.h"
#include "support/catch.h"
#include "support/memory_stack.h"

using namespace votebench;
using support::Fault;
using support::MemoryStack;
using support::Script;

namespace {

constexpr std::uint64_t kRunsPerFault = 700;  // 14 kinds: 9,800; and 1,400 that do not settle

// What a verdict accuses the run of, or reports about strangers.
std::map<std::string, std::uint64_t> reported(const Verdict& verdict) {
  std::map<std::string, std::uint64_t> counts{
      {"lost", verdict.lost.count},       {"stale", verdict.stale.count},
      {"flipped", verdict.flipped.count}, {"duplicated", verdict.duplicated.count},
      {"phantom", verdict.phantom.count}, {"contradiction", verdict.contradiction.count},
      {"carry_over", verdict.carry_over}, {"foreign", verdict.foreign},
      {"other_run", verdict.other_run},   {"invalid_own", verdict.invalid_own}};
  std::erase_if(counts, [](const auto& entry) { return entry.second == 0; });
  return counts;
}

std::string class_of(Fault fault) {
  switch (fault) {
    case Fault::none:
      return "";
    case Fault::loss_at_vote:
    case Fault::loss_in_queue:
    case Fault::loss_at_worker:
    case Fault::loss_in_table:
    case Fault::restart:
      return "lost";
    case Fault::stale:
      return "stale";
    case Fault::flip:
      return "flipped";
    case Fault::duplicate:
      return "duplicated";
    case Fault::phantom:
      return "phantom";
    case Fault::carry_over:
      return "carry_over";
    case Fault::foreign:
      return "foreign";
    case Fault::other_run:
      return "other_run";
    case Fault::invalid_own:
      return "invalid_own";
  }
  return "";
}

Hop hop_of(Fault fault) {
  switch (fault) {
    case Fault::loss_at_vote:
      return Hop::vote;
    case Fault::loss_at_worker:
      return Hop::worker;
    case Fault::loss_in_table:
      return Hop::db;
    default:
      return Hop::queue;
  }
}

// A fault that its table model hides or makes impossible is planted in the other one.
TableModel model_for(Fault fault, std::uint64_t seed) {
  if (fault == Fault::stale) return TableModel::last_wins;
  if (fault == Fault::duplicate) return TableModel::append;
  return seed % 2 == 0 ? TableModel::last_wins : TableModel::append;
}

std::set<VoterIndex> accused(const Verdict& verdict) {
  std::set<VoterIndex> voters;
  for (const Finding& finding : verdict.findings) voters.insert(finding.voter);
  return voters;
}

bool every_range_contains(const Verdict& verdict, Hop hop) {
  std::uint64_t sum = 0;
  for (const auto& [range, count] : verdict.lost_by_hop) {
    if (hop < range.first || range.last < hop) return false;
    sum += count;
  }
  return sum == verdict.lost.count;
}

class Confusion {
 public:
  void note(Fault fault, const Verdict& verdict) {
    const auto found = reported(verdict);
    for (const auto& [name, count] : found) ++cells_[{fault, name}];
    if (found.empty()) ++cells_[{fault, "nothing"}];
  }
  void print() const {
    std::cout << "planted fault -> runs that report it as\n";
    for (int i = 0; i < support::kFaults; ++i) {
      const auto fault = static_cast<Fault>(i);
      std::string line = fmt::format("  {:<15}", to_string(fault));
      for (const auto& [key, runs] : cells_)
        if (key.first == fault) line += fmt::format(" {} {}", key.second, runs);
      std::cout << line << "\n";
    }
  }

 private:
  std::map<std::pair<Fault, std::string>, std::uint64_t> cells_;
};

void check_run(std::uint64_t seed, Fault fault, Confusion& confusion) {
  MemoryStack stack(seed, {fault, model_for(fault, seed), true, false});
  stack.run();
  const Verdict verdict = audit::judge_one(stack.seen().input());
  confusion.note(fault, verdict);
  INFO("seed " << seed << " fault " << to_string(fault));
  const auto found = reported(verdict);
  const std::string expected = class_of(fault);
  const auto& truth = stack.truth();
  const std::uint64_t count = truth.victims.empty() ? truth.strangers : truth.victims.size();
  if (count == 0)
    REQUIRE(found.empty());
  else
    REQUIRE(found == std::map<std::string, std::uint64_t>{{expected, count}});
  REQUIRE(accused(verdict) == truth.victims);
  REQUIRE(verdict.kind == (truth.victims.empty() ? VerdictKind::pass : VerdictKind::fail));
  if (expected == "lost") REQUIRE(every_range_contains(verdict, hop_of(fault)));
}

}  // namespace

TEST_CASE("seeded faults: the confusion matrix is diagonal, harmless chaos passes",
          "[exhaustive]") {
  Confusion confusion;
  for (int fault = 0; fault < support::kFaults; ++fault)
    for (std::uint64_t seed = 0; seed < kRunsPerFault; ++seed)
      check_run(seed * support::kFaults + static_cast<std::uint64_t>(fault),
                static_cast<Fault>(fault), confusion);
  confusion.print();
}

TEST_CASE("seeded faults: a run that has not settled never fails for want of patience") {
  std::uint64_t pending = 0;
  for (std::uint64_t seed = 0; seed < 2 * kRunsPerFault; ++seed) {
    MemoryStack stack(seed, {Fault::none, model_for(Fault::none, seed), false, false});
    stack.run();
    const Verdict verdict = audit::judge_one(stack.seen().input());
    INFO("seed " << seed);
    REQUIRE(verdict.kind == VerdictKind::inconclusive);
    REQUIRE(reported(verdict).empty());
    pending += verdict.pending + verdict.queued;
  }
  CHECK(pending > 1000);
}

TEST_CASE("seeded faults: without unknown answers the counters say more about the hop") {
  const auto hops_of = [](Fault fault) {
    MemoryStack stack(7, {fault, TableModel::append, true, true});
    stack.run();
    return audit::judge_one(stack.seen().input()).lost_by_hop;
  };
  using Hops = std::map<HopRange, std::uint64_t>;
  CHECK(hops_of(Fault::loss_at_vote) == Hops{{{Hop::vote, Hop::vote}, 3}});
  CHECK(hops_of(Fault::loss_in_queue) == Hops{{{Hop::queue, Hop::db}, 3}});
  CHECK(hops_of(Fault::loss_at_worker) == Hops{{{Hop::queue, Hop::db}, 3}});
  CHECK(hops_of(Fault::loss_in_table) == Hops{{{Hop::queue, Hop::db}, 3}});
}

TEST_CASE("metamorphic: the order of rows and rows of strangers change no verdict") {
  for (int fault = 0; fault < support::kFaults; ++fault) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      MemoryStack stack(seed, {static_cast<Fault>(fault),
                               model_for(static_cast<Fault>(fault), seed), seed % 3 != 0, false});
      stack.run();
      support::CaseFile changed = stack.seen();
      Rng rng(seed);
      for (std::size_t i = changed.rows.rows.own.size(); i > 1; --i)
        std::swap(changed.rows.rows.own[i - 1], changed.rows.rows.own[rng.below(i)]);
      changed.rows.rows.foreign += 5;
      changed.rows.rows.total += 5;
      const Verdict before = audit::judge_one(stack.seen().input());
      const Verdict after = audit::judge_one(changed.input());
      INFO("seed " << seed << " fault " << fault);
      auto expected = reported(before);
      expected["foreign"] += 5;
      REQUIRE(reported(after) == expected);
      REQUIRE(after.kind == before.kind);
      REQUIRE(after.persisted == before.persisted);
      REQUIRE(accused(after) == accused(before));
    }
  }
}
