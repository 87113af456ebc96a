// One plain HTTP request, through libcurl: for health, advice and the result page. Never for votes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/curl_handle.h"
#include "core/clock.h"

namespace votebench::adapters {

struct HttpCall {
  std::string url;
  std::optional<std::string> post{};               // a text/plain body; nothing: GET
  std::size_t most_body = std::size_t{64} * 1024;  // of the answer: what is longer is cut
};

struct HttpReply {
  int status = 0;                        // 0 = no answer
  std::string server;                    // the Server header
  std::string location;                  // the Location header: where a redirect leads to
  std::string body;                      // its first HttpCall::most_body bytes
  std::string error;                     // for people; empty = a complete answer
  std::vector<std::string> set_cookies;  // the Set-Cookie headers: secrets may be among them
};

// Follows no redirects, obeys no proxy settings of the environment, sends no credentials.
// Blocks for at most `timeout`. Thread-safe.
[[nodiscard]] HttpReply http_exchange(const HttpCall& call, Nanoseconds timeout,
                                      const HttpVia& via = {});

}  // namespace votebench::adapters
