#include "adapters/connect_error.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include "core/os.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

// What OpenSSL says of a certificate (openssl/x509_vfy.h). Host names are compared by libcurl,
// while the result is still unspecified.
constexpr long kUnspecified = 1;
constexpr long kNotYetValid = 9;
constexpr long kExpired = 10;
constexpr long kSelfSigned = 18;
constexpr long kSelfSignedAuthority = 19;
constexpr long kIssuerUnknown = 20;
constexpr long kIssuerMissing = 21;

Error unfit(std::string message, std::string help) {
  return {ErrorKind::environment, std::move(message), std::move(help)};
}

std::string place_of(const ConnectAttempt& attempt) {
  if (!attempt.via.connect_to) return attempt.url;
  return fmt::format("{} (at {})", attempt.url, attempt.destination.text());
}

std::string reason_of(const ConnectFailure& failure) {
  if (failure.os_error != 0) return os_error(failure.os_error);
  if (!failure.detail.empty()) return printable(failure.detail);
  return curl_easy_strerror(static_cast<CURLcode>(failure.code));
}

Error untrusted(const ConnectAttempt& attempt, const std::string& why, std::string help) {
  return unfit(fmt::format("the certificate of {} {}", place_of(attempt), why), std::move(help));
}

Error explain_certificate(const ConnectFailure& failure, const ConnectAttempt& attempt) {
  switch (failure.verify_result) {
    case 0:
    case kUnspecified:
      return untrusted(attempt, "is for another host name",
                       "put the certificate's name into vote.url, and the address that it leads to "
                       "into vote.connect_to (HOST:PORT)");
    case kNotYetValid:
    case kExpired:
      return untrusted(attempt,
                       failure.verify_result == kExpired ? "has expired" : "is not valid yet",
                       "renew it, look at the clock of this machine, or set tls.verify: false");
    case kSelfSigned:
    case kSelfSignedAuthority:
    case kIssuerUnknown:
    case kIssuerMissing:
      return untrusted(attempt, "is signed by nobody whom this machine trusts",
                       "set tls.ca_file to a PEM file with the authority's certificate, or "
                       "tls.verify: false to trust anybody");
    default:
      return untrusted(attempt, "is not accepted: " + reason_of(failure),
                       "replace it, or set tls.verify: false");
  }
}

Error explain_authorities(const ConnectAttempt& attempt) {
  if (attempt.via.ca_file.empty())
    return unfit("this machine has no list of authorities to check certificates with",
                 "install the package ca-certificates, or set tls.ca_file");
  return unfit(fmt::format("cannot read certificates from '{}' (tls.ca_file)",
                           printable(attempt.via.ca_file)),
               "it must be a readable file of certificates in PEM form");
}

Error explain_proxy_answer(const ConnectFailure& failure, const ConnectAttempt& attempt) {
  const std::string proxy = "the proxy " + attempt.via.proxy->text();
  const std::string place = attempt.destination.text();
  if (failure.proxy_status == 407)
    return unfit(proxy + " wants a user name and a password (407)",
                 "votebench sends none: let the proxy admit this machine by its address, or leave "
                 "`proxy` out");
  if (failure.proxy_status == 403)
    return unfit(fmt::format("{} refuses to connect to {} (403)", proxy, place),
                 fmt::format("let it allow CONNECT to port {}, or leave `proxy` out",
                             attempt.destination.port));
  return unfit(fmt::format("{} answered {} when asked for {}", proxy, failure.proxy_status, place),
               "is it an HTTP proxy, and can it reach the vote app? look at its log");
}

// Nobody there: at the first hop.
Error explain_silence(const ConnectFailure& failure, const ConnectAttempt& attempt) {
  if (attempt.via.proxy)
    return unfit(fmt::format("the proxy {} does not answer: {}", attempt.via.proxy->text(),
                             reason_of(failure)),
                 "check `proxy` of the target; left out, votes go directly");
  return unfit(fmt::format("nothing answers at {}: {}", place_of(attempt), reason_of(failure)),
               "is the vote app up? check vote.url (or `votebench stack status`)");
}

Error explain_handshake(const ConnectFailure& failure, const ConnectAttempt& attempt) {
  const auto says = [&](std::string_view words) {
    return failure.detail.find(words) != std::string::npos;
  };
  const std::string help = "write http:// in vote.url, or the port that speaks TLS";
  if (says("wrong version number") || says("packet length too long"))
    return unfit(fmt::format("{} does not speak TLS", place_of(attempt)), help);
  // A server may also reset what it does not understand before its own words are read.
  if (says("SSL_ERROR_SYSCALL") || says("unexpected eof") || says("reset by peer"))
    return unfit(fmt::format("{} ended the connection instead of speaking TLS", place_of(attempt)),
                 "if it speaks no TLS, " + help);
  return unfit(fmt::format("no TLS connection to {}: {}", place_of(attempt), reason_of(failure)),
               "compare the versions and ciphers that both sides speak");
}

}  // namespace

Error explain(const ConnectFailure& failure, const ConnectAttempt& attempt) {
  switch (failure.code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return explain_certificate(failure, attempt);
    case CURLE_SSL_CACERT_BADFILE:
      return explain_authorities(attempt);
    case CURLE_SSL_CONNECT_ERROR:
      return explain_handshake(failure, attempt);
    case CURLE_OPERATION_TIMEDOUT:
      return unfit(
          fmt::format("no connection to {}{} within {}", place_of(attempt),
                      attempt.via.proxy ? " through the proxy" : "",
                      format_duration(attempt.limit)),
          "is it up, and is it reached this way? raise http.connect_timeout if it is slow");
    default:
      break;
  }
  if (attempt.via.proxy && failure.proxy_status >= 300)
    return explain_proxy_answer(failure, attempt);
  return explain_silence(failure, attempt);
}

}  // namespace votebench::adapters
