#include "scenario/urls.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/number.h"
#include "core/text.h"
#include "scenario/profiles.h"

namespace votebench::scenario {
namespace {

using Fault = tl::unexpected<ValueError>;

Fault bad_url(std::string message, std::string help) {
  return Fault(ValueError{DiagnosticId::bad_url, std::move(message), std::move(help)});
}

Fault userinfo(std::string_view text, std::string_view help) {
  ValueError error{DiagnosticId::userinfo_secret, "a URL must not hold a password",
                   std::string(help)};
  const SecretPart part = find_url_secret(text);
  if (part.length > 0) {
    error.offset = part.offset;
    error.length = part.length;
  }
  return Fault(error);
}

// scheme://rest
struct Parts {
  std::string_view scheme;
  std::string_view user;  // before '@'
  bool has_user = false;
  std::string_view authority;  // host and port
  std::string_view tail;       // from '/', '?' or '#' on
};

bool is_graphic_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

std::optional<Parts> take_apart(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || !is_graphic_ascii(text)) return std::nullopt;
  Parts parts;
  parts.scheme = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  parts.authority = rest.substr(0, end);
  parts.tail = rest.substr(end);
  if (const std::size_t at = parts.authority.rfind('@'); at != std::string_view::npos) {
    parts.has_user = true;
    parts.user = parts.authority.substr(0, at);
    parts.authority.remove_prefix(at + 1);
  }
  return parts;
}

bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

// Redis itself allows fewer: whether there is one of this number, it says.
using Database = std::uint16_t;

// HOST, HOST:PORT, [V6] or [V6]:PORT.
std::optional<HostPort> to_endpoint(std::string_view authority, std::uint16_t default_port) {
  HostPort endpoint{"", default_port};
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    endpoint.host = authority.substr(1, close - 1);
    in6_addr address{};
    if (inet_pton(AF_INET6, endpoint.host.c_str(), &address) != 1) return std::nullopt;
    authority.remove_prefix(close + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    endpoint.host = authority.substr(0, colon);
    if (!is_host(endpoint.host)) return std::nullopt;
    authority.remove_prefix(colon);
  }
  if (authority.empty()) return endpoint;
  const auto port = whole_number<std::uint16_t>(authority.substr(1));
  if (authority[0] != ':' || !port || *port == 0) return std::nullopt;
  endpoint.port = *port;
  return endpoint;
}

tl::expected<QueueSettings, ValueError> unix_queue(const Parts& parts) {
  QueueSettings queue = redis_list();
  const std::size_t query = std::min(parts.tail.find('?'), parts.tail.size());
  queue.path = parts.tail.substr(0, query);
  std::string_view rest = parts.tail.substr(query);
  std::optional<Database> database = 0;
  if (!rest.empty())
    database = rest.starts_with("?db=") ? whole_number<Database>(rest.substr(4)) : std::nullopt;
  if (!parts.authority.empty() || queue.path.size() < 2 || !database)
    return bad_url("{value} is not the URL of a Unix socket",
                   "write unix:///PATH or "
                   "unix:///PATH?db=0");
  queue.database = *database;
  return queue;
}

// A password between ':' and '@'. A careless one may itself hold '@', '/', '?' or '#', so the last
// '@' of the text ends it. Before an http URL's '@' all is secret.
SecretPart user_secret(std::string_view text, std::size_t begin) {
  const std::size_t end = std::min(text.find_first_of("/?#", begin), text.size());
  const std::string_view authority = text.substr(begin, end - begin);
  const std::size_t user_end = authority.rfind('@');
  const std::size_t last = text.rfind('@');
  if (last == std::string_view::npos || last < begin) return {};
  const std::string_view scheme = text.substr(0, begin - 3);
  if (user_end != std::string_view::npos && (scheme.ends_with("http") || scheme.ends_with("https")))
    return {begin, last - begin};
  const std::size_t colon = authority.find(':');
  if (colon == std::string_view::npos || colon > user_end) return {};
  const std::string_view behind = authority.substr(colon + 1);
  const bool is_port = behind.find_first_not_of("0123456789") == std::string_view::npos;
  if (user_end == std::string_view::npos && (is_port || authority.starts_with('['))) return {};
  return {begin + colon + 1, last - begin - colon - 1};
}

SecretPart query_secret(std::string_view text, std::size_t begin) {
  const std::size_t query = text.find('?', begin);
  if (query == std::string_view::npos) return {};
  for (const std::string_view name : {"password=", "passwd=", "pass=", "pwd="}) {
    const std::size_t found = text.find(name, query);
    if (found == std::string_view::npos) continue;
    const std::size_t value = found + name.size();
    return {value, std::min(text.find_first_of("&#\"'", value), text.size()) - value};
  }
  return {};
}

}  // namespace

tl::expected<HttpUrl, ValueError> parse_http_url(std::string_view text) {
  const auto parts = take_apart(text);
  if (!parts || (parts->scheme != "http" && parts->scheme != "https"))
    return bad_url("{value} is not an http URL", "write http://HOST:PORT/PATH");
  if (parts->has_user) return userinfo(text, "remove what stands before the '@'");
  const bool tls = parts->scheme == "https";
  const auto endpoint = to_endpoint(parts->authority, tls ? 443 : 80);
  if (!endpoint)
    return bad_url("{value} has no valid host and port",
                   "write http://HOST:PORT/PATH, an IPv6 address as [::1]");
  if (parts->tail.find('#') != std::string_view::npos)
    return bad_url("{value} has a fragment", "remove the '#' and what follows");
  std::string path(parts->tail);
  if (path.starts_with('?')) path.insert(0, 1, '/');
  return HttpUrl{tls, endpoint->host, endpoint->port, std::move(path)};
}

tl::expected<HostPort, ValueError> parse_proxy_url(std::string_view text) {
  static constexpr std::string_view kForm = "write http://HOST:PORT, the address of an HTTP proxy";
  const auto url = parse_http_url(text);
  if (!url) return Fault(url.error());
  if (url->tls) return bad_url("{value}: proxies are spoken to without TLS", std::string(kForm));
  if (!url->path.empty() && url->path != "/")
    return bad_url("{value} has a path, and a proxy has none", std::string(kForm));
  return HostPort{url->host, url->port};
}

tl::expected<HostPort, ValueError> parse_destination(std::string_view text) {
  const auto endpoint = to_endpoint(text, 0);
  if (!is_graphic_ascii(text) || !endpoint || endpoint->port == 0)
    return bad_url("{value} is not a host with a port",
                   "write HOST:PORT, an IPv6 address as [::1]:PORT");
  return *endpoint;
}

tl::expected<QueueSettings, ValueError> parse_redis_url(std::string_view text) {
  static constexpr std::string_view kForm =
      "write redis://HOST:PORT/DB, rediss:// over TLS, or unix:///PATH?db=DB";
  const auto parts = take_apart(text);
  if (parts && parts->user.find(':') != std::string_view::npos)
    return userinfo(text, "write the password as password: { env: NAME }");
  if (parts && parts->scheme == "unix" && !parts->has_user) return unix_queue(*parts);
  if (!parts || (parts->scheme != "redis" && parts->scheme != "rediss"))
    return bad_url("{value} is not a Redis URL", std::string(kForm));
  const auto endpoint = to_endpoint(parts->authority, 6379);
  const std::string_view path = parts->tail.empty() ? "/" : parts->tail;
  const auto database = path == "/"      ? std::optional<Database>(0)
                        : path[0] == '/' ? whole_number<Database>(path.substr(1))
                                         : std::nullopt;
  if (!endpoint || !database)
    return bad_url("{value} has no valid host, port and database number", std::string(kForm));
  QueueSettings queue = redis_list();
  queue.tls = parts->scheme == "rediss";
  queue.host = endpoint->host;
  queue.port = endpoint->port;
  queue.database = *database;
  queue.user = parts->user;
  return queue;
}

std::string redis_url_of(const QueueSettings& queue) {
  if (!queue.path.empty()) return fmt::format("unix://{}?db={}", queue.path, queue.database);
  return fmt::format("redis{}://{}{}{}/{}", queue.tls ? "s" : "", queue.user,
                     queue.user.empty() ? "" : "@", HostPort{queue.host, queue.port}.text(),
                     queue.database);
}

std::optional<AppUrl> parse_app_url(std::string_view text) {
  const SecretPart secret = find_url_secret(text);
  std::string open(text);  // without the password and the ':' or '=' before it
  if (secret.length > 0) open.erase(secret.offset - 1, secret.length + 1);
  const auto parts = take_apart(open);
  const auto at = parts ? to_endpoint(parts->authority, 0) : std::nullopt;
  if (!at) return std::nullopt;
  const std::string_view tail = parts->tail;
  const std::size_t query = std::min(tail.find_first_of("?#"), tail.size());
  const std::size_t path = tail.starts_with('/') ? 1 : 0;
  return AppUrl{std::string(parts->scheme),
                percent_decoded(parts->user.substr(0, parts->user.find(':'))),
                percent_decoded(text.substr(secret.offset, secret.length)),
                *at,
                percent_decoded(tail.substr(path, query - path)),
                std::string(tail.substr(query))};
}

tl::expected<std::string, ValueError> parse_postgres_uri(std::string_view text) {
  if (find_url_secret(text).length > 0)
    return userinfo(text, "write the password as password: { env: NAME }");
  const auto parts = take_apart(text);
  if (!parts || (parts->scheme != "postgresql" && parts->scheme != "postgres"))
    return bad_url("{value} is not a PostgreSQL URI", "write postgresql://USER@HOST:PORT/DATABASE");
  return std::string(text);
}

SecretPart find_url_secret(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return {};
  const SecretPart part = user_secret(text, scheme + 3);
  return part.length > 0 ? part : query_secret(text, scheme + 3);
}

}  // namespace votebench::scenario
