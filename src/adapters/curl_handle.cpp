#include "adapters/curl_handle.h"

#include <curl/curl.h>

#include <algorithm>
#include <mutex>

#include "core/check.h"

namespace votebench::adapters {
namespace {

void initialise_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

// What a proxy says to CONNECT is not for our standard output.
std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

// With a single file the library reads the authorities once for many connections.
void set_trust(CURL* easy, const HttpVia& via) {
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, via.verify ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, via.verify ? 2L : 0L);
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  if (!via.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, via.ca_file.c_str());
}

}  // namespace

void CurlHandle::EasyDeleter::operator()(void* easy) const { curl_easy_cleanup(easy); }

void CurlHandle::ListDeleter::operator()(void* list) const {
  curl_slist_free_all(static_cast<curl_slist*>(list));
}

CurlHandle::CurlHandle(const std::string& url, const HttpVia& via) {
  initialise_library();
  easy_.reset(curl_easy_init());
  CURL* easy = easy_.get();
  CHECK_THAT_HOLDS(easy != nullptr);
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "votebench/" VOTEBENCH_VERSION);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
  const std::string proxy = via.proxy ? "http://" + via.proxy->text() : "";
  curl_easy_setopt(easy, CURLOPT_PROXY, proxy.c_str());  // also "", or http_proxy decides
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");           // or no_proxy does
  curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  set_trust(easy, via);
  if (!via.connect_to) return;
  connect_to_.reset(curl_slist_append(nullptr, ("::" + via.connect_to->text()).c_str()));
  curl_easy_setopt(easy, CURLOPT_CONNECT_TO, static_cast<curl_slist*>(connect_to_.get()));
}

HttpVia via_of(const TargetSettings& target) {
  return {target.proxy, target.vote.connect_to, target.tls_verify, target.tls_ca_file};
}

long curl_milliseconds(Nanoseconds time) {
  return std::max(1L,
                  static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(time).count()));
}

}  // namespace votebench::adapters
