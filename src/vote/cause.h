// Why a vote was not accepted: what each cause is called, and what to do about it. The one table of
// it (cause.cpp); everything that speaks of causes reads it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "vote/names.h"

namespace votebench {

// Stored in five bits of a slot (vote/attempt.h): a value keeps its meaning, there is room for 32.
enum class Cause : std::uint8_t {
  none,               // accepted; or on record from before causes were kept
  status,             // a status that accepts nothing
  not_echoed,         // an accepted status without our id in Set-Cookie
  answered_early,     // an accepted status before the vote had left us
  refused,            // no connection: nobody listens
  unreachable,        // no connection: no way there
  no_connection,      // no connection, for another reason or one that is not on record
  connect_timed_out,  // no connection within http.connect_timeout
  timed_out,          // no answer within http.timeout
  closed_early,       // closed by the peer before a whole answer
  closed_kept,        // the same without any answer, on a connection that had served before
  reset,              // broken by the peer
  open_files,         // ours: no descriptor was left
  local_ports,        // ours: no port was left
  memory,             // ours: the kernel had no memory for a socket
  no_tls,             // the handshake failed
  proxy,              // the proxy did not connect us
  not_http,           // answered, but not in HTTP/1.x
  many_lengths,       // several Content-Length fields
  bad_length,         // a Content-Length that is no number
  bad_header,         // a line of the head that is no field
  long_head,          // a head that is longer than we read
  bad_chunk,          // chunks that cannot be told apart
  given_up,           // ended by us, or with us, before an answer
  no_id,              // an accepted status without the id that the app was to make
};
inline constexpr std::size_t kCauses = 25;
constexpr std::array<std::string_view, kCauses> names_of(Cause) {
  return {"none",        "status",        "not_echoed",        "answered_early", "refused",
          "unreachable", "no_connection", "connect_timed_out", "timed_out",      "closed_early",
          "closed_kept", "reset",         "open_files",        "local_ports",    "memory",
          "no_tls",      "proxy",         "not_http",          "many_lengths",   "bad_length",
          "bad_header",  "long_head",     "bad_chunk",         "given_up",       "no_id"};
}

struct CauseWords {
  Cause cause = Cause::none;
  std::string_view words;   // a clause: "connection refused"
  std::string_view advice;  // one sentence; may be empty
  bool ours = false;        // a limit of the generator: nothing is said about the target
};
[[nodiscard]] const CauseWords& words_of(Cause cause);

// What to do about a status that accepts nothing.
[[nodiscard]] std::string_view advice_on_status(std::uint16_t status);

// What an errno of a connection means.
[[nodiscard]] Cause cause_of_error(int error);

}  // namespace votebench
