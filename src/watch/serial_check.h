// "Each worker handles one vote at a time" (worker: serial), tested with the run's own votes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.h"

namespace votebench::watch {

// What the looks of the load say of it. Of the votes that were popped and have no row, each serial
// worker holds one at most, and the others are lost for good: their number can rise by losses, but
// never fall by more than there are workers.
struct InHandFall {
  std::uint64_t most = 0;     // that it certainly fell by
  std::uint64_t samples = 0;  // readings of the table that could have shown it
};

// Finds such a fall in looks at the queue and readings of the table that overlap as they like: a
// reading is held against the last look that ended before it and the first that began behind it.
class FallCheck {
 public:
  // A look that began at `begun` and has ended; `popped` since the baseline. Nothing: not known,
  // and what was seen before cannot be held against what comes.
  void observe_queue(Instant begun, std::optional<std::uint64_t> popped);
  // To be called before a reading begins.
  void reading_begins() { popped_before_ = last_popped_; }
  // A reading that ended. `own_rows` must not rise where a row is only written again.
  void observe_rows(Instant ended, std::uint64_t own_rows);

  [[nodiscard]] const InHandFall& seen() const { return seen_; }

 private:
  struct Reading {
    Instant ended{};
    std::uint64_t own_rows = 0;
  };
  void forget();

  std::optional<std::uint64_t> last_popped_, popped_before_;
  std::optional<Reading> waiting_;  // for the first look behind it
  std::uint64_t most_in_hand_ = 0;  // certainly, at some reading
  std::uint64_t own_rows_ = 0;      // of the last reading
  bool void_ = false;               // the numbers contradict each other
  InHandFall seen_;
};

// Once the lists are empty, serial workers hold one vote each at most: more new rows than workers
// refute it. Fewer prove nothing.
class SerialCheck {
 public:
  // A reading of the table that began at `read_at`; `clear_since` as QueueView's. `own_rows` must
  // not rise where a row is only written again. `workers` that were connected at any time since
  // then.
  void observe(std::optional<Instant> clear_since, Instant read_at, std::uint64_t own_rows,
               std::size_t workers);
  // What the sampler has seen so far, of so many workers in all.
  void observe_fall(const InHandFall& fall, std::size_t workers);

  // For people; empty: not refuted.
  [[nodiscard]] const std::string& refuted() const { return refuted_; }
  // Readings that could have refuted it.
  [[nodiscard]] std::uint64_t samples() const { return samples_ + fall_.samples; }

 private:
  std::optional<Instant> clear_since_;
  std::optional<std::uint64_t> first_rows_;  // of the first reading since then
  Instant last_read_{};
  std::uint64_t samples_ = 0;
  InHandFall fall_;
  std::string refuted_;
};

}  // namespace votebench::watch
