// One plain HTTP request, through libcurl: for health, advice and the result page. Never for votes.
#pragma once

#include <optional>
#include <string>

#include "adapters/curl_handle.h"
#include "core/clock.h"

namespace votebench::adapters {

struct HttpCall {
  std::string url;
  std::optional<std::string> post{};  // a text/plain body; nothing: GET
};

struct HttpReply {
  int status = 0;        // 0 = no answer
  std::string server;    // the Server header
  std::string location;  // the Location header: where a redirect leads to
  std::string body;      // its first kMaxBody bytes
  std::string error;     // for people; empty = a complete answer
  static constexpr std::size_t kMaxBody = std::size_t{64} * 1024;
};

// Follows no redirects, obeys no proxy settings of the environment, sends no credentials.
// Blocks for at most `timeout`. Thread-safe.
[[nodiscard]] HttpReply http_exchange(const HttpCall& call, Nanoseconds timeout,
                                      const HttpVia& via = {});

}  // namespace votebench::adapters
