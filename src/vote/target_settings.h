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
#include "vote/names.h"
#include "vote/voter_id.h"

namespace votebench {

// A value that no output may contain. It has no formatter on purpose; call reveal() only where the
// secret is handed to the server it belongs to. An empty secret is none.
class Secret {
 public:
  // Where a secret came from, so that a file can name it again without holding it.
  enum class Origin { unknown, environment, file };

  Secret() = default;
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

// Whether the voter's id that a vote carries can be followed.
enum class IdentityMode {
  echoed,    // our voter id travels in the cookie and comes back in Set-Cookie
  sent,      // it travels, but the answer does not show it
  none,      // no id is sent: the app makes ids, only counts can be audited
  answered,  // no id is sent: the app makes ids, and its answers tell them
};
constexpr std::array<std::string_view, 4> names_of(IdentityMode) {
  return {"echoed", "sent", "none", "answered"};
}
constexpr bool sends_ids(IdentityMode mode) {
  return mode == IdentityMode::echoed || mode == IdentityMode::sent;
}

// Where an answer tells the id that the app has made: in one of these.
struct AnswerId {
  std::string cookie;  // the name of a cookie that it sets
  std::string json;    // a JSON pointer (RFC 6901) into its body
  friend bool operator==(const AnswerId&, const AnswerId&) = default;
};

// The end of an open tunnel on this machine, which stands for a server at its other end.
// Connections go here; the server's own name stays what certificates are checked against and what
// messages call it.
struct TunnelEnd {
  std::string address;  // of this machine
  std::uint16_t port = 0;
  std::string far_end;  // "HOST:PORT" of the server, for messages
  friend bool operator==(const TunnelEnd&, const TunnelEnd&) = default;
};

// The queue and the table are reached through another host, by OpenSSH; votes are not.
struct TunnelSettings {
  std::string ssh_config;  // path of the file that says how to log in to `via`
  std::string via;         // the name of a Host in that file
  friend bool operator==(const TunnelSettings&, const TunnelSettings&) = default;
};

enum class VoteMethod { post, put };
constexpr std::array<std::string_view, 2> names_of(VoteMethod) { return {"POST", "PUT"}; }

// What a header says: a text, or a secret in its place.
struct HeaderValue {
  std::string text;
  Secret secret;
  [[nodiscard]] const std::string& reveal() const {
    return secret.empty() ? text : secret.reveal();
  }
  friend bool operator==(const HeaderValue&, const HeaderValue&) = default;
};

// A page that is fetched once, before any vote, for the token that votes must show.
struct CsrfSettings {
  std::string page = "/";  // its path, with the query
  std::string field;       // the hidden input that holds the token, and the form's field for it
  std::string cookie;      // holds the token in place of an input; empty: none does
  std::string header;      // carries the token, too; empty: none does
  friend bool operator==(const CsrfSettings&, const CsrfSettings&) = default;
};

// How a vote is sent, and what its answer means. In `path`, `form`, `json` and `headers` may stand
// "{choice}" and "{voter}" (vote/request_text.h).
struct VoteEndpoint {
  bool tls = false;
  std::string host;  // name or address, without brackets
  std::uint16_t port = 80;
  // Where connections go; nothing: to host and port, which stay in requests and certificates.
  std::optional<HostPort> connect_to;
  VoteMethod method = VoteMethod::post;
  std::string path = "/";                                         // with the query, if any
  std::map<std::string, std::string> form{{"vote", "{choice}"}};  // empty: no form is sent
  std::string json;                            // the body in place of a form; empty: none
  std::map<std::string, HeaderValue> headers;  // further ones, or in place of our own
  std::string cookie = "voter_id";             // carries the voter's id; empty: none does
  std::optional<CsrfSettings> csrf;            // nothing: no page is fetched
  IdentityMode identity = IdentityMode::echoed;
  IdForm id_form = IdForm::votebench;        // of the ids that are sent
  std::optional<AnswerId> answer_id;         // nothing: no answer is looked into for one
  std::vector<int> accepted{200};            // statuses that mean: this vote counts
  std::vector<int> rejected{400, 404, 405};  // decided before the push: this vote does not count

  [[nodiscard]] std::string url() const;
  // "HOST:PORT", or "HOST" where the port is the scheme's own: as browsers write it.
  [[nodiscard]] std::string authority() const;
  // Of the page of `csrf`. REQUIRES: there is one.
  [[nodiscard]] std::string csrf_page_url() const;
  friend bool operator==(const VoteEndpoint&, const VoteEndpoint&) = default;
};

struct HttpSettings {
  bool keep_alive = true;
  std::uint32_t requests_per_connection = 0;  // 0: no limit
  Nanoseconds connect_timeout = std::chrono::seconds(2);
  Nanoseconds timeout = std::chrono::seconds(5);   // from the start of the attempt to its end
  Nanoseconds max_idle = std::chrono::seconds(1);  // a connection idle for longer is not reused
  std::vector<std::string> source_addresses;       // used in turn; empty: the system chooses one
  friend bool operator==(const HttpSettings&, const HttpSettings&) = default;
};

// The queue that votes are pushed to. What `kind` does not need stays empty.
struct QueueSettings {
  std::string kind;  // names a row of adapters/queues.cpp; up to a '_' the scheme of its URLs
  bool tls = false;
  bool tls_verify = true;   // a copy of TargetSettings::tls_verify
  std::string tls_ca_file;  // a copy of TargetSettings::tls_ca_file
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string path;  // of a socket or file, in place of host and port; empty: those are used
  int database = 0;
  std::string user;                        // empty: the server's default user
  Secret password;                         // empty: none is sent
  std::string list = "votes";              // or the stream
  std::vector<std::string> further_lists;  // that votes are pushed to, beside `list`
  std::string group;                       // of a stream's workers; empty: they read without one
  // What holds the votes in hand, where something does: side lists of a reliable worker, or what a
  // group has not acknowledged.
  std::vector<std::string> in_flight;
  Nanoseconds sample_every = std::chrono::milliseconds(100);
  // Set while a tunnel is open, in the copy that connections are made from; never in a file.
  std::optional<TunnelEnd> tunnel_end;

  // "KIND://127.0.0.1:6379/0" or "KIND:PATH", never the password
  [[nodiscard]] std::string where() const;
  friend bool operator==(const QueueSettings&, const QueueSettings&) = default;
};

// What the table does with a further vote of a voter.
enum class RevoteRule {
  last_wins,   // it replaces the row
  append,      // it is another row
  first_wins,  // nothing
};

// Numbers that the stack keeps in place of a row per vote.
struct CounterSettings {
  std::string source;    // names a row of adapters/counter_store.cpp
  QueueSettings server;  // of the source that is a key each in a server like the queue's
  std::string hash;      // there: fields of this one key; empty: a key each
  std::string count_column = "count";  // of a table's
  bool exclusive = false;              // nobody else votes: a count above the votes is a failure
  bool tls_verify = true;              // of a page's: copies of TargetSettings'
  std::string tls_ca_file;
  friend bool operator==(const CounterSettings&, const CounterSettings&) = default;
};

// The table that the worker writes votes to, or the counters that stand for it.
struct RowSettings {
  std::string kind;             // names a row of adapters/stores.cpp
  std::string url;              // where its server is, without a password, as its kind writes it
  Secret password;              // empty: what the kind's library finds by itself
  std::string table = "votes";  // "table" or "schema.table"
  std::string voter_column = "id";
  std::string choice_column = "vote";
  // Column -> its value, as SQL takes the text, or nothing for a null: other rows are not looked
  // at.
  std::map<std::string, std::optional<std::string>> where;
  std::optional<RevoteRule> revotes;  // nothing: found out before a run
  // Sent -> stored, where those differ. Of counters: sent -> the key, field or place of each.
  std::map<std::string, std::string> stored_choices;
  Nanoseconds sample_every = std::chrono::milliseconds(250);
  std::optional<TunnelEnd> tunnel_end;      // as in QueueSettings
  std::optional<CounterSettings> counters;  // nothing: a row per vote

  // For people: "poll_id = 7, deleted_at is null"; empty: every row is looked at.
  [[nodiscard]] std::string condition() const;
  // "table 'votes'", or "table 'votes' (poll_id = 7)"
  [[nodiscard]] std::string place() const;
  friend bool operator==(const RowSettings&, const RowSettings&) = default;
};

// What the settled rule may assume of the worker (design: audit, section 6).
enum class WorkerModel {
  serial,   // pops one vote, writes it, pops again
  unknown,  // may prefetch, batch or pipeline
};

struct TargetSettings {
  std::string profile = "dockersamples";  // a name of scenario/profiles.h
  VoteEndpoint vote;
  std::optional<QueueSettings> queue;  // nothing: there is none to look at
  std::optional<RowSettings> rows;     // nothing: there is none to look at
  std::string result_url;              // empty: no result page is looked at
  WorkerModel worker = WorkerModel::serial;
  Nanoseconds worker_max_hold = std::chrono::seconds(10);  // longest time between pop and write
  // Whether somebody who knows this stack said so. What only a profile says binds as long as the
  // workers behave like the profile's own (watch/empty_handed.h).
  bool worker_stated = false;
  bool max_hold_stated = false;
  // The user's own assumption, printed with the verdict: when nothing moved for so long, nothing is
  // under way. Nothing: not assumed.
  std::optional<Nanoseconds> settle_quiet;
  bool tls_verify = true;         // of votes and of the queue: check the server's certificate
  std::string tls_ca_file;        // PEM; empty: the system's authorities
  std::optional<HostPort> proxy;  // an HTTP proxy that votes are tunnelled through
  std::optional<TunnelSettings> tunnel;  // nothing: the stores are reached directly

  // While a run goes on, rows of its own are told from others': by their ids, or as counts that
  // rise.
  [[nodiscard]] bool tells_rows() const {
    return rows && (vote.identity != IdentityMode::none || rows->counters);
  }
  friend bool operator==(const TargetSettings&, const TargetSettings&) = default;
};

}  // namespace votebench
