// When the next look is due, and whether one came too late. Pure.
#pragma once

#include <optional>

#include "core/clock.h"

namespace votebench::watch {

class Cadence {
 public:
  // Looks are due at t0 + k * every, for any whole k; every > 0.
  Cadence(Instant t0, Nanoseconds every) : t0_(t0), every_(every) {}

  // The first due time after `now`.
  [[nodiscard]] Instant next(Instant now) const {
    const Nanoseconds since = now - t0_;
    Nanoseconds into = since % every_;
    if (into < Nanoseconds(0)) into += every_;
    return now + (every_ - into);
  }

  // A look begins: the time since the one before, where it is more than four cadences.
  [[nodiscard]] std::optional<Nanoseconds> gap_before(Instant now) {
    const auto before = last_;
    last_ = now;
    if (!before || now - *before <= 4 * every_) return std::nullopt;
    return now - *before;
  }

  // The next gap is not ours: the store did not answer.
  void forget_last() { last_.reset(); }

 private:
  Instant t0_;
  Nanoseconds every_;
  std::optional<Instant> last_;
};

}  // namespace votebench::watch
