#include "votestack/postgres_link.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libpq-fe.h>

#include <cstring>
#include <pqxx/pqxx>
#include <utility>

#include "core/check.h"

namespace votebench::votestack {
namespace {

void append_int32(std::string& bytes, std::size_t value) {
  const std::uint32_t big_endian = htonl(static_cast<std::uint32_t>(value));
  bytes.append(reinterpret_cast<const char*>(&big_endian), sizeof big_endian);
}

std::string first_line(const char* message) {
  const std::string_view text(message);
  return std::string(text.substr(0, text.find('\n')));
}

using Options = std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)>;

// Null when libpq does not understand `uri`. Its message is thrown away: it quotes parts of the
// text, which may be a misplaced password.
Options parse(const std::string& uri) {
  char* raw_message = nullptr;
  Options options(PQconninfoParse(uri.c_str(), &raw_message), PQconninfoFree);
  const std::unique_ptr<char, void (*)(void*)> message(raw_message, PQfreemem);
  return options;
}

std::string conninfo_value(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + '\'';
}

// As key=value text; the later word wins.
std::string with_our_settings(const std::string& uri, const std::string& application_name) {
  std::string text;
  const Options options = parse(uri);
  for (const PQconninfoOption* option = options.get();
       option != nullptr && option->keyword != nullptr; ++option)
    if (option->val != nullptr)
      text += fmt::format("{}={} ", option->keyword, conninfo_value(option->val));
  return text + fmt::format("connect_timeout=5 client_encoding=UTF8 application_name={}",
                            conninfo_value(application_name));
}

QueryResult convert(const pqxx::result& result) {
  QueryResult converted;
  converted.ok = true;
  converted.affected = static_cast<std::uint64_t>(result.affected_rows());
  for (const auto& row : result) {
    auto& fields = converted.rows.emplace_back();
    for (const auto& field : row) fields.emplace_back(field.c_str());
  }
  return converted;
}

QueryResult failed(std::string sqlstate, std::string error) {
  QueryResult result;
  result.sqlstate = std::move(sqlstate);
  result.error = std::move(error);
  return result;
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

// Debian 12 has libpqxx 6, Debian 13 has 7: how notices are dropped and binary parameters passed.
#if PQXX_VERSION_MAJOR < 7
struct PostgresLink::Connection {
  explicit Connection(const std::string& options) : server(options) {}

  pqxx::result execute(const char* sql, const std::vector<std::string>& parameters) {
    const std::vector<pqxx::binarystring> binary(parameters.begin(), parameters.end());
    return pqxx::nontransaction(server).exec_params(sql,
                                                    pqxx::prepare::make_dynamic_params(binary));
  }

  pqxx::connection server;
  pqxx::quiet_errorhandler quiet{server};
};
#else
struct PostgresLink::Connection {
  explicit Connection(const std::string& options) : server(options) {
    server.set_notice_handler([](pqxx::zview) {});
  }

  pqxx::result execute(const char* sql, const std::vector<std::string>& parameters) {
    pqxx::params binary;
    for (const std::string& parameter : parameters) binary.append(pqxx::binary_cast(parameter));
    return pqxx::nontransaction(server).exec(sql, binary);
  }

  pqxx::connection server;
};
#endif

PostgresLink::PostgresLink(std::string uri, std::string application_name)
    : uri_(std::move(uri)), application_name_(std::move(application_name)) {}

PostgresLink::~PostgresLink() = default;

Result<> PostgresLink::connect() try {
  if (connection_ && connection_->server.is_open()) return {};
  connection_.reset();
  connection_ = std::make_unique<Connection>(with_our_settings(uri_, application_name_));
  return {};
} catch (const std::exception& error) {
  return fail(ErrorKind::environment, "postgres: " + first_line(error.what()));
}

QueryResult PostgresLink::run(const char* sql, const std::vector<std::string>& parameters) try {
  CHECK_THAT_HOLDS(connection_ != nullptr);
  // libpqxx 6 would connect again by itself.
  if (!connection_->server.is_open()) return failed("", "no connection to the server");
  return convert(connection_->execute(sql, parameters));
} catch (const pqxx::sql_error& error) {
  return failed(error.sqlstate(), first_line(error.what()));
} catch (const pqxx::broken_connection&) {
  return failed("", "the connection broke");
} catch (const std::exception& error) {
  return failed("", first_line(error.what()));
}

Result<> check_postgres_uri(const std::string& uri) {
  const Options options = parse(uri);
  if (!options) return fail(ErrorKind::usage, "--postgres is not a libpq URI");
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
    if (std::strcmp(option->keyword, "password") == 0 && option->val != nullptr)
      return fail(ErrorKind::usage, "--postgres holds a password: set PGPASSWORD instead");
  return {};
}

}  // namespace votebench::votestack
