// The looks at queue and table while a run is going on, at a fixed cadence.
#pragma once

#include <functional>
#include <memory>

#include "adapters/queue.h"
#include "adapters/store.h"
#include "core/clock.h"
#include "vote/evidence.h"
#include "vote/server_clocks.h"
#include "vote/target_settings.h"
#include "vote/voter_id.h"
#include "watch/queue_tracker.h"
#include "watch/serial_check.h"

namespace votebench::watch {

// Where looks go. Called from the sampler's threads, never from two at a time; must not block and
// must not call the sampler.
struct SampleSink {
  // A sample holds what was measured at its instant: either has_queue or has_rows is set.
  // The HTTP level is the caller's to fill in.
  std::function<void(const Sample&)> on_sample;
  std::function<void(const RunEvent&)> on_event;
  std::function<void(const ServerClock&)> on_clock{};
};

// Probes are moved in: the sampler has its own connections. Either may be null.
struct SamplerSources {
  std::unique_ptr<adapters::QueueProbe> queue = nullptr;
  QueueSnapshot queue_baseline = {};
  ServiceWords queue_words = {};
  Nanoseconds queue_every = std::chrono::milliseconds(100);
  std::unique_ptr<adapters::RowStore> rows = nullptr;
  ServiceWords rows_words = {};
  VoterIds ids;
  bool rows_told = true;         // false: no row is told to be the run's, and none is counted
  std::uint64_t probe_rows = 0;  // rows of probe votes, left out of Sample::rows_written
  Nanoseconds rows_every = std::chrono::milliseconds(250);
  WallTime t0_wall{};  // the time at t0, by our clock
};

// One thread per store, so that a store that hangs does not hide the other. Looks are due at
// t0 + k * cadence and start at once, also when t0 is still to come; looks that come due during a
// slow one are left out. Consumers are looked for at most every 250 ms. Each server's clock is read
// with the first look, every minute, and behind the last look.
// Events: those of QueueTracker, and the table's unreadable and back, each behind the block of its
// service ("BLOCK-restarted"); sampler-gap when a look comes more than four cadences after the one
// before and the store had answered.
class Sampler {
 public:
  // `clock` outlives the sampler.
  Sampler(Clock& clock, Instant t0, SamplerSources sources, SampleSink sink);
  ~Sampler();  // stop()
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  // What was seen of the queue so far, and of both. Any thread.
  [[nodiscard]] QueueHistory queue_history() const;
  [[nodiscard]] InHandFall in_hand_fall() const;
  // A clause: a count that was seen to go back (adapters/store.h). Empty: none was. Any thread.
  [[nodiscard]] std::string rows_fell() const;
  // Takes a last look, then no more calls of the sink come. Idempotent; not from two threads.
  void stop();

 private:
  class Loops;
  std::unique_ptr<Loops> loops_;
};

}  // namespace votebench::watch
