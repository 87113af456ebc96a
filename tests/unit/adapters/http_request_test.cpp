#include "adapters/http/http_request.h"

#include "support/catch.h"

using namespace votebench;
using namespace votebench::adapters;

namespace {

const std::string kZeros(length_of(IdForm::votebench), '0');

std::string written(const VoteEndpoint& endpoint, const std::string& choice, bool last = false,
                    const CsrfPass& pass = {}) {
  WireRequest request;
  const RequestTemplates templates(endpoint, pass, {choice});
  templates.write(0, last, request);
  return request.bytes;
}

// With an id in every place, as a session patches it in.
std::string with_voter(const VoteEndpoint& endpoint, const std::string& choice,
                       std::string_view voter) {
  WireRequest request;
  const RequestTemplates templates(endpoint, {}, {choice});
  templates.write(0, false, request);
  request.set_voter(voter);
  return request.bytes;
}

std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

bool has(const std::string& request, const std::string& part) {
  return request.find(part) != std::string::npos;
}

VoteEndpoint endpoint_of(const std::string& host, std::uint16_t port) {
  VoteEndpoint endpoint;
  endpoint.host = host;
  endpoint.port = port;
  return endpoint;
}

}  // namespace

TEST_CASE("a vote request, byte for byte") {
  CHECK(written(endpoint_of("vote.example", 8080), "a", false) ==
        "POST / HTTP/1.1\r\n"
        "Host: vote.example:8080\r\n"
        "User-Agent: votebench/" VOTEBENCH_VERSION
        "\r\n"
        "Accept: */*\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 6\r\n"
        "Cookie: voter_id=00000000000000000000000000\r\n"
        "\r\n"
        "vote=a");
}

TEST_CASE("the last request of a connection says so") {
  const VoteEndpoint endpoint = endpoint_of("h", 80);
  CHECK(written(endpoint, "a", true).find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(written(endpoint, "a", false).find("Connection") == std::string::npos);
}

TEST_CASE("the voter id has its place") {
  WireRequest request;
  const RequestTemplates templates(endpoint_of("h", 80), {}, {"a", "b"});
  templates.write(1, false, request);
  CHECK(request.voter_id() == kZeros);
  REQUIRE(request.ids_at.size() == 1);
  CHECK(request.bytes.compare(request.ids_at[0] - 9, 9, "voter_id=") == 0);
}

TEST_CASE("without identity there is no cookie at all") {
  VoteEndpoint endpoint = endpoint_of("h", 80);
  endpoint.identity = IdentityMode::none;
  WireRequest request;
  const RequestTemplates templates(endpoint, {}, {"a"});
  templates.write(0, false, request);
  CHECK(request.bytes.find("Cookie") == std::string::npos);
  CHECK(request.voter_id().empty());
}

TEST_CASE("host and form are written as a browser would") {
  CHECK(written(endpoint_of("::1", 8080), "a", false).find("Host: [::1]:8080\r\n") !=
        std::string::npos);
  CHECK(written(endpoint_of("h", 80), "a", false).find("Host: h\r\n") != std::string::npos);
  VoteEndpoint endpoint = endpoint_of("h", 80);
  endpoint.form["lang"] = "1&2";
  const std::string request = written(endpoint, "caf\xc3\xa9 =", false);
  CHECK(request.ends_with("\r\n\r\nlang=1%262&vote=caf%C3%A9+%3D"));
  CHECK(request.find("Content-Length: 29\r\n") != std::string::npos);
}

TEST_CASE("the brackets of a field's name are encoded") {
  VoteEndpoint endpoint = endpoint_of("h", 80);
  endpoint.form = {{"vote[choice]", "{choice}"}, {"vote[voter id]", "{voter}"}};
  CHECK(body_of(written(endpoint, "a")) == "vote%5Bchoice%5D=a&vote%5Bvoter+id%5D=" + kZeros);
}

TEST_CASE("the voter's id goes into every place, and only there") {
  VoteEndpoint endpoint = endpoint_of("h", 80);
  endpoint.path = "/{voter}?v={voter}&c={choice}";
  endpoint.form = {{"choice", "{choice}"}, {"who", "x{voter}"}};
  endpoint.headers = {{"X-Voter", {"id {voter}", {}}}, {"X-Plain", {"as it is", {}}}};
  const std::string voter = "vb0123456789abcdef01234567";
  const std::string request = with_voter(endpoint, "a b/&", voter);
  CHECK(request.starts_with("POST /" + voter + "?v=" + voter + "&c=a%20b%2F%26 HTTP/1.1\r\n"));
  CHECK(has(request, "\r\nX-Voter: id " + voter + "\r\n"));
  CHECK(has(request, "\r\nX-Plain: as it is\r\n"));
  CHECK(has(request, "\r\nCookie: voter_id=" + voter + "\r\n"));
  CHECK(body_of(request) == "choice=a+b%2F%26&who=x" + voter);
  CHECK_FALSE(has(request, kZeros));
  CHECK(has(request, "Content-Length: " + std::to_string(body_of(request).size()) + "\r\n"));
}

TEST_CASE("a JSON body says choices as JSON does") {
  VoteEndpoint endpoint = endpoint_of("h", 80);
  endpoint.form.clear();
  endpoint.json = R"({"vote": "{choice}", "again": "\"{choice}", "id": "{voter}"})";
  const std::string request = written(endpoint, "a\"\\\x01\xc3\xa9");
  CHECK(has(request, "\r\nContent-Type: application/json\r\n"));
  CHECK(body_of(request) ==
        "{\"vote\": \"a\\\"\\\\\\u0001\xc3\xa9\", \"again\": "
        "\"\\\"a\\\"\\\\\\u0001\xc3\xa9\", \"id\": \"" +
            kZeros + "\"}");
  CHECK(has(request, "Content-Length: " + std::to_string(body_of(request).size()) + "\r\n"));
  endpoint.json = R"({"vote": {choice}, "n": {}})";
  CHECK(body_of(written(endpoint, "17")) == R"({"vote": 17, "n": {}})");
}

TEST_CASE("PUT, no body, and headers in place of our own") {
  VoteEndpoint endpoint = endpoint_of("h", 80);
  endpoint.method = VoteMethod::put;
  endpoint.path = "/vote/{choice}";
  endpoint.form.clear();
  endpoint.headers = {{"accept", {"application/json", {}}},
                      {"X-Key", {"", Secret("k3y")}},
                      {"X-Absent", {"", Secret()}}};
  const std::string request = written(endpoint, "a");
  CHECK(request.starts_with("PUT /vote/a HTTP/1.1\r\n"));
  CHECK(has(request, "\r\nContent-Length: 0\r\n"));
  CHECK_FALSE(has(request, "Content-Type"));
  CHECK(has(request, "\r\naccept: application/json\r\n"));
  CHECK_FALSE(has(request, "Accept: */*"));
  CHECK(has(request, "\r\nX-Key: k3y\r\n"));
  CHECK_FALSE(has(request, "X-Absent"));
}

TEST_CASE("no cookie carries the id where the target says none") {
  VoteEndpoint endpoint = endpoint_of("h", 80);
  endpoint.identity = IdentityMode::sent;
  endpoint.cookie.clear();
  endpoint.form["voter_id"] = "{voter}";
  const std::string request = written(endpoint, "a");
  CHECK_FALSE(has(request, "Cookie"));
  CHECK(body_of(request) == "vote=a&voter_id=" + kZeros);
}

TEST_CASE("a token of a page travels with its cookies and says where it is from") {
  VoteEndpoint endpoint = endpoint_of("h", 443);
  endpoint.tls = true;
  endpoint.csrf = CsrfSettings{"/form?x", "token", "", "X-CSRFToken"};
  const CsrfPass pass{"t+1", {{"csrftoken", "abc"}, {"session", "s"}}};
  const std::string request = written(endpoint, "a", false, pass);
  CHECK(has(request, "\r\nReferer: https://h/form?x\r\n"));
  CHECK(has(request, "\r\nX-CSRFToken: t+1\r\n"));
  CHECK(has(request, "\r\nCookie: voter_id=" + kZeros + "; csrftoken=abc; session=s\r\n"));
  CHECK(body_of(request) == "vote=a&token=t%2B1");
  endpoint.identity = IdentityMode::none;
  CHECK(has(written(endpoint, "a", false, pass), "\r\nCookie: csrftoken=abc; session=s\r\n"));
}
