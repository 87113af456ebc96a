#include "adapters/http/http_request.h"

#include "support/catch.h"

using namespace votebench;
using namespace votebench::adapters;

namespace {

std::string written(const VoteEndpoint& endpoint, const std::string& choice, bool last) {
  WireRequest request;
  RequestTemplates(endpoint, {choice}).write(0, last, request);
  return request.bytes;
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
  const RequestTemplates templates(endpoint_of("h", 80), {"a", "b"});
  templates.write(1, false, request);
  CHECK(request.voter_id() == std::string(VoterIds::kLength, '0'));
  CHECK(request.bytes.compare(request.id_at - 9, 9, "voter_id=") == 0);
}

TEST_CASE("without identity there is no cookie at all") {
  VoteEndpoint endpoint = endpoint_of("h", 80);
  endpoint.identity = IdentityMode::none;
  WireRequest request;
  RequestTemplates(endpoint, {"a"}).write(0, false, request);
  CHECK(request.bytes.find("Cookie") == std::string::npos);
  CHECK(request.voter_id().empty());
}

TEST_CASE("host and form are written as a browser would") {
  CHECK(written(endpoint_of("::1", 8080), "a", false).find("Host: [::1]:8080\r\n") !=
        std::string::npos);
  CHECK(written(endpoint_of("h", 80), "a", false).find("Host: h\r\n") != std::string::npos);
  VoteEndpoint endpoint = endpoint_of("h", 80);
  endpoint.extra_fields = {{"csrf", "1&2"}};
  const std::string request = written(endpoint, "caf\xc3\xa9 =", false);
  CHECK(request.ends_with("\r\n\r\nvote=caf%C3%A9+%3D&csrf=1%262"));
  CHECK(request.find("Content-Length: 29\r\n") != std::string::npos);
}
