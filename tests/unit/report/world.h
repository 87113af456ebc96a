// Runs made up for the report: everything that make_report() reads, with a few words to tell them.
#pragma once

#include <string>
#include <vector>

#include "report/report.h"

namespace votebench::report::tests {

class MemoryHistory final : public AttemptHistory {
 public:
  std::vector<Attempt> slots;

 private:
  void visit_blocks(BlockVisitor visitor, void* context) const override {
    visitor(context, 0, slots.data(), slots.size());
  }
};

struct World {
  scenario::Scenario scenario;
  MemoryHistory attempts;
  ledger::RunRecord record;
  PlannedLoad planned;
  Verdict verdict;
  Invocation here{"build/release/votebench", "/home/ann/votes", "run", {}};
  bool follows_one_like_it = true;

  World();

  // Refers to this world. Of a temporary one it may be used within the same expression.
  [[nodiscard]] Report report();

  // One attempt at the next free number, concluded; returns its number.
  AttemptNumber vote(VoterIndex voter, Nanoseconds started, Nanoseconds service,
                     Outcome outcome = Outcome::acked);
  // A row of `voter` with choice 0, committed this long after t0 on our clock.
  void row(VoterIndex voter, Nanoseconds committed);
  // How far the table's clock is ahead of ours; rows of before keep their times.
  void measure_clock(ClockOffset offset);
  // Read again, this long after t0.
  void read_clock(ServerClock::Of of, Nanoseconds at, ClockOffset offset);
  void threshold(const std::string& text, const std::string& metric, const std::string& op,
                 double value);
};

// 2000 votes in 5 s, all stored: bundled scenario "quick".
[[nodiscard]] World quick_pass();
// 39,350 accepted, a worker killed with 37 votes in hand, re-votes.
[[nodiscard]] World worker_crash();
// 300 votes at a worker of 10/s, given 5 s.
[[nodiscard]] World still_queued();

}  // namespace votebench::report::tests
