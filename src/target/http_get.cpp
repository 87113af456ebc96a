#include "target/http_get.h"

#include <curl/curl.h>

#include <algorithm>
#include <string_view>

namespace votebench::target {
namespace {

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

}  // namespace

HttpGetAnswer http_get(const std::string& url, Nanoseconds timeout, const HttpVia& via) {
  HttpGetAnswer answer;
  const CurlHandle handle(url, via);
  CURL* easy = handle.get();
  char detail[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, curl_milliseconds(timeout));
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
  const CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK) answer.error = detail[0] != '\0' ? detail : curl_easy_strerror(code);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  answer.server = header_of(easy, "Server");
  answer.location = header_of(easy, "Location");
  return answer;
}

}  // namespace votebench::target
