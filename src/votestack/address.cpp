#include "votestack/address.h"

#include <fmt/format.h>

#include "core/number.h"

namespace votebench::votestack {
std::optional<Address> parse_address(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  if (text.starts_with(kUnix)) {
    text.remove_prefix(kUnix.size());
    if (!text.starts_with('/')) return std::nullopt;
    return Address{{}, 0, std::string(text)};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto port = whole_number<std::uint16_t>(text.substr(colon + 1));
  if (host.empty() || !port) return std::nullopt;
  return Address{std::string(host), *port, {}};
}

std::string to_string(const Address& address) {
  if (address.is_unix()) return "unix:" + address.socket_path;
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(ipv6 ? "[{}]:{}" : "{}:{}"), address.host, address.port);
}

}  // namespace votebench::votestack
