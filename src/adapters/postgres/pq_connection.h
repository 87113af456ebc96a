// One libpq connection with a time limit on everything, also on a server that is frozen: libpq's
// non-blocking calls and poll(2), because statement_timeout needs a server that runs.
//
// A pooler may give the server's side of the connection to somebody else after every transaction:
// nothing is set, prepared or held beyond one. Settings are SET LOCAL, statements have no names.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "vote/target_settings.h"

struct pg_conn;
struct pg_result;

namespace votebench::adapters {

// Rows of text. Views live as long as the object.
class PqRows {
 public:
  explicit PqRows(pg_result* result) : result_(result) {}
  [[nodiscard]] int size() const;
  [[nodiscard]] std::string_view text(int row, int column) const;
  [[nodiscard]] std::uint64_t number(int row, int column) const;  // 0 when it is none
  [[nodiscard]] bool truth(int row, int column) const;            // "t"

 private:
  friend class PqConnection;
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;  // null: no further result
};

// Connects when it is first needed, again after it broke, and again where the server has ended it
// between two statements. Not thread-safe.
// Errors: environment, "PostgreSQL at HOST:PORT/DATABASE ...", never a secret.
class PqConnection {
 public:
  explicit PqConnection(RowSettings settings);

  Result<> open();
  // One statement that changes nothing: in a read-only transaction of its own, or in the one that
  // begin_reading() has begun. One round trip.
  Result<PqRows> query(const std::string& sql);
  // One statement that may change rows, in a transaction of its own. One round trip.
  Result<PqRows> change(const std::string& sql);
  // COPY ... TO STDOUT: `take` is called with every line, without its newline.
  Result<> copy_out(const std::string& sql, const std::function<void(std::string_view)>& take);
  // The statements in between see one snapshot and may take long. A statement that fails in between
  // drops the connection, and with it the transaction.
  Result<> begin_reading();
  Result<> end_reading();

  // The comment that every statement of this process begins with: how to tell them in
  // pg_stat_activity, whoever's connection a pooler sends them on.
  [[nodiscard]] static const std::string& mark();

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };

  Result<> connect();
  Result<PqRows> ask(const std::string& settings, const std::string& sql);
  Result<> send(const std::string& sql);
  Result<PqRows> next_result();
  Result<> finish_statement();
  Result<> wait_for_bytes();
  [[nodiscard]] std::string where() const;
  [[nodiscard]] Failure failure(std::string_view what) const;
  Failure refused(const PqRows& answer);
  Failure broken(std::string_view why);

  RowSettings settings_;
  std::unique_ptr<pg_conn, Finish> connection_;
};

// The text as a string constant of SQL.
[[nodiscard]] std::string quoted_literal(std::string_view text);

// What postgres.url says about where the server is. Error (usage): nothing that a tunnel can lead
// to (no host, several, a socket, only a service's name).
[[nodiscard]] Result<HostPort> postgres_address(const RowSettings& settings);

// "name" with its quotes doubled; "schema"."table" for a table name with a dot.
[[nodiscard]] std::string quoted_identifier(std::string_view name);
[[nodiscard]] std::string quoted_table(std::string_view name);

}  // namespace votebench::adapters
