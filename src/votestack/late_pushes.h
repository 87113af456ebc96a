// When the app pushes a vote: a table of habits, each as it was met in a real app. All of them
// answer "accepted" before anything is known of a push that comes later.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "core/clock.h"
#include "votestack/redis_link.h"
#include "votestack/truth_log.h"

namespace votebench::votestack {

class LatePushes;

struct PushHabit {
  std::string_view word;
  std::string_view what;  // one clause
  // True: the vote is to be pushed now as well. Null: nothing is ever late.
  bool (*take)(LatePushes& late, const Ballot& ballot);
};

// The first is that of the real app.
[[nodiscard]] std::span<const PushHabit> push_habits();
[[nodiscard]] const PushHabit* find_push_habit(std::string_view word);  // null: there is none

// Pushes votes when they are due, in the order in which they came, on a connection of its own.
// Thread-safe.
class LatePushes {
 public:
  // `delay`: what each habit makes of it. `truth` must outlive it.
  LatePushes(const PushHabit& habit, Nanoseconds delay, Address redis, std::string list,
             const TruthLog& truth);
  ~LatePushes();  // pushes what is left at once
  LatePushes(const LatePushes&) = delete;
  LatePushes& operator=(const LatePushes&) = delete;

  // True: push the vote now.
  [[nodiscard]] bool take(const Ballot& ballot);

  // For the habits, which hold the lock.
  // `again`: it was pushed before ("pushed_again" in the truth log).
  void add(const Ballot& ballot, Nanoseconds after, bool again = false);
  void all_are_due();
  // The choice of this voter's last vote, which is now `ballot`'s; empty: there was none.
  [[nodiscard]] std::string exchange_choice(const Ballot& ballot);
  [[nodiscard]] std::uint64_t count() const { return count_; }  // votes that came, this one too
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::size_t added() const { return added_; }  // ever
  [[nodiscard]] Nanoseconds delay() const { return delay_; }

 private:
  struct Late {
    Instant due;
    Ballot ballot;
    bool again = false;
  };
  void work(const std::stop_token& stop);
  void push(const Ballot& ballot);

  const PushHabit& habit_;
  Nanoseconds delay_;
  RedisLink redis_;
  std::string list_;
  const TruthLog& truth_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t count_ = 0;
  std::size_t added_ = 0;
  std::deque<Late> waiting_;
  std::unordered_map<std::string, std::string> choices_;  // of voters; of exchange_choice()
  std::jthread thread_;                                   // last: it uses the others
};

}  // namespace votebench::votestack
