#include "watch/patience.h"

#include "watch/settle.h"

namespace votebench::watch {

void DrainRate::observe(Instant at, std::uint64_t remaining) {
  // A backlog that grew is another backlog.
  if (!first_ || remaining > last_change_.remaining) first_ = last_change_ = {at, remaining};
  if (remaining < last_change_.remaining) last_change_ = {at, remaining};
}

double DrainRate::per_second() const {
  if (!first_ || last_change_.at <= first_->at) return 0;
  const std::chrono::duration<double> span = last_change_.at - first_->at;
  return static_cast<double>(first_->remaining - last_change_.remaining) / span.count();
}

std::optional<Nanoseconds> DrainRate::time_for_rest() const {
  const double rate = per_second();
  if (rate <= 0) return std::nullopt;
  const double seconds = static_cast<double>(last_change_.remaining) / rate;
  return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds));
}

bool Patience::is_over(Instant now, std::optional<Nanoseconds> rest) const {
  const Instant cap = begin_ + kHardCapFactor * limit_;
  if (still_for(now) >= limit_ || now >= cap) return true;
  return now - begin_ >= limit_ && rest && now + *rest > cap;
}

}  // namespace votebench::watch
