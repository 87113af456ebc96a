// One sender thread: an epoll loop over the sessions of its shares of the workloads.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/os.h"
#include "load/load.h"
#include "load/workload_share.h"

namespace votebench::load {

// What a sender counted for one workload; merged when the threads have ended.
struct ShareTally {
  WorkloadSummary counts;  // without `name` and `planned`
  Nanoseconds exhausted{};
};

struct SenderResult {
  std::vector<ShareTally> shares;  // by workload
  Instant finished{};              // the last conclusion
  Nanoseconds cpu{};
  bool cut_short = false;  // arrivals ended before the last vote
  bool abandoned = false;  // votes in flight were given up
};

// Built in one thread, run in another; owned by one at a time.
class Sender {
 public:
  struct Stops {
    std::stop_token arrivals;
    std::stop_token at_once;
    std::stop_source no_room;  // shared by all senders: ends arrivals, too
  };

  [[nodiscard]] static Result<std::unique_ptr<Sender>> make(const LoadInput& input,
                                                            ThreadPlace place,
                                                            LoadCounters& counters,
                                                            const Stops& stops);

  // To be called once. Wakes for nothing but events, due votes, deadlines and stops.
  void run();
  [[nodiscard]] const SenderResult& result() const { return result_; }

 private:
  // Times are cached once per turn, so a turn takes no more than this.
  static constexpr std::size_t kEventsPerTurn = 64;
  static constexpr std::size_t kStartsPerTurn = 64;

  struct Slot {
    std::unique_ptr<adapters::VoteSession> session;  // opened with its first vote
    std::size_t share = 0;
    SlotIndex index = 0;  // within the share
    PlannedVote vote;
    Instant started;
    bool busy = false;
  };

  Sender(const LoadInput& input, ThreadPlace place, LoadCounters& counters, const Stops& stops);

  [[nodiscard]] Result<> open_descriptors();
  void loop();
  void turn();
  void take_events(Instant now);
  void sweep(Instant now);
  void start_due(std::size_t share, Instant now);
  [[nodiscard]] bool start(Slot& slot, const VoteStart& start, Instant now);
  void count_start(ShareTally& tally, const VoteStart& start);
  void finish(Slot& slot, Instant now);
  void count_end(ShareTally& tally, Outcome outcome);
  void count_cause(const adapters::VoteAnswer& answer);
  void abandon_all();
  void watch_deadline(const Slot& slot);
  [[nodiscard]] bool done() const;
  [[nodiscard]] Instant wake_at() const;

  const LoadInput& input_;
  LoadCounters& counters_;
  Stops stops_;
  FileDescriptor epoll_;
  FileDescriptor stop_event_;
  std::deque<WorkloadShare> shares_;
  std::vector<Slot> slots_;
  std::vector<std::size_t> first_slot_;  // by share
  std::array<epoll_event, kEventsPerTurn> events_{};
  std::span<const epoll_event> ready_;      // of events_, this turn's
  Instant next_deadline_ = Instant::max();  // no session's deadline is earlier
  Instant turned_;                          // when the last turn began
  SenderResult result_;
};

}  // namespace votebench::load
