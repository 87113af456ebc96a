#include "vote/settlement_words.h"

#include <fmt/format.h>

#include "core/text.h"

namespace votebench {

std::string time_needed(const Settlement& settlement) {
  const auto enough = settlement.enough_time();
  if (!enough) return {};
  return fmt::format("worker {:.1f}/s: needs {}; set drain.timeout: {}",
                     settlement.drain_rate_per_s, format_duration(*settlement.still_needed),
                     duration_literal(*enough));
}

}  // namespace votebench
