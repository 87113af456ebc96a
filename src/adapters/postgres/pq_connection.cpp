#include "adapters/postgres/pq_connection.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <utility>

#include "adapters/store.h"
#include "core/number.h"
#include "core/os.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

constexpr char kConnectLimit[] = "3";  // seconds
// The server ends a statement first; a server that cannot is given up a little later.
constexpr char kLimits[] = "SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '2s'; ";
// A policy that would hide rows is an error, not a table with fewer rows.
constexpr char kAllRows[] = "SET LOCAL row_security = off; ";
constexpr char kReadOnly[] = "SET LOCAL transaction_read_only = on; ";
constexpr std::uint16_t kPort = 5432;
constexpr std::string_view kHostCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:";
constexpr int kSilenceLimitMs = 12'000;
// A reading of all rows may take long, but never is silent for long.
constexpr char kBeginReading[] =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '10min'; "
    "SET LOCAL lock_timeout = '2s'; ";

// libpq's messages may have several lines, some begun with a tab, and end with a newline.
std::string one_line(std::string_view message) {
  while (message.ends_with('\n')) message.remove_suffix(1);
  std::string text;
  for (const char c : message) {
    if (c != '\n' && c != '\t')
      text += c;
    else if (!text.ends_with(' '))
      text += ' ';
  }
  return printable(text, 500);
}

// What this process is called, transaction by transaction: pgbouncer would leave a connection's
// name to whoever comes next without one.
const std::string& application_name() {
  static const std::string name = [] {
    std::array<std::uint8_t, 4> token{};
    fill_random(token);
    return "votebench-" + to_hex(token);
  }();
  return name;
}

std::string set_name() {
  return fmt::format("SET LOCAL application_name = '{}'; ", application_name());
}

void ignore_notice(void* /*unused*/, const char* /*message*/) {}

}  // namespace

void PqRows::Clear::operator()(pg_result* result) const { PQclear(result); }

int PqRows::size() const { return PQntuples(result_.get()); }

std::string_view PqRows::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::uint64_t PqRows::number(int row, int column) const {
  return whole_number<std::uint64_t>(text(row, column)).value_or(0);
}

bool PqRows::truth(int row, int column) const { return text(row, column) == "t"; }

PqConnection::PqConnection(RowSettings settings) : settings_(std::move(settings)) {}

void PqConnection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

const std::string& PqConnection::mark() {
  static const std::string comment = fmt::format("/* {} */ ", application_name());
  return comment;
}

// What the server ended while nothing was asked (a time limit of its own, a restart) is made again:
// no statement was under way, so none can be run twice.
Result<> PqConnection::open() {
  if (connection_ && PQtransactionStatus(connection_.get()) == PQTRANS_IDLE &&
      peer_has_closed(PQsocket(connection_.get())))
    connection_.reset();
  if (connection_) return {};
  return connect();
}

Result<PqRows> PqConnection::query(const std::string& sql) {
  return ask(fmt::format("{}{}{}{}", set_name(), kLimits, kAllRows, kReadOnly), sql);
}

Result<PqRows> PqConnection::change(const std::string& sql) {
  return ask(set_name() + kLimits + kAllRows, sql);
}

// Statements of one message are one transaction, which ends with the message, also where one of
// them is refused: nothing is left open, and the settings are gone with it.
Result<PqRows> PqConnection::ask(const std::string& settings, const std::string& sql) {
  TRY(open());
  const bool reading = PQtransactionStatus(connection_.get()) == PQTRANS_INTRANS;
  TRY(send(reading ? sql : settings + sql));
  PqRows answer(nullptr);
  for (;;) {
    TRY_ASSIGN(PqRows next, next_result());
    if (!next.result_) return answer;
    answer = std::move(next);
  }
}

Result<> PqConnection::copy_out(const std::string& sql,
                                const std::function<void(std::string_view)>& take) {
  TRY(open());
  TRY(send(sql));
  TRY(next_result());
  for (;;) {
    char* line = nullptr;
    const int length = PQgetCopyData(connection_.get(), &line, /*async=*/1);
    if (length > 0) {
      take({line, static_cast<std::size_t>(length) - 1});
      PQfreemem(line);
    } else if (length == 0) {
      TRY(wait_for_bytes());
    } else if (length == -1) {
      return finish_statement();
    } else {
      return broken(PQerrorMessage(connection_.get()));
    }
  }
}

Result<> PqConnection::begin_reading() {
  TRY(ask("", kBeginReading + set_name() + kAllRows));
  return {};
}

Result<> PqConnection::end_reading() {
  TRY(query("COMMIT"));
  return {};
}

Result<> PqConnection::connect() {
  // Later words win over what the URL says.
  std::vector<const char*> words{"dbname", "connect_timeout", "keepalives_idle",
                                 "tcp_user_timeout"};
  std::vector<const char*> values{settings_.url.c_str(), kConnectLimit, "5", "10000"};
  if (!settings_.password.empty()) {
    words.push_back("password");
    values.push_back(settings_.password.reveal().c_str());
  }
  const std::string tunnel_port =
      settings_.tunnel_end ? std::to_string(settings_.tunnel_end->port) : "";
  if (settings_.tunnel_end) {  // `host` stays what certificates and password files are looked up by
    words.insert(words.end(), {"hostaddr", "port"});
    values.insert(values.end(), {settings_.tunnel_end->address.c_str(), tunnel_port.c_str()});
  }
  words.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectdbParams(words.data(), values.data(), /*expand_dbname=*/1));
  if (!connection_) return failure("cannot be reached: out of memory");
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    const auto error = failure("cannot be reached: " + one_line(PQerrorMessage(connection_.get())));
    connection_.reset();
    return error;
  }
  PQsetNoticeProcessor(connection_.get(), ignore_notice, nullptr);
  return {};
}

Result<> PqConnection::send(const std::string& sql) {
  if (PQsendQuery(connection_.get(), (mark() + sql).c_str()) != 1)
    return broken(PQerrorMessage(connection_.get()));
  return {};
}

// The next result of the statement that was sent; an empty one after the last.
Result<PqRows> PqConnection::next_result() {
  while (PQisBusy(connection_.get()) == 1) TRY(wait_for_bytes());
  PqRows answer(PQgetResult(connection_.get()));
  if (!answer.result_) return answer;
  switch (PQresultStatus(answer.result_.get())) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_COPY_OUT:
      return answer;
    default:
      return refused(answer);
  }
}

Result<> PqConnection::finish_statement() {
  for (;;) {
    TRY_ASSIGN(const PqRows answer, next_result());
    if (!answer.result_) return {};
  }
}

Result<> PqConnection::wait_for_bytes() {
  pollfd waiting{PQsocket(connection_.get()), POLLIN, 0};
  int ready = 0;
  do ready = ::poll(&waiting, 1, kSilenceLimitMs);
  while (ready < 0 && errno == EINTR);
  if (ready == 0) return broken("it is silent for 12 s");
  if (PQconsumeInput(connection_.get()) != 1) return broken(PQerrorMessage(connection_.get()));
  return {};
}

Failure PqConnection::failure(std::string_view what) const {
  if (!connection_ || PQdb(connection_.get()) == nullptr)
    return fail(ErrorKind::environment, fmt::format("PostgreSQL {}", what));
  return fail(ErrorKind::environment,
              fmt::format("PostgreSQL at {}/{} {}", where(), PQdb(connection_.get()), what));
}

// "HOST:PORT" as the user knows it; libpq sees the end of a tunnel.
std::string PqConnection::where() const {
  if (settings_.tunnel_end) return settings_.tunnel_end->far_end;
  const std::string_view host = PQhost(connection_.get());
  const bool v6 = host.find(':') != std::string_view::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", PQport(connection_.get()));
}

// A refused statement leaves the connection usable, unless a transaction was open.
Failure PqConnection::refused(const PqRows& answer) {
  const char* primary = PQresultErrorField(answer.result_.get(), PG_DIAG_MESSAGE_PRIMARY);
  auto error =
      failure(primary == nullptr ? "does not answer: " + one_line(PQerrorMessage(connection_.get()))
                                 : "refuses: " + one_line(primary));
  while (PQstatus(connection_.get()) == CONNECTION_OK)
    if (const PqRows rest(PQgetResult(connection_.get())); !rest.result_) break;
  if (PQstatus(connection_.get()) != CONNECTION_OK ||
      PQtransactionStatus(connection_.get()) != PQTRANS_IDLE)
    connection_.reset();
  return error;
}

Failure PqConnection::broken(std::string_view why) {
  auto error = failure("does not answer: " + one_line(why));
  connection_.reset();
  return error;
}

Result<HostPort> postgres_address(const RowSettings& settings) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(settings.url.c_str(), nullptr), PQconninfoFree);
  HostPort address{"", kPort};
  for (const PQconninfoOption* option = options.get();
       option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    if (std::string_view(option->keyword) == "host") address.host = option->val;
    if (std::string_view(option->keyword) == "port" && *option->val != '\0')
      address.port = whole_number<std::uint16_t>(option->val).value_or(0);
  }
  const bool one_name = address.host.find_first_not_of(kHostCharacters) == std::string::npos;
  if (!address.host.empty() && one_name && address.port != 0) return address;
  return fail(ErrorKind::usage, "postgres.url does not say where a tunnel is to lead",
              "write postgresql://USER@HOST:PORT/DATABASE, with one host as the tunnel's far side "
              "calls it; a service or a socket does not do");
}

std::string quoted_literal(std::string_view text) {
  std::string quoted = "E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += c;
    quoted += c;
  }
  return quoted + '\'';
}

std::string quoted_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string quoted_table(std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return quoted_identifier(name);
  return quoted_identifier(name.substr(0, dot)) + "." + quoted_identifier(name.substr(dot + 1));
}

}  // namespace votebench::adapters
