#include "watch/queue_view.h"

#include <fmt/format.h>

#include <utility>

#include "core/counted.h"
#include "watch/final_evidence.h"

namespace votebench::watch {
namespace {

constexpr std::uint64_t kMaxListed = 1'000'000;  // elements per list
// Reading lists takes at most about a fifth of the time.
constexpr int kQueuePauseFactor = 4;

}  // namespace

QueueView::QueueView(adapters::QueueProbe& probe, const QueueBaseline& baseline,
                     const VoterIds& ids, Clock& clock)
    : probe_(probe), baseline_(baseline), ids_(ids), clock_(clock), tracker_(baseline.snapshot) {
  tracker_.remember(baseline);
}

void QueueView::continue_from(QueueHistory history) {
  tracker_ = QueueTracker(baseline_.snapshot, std::move(history));
  tracker_.remember(baseline_);
  watched_from_baseline_ = true;
}

void QueueView::look() {
  const std::uint64_t before = waiting();
  const auto snapshot = probe_.snapshot();
  if (!snapshot) return lost(snapshot.error());
  take(*snapshot);
  const bool stood_there = contents_ && contents_->snapshot.waiting() > 0;
  if (waiting() == 0 && !stood_there) {
    if (!clear_since_) clear_since_ = clock_.now();
  } else if (waiting() == 0 || clock_.now() >= contents_due_) {
    read_contents();
  } else if (waiting() > before) {
    clear_since_.reset();
  }
  note_clients();
}

// In passing, so that who comes and goes while a backlog drains is known; that the proof cannot be
// had without the clients is look_at_clients()' to say.
void QueueView::note_clients() {
  if (clock_.now() >= clients_due_) static_cast<void>(observe_clients());
}

Result<> QueueView::observe_clients() {
  clients_due_ = clock_.now() + kClientsEvery;
  TRY_ASSIGN(const std::vector<QueueClient> clients, probe_.clients());
  tracker_.observe_clients(clock_.now(), clients);
  return {};
}

bool QueueView::read_contents() {
  const Instant before = clock_.now();
  auto contents = probe_.contents(ids_, kMaxListed);
  if (!contents) {
    lost(contents.error());
    return false;
  }
  contents_due_ = clock_.now() + kQueuePauseFactor * (clock_.now() - before);
  take(contents->snapshot);
  tracker_.observe_contents(*contents);
  if (may_hold_own_votes(*contents, tracker_.history(), baseline_.counts_only))
    clear_since_.reset();
  else if (!clear_since_)
    clear_since_ = clock_.now();
  contents_ = std::move(*contents);
  return true;
}

bool QueueView::look_at_clients() {
  const Result<> observed = observe_clients();
  if (!observed) lost(observed.error());
  return observed.has_value();
}

void QueueView::take(const QueueSnapshot& snapshot) {
  const QueueSnapshot& before = tracker_.history().last;
  const bool pushed = !frozen_pushed_ && snapshot.pushed != before.pushed;
  if (snapshot.server_id != before.server_id || (pushed && !list_is_known())) clear_since_.reset();
  tracker_.observe({}, snapshot);
  error_.clear();
}

void QueueView::lost(const Error& error) {
  tracker_.observe({}, fail(error));
  clear_since_.reset();
  contents_.reset();
  error_ = error.message;
}

// Where a worker waits in a pop, a vote may never stand in the list.
bool QueueView::list_is_known() const {
  return tracker_.history().way_seen() || tracker_.history().blocking_pops;
}

bool QueueView::has_unseen_consumers() const {
  if (!watched_from_baseline_) return true;
  const QueueHistory& history = tracker_.history();
  const std::uint64_t entered = baseline_.snapshot.depth + history.pushed.value_or(1);
  return history.consumers.empty() && entered > history.last.depth;
}

std::optional<std::string> QueueView::obstacle() const {
  const QueueHistory& history = tracker_.history();
  const std::uint64_t unreadable =  // look() reads again once the lists are empty
      contents_ ? unreadable_elements(*contents_, history, baseline_.counts_only) : 0;
  if (unreadable > 0)
    return fmt::format("{} in the queue cannot be read and may be {} of ours",
                       counted(unreadable, "element"), unreadable == 1 ? "a vote" : "votes");
  if (list_is_known()) return std::nullopt;
  if (!history.list_seen())
    return "no vote of ours was ever seen in the queue: is its name in the target right?";
  return "no vote of ours was ever seen in one of the lists: are their names in the target right?";
}

std::uint64_t QueueView::waiting() const { return tracker_.history().last.waiting(); }

QueueEvidence QueueView::evidence() const {
  QueueHistory history = tracker_.history();
  if (frozen_pushed_ && history.pushed) history.pushed = frozen_pushed_;
  if (frozen_removed_) history.removed = *frozen_removed_;
  return queue_evidence(baseline_, history, contents_ ? &*contents_ : nullptr);
}

}  // namespace votebench::watch
