// A plain GET for health probes and advice, through libcurl. Never used for votes.
#pragma once

#include <string>

#include "core/clock.h"
#include "target/curl_handle.h"

namespace votebench::target {

struct HttpGetAnswer {
  int status = 0;      // 0 = no answer
  std::string server;  // the Server header
  std::string location;
  std::string body;   // its first kMaxBody bytes
  std::string error;  // for people; empty = a complete answer
  static constexpr std::size_t kMaxBody = 64 * 1024;
};

// Follows no redirects, obeys no proxy settings of the environment, sends no credentials.
// Blocks for at most `timeout`. Thread-safe.
[[nodiscard]] HttpGetAnswer http_get(const std::string& url, Nanoseconds timeout,
                                     const HttpVia& via = {});

}  // namespace votebench::target
