// What is said of an answer that leads elsewhere (3xx): votes follow no redirect.
#pragma once

#include <string>

#include "vote/target_settings.h"

namespace votebench::run {

// A clause that follows a status: ", leading to /results"; empty: it is not told where to.
[[nodiscard]] std::string leading_to(const std::string& location);

// What to say in the target. REQUIRES: `status` is 3xx.
[[nodiscard]] std::string advice_on_redirect(int status, const VoteEndpoint& vote,
                                             const std::string& location);

}  // namespace votebench::run
