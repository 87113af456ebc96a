#include "adapters/http/result_feed.h"

#include "support/catch.h"
#include "support/scripted_server.h"

namespace votebench::adapters {
namespace {

using test::Reply;
using test::ScriptedServer;

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Result<Tallies> read_from(const ScriptedServer& server, const std::string& path = "/") {
  TargetSettings target;
  target.result_url = "http://127.0.0.1:" + std::to_string(server.port()) + path;
  return open_result_feed(target, real_clock())->read();
}

// A result app that speaks Socket.IO below `path` and answers one poll after the other with
// `polls`.
ScriptedServer::Script socket_io(std::string path, std::vector<std::string> polls) {
  return [path = std::move(path), polls = std::move(polls), next = std::size_t{0}](
             const std::string& request, int) mutable {
    if (!request.starts_with("GET " + path + "socket.io/?EIO=4&transport=polling") &&
        !request.starts_with("POST " + path + "socket.io/?EIO=4&transport=polling&sid=S-1_x "))
      return Reply{ScriptedServer::answer(404, "")};
    if (request.starts_with("POST")) return Reply{ok("ok")};
    if (request.find("&sid=") == std::string::npos)
      return Reply{ok(R"(0{"sid":"S-1_x","upgrades":["websocket"],"pingInterval":25000})")};
    return Reply{ok(next < polls.size() ? polls[next++] : std::string("6"))};
  };
}

bool asked(const ScriptedServer& server, const std::string& end) {
  for (const std::string& request : server.requests())
    if (request.starts_with("POST") && request.ends_with(end)) return true;
  return false;
}

}  // namespace

TEST_CASE("scores are an object of counts; choices without votes are left out") {
  CHECK(parse_scores(R"({"a":2,"b":0,"é\"<":1})") == Tallies{{"a", 2}, {"é\"<", 1}});
  CHECK(parse_scores("{}") == Tallies{});
  for (const char* text : {"", "[1]", R"({"a":-1})", R"({"a":1.5})", R"({"a":"1"})", R"({"a":2)",
                           "<html>", R"({"a":{"b":1}})"})
    CHECK_FALSE(parse_scores(text));
}

TEST_CASE("the last event named scores counts, as text or as an object") {
  CHECK(scores_in_packets("42[\"scores\",\"{\\\"a\\\":2}\"]") == Tallies{{"a", 2}});
  CHECK(scores_in_packets(R"(42["scores",{"b":3}])") == Tallies{{"b", 3}});
  CHECK(scores_in_packets("40{\"sid\":\"x\"}\x1e"
                          "42[\"message\",{\"text\":\"Welcome!\"}]\x1e"
                          "42[\"scores\",\"{\\\"a\\\":1}\"]\x1e"
                          "2\x1e"
                          "42[\"scores\",\"{\\\"a\\\":5}\"]") == Tallies{{"a", 5}});
  for (const char* text : {"", "2", "42", "42[]", R"(42["scores"])", R"(42["scores","no"])",
                           R"(42["votes",{"a":1}])", R"(41["scores",{"a":1}])", "\x1e\x1e"})
    CHECK_FALSE(scores_in_packets(text));
}

TEST_CASE("a page with JSON at api/scores is read from there") {
  ScriptedServer server([](const std::string& request, int) {
    return Reply{request.starts_with("GET /api/scores ") ? ok(R"({"a":7,"b":0})")
                                                         : ScriptedServer::answer(404, "")};
  });
  const auto tallies = read_from(server);
  REQUIRE(tallies);
  CHECK(*tallies == Tallies{{"a", 7}});
}

TEST_CASE("a page that speaks Socket.IO is followed to its scores") {
  ScriptedServer server(socket_io("/", {"40{\"sid\":\"y\"}\x1e"
                                        "42[\"message\",{\"text\":\"Welcome!\"}]",
                                        "2", R"(42["scores","{\"a\":2,\"b\":1}"])"}));
  const auto tallies = read_from(server);
  REQUIRE(tallies);
  CHECK(*tallies == Tallies{{"a", 2}, {"b", 1}});
  CHECK(asked(server, "40"));
  CHECK(asked(server, "3"));
}

TEST_CASE("the page may live below a path") {
  ScriptedServer server(socket_io("/result/", {R"(42["scores",{"a":2}])"}));
  CHECK(read_from(server, "/result") == Tallies{{"a", 2}});
}

TEST_CASE("what is not a result page is said") {
  ScriptedServer page([](const std::string&, int) { return Reply{ok("<html>")}; });
  const auto neither = read_from(page);
  REQUIRE_FALSE(neither);
  CHECK(neither.error().message.find("speaks neither JSON at api/scores nor Socket.IO") !=
        std::string::npos);
  ScriptedServer broken(
      [](const std::string&, int) { return Reply{ScriptedServer::answer(503, "")}; });
  CHECK(read_from(broken).error().message.ends_with("answers 503"));
  ScriptedServer old([](const std::string& request, int) {
    return Reply{request.starts_with("GET /api")
                     ? ScriptedServer::answer(404, "")
                     : "HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\n\x1b[0m"};
  });
  CHECK(read_from(old).error().message.find("answers 400 to Socket.IO (\\x1b[0m)") !=
        std::string::npos);
  ScriptedServer silent(socket_io("/", {}));
  CHECK(read_from(silent).error().message.find("sends no scores over Socket.IO") !=
        std::string::npos);
  ScriptedServer gone([](const std::string&, int) { return Reply{}; });
  gone.go_away();
  CHECK(read_from(gone).error().message.find("does not answer") != std::string::npos);
}

TEST_CASE("a session that could not stand in a URL is refused") {
  ScriptedServer server([](const std::string& request, int) {
    return Reply{request.find("/api/") != std::string::npos ? ScriptedServer::answer(404, "")
                                                            : ok("0{\"sid\":\"x y&admin=1\"}")};
  });
  CHECK_FALSE(read_from(server));
  CHECK(server.requests().size() == 2);
}

}  // namespace votebench::adapters
