// One connection to Redis: bytes over TCP, a Unix socket or TLS, by libcurl; what they mean is
// hiredis' business.
#pragma once

#include <span>
#include <string_view>

#include "adapters/curl_handle.h"
#include "core/os.h"
#include "core/result.h"
#include "vote/target_settings.h"

namespace votebench::adapters {

// Not thread-safe. Every call has a time limit (connecting with the TLS handshake 2 s, sending and
// receiving 2 s without progress). Errors: environment; their message is the bare reason. After one
// the connection is of no use any more.
class RedisWire {
 public:
  [[nodiscard]] static Result<RedisWire> connect(const QueueSettings& settings);

  [[nodiscard]] bool peer_has_closed() const { return votebench::peer_has_closed(socket_); }
  [[nodiscard]] Result<> send(std::string_view bytes);
  // At least one byte.
  [[nodiscard]] Result<std::size_t> receive(std::span<char> buffer);

 private:
  explicit RedisWire(CurlHandle handle) : handle_(std::move(handle)) {}
  [[nodiscard]] Result<> wait_for(short events) const;

  CurlHandle handle_;
  int socket_ = -1;  // libcurl's
};

}  // namespace votebench::adapters
