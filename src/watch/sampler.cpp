#include "watch/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "core/text.h"
#include "watch/cadence.h"
#include "watch/reachability.h"

namespace votebench::watch {
namespace {

constexpr Nanoseconds kClocksEvery = std::chrono::minutes(1);

// Looked at in passing, for one id of ours.
constexpr std::uint64_t kSightElements = 100;

}  // namespace

class Sampler::Loops {
 public:
  Loops(Clock& clock, Instant t0, SamplerSources sources, SampleSink sink)
      : clock_(clock),
        t0_(t0),
        sources_(std::move(sources)),
        counted_clock_(clock, t0, sources_.t0_wall),
        sink_(std::move(sink)),
        tracker_(sources_.queue_baseline) {
    if (sources_.queue)
      queue_thread_ = std::jthread([this](const std::stop_token& stop) {
        run(
            stop, sources_.queue_every, [this](bool) { return look_at_queue(); },
            [this] { read_clock(ServerClock::Of::queue, *sources_.queue); });
      });
    if (sources_.rows)
      rows_thread_ = std::jthread([this](const std::stop_token& stop) {
        run(
            stop, sources_.rows_every, [this](bool last) { return look_at_rows(last); },
            [this] { read_clock(ServerClock::Of::rows, *sources_.rows); });
      });
  }

  void stop() {
    queue_thread_.request_stop();
    rows_thread_.request_stop();
    if (queue_thread_.joinable()) queue_thread_.join();
    if (rows_thread_.joinable()) rows_thread_.join();
  }

  QueueHistory history() const {
    const std::lock_guard lock(tracker_mutex_);
    return tracker_.history();
  }

  InHandFall in_hand_fall() const {
    const std::lock_guard lock(tracker_mutex_);
    return in_hand_.seen();
  }

  std::string fell() const {
    const std::lock_guard lock(fell_mutex_);
    return fell_;
  }

 private:
  // `look` is told whether it is the last, and tells whether the store answered.
  template <typename Look, typename ReadClock>
  void run(const std::stop_token& stop, Nanoseconds every, Look look, ReadClock read_clock) {
    Cadence cadence(t0_, every);
    Instant clock_due{};
    do {
      if (const auto gap = cadence.gap_before(clock_.now()))
        emit(RunEvent{clock_.now() - t0_, "sampler-gap",
                      fmt::format("no look for {}", format_duration(*gap))});
      if (!look(false)) {
        cadence.forget_last();
      } else if (clock_.now() >= clock_due) {
        clock_due = clock_.now() + kClocksEvery;
        read_clock();
      }
    } while (clock_.sleep_until(cadence.next(clock_.now()), stop));
    if (look(true)) read_clock();
  }

  template <typename Server>
  void read_clock(ServerClock::Of of, Server& server) {
    const auto offset = server.clock_offset(counted_clock_);
    if (!offset) return;  // the next look says that it does not answer
    const std::lock_guard lock(sink_mutex_);
    if (sink_.on_clock) sink_.on_clock({of, *offset, counted_clock_.wall_now()});
  }

  bool look_at_queue() {
    const Instant begun = clock_.now();
    const auto look = sources_.queue->snapshot();
    const Instant now = clock_.now();
    std::vector<RunEvent> events;
    Sample sample;
    {
      const std::lock_guard lock(tracker_mutex_);
      events = tracker_.observe(now - t0_, look);
      sample.pushed = tracker_.history().pushed.value_or(0);
      in_hand_.observe_queue(begun, look ? popped(*look) : std::nullopt);
    }
    for (const RunEvent& event : events) emit(event, sources_.queue_words);
    if (!look) return false;
    sample.at = now - t0_;
    sample.has_queue = true;
    sample.queue_depth = look->depth;
    sample.in_flight = look->in_flight();
    emit(sample);
    if (shows_unseen_list(*look)) look_for_own_id();
    if (now >= clients_due_) look_at_clients(now);
    return true;
  }

  // Since the baseline, where the pushes are known.
  std::optional<std::uint64_t> popped(const QueueSnapshot& look) const {
    const QueueHistory& history = tracker_.history();
    if (!history.pushed || history.pushes_undercount) return std::nullopt;
    return look.popped(sources_.queue_baseline.depth, *history.pushed);
  }

  // Something stands in a list that no id of ours was seen in yet.
  bool shows_unseen_list(const QueueSnapshot& look) const {
    const std::lock_guard lock(tracker_mutex_);
    const QueueHistory& history = tracker_.history();
    for (std::size_t i = 0; i < look.in_flight_depths.size(); ++i)
      if (look.in_flight_depths[i] > 0 && !history.seen_in_list(1 + i)) return true;
    return look.depth > 0 && (!history.seen_in_list(0) || !history.way_seen());
  }

  void look_for_own_id() {
    const auto contents = sources_.queue->contents(sources_.ids, kSightElements);
    const std::lock_guard lock(tracker_mutex_);
    if (contents) tracker_.observe_contents(*contents);
  }

  void look_at_clients(Instant now) {
    clients_due_ = now + kClientsEvery;
    const auto clients = sources_.queue->clients();
    const std::lock_guard lock(tracker_mutex_);
    if (clients) tracker_.observe_clients(clock_.now(), *clients);
  }

  bool look_at_rows(bool last) {
    {
      const std::lock_guard lock(tracker_mutex_);
      in_hand_.reading_begins();
    }
    const auto seen = sources_.rows->progress(sources_.ids, last);
    const Nanoseconds at = clock_.now() - t0_;
    if (const auto event = rows_reachability_.observe(at, seen ? nullptr : &seen.error()))
      emit(*event, sources_.rows_words);
    if (!seen) return false;
    {
      const std::lock_guard lock(fell_mutex_);
      fell_ = sources_.rows->fell();
    }
    if (!*seen || !sources_.rows_told) return true;
    Sample sample;
    sample.at = at;
    sample.has_rows = true;
    sample.rows_written = **seen - std::min(**seen, sources_.probe_rows);
    {
      const std::lock_guard lock(tracker_mutex_);
      in_hand_.observe_rows(t0_ + at, sample.rows_written);
    }
    emit(sample);
    return true;
  }

  void emit(const Sample& sample) {
    const std::lock_guard lock(sink_mutex_);
    if (sink_.on_sample) sink_.on_sample(sample);
  }
  void emit(RunEvent event, const ServiceWords& of) {
    event.name = of.block + "-" + event.name;
    emit(event);
  }
  void emit(const RunEvent& event) {
    const std::lock_guard lock(sink_mutex_);
    if (sink_.on_event) sink_.on_event(event);
  }

  Clock& clock_;
  const Instant t0_;
  SamplerSources sources_;  // the queue belongs to one thread, the rows to the other
  CountedClock counted_clock_;
  SampleSink sink_;
  std::mutex sink_mutex_;
  mutable std::mutex tracker_mutex_;
  QueueTracker tracker_;
  FallCheck in_hand_;  // guarded by the tracker's mutex
  mutable std::mutex fell_mutex_;
  std::string fell_;
  Instant clients_due_{};                                 // queue thread only
  Reachability rows_reachability_{"unreadable", "back"};  // rows thread only
  std::jthread queue_thread_;
  std::jthread rows_thread_;
};

Sampler::Sampler(Clock& clock, Instant t0, SamplerSources sources, SampleSink sink)
    : loops_(std::make_unique<Loops>(clock, t0, std::move(sources), std::move(sink))) {}

Sampler::~Sampler() { stop(); }

QueueHistory Sampler::queue_history() const { return loops_->history(); }

InHandFall Sampler::in_hand_fall() const { return loops_->in_hand_fall(); }

std::string Sampler::rows_fell() const { return loops_->fell(); }

void Sampler::stop() { loops_->stop(); }

}  // namespace votebench::watch
