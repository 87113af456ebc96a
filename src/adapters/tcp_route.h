// Where TCP connections go and where they come from: looked up once, before any vote.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/os.h"
#include "core/result.h"
#include "vote/target_settings.h"

namespace votebench::adapters {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  [[nodiscard]] int family() const { return storage.ss_family; }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

struct RouteSettings {
  HostPort to;
  std::string setting;                        // the key that names it, for advice
  std::vector<std::string> source_addresses;  // empty: the kernel chooses
  Nanoseconds connect_timeout{};
};

// Immutable but for the turn of the source addresses; any thread may use it.
class TcpRoute {
 public:
  // Where a name has several addresses, takes the first that accepts a connection (or the first,
  // if none does). Blocks. Errors (environment): unknown name, a source address that is not ours
  // or of another family.
  [[nodiscard]] static Result<TcpRoute> find(const RouteSettings& settings);

  // A non-blocking socket that is connecting; on failure none, and errno in `error`.
  [[nodiscard]] FileDescriptor connect(int& error) const;
  // The same before it connects, bound to the source address whose turn it is.
  [[nodiscard]] FileDescriptor open(int& error) const;
  // Where it leads, as an address.
  [[nodiscard]] HostPort peer() const;

  TcpRoute(TcpRoute&& other) noexcept
      : peer_(other.peer_), sources_(std::move(other.sources_)), turn_(other.turn_.load()) {}

 private:
  TcpRoute(SocketAddress peer, std::vector<SocketAddress> sources)
      : peer_(peer), sources_(std::move(sources)) {}

  SocketAddress peer_;
  std::vector<SocketAddress> sources_;
  mutable std::atomic<std::uint32_t> turn_{0};
};

}  // namespace votebench::adapters
