// "Each worker handles one vote at a time" (worker: serial), tested with the run's own rows. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.h"

namespace votebench::watch {

// Once the lists are empty, serial workers hold one vote each at most: more new rows than workers
// refute it. Fewer prove nothing.
class SerialCheck {
 public:
  // A reading of the table that began at `read_at`; `clear_since` as QueueView's. `own_rows` must
  // not rise where a row is only written again. `workers` that were connected at any time since
  // then.
  void observe(std::optional<Instant> clear_since, Instant read_at, std::uint64_t own_rows,
               std::size_t workers);

  // For people; empty: not refuted.
  [[nodiscard]] const std::string& refuted() const { return refuted_; }
  // Readings that could have refuted it.
  [[nodiscard]] std::uint64_t samples() const { return samples_; }

 private:
  std::optional<Instant> clear_since_;
  std::optional<std::uint64_t> first_rows_;  // of the first reading since then
  Instant last_read_{};
  std::uint64_t samples_ = 0;
  std::string refuted_;
};

}  // namespace votebench::watch
