#include "plan/rate_curve.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace votebench::plan {

RateCurve::RateCurve(const std::vector<RatePiece>& pieces) {
  for (const RatePiece& shape : pieces) {
    const double votes = (shape.from_per_s + shape.to_per_s) / 2 * in_seconds(shape.length);
    pieces_.push_back({shape, length_, area_, area_ + votes});
    area_ += votes;
    length_ += shape.length;
  }
}

Nanoseconds RateCurve::time_at(double votes) const {
  // The first piece that ends beyond `votes`: pieces of rate zero are passed over.
  const auto piece = std::upper_bound(pieces_.begin(), pieces_.end(), votes,
                                      [](double v, const Piece& p) { return v < p.area_end; });
  if (piece == pieces_.end()) return length_;
  const auto& [from, to, length] = piece->shape;
  const double rest = votes - piece->area_before;
  const double squared = from * from + 2 * rest * (to - from) / in_seconds(length);
  const double divisor = from + std::sqrt(std::max(squared, 0.0));
  const double x = divisor > 0 ? 2 * rest / divisor : 0;
  return piece->start + std::min(Nanoseconds(std::llround(x * 1e9)), length);
}

std::vector<Nanoseconds> RateCurve::bends() const {
  std::vector<Nanoseconds> times;
  for (const Piece& piece : pieces_) times.push_back(piece.start);
  times.push_back(length_);
  return times;
}

double RateCurve::rate_at(Nanoseconds time) const {
  if (time < Nanoseconds(0) || time >= length_) return 0;
  const auto& [shape, start, area_before, area_end] = find(time);
  const double share = in_seconds(time - start) / in_seconds(shape.length);
  return shape.from_per_s + share * (shape.to_per_s - shape.from_per_s);
}

const RateCurve::Piece& RateCurve::find(Nanoseconds time) const {
  CHECK_THAT_HOLDS(time >= Nanoseconds(0) && time < length_);
  return *std::find_if(pieces_.begin(), pieces_.end(),
                       [&](const Piece& piece) { return time < piece.start + piece.shape.length; });
}

}  // namespace votebench::plan
