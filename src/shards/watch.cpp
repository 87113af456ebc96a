#include "shards/watch.h"

#include <algorithm>
#include <vector>

#include "shards/claim.h"
#include "shards/ledgers.h"

namespace votebench::shards {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanoseconds kLook = milliseconds(200);
// What a shared file system may hold back: NFS keeps what it knows of a file for up to so long
// (nfs(5), acregmax), of a new name less.
constexpr Nanoseconds kSpare = seconds(20);
// A process takes its lock just after it has written its first file.
constexpr int kDeadLooks = 3;

class Watcher {
 public:
  explicit Watcher(const Watch& watch)
      : watch_(watch), dead_looks_(watch.ticket.shards, 0), moved_(watch.clock.now()) {}

  // Returns whether another look is worth it.
  bool look(const std::function<void(const Progress&)>& told) {
    Progress sum;
    const Instant now = watch_.clock.now();
    std::uint32_t open = 0;
    for (std::uint32_t index = 0; index < watch_.ticket.shards; ++index) {
      sum += read_progress(shard_directory(watch_.directory, index));
      if (may_go_on(index, now)) ++open;
    }
    if (sum != last_) moved_ = now;
    last_ = sum;
    told(sum);
    return open > 0 && now < patience();
  }

  [[nodiscard]] bool any_left() const { return watch_.clock.now() >= patience(); }

 private:
  bool may_go_on(std::uint32_t index, Instant now) {
    const ShardSigns signs = look_at_shard(watch_.directory, index);
    if (signs.closed) return false;
    if (!signs.claimed) return now < watch_.t0 + kLatestStart + kSpare;
    int& looks = dead_looks_[index];
    looks = signs.dead ? looks + 1 : 0;
    return looks < kDeadLooks;
  }

  [[nodiscard]] Instant patience() const {
    const Instant planned_end = watch_.t0 + watch_.plan.last_due().value_or(Nanoseconds(0));
    return std::max(planned_end, moved_) + watch_.answer_timeout + kSpare;
  }

  const Watch& watch_;
  std::vector<int> dead_looks_;
  Progress last_;
  Instant moved_;
};

}  // namespace

void watch_shards(const Watch& watch, const std::function<void(const Progress&)>& told,
                  const WatchStop& stop) {
  Watcher watcher(watch);
  bool asked = false;
  while (watcher.look(told)) {
    if (stop.at_once.stop_requested()) break;
    if (stop.arrivals.stop_requested() && !asked) {
      (void)ask_to_stop(watch.directory, "the run was interrupted");
      asked = true;
    }
    watch.clock.sleep_until(watch.clock.now() + kLook, stop.at_once);
  }
  if (!asked && (stop.at_once.stop_requested() || watcher.any_left()))
    (void)ask_to_stop(watch.directory, "the observer waits no longer");
}

}  // namespace votebench::shards
