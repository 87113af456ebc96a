#include "vote/target_settings.h"

#include <fmt/format.h>

#include "core/text.h"

namespace votebench {

std::string HostPort::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

std::string VoteEndpoint::url() const {
  return fmt::format("{}://{}{}", tls ? "https" : "http", HostPort{host, port}.text(), path);
}

std::string VoteEndpoint::authority() const {
  const std::string text = HostPort{host, port}.text();
  const bool usual = port == (tls ? 443 : 80);
  return usual ? text.substr(0, text.rfind(':')) : text;
}

std::string VoteEndpoint::csrf_page_url() const {
  return fmt::format("{}://{}{}", tls ? "https" : "http", authority(), csrf->page);
}

std::string QueueSettings::where() const {
  const std::string scheme = kind.substr(0, kind.find('_'));
  if (path.empty())
    return fmt::format("{}{}://{}/{}", scheme, tls ? "s" : "", HostPort{host, port}.text(),
                       database);
  return fmt::format("{}:{}{}", scheme, path, database == 0 ? "" : fmt::format("?db={}", database));
}

std::string RowSettings::condition() const {
  std::string text;
  for (const auto& [column, value] : where)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", printable(column, 60),
                        value ? "= " + printable(*value, 60) : "is null");
  return text;
}

std::string RowSettings::place() const {
  return fmt::format("table '{}'{}", printable(table),
                     where.empty() ? "" : fmt::format(" ({})", condition()));
}

}  // namespace votebench
