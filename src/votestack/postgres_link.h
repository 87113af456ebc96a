// A connection to PostgreSQL: statements with text parameters, and their rows as text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace votebench::votestack {

struct QueryResult {
  bool ok = false;
  std::string sqlstate;  // five characters; empty when the connection broke
  std::string error;
  std::vector<std::vector<std::string>> rows;
  std::uint64_t affected = 0;

  // The server refuses these values and always will (SQLSTATE classes 22 and 23).
  [[nodiscard]] bool is_data_error() const;
  // Of a result that is not ok.
  [[nodiscard]] Failure failure() const {
    return fail(ErrorKind::environment, "postgres: " + error);
  }
};

// The binary form of a text[] parameter. Binary, because it carries every byte as it is.
[[nodiscard]] std::string text_array(const std::vector<std::string_view>& values);

// One thread at a time. Passwords come from libpq's environment (PGPASSWORD, PGPASSFILE).
class PostgresLink {
 public:
  // `uri` is a libpq URI or key=value text.
  PostgresLink(std::string uri, std::string application_name);
  ~PostgresLink();

  // Makes sure that there is a connection which is not known to be broken (5 s per address).
  [[nodiscard]] Result<> connect();

  // One statement, committed when it returns ok; never sent a second time, on no other connection
  // either. `parameters` in binary form, which is the text itself for text. Requires connect().
  [[nodiscard]] QueryResult run(const char* sql, const std::vector<std::string>& parameters = {});

 private:
  struct Connection;

  std::string uri_;
  std::string application_name_;
  std::unique_ptr<Connection> connection_;
};

// An error when `uri` is not understood by libpq or holds a password (it would show up in the
// process list).
[[nodiscard]] Result<> check_postgres_uri(const std::string& uri);

}  // namespace votebench::votestack
