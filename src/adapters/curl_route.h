// Where connections by way of libcurl go: over TLS, through a proxy. Looked up once, before any
// vote; afterwards libcurl resolves nothing.
#pragma once

#include "adapters/curl_handle.h"
#include "adapters/tcp_route.h"
#include "core/result.h"
#include "vote/target_settings.h"

namespace votebench::adapters {

// Immutable; any thread may use it. Handles refer to the route they are of.
class CurlRoute {
 public:
  // Errors (environment): as of TcpRoute::find, for the proxy or the target.
  [[nodiscard]] static Result<CurlRoute> find(const TargetSettings& target,
                                              const HttpSettings& http);

  // A handle that makes one connection, whole with tunnel and TLS, and sends nothing over it.
  [[nodiscard]] CurlHandle new_handle() const;

  // The errno of the last socket that this thread could not open; 0: none since it was asked.
  [[nodiscard]] static int take_socket_error();

  // Makes one connection and closes it: nobody answers, a refusing proxy, a certificate that is
  // not accepted are said in plain words (environment). Blocks for http.connect_timeout at most.
  [[nodiscard]] Result<> try_out() const;

 private:
  CurlRoute(const TargetSettings& target, const HttpSettings& http, TcpRoute first_hop);

  std::string url_;
  HttpVia via_;     // as the settings say
  HttpVia pinned_;  // the same with an address for the first hop
  HostPort destination_;
  Nanoseconds connect_timeout_;
  TcpRoute first_hop_;
};

}  // namespace votebench::adapters
