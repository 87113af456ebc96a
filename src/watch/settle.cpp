#include "watch/settle.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/counted.h"
#include "core/text.h"
#include "watch/drain.h"

namespace votebench::watch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanoseconds kFirstPause = milliseconds(20);  // a clean run ends at once
constexpr Nanoseconds kLaterPause = milliseconds(100);
constexpr Nanoseconds kEager = seconds(1);
constexpr Nanoseconds kBetweenElsewhere = seconds(2);
constexpr const char* kLateOrLost =
    "no queue is configured, and the target does not say for how long a count may be late: late "
    "and lost look alike";
// A worker that is just writing the last vote needs no trailing ones.
constexpr Nanoseconds kBeforeTrailing = seconds(1);

std::size_t lists_of(const TargetSettings& target) {
  return target.queue ? 1 + target.queue->further_lists.size() : 1;
}

}  // namespace

Drain::Drain(const DrainTask& task, Clock& clock, std::stop_token stop)
    : task_(task),
      clock_(clock),
      stop_(std::move(stop)),
      begin_(clock.now()),
      patience_(begin_, task.timeout),
      trailing_(task.cast_trailing, task.ids, clock, lists_of(task.target)),
      elsewhere_(task.target.worker_max_hold) {
  CHECK_THAT_HOLDS((task.queue == nullptr) == (task.queue_baseline == nullptr));
  CHECK_THAT_HOLDS((task.rows == nullptr) == (task.row_baseline == nullptr));
  if (task.queue != nullptr) {
    queue_.emplace(*task.queue, *task.queue_baseline, task.ids, clock);
    if (task.history) queue_->continue_from(task.history());
  }
  const auto& carried =
      task.queue != nullptr ? task.queue_baseline->carry_over_ids : nothing_carried_;
  if (task.rows != nullptr)
    rows_.emplace(*task.rows,
                  adapters::RowQuestion{task.ids, task.choices, *task.row_baseline, carried},
                  task.missing_acked, clock);
}

DrainResult Drain::run() {
  SettleProof proof{};
  for (;;) {
    look();
    proof = prove();
    if (proof != SettleProof::none || is_pointless()) break;
    report_status();
    clock_.sleep_until(clock_.now() + (elapsed() < kEager ? kFirstPause : kLaterPause), stop_);
  }
  if (proof == SettleProof::none) {
    if (rows_ && !rows_->read()) rows_->read();  // the server may have ended the connection
    if (queue_) queue_->read_contents();
    if (rows_stay_as_they_are() && everything_is_there()) {
      proof = SettleProof::complete;
      why_nothing_is_held_ = SettleProof::none;
    } else if (!stop_.stop_requested()) {
      name_what_stands_elsewhere();
    }
  }
  DrainResult result;
  result.settlement = settlement(proof);
  if (queue_) result.queue = queue_->evidence();
  if (rows_) result.rows = rows_->take_evidence();
  if (task_.rows_fell && result.rows.fell.empty()) result.rows.fell = task_.rows_fell();
  return result;
}

void Drain::look() {
  if (queue_) queue_->look();
  if (rows_ && lists_are_clear()) rows_->read_when_due();
  const Instant now = clock_.now();
  Position position;
  if (queue_) {
    position.waiting = queue_->waiting();
    position.pushed = queue_->pushed();
    if (queue_->error().empty()) rate_.observe(now, position.waiting);
  }
  // A reading that failed moved nothing.
  position.rows = rows_ && rows_->has_rows() ? rows() : position_.rows;
  if (rows_) position.missing = rows_->missing().count;
  if (!queue_ && rows_) rate_.observe(now, position.missing);
  const bool pushed = position.pushed != position_.pushed;
  if (position != std::exchange(position_, position)) patience_.moved(now);
  if (!queue_ || !rows_ || !rows_->has_rows()) return;
  const auto clear_since = queue_->clear_since();
  serial_.observe(clear_since, rows_->read_at(), rows(), workers_since(clear_since.value_or(now)));
  settling_.observe(pushed ? std::nullopt : clear_since, rows_->read_at(), rows(), 0);
}

// Workers that may have taken votes before `since` and were still there then, at least one.
std::size_t Drain::workers_since(Instant since) const {
  const auto& consumers = queue_->consumers();
  const auto there = std::ranges::count_if(consumers, [&](const SeenConsumer& consumer) {
    return !consumer.gone_since || *consumer.gone_since >= since;
  });
  return std::max<std::size_t>(1, static_cast<std::size_t>(there));
}

// Who took votes, or may have: more than there ever were at one time, at least one.
std::size_t Drain::takers_ever_seen() const {
  const QueueHistory& history = queue_->history();
  return std::max<std::size_t>(1, history.consumers.size() + history.others.size());
}

SettleProof Drain::prove() {
  obstacle_.clear();
  why_nothing_is_held_ = SettleProof::none;
  if (!rows_ || !rows_->has_rows() || !lists_are_clear()) return SettleProof::none;
  const bool everything_there = everything_is_there();
  if (rows_->missing().wrong > 0 && clock_.now() - rows_->missing_since() < time_to_come_right())
    return SettleProof::none;
  if (everything_there && rows_stay_as_they_are()) return SettleProof::complete;
  if (!queue_) return counters() ? prove_by_stillness(everything_there) : SettleProof::none;
  cast_trailing_votes(everything_there);
  if (const auto obstacle = queue_->obstacle()) {
    obstacle_ = *obstacle;
    return SettleProof::none;
  }
  why_nothing_is_held_ = nobody_holds_a_vote()     ? SettleProof::empty_handed
                         : was_quiet_long_enough() ? SettleProof::quiet
                                                   : SettleProof::none;
  const bool weak = by_side_lists() || !elsewhere_.obstacle().empty();
  if (weak && was_quiet_long_enough()) why_nothing_is_held_ = SettleProof::quiet;
  if (why_nothing_is_held_ == SettleProof::none || !nothing_moves() ||
      !nothing_waits_in_the_app() || !nothing_waits_elsewhere() || !evidence_stands())
    return SettleProof::none;
  return rows_->missing().count == 0 ? SettleProof::complete : why_nothing_is_held_;
}

// Of counters that no queue stands before. What is missing may be late for as long as the target
// says, and for ever where it does not say.
SettleProof Drain::prove_by_stillness(bool everything_there) {
  const auto& quiet = task_.target.settle_quiet;
  if (!everything_there && !quiet) obstacle_ = kLateOrLost;
  const Nanoseconds needed =
      everything_there ? std::min(kStill, task_.timeout) : quiet.value_or(kStill);
  if (!obstacle_.empty() || patience_.still_for(clock_.now()) < needed) return SettleProof::none;
  const MissingVotes missing = rows_->missing();
  const std::uint64_t counted = rows();
  if (!rows_->read() || !rows_->proves_absence() || rows_->missing() != missing ||
      rows() != counted)
    return SettleProof::none;
  if (everything_there) return SettleProof::complete;
  why_nothing_is_held_ = SettleProof::quiet;
  return SettleProof::quiet;
}

// Behind a batcher that waits for more votes, these let go of the last ones.
void Drain::cast_trailing_votes(bool everything_there) {
  const Nanoseconds clear_for = clock_.now() - queue_->clear_since().value_or(clock_.now());
  if (!everything_there && clear_for < kBeforeTrailing) return;
  if (stop_.stop_requested() || !trailing_.look(rows_->store())) return;
  const bool seen = queue_->history().list_seen();
  if (!trailing_.due(rows_->missing(), seen)) return;
  const bool again = trailing_.cast_count() > 0;
  if (again && seen && clock_.now() - rows_->missing_since() < kStill) return;
  queue_->freeze_pushed();
  trailing_.cast(workers_since(*queue_->clear_since()), rows_->missing());
  queue_->note_seen_in(trailing_.seen_in());
}

// An app that could not push a vote may have kept it to try again, as a worker keeps one in hand.
bool Drain::nothing_waits_in_the_app() {
  const std::uint64_t accepted = rows_->own_rows() + rows_->missing().count;
  const std::optional<std::uint64_t> pushed = queue_->pushed_for_the_run();
  const bool all_pushed = !pushed || *pushed >= accepted || rows_->missing().count == 0;
  if (all_pushed || why_nothing_is_held_ == SettleProof::quiet ||
      elapsed() >= task_.target.worker_max_hold)
    return true;
  obstacle_ = counted(accepted - *pushed, "accepted vote was", "accepted votes were") +
              " not pushed, and the app may still try again (worker.max_hold is " +
              format_duration(task_.target.worker_max_hold) + ")";
  return false;
}

// Looked at before absence is claimed, or that no row is changed or joined any more, and again
// while something moves there. Where side lists show what is in hand, another list with votes of
// ours may be one that the target does not name.
bool Drain::nothing_waits_elsewhere() {
  obstacle_ = elsewhere_.obstacle();
  if (!obstacle_.empty() && clock_.now() < elsewhere_due_) return false;
  elsewhere_due_ = clock_.now() + kBetweenElsewhere;
  if (const Result<> looked = look_elsewhere(); !looked) {
    obstacle_ = looked.error().message;
    return false;
  }
  obstacle_ = elsewhere_.obstacle();
  return obstacle_.empty();
}

Result<> Drain::look_elsewhere() {
  TRY_ASSIGN(const adapters::Elsewhere in_queue, queue_->find_elsewhere());
  TRY_ASSIGN(const adapters::Elsewhere in_store, rows_->find_elsewhere());
  const std::vector<VoterIndex> stored = rows_->voters();
  ElsewhereQuestion question{.at = clock_.now(), .wall = clock_.wall_now(), .stored = stored};
  question.votes_are_missing = rows_->missing().count > 0;
  question.in_hand_elsewhere = by_side_lists();
  question.leans_on_quiet = why_nothing_is_held_ == SettleProof::quiet;
  question.moved_unseen = adapters::queue_kind(task_.target.queue)
                              .use(task_.queue_baseline->snapshot, queue_->history().last)
                              .hidden;
  elsewhere_.observe(question, in_queue, in_store);
  looked_elsewhere_ = true;
  return {};
}

// For whoever has to find votes that are still missing.
void Drain::name_what_stands_elsewhere() {
  if (queue_ && queue_->error().empty() && rows_ && rows_->has_rows() && rows_->missing().count > 0)
    static_cast<void>(look_elsewhere());  // why not is no news: the proof did not come to it
}

// Trailing votes that stand in the list before nobody say nothing of those that were taken.
bool Drain::nobody_takes_votes() const {
  return queue_->waiting() > 0 &&
         std::ranges::all_of(queue_->consumers(),
                             [](const auto& consumer) { return consumer.gone_since.has_value(); });
}

// The same votes are missing for a while, and trailing votes came through without any of them.
bool Drain::nothing_moves() {
  if (rows_->missing().count > 0 && clock_.now() - rows_->missing_since() < kStill) {
    obstacle_ = "votes have moved a moment ago";
    return false;
  }
  obstacle_ = nobody_takes_votes() ? "" : trailing_.obstacle(rows_->missing());
  return obstacle_.empty();
}

bool Drain::everything_is_there() {
  if (!rows_ || !rows_->proves_absence() || rows_->missing().count > 0) return false;
  if (!queue_) return true;
  return queue_->read_contents() && queue_->clear_since() &&
         rows_->read_at() >= *queue_->clear_since();
}

bool Drain::nobody_holds_a_vote() {
  Hands hands;
  hands.worker = task_.target.worker;
  hands.max_hold = task_.target.worker_max_hold;
  hands.worker_stated = task_.target.worker_stated;
  hands.max_hold_stated = task_.target.max_hold_stated;
  hands.side_lists = task_.target.queue && !task_.target.queue->in_flight.empty();
  if (task_.target.queue) hands.blind_spot = adapters::blind_spot_of(*task_.target.queue);
  hands.votes_are_missing = rows_->missing().count > 0;
  hands.rows_tell_voters = rows_tell_voters();
  if (task_.in_hand_fall && !queue_->has_unseen_consumers())
    serial_.observe_fall(task_.in_hand_fall(), takers_ever_seen());
  hands.serial_refuted = serial_.refuted();
  hands.empty_since = *queue_->clear_since();
  hands.looked_at = clock_.now();
  hands.client_is_dead = task_.client_is_dead;
  if (!queue_->look_at_clients()) return false;
  hands.server_id = queue_->history().last.server_id;
  hands.taken_bare = queue_->history().taken_bare;
  hands.shows_hands = queue_->history().last.delivered.has_value();
  hands.handed_over = queue_->history().handed_over;
  hands.settled_early = settled_early();
  hands.consumers = queue_->consumers();
  hands.blocking_pops = queue_->history().blocking_pops;
  hands.others = queue_->history().others;
  hands.unseen_consumers = queue_->has_unseen_consumers();
  auto activity = rows_->activity();
  if (!activity) return false;
  if (!activity->untold.empty()) {
    obstacle_ = activity->untold;
    return false;
  }
  hands.activity = *std::move(activity);
  hands_ = look_at_hands(hands);
  obstacle_ = hands_.obstacle.value_or("");
  return !hands_.obstacle;
}

std::string Drain::settled_early() const {
  if (task_.queue_baseline->settled_early)
    return "probe votes were done with in the queue before they had their rows";
  return settling_.refuted().empty() ? "" : "votes leave the queue's hands before they are written";
}

bool Drain::was_quiet_long_enough() {
  const auto quiet = task_.target.settle_quiet;
  if (!quiet || !queue_->clear_since() || patience_.still_for(clock_.now()) < *quiet) return false;
  const auto activity = rows_->activity();
  if (!activity) return false;
  if (const auto busy = obstacle_in_store(*activity)) {
    obstacle_ = *busy;
    return false;
  }
  return true;
}

// The verdict's rows are read after the proof, and the lists after them.
bool Drain::evidence_stands() {
  const auto clear_since = queue_->clear_since();
  const MissingVotes missing = rows_->missing();
  const std::uint64_t before = rows();
  return rows_->read() && rows_->proves_absence() && rows_->missing() == missing &&
         rows() == before && queue_->read_contents() && queue_->clear_since() == clear_since;
}

bool Drain::is_pointless() {
  if (stop_.stop_requested() || (!rows_ && lists_are_clear())) return true;
  if (rows_ && rows_->has_rows() && !rows_->proves_absence()) return true;
  return patience_.is_over(clock_.now(),
                           position_.waiting > 0 ? rate_.time_for_rest() : std::nullopt);
}

DrainResult drain(const DrainTask& task, Clock& clock, std::stop_token stop) {
  return Drain(task, clock, std::move(stop)).run();
}

}  // namespace votebench::watch
