#include "watch/serial_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/counted.h"

namespace votebench::watch {

void FallCheck::forget() {
  last_popped_.reset();
  popped_before_.reset();
  waiting_.reset();
  most_in_hand_ = 0;
}

void FallCheck::observe_queue(Instant begun, std::optional<std::uint64_t> popped) {
  if (!popped) return forget();
  if (waiting_ && begun >= waiting_->ended) {
    // More rows than pops: the queue does not count all of them.
    if (*popped < waiting_->own_rows) void_ = true;
    const std::uint64_t in_hand = *popped - std::min(*popped, waiting_->own_rows);
    ++seen_.samples;
    seen_.most = std::max(seen_.most, most_in_hand_ - std::min(most_in_hand_, in_hand));
    waiting_.reset();
  }
  last_popped_ = popped;
  if (void_) seen_ = {};
}

void FallCheck::observe_rows(Instant ended, std::uint64_t own_rows) {
  if (own_rows < std::exchange(own_rows_, own_rows)) void_ = true;  // rows went, and may come back
  if (!popped_before_) return;
  const std::uint64_t in_hand = *popped_before_ - std::min(*popped_before_, own_rows);
  most_in_hand_ = std::max(most_in_hand_, in_hand);
  if (!waiting_) waiting_ = {ended, own_rows};
}

void SerialCheck::observe_fall(const InHandFall& fall, std::size_t workers) {
  fall_ = fall;
  if (refuted_.empty() && fall.most > workers)
    refuted_ = fmt::format("{} were in hand at once and came to the table later, from {}",
                           counted(fall.most, "vote"), counted(workers, "worker"));
}

void SerialCheck::observe(std::optional<Instant> clear_since, Instant read_at,
                          std::uint64_t own_rows, std::size_t workers) {
  if (clear_since != clear_since_) {
    clear_since_ = clear_since;
    first_rows_.reset();
  }
  if (!clear_since || read_at < *clear_since) return;
  if (!first_rows_) first_rows_ = own_rows;
  if (std::exchange(last_read_, read_at) != read_at) ++samples_;
  const std::uint64_t came = own_rows - std::min(own_rows, *first_rows_);
  if (refuted_.empty() && came > workers)
    refuted_ = fmt::format("{} came after the lists were empty, from {}", counted(came, "row"),
                           counted(workers, "worker"));
}

}  // namespace votebench::watch
