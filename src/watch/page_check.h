// Does the result page show what the table holds? (Design: audit, law L5.)
#pragma once

#include <stop_token>

#include "adapters/http/result_feed.h"
#include "adapters/store.h"
#include "core/clock.h"
#include "vote/evidence.h"

namespace votebench::watch {

// A page may count once a second, or every few: for so long it may be behind.
inline constexpr Nanoseconds kPagePatience = std::chrono::seconds(5);

// Reads both until they agree. Blocks for at most kPagePatience and one reading. A difference is
// stated only where the table held the same all the time: a page that lags is not one that lies.
[[nodiscard]] PageEvidence check_page(adapters::ResultFeed& page, adapters::RowStore& table,
                                      Clock& clock, const std::stop_token& stop = {});

}  // namespace votebench::watch
