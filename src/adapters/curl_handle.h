// libcurl's handles, without its header: what every use of the library here has in common.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/clock.h"
#include "vote/target_settings.h"

namespace votebench::adapters {

// How a server is reached, besides its URL.
struct HttpVia {
  std::optional<HostPort> proxy;       // nothing: none, whatever the environment says
  std::optional<HostPort> connect_to;  // in place of the URL's host and port
  bool verify = true;                  // the server's certificate
  std::string ca_file;                 // PEM; empty: the system's authorities
};

[[nodiscard]] HttpVia via_of(const TargetSettings& target);

// A handle for one URL with what must hold everywhere: HTTP/1.1 only (TLS must not choose h2), no
// signals, nothing taken from the environment, proxies always as tunnels. Move-only.
class CurlHandle {
 public:
  // Initialises the library. Thread-safe. Required: memory.
  CurlHandle(const std::string& url, const HttpVia& via);
  [[nodiscard]] void* get() const { return easy_.get(); }  // a CURL*

 private:
  struct EasyDeleter {
    void operator()(void* easy) const;
  };
  struct ListDeleter {
    void operator()(void* list) const;
  };
  std::unique_ptr<void, ListDeleter> connect_to_;  // the handle refers to it
  std::unique_ptr<void, EasyDeleter> easy_;
};

// At least 1: 0 would mean libcurl's own limit.
[[nodiscard]] long curl_milliseconds(Nanoseconds time);

}  // namespace votebench::adapters
