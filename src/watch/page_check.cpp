#include "watch/page_check.h"

#include <utility>

namespace votebench::watch {
namespace {

constexpr Nanoseconds kBetweenReadings = std::chrono::milliseconds(200);

PageEvidence not_compared(std::string why) {
  return {.configured = true, .why_not = std::move(why)};
}

}  // namespace

PageEvidence check_page(adapters::ResultFeed& page, adapters::RowStore& table, Clock& clock,
                        const std::stop_token& stop) {
  const Instant end = clock.now() + kPagePatience;
  const Result<Tallies> first = table.tallies();
  if (!first) return not_compared(first.error().message);
  bool still = true;
  for (;;) {
    Result<Tallies> shown = page.read();
    Result<Tallies> stored = table.tallies();
    if (!stored) return not_compared(stored.error().message);
    still &= *stored == *first;
    const bool agree = shown && *shown == *stored;
    if (agree || (shown && still && clock.now() >= end))
      return {true, true, {}, *std::move(shown), *std::move(stored)};
    if (clock.now() >= end || !clock.sleep_until(clock.now() + kBetweenReadings, stop))
      return not_compared(shown ? "the table changed while they were compared"
                                : shown.error().message);
  }
}

}  // namespace votebench::watch
