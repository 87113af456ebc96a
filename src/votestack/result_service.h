// The result service: what the table holds, live.
//
//   GET /             the page
//   GET /api/scores   {"a":2,"b":1}: rows per choice, a and b always present;
//                     503 {"error":"..."} while PostgreSQL cannot say
#pragma once

#include <string>

#include "votestack/http_server.h"
#include "votestack/postgres_link.h"

namespace votebench::votestack {

// Not thread-safe.
class ResultHandler {
 public:
  explicit ResultHandler(std::string postgres_uri);
  [[nodiscard]] HttpResponse handle(const HttpRequest& request);

 private:
  [[nodiscard]] HttpResponse scores();
  [[nodiscard]] Result<std::string> count();

  PostgresLink postgres_;
};

}  // namespace votebench::votestack
