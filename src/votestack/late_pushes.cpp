#include "votestack/late_pushes.h"

#include <algorithm>
#include <array>

#include "votestack/service.h"

namespace votebench::votestack {
namespace {

constexpr std::uint64_t kStallsAt = 60;
constexpr std::size_t kBatch = 20;
constexpr std::uint64_t kRepeatsEvery = 20;
constexpr std::size_t kOldOnes = 5;

bool asynchronously(LatePushes& late, const Ballot& ballot) {
  late.add(ballot, late.count() == kStallsAt ? late.delay() : Nanoseconds(0));
  return false;
}

bool in_batches(LatePushes& late, const Ballot& ballot) {
  late.add(ballot, late.waiting() == 0 ? late.delay() : Nanoseconds(0));
  if (late.waiting() >= kBatch) late.all_are_due();
  return false;
}

bool again(LatePushes& late, const Ballot& ballot) {
  if (late.count() > kSpared && late.count() % kRepeatsEvery == 0)
    late.add(ballot, late.delay(), true);
  return true;
}

bool old_ones_again(LatePushes& late, const Ballot& ballot) {
  const std::string earlier = late.exchange_choice(ballot);
  const bool changed = !earlier.empty() && earlier != ballot.choice;
  if (late.count() > kSpared && changed && late.added() < kOldOnes)
    late.add({ballot.voter, earlier}, late.delay(), true);
  return true;
}

constexpr std::array<PushHabit, 5> kHabits{{
    {"at-once", "pushes, then answers", nullptr},
    {"async", "answers; one thread pushes, and stands still for --push-delay at the 60th vote",
     asynchronously},
    {"batched", "answers; 20 votes are pushed together, or --push-delay after the first",
     in_batches},
    {"repeated", "pushes, and every 20th vote behind the 40th again --push-delay later", again},
    {"old-again", "pushes, and 5 voters' first votes again --push-delay after their second",
     old_ones_again},
}};

}  // namespace

std::span<const PushHabit> push_habits() { return kHabits; }

const PushHabit* find_push_habit(std::string_view word) {
  const auto found = std::ranges::find(kHabits, word, &PushHabit::word);
  return found == kHabits.end() ? nullptr : &*found;
}

LatePushes::LatePushes(const PushHabit& habit, Nanoseconds delay, Address redis, std::string list,
                       const TruthLog& truth)
    : habit_(habit),
      delay_(delay),
      redis_(std::move(redis)),
      list_(std::move(list)),
      truth_(truth) {
  if (habit_.take != nullptr)
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

LatePushes::~LatePushes() = default;

bool LatePushes::take(const Ballot& ballot) {
  if (habit_.take == nullptr) return true;
  const std::lock_guard lock(mutex_);
  ++count_;
  const bool now_too = habit_.take(*this, ballot);
  changed_.notify_one();
  return now_too;
}

// Nothing overtakes: what comes behind a vote that waits is due with it at the earliest.
void LatePushes::add(const Ballot& ballot, Nanoseconds after, bool again) {
  const Instant due = real_clock().now() + after;
  ++added_;
  waiting_.push_back({waiting_.empty() ? due : std::max(due, waiting_.back().due), ballot, again});
}

void LatePushes::all_are_due() {
  for (Late& late : waiting_) late.due = real_clock().now();
}

std::string LatePushes::exchange_choice(const Ballot& ballot) {
  return std::exchange(choices_[ballot.voter], ballot.choice);
}

void LatePushes::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
    if (waiting_.empty()) return;
    const Late next = waiting_.front();
    if (!stop.stop_requested() && real_clock().now() < next.due) {
      changed_.wait_until(lock, stop, next.due,
                          [&] { return real_clock().now() >= waiting_.front().due; });
      continue;
    }
    waiting_.pop_front();
    lock.unlock();
    push(next.ballot);
    if (next.again) truth_.record("pushed_again", next.ballot);
    lock.lock();
  }
}

void LatePushes::push(const Ballot& ballot) {
  const std::string element = to_element(ballot);
  const auto replies = redis_.run({{"RPUSH", list_, element}});
  const bool pushed = replies && replies->front().kind == RedisReply::Kind::integer;
  truth_.record(pushed ? "pushed" : "push_failed", ballot);
  if (!pushed) complain(replies ? replies->front().text : replies.error().message);
}

}  // namespace votebench::votestack
