// Where a server listens or is reached: "host:port", "[::1]:port" or "unix:/path".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace votebench::votestack {

struct Address {
  std::string host;  // without brackets; empty for a Unix socket
  std::uint16_t port = 0;
  std::string socket_path;

  [[nodiscard]] bool is_unix() const { return !socket_path.empty(); }
};

[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
[[nodiscard]] std::string to_string(const Address& address);  // what parse_address reads back

}  // namespace votebench::votestack
