#include "watch/serial_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/counted.h"

namespace votebench::watch {

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
