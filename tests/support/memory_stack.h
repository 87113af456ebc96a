// A voting stack in memory, driven by a seed: vote service, queue, worker, table. It commits one
// scripted fault amid harmless chaos, writes down what it did, and yields what votebench would see.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "core/rng.h"
#include "support/case_file.h"

namespace votebench::support {

enum class Fault {
  none,            // only harmless chaos: timeouts, late pushes, refusals, a slow worker
  loss_at_vote,    // answered 200, never pushed
  loss_in_queue,   // pushed, removed from the list
  loss_at_worker,  // popped, never written
  loss_in_table,   // written, deleted
  restart,         // Redis comes back empty under another run id
  stale,           // two votes of one voter are processed in the wrong order
  flip,            // written with another value
  duplicate,       // one POST, two elements
  phantom,         // a row with an id of ours that was never sent
  carry_over,      // votes of an earlier run stand in the queue at the start
  foreign,
  other_run,
  invalid_own,
};
inline constexpr int kFaults = static_cast<int>(Fault::invalid_own) + 1;
[[nodiscard]] std::string_view to_string(Fault fault);

struct Script {
  Fault fault = Fault::none;
  TableModel model = TableModel::last_wins;
  bool settles = true;  // false: the run is looked at while votes are still on their way
  bool without_chaos = false;
};

// What really happened.
struct Truth {
  std::set<VoterIndex> victims;  // of faults that concern votes or rows with ids of ours
  std::uint64_t strangers = 0;   // rows that the fault added
};

class MemoryStack {
 public:
  MemoryStack(std::uint64_t seed, const Script& script);

  // Plays the whole run. Call once.
  void run();
  [[nodiscard]] const CaseFile& seen() const { return seen_; }
  [[nodiscard]] const Truth& truth() const { return truth_; }

 private:
  struct Element {
    VoterIndex voter;
    ChoiceIndex choice;
    AttemptNumber number;
    bool ours;
  };
  struct LatePush {
    std::uint64_t due;
    Element element;
  };

  void plan_votes();
  void choose_victims();
  void cast(AttemptNumber number);
  [[nodiscard]] Outcome serve(const Element& element);
  void push(const Element& element);
  void push_late();
  void work();
  void write(Element element);
  void restart_queue();
  void drain();
  void spoil_table();
  void gather_evidence();
  [[nodiscard]] bool is_victim(VoterIndex voter) const { return truth_.victims.contains(voter); }
  [[nodiscard]] bool chance(double share) { return rng_.uniform() < share; }

  Script script_;
  Rng rng_;
  double worker_share_;  // of the steps in which the worker takes a vote
  std::uint64_t now_ = 0;
  std::vector<Element> plan_;
  std::deque<Element> queue_;
  std::vector<LatePush> late_;
  std::deque<Element> hand_;        // popped, not yet written
  std::vector<Element> held_back_;  // the worker's wrong order
  std::multimap<VoterIndex, ChoiceIndex> table_;
  std::uint64_t stranger_rows_ = 0;
  std::uint64_t pushed_ = 0;
  CaseFile seen_;
  Truth truth_;
};

}  // namespace votebench::support
