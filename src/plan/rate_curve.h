// How many votes per second are due when: straight pieces one after another.
#pragma once

#include <vector>

#include "core/clock.h"

namespace votebench::plan {

// From one rate to another in a straight line; equal rates are a hold.
struct RatePiece {
  double from_per_s = 0;
  double to_per_s = 0;
  Nanoseconds length{};
};

// The area under the curve counts votes: vote n of a uniform schedule is due where the area reaches
// n. The area runs on over the pieces, so that no remainder is lost between them.
// Immutable; any thread may use it.
class RateCurve {
 public:
  RateCurve() = default;
  explicit RateCurve(const std::vector<RatePiece>& pieces);

  // Votes under the whole curve, a real number.
  [[nodiscard]] double area() const { return area_; }
  [[nodiscard]] Nanoseconds length() const { return length_; }

  // Where the area reaches `votes`, 0 <= votes < area(); to the nearest nanosecond.
  // Within a piece of length d the area is m = from x + (to - from) x^2 / (2 d); its root
  //   x = (from d - sqrt(d (from^2 d + 2 m (to - from)))) / (from - to)
  // is taken in the form that also holds for from = to and does not cancel:
  //   x = 2 m / (from + sqrt(from^2 + 2 m (to - from) / d)).
  [[nodiscard]] Nanoseconds time_at(double votes) const;

  // Votes per second at a time after the start; 0 outside of the curve.
  [[nodiscard]] double rate_at(Nanoseconds time) const;

  // Where pieces begin, and where the last one ends: between them the rate is a straight line.
  [[nodiscard]] std::vector<Nanoseconds> bends() const;

  // The piece that holds at a time, 0 <= time < length().
  [[nodiscard]] const RatePiece& piece_at(Nanoseconds time) const { return find(time).shape; }

 private:
  struct Piece {
    RatePiece shape;
    Nanoseconds start{};
    double area_before = 0;
    double area_end = 0;
  };

  [[nodiscard]] const Piece& find(Nanoseconds time) const;

  std::vector<Piece> pieces_;
  double area_ = 0;
  Nanoseconds length_{};
};

}  // namespace votebench::plan
