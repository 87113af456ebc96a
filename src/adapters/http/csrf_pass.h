// What an app wants to see with a vote, so that no other site can have sent it: a token of a page
// of its own, and the cookies of that page. One pass serves all votes of a run.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/http/http_exchange.h"
#include "core/clock.h"
#include "core/result.h"
#include "vote/target_settings.h"

namespace votebench::adapters {

// Of the run's own, and in no output.
struct CsrfPass {
  std::string token;
  std::vector<std::pair<std::string, std::string>> cookies;  // without the voter's
};

// Fetches the page of target.vote.csrf by the way that votes go, for at most `timeout`; it is read
// to its first MiB. Without such a page: an empty pass. Errors (environment): no such page, no such
// input, no such cookie.
[[nodiscard]] Result<CsrfPass> fetch_csrf_pass(const TargetSettings& target, Nanoseconds timeout);

// What to write under `vote.csrf` for an app that answers `path` with this page; nothing: it holds
// no token of a framework that is known here.
[[nodiscard]] std::optional<std::string> suggested_csrf(const HttpReply& page,
                                                        std::string_view path);

}  // namespace votebench::adapters
