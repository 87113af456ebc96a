#include "vote/target_settings.h"

#include <fmt/format.h>

namespace votebench {

std::string HostPort::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

std::string VoteEndpoint::url() const {
  return fmt::format("{}://{}{}", tls ? "https" : "http", HostPort{host, port}.text(), path);
}

std::string QueueSettings::where() const {
  if (path.empty())
    return fmt::format("{}{}://{}/{}", kind, tls ? "s" : "", HostPort{host, port}.text(), database);
  return fmt::format("{}:{}{}", kind, path, database == 0 ? "" : fmt::format("?db={}", database));
}

}  // namespace votebench
