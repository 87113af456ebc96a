#include "vote/cause.h"

#include <algorithm>
#include <cerrno>

namespace votebench {
namespace {

constexpr std::string_view kLookAtAnswer =
    "look at what the vote app, or a proxy before it, sends: curl -i and the vote page's URL";
constexpr std::string_view kLookAtLog =
    "look at the log of the vote app, and of what stands before it";

constexpr std::array<CauseWords, kCauses> kTable{{
    {Cause::none, "no reason is on record", ""},
    {Cause::status, "a status that accepts nothing", ""},  // advice_on_status
    {Cause::not_echoed, "answered without our voter id",
     "another app or a proxy may have answered, or the app rewrites ids; if it never sets the "
     "cookie, say vote.identity: sent"},
    {Cause::answered_early, "answered before the vote was sent", kLookAtAnswer},
    {Cause::refused, "connection refused",
     "is the vote app up, and does it listen there? check vote.url (or `votebench stack status`)"},
    {Cause::unreachable, "no way to the host",
     "check vote.url, the network and the firewalls on the way"},
    {Cause::no_connection, "no connection",
     "is the vote app up? check vote.url (or `votebench stack status`)"},
    {Cause::connect_timed_out, "no connection in time",
     "is the vote app up, and is it reached this way? where it is slow to accept connections, "
     "lower "
     "the load or raise http.connect_timeout"},
    {Cause::timed_out, "no answer in time",
     "the vote app is slow or stuck: lower the load, or raise http.timeout if it may take that "
     "long"},
    {Cause::closed_early, "closed without a whole answer", kLookAtLog},
    {Cause::closed_kept, "closed while a kept connection was used again",
     "the target may close idle connections: set http.max_idle below its keep-alive time"},
    {Cause::reset, "connection reset", kLookAtLog},
    {Cause::open_files, "too many open files on this machine",
     "raise the limit of open files where votebench runs (ulimit -n), or use fewer clients", true},
    {Cause::local_ports, "no local port free on this machine",
     "keep connections alive (http.keep_alive: true), add addresses to http.source_addresses, or "
     "widen net.ipv4.ip_local_port_range",
     true},
    {Cause::memory, "no memory for sockets on this machine",
     "give this machine more memory, or use fewer clients", true},
    {Cause::no_tls, "no TLS connection",
     "does the port of vote.url speak TLS, and is its certificate accepted (tls.ca_file)?"},
    {Cause::proxy, "refused by the proxy", "look at the log of the proxy, or leave `proxy` out"},
    {Cause::not_http, "answered, but not in HTTP/1.1",
     "is it an HTTP server? write https:// in vote.url if its port speaks TLS"},
    {Cause::many_lengths, "answered, but not in HTTP/1.1: several Content-Length", kLookAtAnswer},
    {Cause::bad_length, "answered, but not in HTTP/1.1: Content-Length is no number",
     kLookAtAnswer},
    {Cause::bad_header, "answered, but not in HTTP/1.1: a header line is none", kLookAtAnswer},
    {Cause::long_head, "answered, but not in HTTP/1.1: a head of more than 64 KiB", kLookAtAnswer},
    {Cause::bad_chunk, "answered, but not in HTTP/1.1: broken chunks", kLookAtAnswer},
    {Cause::given_up, "given up when the run was ended", ""},
    {Cause::no_id, "answered without an id",
     "vote.answer_id says where the answer tells the id that the app makes: look at one with curl "
     "-i"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i)
    if (kTable[i].cause != static_cast<Cause>(i)) return false;
  return true;
}
static_assert(in_order(), "a row per cause, in the order of their names");

struct StatusAdvice {
  std::uint16_t first, last;
  std::string_view advice;
};
constexpr std::array<StatusAdvice, 8> kStatuses{{
    {401, 403,
     "the target wants a login or a CSRF token that still holds (vote.csrf), or keeps this machine "
     "out"},
    {404, 405, "the form is somewhere else: try vote.url with /vote or / as its path"},
    {429, 429, "the target limits the rate of votes: lower the load, or raise its limit"},
    {502, 502, "a proxy or load balancer got no answer from the vote app: is the app up?"},
    {503, 503, "the vote app, or a proxy before it, is overloaded or down: look at their logs"},
    {504, 504, "a proxy or load balancer waited too long for the vote app: is the app stuck?"},
    {500, 599, "look at the vote app's log: can it reach its queue?"},
    {0, UINT16_MAX, "check vote.url, vote.form and vote.accept against the app"},
}};

}  // namespace

const CauseWords& words_of(Cause cause) {
  return kTable.at(std::min(static_cast<std::size_t>(cause), kCauses - 1));
}

std::string_view advice_on_status(std::uint16_t status) {
  return std::ranges::find_if(
             kStatuses,
             [&](const StatusAdvice& row) { return status >= row.first && status <= row.last; })
      ->advice;
}

Cause cause_of_error(int error) {
  switch (error) {
    case ECONNREFUSED:
      return Cause::refused;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
      return Cause::unreachable;
    case ETIMEDOUT:
      return Cause::connect_timed_out;
    case ECONNRESET:
    case EPIPE:
      return Cause::reset;
    case EMFILE:
    case ENFILE:
      return Cause::open_files;
    case EADDRNOTAVAIL:
    case EADDRINUSE:
      return Cause::local_ports;
    case ENOMEM:
    case ENOBUFS:
    case ENOSPC:  // no further watch of epoll
      return Cause::memory;
    case EPROTO:
      return Cause::no_tls;
    case EREMOTEIO:
      return Cause::proxy;
    default:
      return Cause::no_connection;
  }
}

}  // namespace votebench
