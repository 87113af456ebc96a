// A small HTTP/1.1 server: whole requests in, whole responses out.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "votestack/address.h"

namespace votebench::votestack {

struct HttpRequest {
  std::string method;
  std::string path;  // decoded, without the query
  std::string content_type;
  std::string cookies;         // the Cookie header
  std::string voter_header;    // X-Voter-Id
  std::string csrf_header;     // X-CSRFToken
  std::string voter_argument;  // voter_id of the query
  std::string body;
};

struct HttpResponse {
  unsigned status = 200;
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  bool close = false;   // end the connection after this response
  bool silent = false;  // end the connection without any response
};

// May block: it holds up the connections of its thread only.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

class HttpServer {
 public:
  struct Options {
    Address listen;                         // port 0: any free one
    std::chrono::seconds idle_timeout{75};  // of a kept connection
  };

  // One thread per handler; each handler is only called by its own thread. Serves on return.
  // Bodies above 1 MiB are answered 413.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(const Options& options,
                                                                 std::vector<HttpHandler> handlers);
  // Answers the requests that have been read, then closes everything.
  ~HttpServer();

  [[nodiscard]] Address address() const { return address_; }

 private:
  class Worker;
  explicit HttpServer(Address address);

  Address address_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace votebench::votestack
