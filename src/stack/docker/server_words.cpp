#include "stack/docker/server_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "core/number.h"
#include "core/text.h"
#include "scenario/urls.h"

namespace votebench::stack {
namespace {

// The names of the parts of one server's address. A name that says nothing of the product is `any`.
struct AddressNames {
  const char* host = "";
  const char* port = "";
  const char* user = "";
  const char* database = "";
  bool any = false;
};

struct Vocabulary {
  std::span<const char* const> urls;
  std::span<const std::string_view> schemes;
  std::span<const AddressNames> addresses;
};

constexpr std::array kRedisUrls{"REDIS_URL",        "REDIS_URI",  "REDIS_CONNECTION_STRING",
                                "REDIS_CONNECTION", "VALKEY_URL", "QUEUE_URL",
                                "BROKER_URL",       "CACHE_URL"};
constexpr std::array<std::string_view, 4> kRedisSchemes{"redis", "rediss", "valkey", "valkeys"};
constexpr std::array kRedisAddresses{
    AddressNames{"REDIS_HOST", "REDIS_PORT", "REDIS_USERNAME", "REDIS_DB"},
    AddressNames{"REDIS_HOSTNAME", "REDIS_PORT", "REDIS_USER", "REDIS_DB"},
    AddressNames{"VALKEY_HOST", "VALKEY_PORT", "VALKEY_USERNAME", "VALKEY_DB"},
    AddressNames{"QUEUE_HOST", "QUEUE_PORT", "QUEUE_USER", "QUEUE_DB", true},
};
constexpr std::array kPostgresUrls{"DATABASE_URL", "POSTGRES_URL", "POSTGRESQL_URL", "DATABASE_URI",
                                   "POSTGRES_URI", "DB_URL",       "PG_URL",         "PG_URI"};
constexpr std::array<std::string_view, 2> kPostgresSchemes{"postgresql", "postgres"};
constexpr std::array kPostgresAddresses{
    AddressNames{"POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_DB"},
    AddressNames{"POSTGRESQL_HOST", "POSTGRESQL_PORT", "POSTGRESQL_USERNAME",
                 "POSTGRESQL_DATABASE"},
    AddressNames{"PGHOST", "PGPORT", "PGUSER", "PGDATABASE"},
    AddressNames{"PG_HOST", "PG_PORT", "PG_USER", "PG_DATABASE"},
    AddressNames{"DB_HOST", "DB_PORT", "DB_USER", "DB_NAME", true},
    AddressNames{"DB_HOST", "DB_PORT", "DB_USERNAME", "DB_DATABASE", true},
    AddressNames{"DATABASE_HOST", "DATABASE_PORT", "DATABASE_USER", "DATABASE_NAME", true},
};

Vocabulary vocabulary_of(ServerKind kind) {
  if (kind == ServerKind::redis) return {kRedisUrls, kRedisSchemes, kRedisAddresses};
  return {kPostgresUrls, kPostgresSchemes, kPostgresAddresses};
}

std::string source_of(const char* name, const ContainerFacts& app) {
  return fmt::format("{} of {}", name, printable(app.service, 60));
}

// The value of a parameter of a URL's query.
std::string parameter(std::string_view query, std::string_view name) {
  const std::size_t found = query.find(std::string(name) + '=');
  if (found == std::string_view::npos || found == 0) return "";
  const std::size_t value = found + name.size() + 1;
  return std::string(query.substr(value, query.find('&', value) - value));
}

// "postgresql+psycopg2" (SQLAlchemy) -> "postgresql", "jdbc:postgresql" -> "postgresql".
std::string_view plain_scheme(std::string_view scheme) {
  if (scheme.starts_with("jdbc:")) scheme.remove_prefix(5);
  return scheme.substr(0, scheme.find('+'));
}

std::optional<ServerWords> words_of_url(const Vocabulary& vocabulary, const char* name,
                                        const ContainerFacts& app) {
  const auto url = scenario::parse_app_url(app.variable(name));
  if (!url) return std::nullopt;
  const std::string_view scheme = plain_scheme(url->scheme);
  if (std::ranges::find(vocabulary.schemes, scheme) == vocabulary.schemes.end())
    return std::nullopt;
  ServerWords words;
  words.host = url->at.host;
  words.port = url->at.port;
  words.user = url->user.empty() ? parameter(url->query, "user") : url->user;
  words.database = url->path.empty() ? parameter(url->query, "db") : url->path;
  words.password = url->password;
  words.ssl_mode = parameter(url->query, "sslmode");
  words.tls = scheme == "rediss" || scheme == "valkeys";
  words.is_sure = true;
  words.source = source_of(name, app);
  return words;
}

}  // namespace

ServerWords server_words(ServerKind kind, const ContainerFacts& app) {
  const Vocabulary vocabulary = vocabulary_of(kind);
  for (const char* name : vocabulary.urls)
    if (auto words = words_of_url(vocabulary, name, app)) return *words;
  for (const AddressNames& names : vocabulary.addresses) {
    const std::string host = app.variable(names.host);
    if (host.empty()) continue;
    ServerWords words;
    words.host = host;
    words.port = whole_number<std::uint16_t>(app.variable(names.port)).value_or(0);
    words.user = app.variable(names.user);
    words.database = app.variable(names.database);
    words.is_sure = !names.any;
    words.source = source_of(names.host, app);
    return words;
  }
  return {};
}

std::string first_variable(const ContainerFacts& container,
                           std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (std::string value = container.variable(name); !value.empty()) return value;
  return "";
}

}  // namespace votebench::stack
