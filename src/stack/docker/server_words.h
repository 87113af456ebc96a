// What apps are told of their servers, in the variables of their environment.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "stack/docker/container_facts.h"

namespace votebench::stack {

enum class ServerKind { redis, postgres };

// What an app is not told is empty.
struct ServerWords {
  std::string host;
  std::uint16_t port = 0;
  std::string user;
  std::string database;
  std::string password;  // a secret, of a URL; other variables: password_of
  std::string ssl_mode;  // as libpq calls it
  bool tls = false;
  bool is_sure = false;  // the variable's name or its value says which product it is
  std::string source;    // "DATABASE_URL of worker"
};

// By the first URL, or else the first host, that `app` knows of such a server.
[[nodiscard]] ServerWords server_words(ServerKind kind, const ContainerFacts& app);

// The value of the first of these variables that is set.
[[nodiscard]] std::string first_variable(const ContainerFacts& container,
                                         std::initializer_list<const char*> names);

}  // namespace votebench::stack
