// The addresses of a target, as URLs. A user's password in one is refused, and no error repeats it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "scenario/diagnostic.h"
#include "vote/target_settings.h"

namespace votebench::scenario {

struct HttpUrl {
  bool tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 80;
  std::string path;  // with the query; empty when the URL has none
};

// http://HOST[:PORT][/PATH]; an IPv6 address stands in brackets; no user, no fragment.
[[nodiscard]] tl::expected<HttpUrl, ValueError> parse_http_url(std::string_view text);

// http://HOST[:PORT] of a proxy: TLS to the proxy itself is not spoken, credentials are not sent.
[[nodiscard]] tl::expected<HostPort, ValueError> parse_proxy_url(std::string_view text);

// HOST:PORT; an IPv6 address stands in brackets.
[[nodiscard]] tl::expected<HostPort, ValueError> parse_destination(std::string_view text);

// redis://[USER@]HOST[:PORT][/DB], the same with rediss: (TLS), or unix:///PATH[?db=DB]: tls, host,
// port, path, database, user.
[[nodiscard]] tl::expected<QueueSettings, ValueError> parse_redis_url(std::string_view text);

// The URL that parse_redis_url reads back as the same place and user.
[[nodiscard]] std::string redis_url_of(const QueueSettings& queue);

// The URL of a server as an app's environment holds it, with its password.
struct AppUrl {
  std::string scheme;
  std::string user;      // decoded, as the password
  std::string password;  // a secret
  HostPort at;           // port 0: none is named
  std::string path;      // behind the first '/'
  std::string query;     // from '?' on
};
// Nothing: no URL.
[[nodiscard]] std::optional<AppUrl> parse_app_url(std::string_view text);

// postgresql://... (or postgres://...) for libpq, checked only for being one without a password.
[[nodiscard]] tl::expected<std::string, ValueError> parse_postgres_uri(std::string_view text);

// The bytes of `text` (a URL, or a line or quoted text that holds one) that are a password in a
// URL's user part or query; length 0: none.
struct SecretPart {
  std::size_t offset = 0;
  std::size_t length = 0;
};
[[nodiscard]] SecretPart find_url_secret(std::string_view text);

}  // namespace votebench::scenario
