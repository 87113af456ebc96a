#include "votestack/result_service.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/os.h"
#include "core/text.h"
#include "votestack/ballot.h"
#include "votestack/result_page.h"

namespace votebench::votestack {
namespace {

constexpr const char* kCount = "SELECT vote, count(*) FROM votes GROUP BY vote ORDER BY vote";

HttpResponse json_response(unsigned status, std::string body) {
  return {status,
          std::move(body) + '\n',
          {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}};
}

HttpResponse text_response(unsigned status, std::string text) {
  return {status, std::move(text) + '\n', {{"Content-Type", "text/plain; charset=utf-8"}}};
}

HttpResponse page() {
  std::uint8_t random[16];
  fill_random(random);
  const std::string nonce = to_hex(random);
  return {200,
          result_page(nonce),
          {{"Content-Type", "text/html; charset=utf-8"},
           {"Cache-Control", "no-store"},
           {"X-Content-Type-Options", "nosniff"},
           {"Referrer-Policy", "no-referrer"},
           {"Content-Security-Policy", content_policy(nonce)}}};
}

std::string to_json(const QueryResult& counts) {
  nlohmann::ordered_json scores{{"a", 0}, {"b", 0}};
  for (const auto& row : counts.rows) scores[row[0]] = std::stoull(row[1]);
  return scores.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

ResultHandler::ResultHandler(std::string postgres_uri)
    : postgres_(std::move(postgres_uri), "votestack result") {}

HttpResponse ResultHandler::handle(const HttpRequest& request) {
  const bool scores_asked = request.path == "/api/scores";
  if (!scores_asked && request.path != "/") return text_response(404, "not found");
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse refused = text_response(405, "method not allowed");
    refused.headers.emplace_back("Allow", "GET, HEAD");
    return refused;
  }
  return scores_asked ? scores() : page();
}

HttpResponse ResultHandler::scores() {
  Result<std::string> counted = count();
  // A connection that PostgreSQL ended shows on its next use only.
  if (!counted) counted = count();
  if (counted) return json_response(200, *counted);
  return json_response(503, fmt::format("{{\"error\":{}}}", json_string(counted.error().message)));
}

Result<std::string> ResultHandler::count() {
  TRY(postgres_.connect());
  const QueryResult counts = postgres_.run(kCount);
  if (!counts.ok) return fail(ErrorKind::environment, "postgres: " + counts.error);
  return to_json(counts);
}

}  // namespace votebench::votestack
