#include "adapters/curl_route.h"

#include <curl/curl.h>

#include <utility>

#include "adapters/connect_error.h"

namespace votebench::adapters {
namespace {

HostPort destination_of(const TargetSettings& target) {
  return target.vote.connect_to.value_or(HostPort{target.vote.host, target.vote.port});
}

RouteSettings first_hop_of(const TargetSettings& target, const HttpSettings& http) {
  RouteSettings hop{target.proxy.value_or(destination_of(target)), "", http.source_addresses,
                    http.connect_timeout};
  hop.setting = target.proxy ? "proxy" : target.vote.connect_to ? "vote.connect_to" : "vote.url";
  return hop;
}

// libcurl does not pass on why no socket could be opened.
thread_local int socket_error = 0;

curl_socket_t open_socket(void* route, curlsocktype, curl_sockaddr*) {
  FileDescriptor socket = static_cast<const TcpRoute*>(route)->open(socket_error);
  return socket ? socket.release() : CURL_SOCKET_BAD;
}

ConnectFailure failure_of(CURL* easy, CURLcode code, const char* detail) {
  ConnectFailure failure{code, 0, 0, 0, detail};
  long os_error = 0;
  curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &failure.verify_result);
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &failure.proxy_status);
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
  failure.os_error = os_error != 0 ? static_cast<int>(os_error) : CurlRoute::take_socket_error();
  return failure;
}

}  // namespace

CurlRoute::CurlRoute(const TargetSettings& target, const HttpSettings& http, TcpRoute first_hop)
    : url_(target.vote.url()),
      via_(via_of(target)),
      pinned_(via_),
      destination_(destination_of(target)),
      connect_timeout_(http.connect_timeout),
      first_hop_(std::move(first_hop)) {
  (pinned_.proxy ? pinned_.proxy : pinned_.connect_to) = first_hop_.peer();
}

Result<CurlRoute> CurlRoute::find(const TargetSettings& target, const HttpSettings& http) {
  TRY_ASSIGN(TcpRoute first_hop, TcpRoute::find(first_hop_of(target, http)));
  return CurlRoute(target, http, std::move(first_hop));
}

CurlHandle CurlRoute::new_handle() const {
  CurlHandle handle(url_, pinned_);
  CURL* easy = handle.get();
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &first_hop_);
  return handle;
}

int CurlRoute::take_socket_error() { return std::exchange(socket_error, 0); }

Result<> CurlRoute::try_out() const {
  const CurlHandle handle = new_handle();
  CURL* easy = handle.get();
  char detail[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, curl_milliseconds(connect_timeout_));
  const CURLcode code = curl_easy_perform(easy);
  if (code == CURLE_OK) return {};
  return fail(
      explain(failure_of(easy, code, detail), {url_, destination_, via_, connect_timeout_}));
}

}  // namespace votebench::adapters
