#include "vote/target_settings.h"

#include <fmt/format.h>

namespace votebench {

std::string host_and_port(const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

std::string HostPort::text() const { return host_and_port(host, port); }

std::string VoteEndpoint::url() const {
  return fmt::format("{}://{}{}", tls ? "https" : "http", host_and_port(host, port), path);
}

std::string QueueSettings::where() const {
  return socket_path.empty()
             ? fmt::format("redis{}://{}/{}", tls ? "s" : "", host_and_port(host, port), database)
             : fmt::format("unix://{}?db={}", socket_path, database);
}

}  // namespace votebench
