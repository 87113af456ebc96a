// Everything votebench knows about a voting stack: where it is and how it behaves.
// Filled by scenario (profile defaults, then the user's keys); only valid values get here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"

namespace votebench {

// A value that no output may contain. It has no formatter on purpose; call reveal() only where the
// secret is handed to the server it belongs to.
class Secret {
 public:
  Secret() = default;
  // Where a secret came from, so that a file can name it again without holding it.
  enum class Origin { unknown, environment, file };

  explicit Secret(std::string value) : value_(std::move(value)) {}
  // `reference`: the variable's name or the file's path.
  Secret(std::string value, Origin origin, std::string reference)
      : value_(std::move(value)), origin_(origin), reference_(std::move(reference)) {}
  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  [[nodiscard]] Origin origin() const { return origin_; }
  [[nodiscard]] const std::string& reference() const { return reference_; }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
  Origin origin_ = Origin::unknown;
  std::string reference_;
};

struct HostPort {
  std::string host;  // name or address, without brackets
  std::uint16_t port = 0;

  [[nodiscard]] std::string text() const;  // "example.org:80", "[::1]:80"
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

enum class IdentityMode {
  echoed,  // our voter id travels in the cookie and comes back in Set-Cookie
  sent,    // it travels, but the answer does not show it
  none,    // no cookie is sent: the app makes ids, only counts can be audited
};

// Where a tunnel to a server begins on this machine. Connections go here; the server's own name
// stays what certificates are checked against and what messages call it.
struct NearEnd {
  std::string address;
  std::uint16_t port = 0;
  std::string far_end;  // "HOST:PORT" of the server, for messages
  friend bool operator==(const NearEnd&, const NearEnd&) = default;
};

// Redis and PostgreSQL are reached through this host, by OpenSSH; votes are not.
struct TunnelSettings {
  std::string ssh_config;  // a file; says how to log in to
  std::string via;         // a Host of it
  friend bool operator==(const TunnelSettings&, const TunnelSettings&) = default;
};

struct VoteEndpoint {
  bool tls = false;
  std::string host;  // name or address, without brackets
  std::uint16_t port = 80;
  std::optional<HostPort> connect_to;  // where connections go instead of host and port
  std::string path = "/";
  std::string choice_field = "vote";
  std::map<std::string, std::string> extra_fields;  // further form fields, sent as they are
  std::string cookie = "voter_id";
  IdentityMode identity = IdentityMode::echoed;
  std::vector<int> accepted{200};
  std::vector<int> rejected{400, 404, 405};

  [[nodiscard]] std::string url() const;
  friend bool operator==(const VoteEndpoint&, const VoteEndpoint&) = default;
};

struct HttpSettings {
  bool keep_alive = true;
  std::uint32_t requests_per_connection = 0;  // 0 = no limit
  Nanoseconds connect_timeout = std::chrono::seconds(2);
  Nanoseconds timeout = std::chrono::seconds(5);  // from the start of the attempt to its end
  Nanoseconds max_idle = std::chrono::seconds(1);
  std::vector<std::string> source_addresses;
  friend bool operator==(const HttpSettings&, const HttpSettings&) = default;
};

struct QueueSettings {
  bool tls = false;
  bool tls_verify = true;          // the target's, as is
  std::string tls_ca_file;         // this one
  std::string host = "127.0.0.1";  // or
  std::uint16_t port = 6379;
  std::string socket_path;  // a Unix socket: host and port are not used
  int database = 0;
  std::string user;
  Secret password;
  std::string list = "votes";
  std::vector<std::string> in_flight;  // side lists of a reliable worker
  Nanoseconds sample_every = std::chrono::milliseconds(100);
  std::optional<NearEnd> near;  // never written to a file: an open tunnel sets it

  [[nodiscard]] std::string where() const;  // "redis://127.0.0.1:6379/0", never the password
  friend bool operator==(const QueueSettings&, const QueueSettings&) = default;
};

struct RowSettings {
  std::string url = "postgresql://postgres@127.0.0.1/postgres";  // libpq URI without a password
  Secret password;
  std::string table = "votes";  // "table" or "schema.table"
  std::string voter_column = "id";
  std::string choice_column = "vote";
  Nanoseconds sample_every = std::chrono::milliseconds(250);
  std::optional<NearEnd> near;  // as above
  friend bool operator==(const RowSettings&, const RowSettings&) = default;
};

// What the settled rule may assume of the worker (design: audit, section 6).
enum class WorkerModel {
  serial,   // pops one vote, writes it, pops again
  unknown,  // may prefetch, batch or pipeline
};

struct TargetSettings {
  std::string profile = "dockersamples";
  VoteEndpoint vote;
  std::optional<QueueSettings> queue = QueueSettings{};
  std::optional<RowSettings> rows = RowSettings{};
  std::string result_url;  // empty: no result page known
  WorkerModel worker = WorkerModel::serial;
  Nanoseconds worker_max_hold = std::chrono::seconds(10);
  std::optional<Nanoseconds> settle_quiet;  // the user's own assumption; printed with the verdict
  bool tls_verify = true;
  std::string tls_ca_file;
  std::optional<HostPort> proxy;  // an HTTP proxy
  std::optional<TunnelSettings> tunnel;
  friend bool operator==(const TargetSettings&, const TargetSettings&) = default;
};

}  // namespace votebench
