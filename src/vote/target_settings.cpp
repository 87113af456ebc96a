#include "vote/target_settings.h"

#include <fmt/format.h>

namespace votebench {

std::string VoteEndpoint::url() const {
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}{}", tls ? "https" : "http", v6 ? "[" : "", host,
                     v6 ? "]" : "", port, path);
}

std::string QueueSettings::where() const {
  return socket_path.empty() ? fmt::format("redis://{}:{}/{}", host, port, database)
                             : fmt::format("unix://{}?db={}", socket_path, database);
}

}  // namespace votebench
