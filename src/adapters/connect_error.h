// Why libcurl could not make a connection, in plain words and with a way out.
#pragma once

#include <optional>
#include <string>

#include "adapters/curl_handle.h"
#include "core/clock.h"
#include "core/result.h"

namespace votebench::adapters {

struct ConnectFailure {
  int code = 0;            // CURLcode
  long verify_result = 0;  // X509_V_ERR_*
  long proxy_status = 0;   // the proxy's answer to CONNECT, 0: none
  int os_error = 0;        // errno, 0: none
  std::string detail;      // libcurl's own words; may hold bytes of the peer
};

struct ConnectAttempt {
  std::string url;
  HostPort destination;
  HttpVia via;
  Nanoseconds limit{};
};

// An error of kind environment.
[[nodiscard]] Error explain(const ConnectFailure& failure, const ConnectAttempt& attempt);

}  // namespace votebench::adapters
