#include "target/http_get.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string_view>

namespace votebench::target {
namespace {

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

void initialise_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::size_t keep_body(char* data, std::size_t, std::size_t size, void* context) {
  std::string& body = static_cast<HttpGetAnswer*>(context)->body;
  body.append(data, std::min(size, HttpGetAnswer::kMaxBody - body.size()));
  return size;
}

std::string header_of(CURL* handle, const char* name) {
  curl_header* header = nullptr;
  const bool found = curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
  return found ? header->value : "";
}

void prepare(CURL* handle, const std::string& url, Nanoseconds timeout, HttpGetAnswer& answer) {
  const auto limit = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");  // or the environment decides
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max(limit, 1L)));
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "votebench/" VOTEBENCH_VERSION);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
}

}  // namespace

HttpGetAnswer http_get(const std::string& url, Nanoseconds timeout) {
  initialise_library();
  HttpGetAnswer answer;
  const Handle handle(curl_easy_init(), curl_easy_cleanup);
  if (!handle) {
    answer.error = "libcurl could not be initialised";
    return answer;
  }
  char detail[CURL_ERROR_SIZE] = "";
  prepare(handle.get(), url, timeout, answer);
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, detail);
  const CURLcode code = curl_easy_perform(handle.get());
  if (code != CURLE_OK) answer.error = detail[0] != '\0' ? detail : curl_easy_strerror(code);
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  answer.server = header_of(handle.get(), "Server");
  answer.location = header_of(handle.get(), "Location");
  return answer;
}

}  // namespace votebench::target
