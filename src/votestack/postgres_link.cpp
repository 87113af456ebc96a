#include "votestack/postgres_link.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <cstring>

#include "core/check.h"
#include "core/number.h"

namespace votebench::votestack {
namespace {

using PgResult = std::unique_ptr<PGresult, void (*)(PGresult*)>;

void append_int32(std::string& bytes, std::size_t value) {
  const std::uint32_t big_endian = htonl(static_cast<std::uint32_t>(value));
  bytes.append(reinterpret_cast<const char*>(&big_endian), sizeof big_endian);
}

std::string first_line(const char* message) {
  const std::string_view text(message);
  return std::string(text.substr(0, text.find('\n')));
}

// `result` is null when the statement could not even be sent.
QueryResult convert(const PGresult* result, const PGconn* connection) {
  QueryResult converted;
  const ExecStatusType status = PQresultStatus(result);
  converted.ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  if (!converted.ok) {
    const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    converted.sqlstate = sqlstate == nullptr ? "" : sqlstate;
    converted.error = first_line(PQerrorMessage(connection));
    return converted;
  }
  const char* const affected = PQcmdTuples(const_cast<PGresult*>(result));
  converted.affected = whole_number<std::uint64_t>(affected).value_or(0);
  for (int row = 0; row < PQntuples(result); ++row) {
    auto& fields = converted.rows.emplace_back();
    for (int column = 0; column < PQnfields(result); ++column)
      fields.emplace_back(PQgetvalue(result, row, column));
  }
  return converted;
}

}  // namespace

bool QueryResult::is_data_error() const {
  return sqlstate.starts_with("22") || sqlstate.starts_with("23");
}

// array_recv: dimensions, has-null flag, element type; length and lower bound; the elements.
std::string text_array(const std::vector<std::string_view>& values) {
  constexpr std::size_t kTextType = 25;
  std::string bytes;
  append_int32(bytes, 1);
  append_int32(bytes, 0);
  append_int32(bytes, kTextType);
  append_int32(bytes, values.size());
  append_int32(bytes, 1);
  for (const std::string_view value : values) {
    append_int32(bytes, value.size());
    bytes += value;
  }
  return bytes;
}

void PostgresLink::Disconnect::operator()(pg_conn* connection) const { PQfinish(connection); }

PostgresLink::PostgresLink(std::string uri, std::string application_name)
    : uri_(std::move(uri)), application_name_(std::move(application_name)) {}

Result<> PostgresLink::connect() {
  if (connection_ && PQstatus(connection_.get()) == CONNECTION_OK) return {};
  const std::array keys{"dbname", "connect_timeout", "client_encoding", "application_name",
                        static_cast<const char*>(nullptr)};
  const std::array values{uri_.c_str(), "5", "UTF8", application_name_.c_str(),
                          static_cast<const char*>(nullptr)};
  connection_.reset(PQconnectdbParams(keys.data(), values.data(), 1));
  CHECK_THAT_HOLDS(connection_ != nullptr);
  if (PQstatus(connection_.get()) == CONNECTION_OK) {
    PQsetNoticeProcessor(
        connection_.get(), [](void*, const char*) {}, nullptr);
    return {};
  }
  const std::string reason = first_line(PQerrorMessage(connection_.get()));
  connection_.reset();
  return fail(ErrorKind::environment, "postgres: " + reason);
}

QueryResult PostgresLink::run(const char* sql, const std::vector<std::string>& parameters) {
  CHECK_THAT_HOLDS(connection_ != nullptr);
  std::vector<const char*> values;
  std::vector<int> lengths;
  const std::vector<int> binary(parameters.size(), 1);
  for (const std::string& parameter : parameters) {
    values.push_back(parameter.data());
    lengths.push_back(static_cast<int>(parameter.size()));
  }
  const PgResult result(PQexecParams(connection_.get(), sql, static_cast<int>(parameters.size()),
                                     nullptr, values.data(), lengths.data(), binary.data(), 0),
                        PQclear);
  return convert(result.get(), connection_.get());
}

Result<> check_postgres_uri(const std::string& uri) {
  char* raw_message = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(uri.c_str(), &raw_message), PQconninfoFree);
  const std::unique_ptr<char, void (*)(void*)> message(raw_message, PQfreemem);
  // libpq's message quotes parts of the text, which may be a misplaced password.
  if (!options) return fail(ErrorKind::usage, "--postgres is not a libpq URI");
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
    if (std::strcmp(option->keyword, "password") == 0 && option->val != nullptr)
      return fail(ErrorKind::usage, "--postgres holds a password: set PGPASSWORD instead");
  return {};
}

}  // namespace votebench::votestack
