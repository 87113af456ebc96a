#include "adapters/http/http_exchange.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace votebench::adapters {
namespace {

struct BodyKeeper {
  std::string& body;
  std::size_t most;
};

std::size_t keep_body(char* data, std::size_t, std::size_t size, void* context) {
  const auto& keeper = *static_cast<const BodyKeeper*>(context);
  keeper.body.append(data, std::min(size, keeper.most - keeper.body.size()));
  return size;
}

std::string header_of(CURL* handle, const char* name) {
  curl_header* header = nullptr;
  const bool found = curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
  return found ? header->value : "";
}

std::vector<std::string> headers_of(CURL* handle, const char* name) {
  std::vector<std::string> values;
  curl_header* header = nullptr;
  while (curl_easy_header(handle, name, values.size(), CURLH_HEADER, -1, &header) == CURLHE_OK)
    values.emplace_back(header->value);
  return values;
}

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

HttpReply http_exchange(const HttpCall& call, Nanoseconds timeout, const HttpVia& via) {
  HttpReply reply;
  const CurlHandle handle(call.url, via);
  CURL* easy = handle.get();
  char detail[CURL_ERROR_SIZE] = "";
  const std::unique_ptr<curl_slist, ListDeleter> text(
      curl_slist_append(nullptr, "Content-Type: text/plain;charset=UTF-8"));
  if (call.post) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call.post->c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, text.get());
  }
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, curl_milliseconds(timeout));
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
  BodyKeeper keeper{reply.body, call.most_body};
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &keeper);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
  const CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK) reply.error = detail[0] != '\0' ? detail : curl_easy_strerror(code);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  reply.server = header_of(easy, "Server");
  reply.location = header_of(easy, "Location");
  reply.set_cookies = headers_of(easy, "Set-Cookie");
  return reply;
}

}  // namespace votebench::adapters
