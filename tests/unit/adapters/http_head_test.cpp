#include "adapters/http/http_head.h"

#include <string>

#include "support/catch.h"

using namespace votebench;
using namespace votebench::adapters;

namespace {

const ExpectedCookie kCookie{"voter_id", "vb1"};

tl::expected<ResponseHead, Cause> parse(const std::string& headers,
                                        const std::string& status_line = "HTTP/1.1 200 OK") {
  return parse_head(status_line + "\r\n" + headers + "\r\n", kCookie);
}

}  // namespace

TEST_CASE("status lines") {
  CHECK(parse("", "HTTP/1.1 200 OK")->status == 200);
  CHECK(parse("", "HTTP/1.0 404 Not Found")->status == 404);
  CHECK(parse("", "HTTP/1.1 500")->status == 500);
  CHECK(parse("", "HTTP/1.1 204 ")->status == 204);
  for (const char* wrong :
       {"HTTP/2 200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1  200", "HTTP/1.x 200 OK",
        "HTTP/1.1 099 X", "HTTP/1.1 2a0 X", "HTTP/1.1 +20 X", "ICY 200 OK", "http/1.1 200 OK", ""})
    CHECK_FALSE(parse("", wrong));
}

TEST_CASE("the body is framed by status, coding, then length") {
  CHECK(parse("Content-Length: 12\r\n")->body == BodyKind::counted);
  CHECK(parse("Content-Length: 12\r\n")->length == 12);
  CHECK(parse("content-LENGTH:12 \t\r\n")->length == 12);
  CHECK(parse("")->body == BodyKind::until_close);
  CHECK(parse("Transfer-Encoding: chunked\r\n")->body == BodyKind::chunked);
  CHECK(parse("Transfer-Encoding: gzip, Chunked\r\n")->body == BodyKind::chunked);
  CHECK(parse("Transfer-Encoding: gzip\r\n")->body == BodyKind::until_close);
  CHECK(parse("Transfer-Encoding: chunked, gzip\r\n")->body == BodyKind::until_close);
  CHECK(parse("Content-Length: 5\r\n", "HTTP/1.1 204 No Content")->body == BodyKind::none);
  CHECK(parse("Content-Length: 5\r\n", "HTTP/1.1 304 Not Modified")->body == BodyKind::none);
  CHECK(parse("Content-Length: 5\r\n", "HTTP/1.1 103 Early Hints")->body == BodyKind::none);
}

TEST_CASE("framing that cannot be trusted is malformed, and it is said why") {
  CHECK(parse("Content-Length: 5\r\nContent-Length: 5\r\n").error() == Cause::many_lengths);
  CHECK(parse("Content-Length: 5, 5\r\n").error() == Cause::bad_length);
  CHECK(parse("Content-Length : 5\r\n").error() == Cause::bad_header);
  CHECK(parse("", "ICY 200 OK").error() == Cause::not_http);
  CHECK_FALSE(parse("Content-Length: 5\r\nContent-Length: 6\r\n"));
  CHECK_FALSE(parse("Content-Length: 5\r\nContent-Length: 5\r\n"));
  CHECK_FALSE(parse("Content-Length: 5, 5\r\n"));
  CHECK_FALSE(parse("Content-Length: -1\r\n"));
  CHECK_FALSE(parse("Content-Length: 0x5\r\n"));
  CHECK_FALSE(parse("Content-Length:\r\n"));
  CHECK_FALSE(parse("Content-Length: 18446744073709551616\r\n"));
  CHECK_FALSE(parse("Content-Length : 5\r\n"));
  CHECK_FALSE(parse("no colon\r\n"));
  CHECK_FALSE(parse(": no name\r\n"));
}

TEST_CASE("who closes the connection") {
  CHECK_FALSE(parse("Content-Length: 0\r\n")->closes);
  CHECK(parse("Content-Length: 0\r\nConnection: Close\r\n")->closes);
  CHECK(parse("Content-Length: 0\r\nConnection: foo , close\r\n")->closes);
  CHECK_FALSE(parse("Content-Length: 0\r\nConnection: closed\r\n")->closes);
  CHECK(parse("Content-Length: 0\r\n", "HTTP/1.0 200 OK")->closes);
  CHECK_FALSE(parse("Content-Length: 0\r\nConnection: keep-alive\r\n", "HTTP/1.0 200 OK")->closes);
  CHECK(parse("")->closes);
  CHECK(parse("Content-Length: 0\r\n", "HTTP/1.1 101 Switching Protocols")->closes);
  // Both framings at once, or a coding that HTTP/1.0 does not have: doubtful.
  CHECK(parse("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")->closes);
  CHECK(
      parse("Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n", "HTTP/1.0 200 OK")->closes);
}

TEST_CASE("a redirect says where it leads to, and no other answer does") {
  CHECK(parse("location:  /results \r\n", "HTTP/1.1 303 See Other")->location == "/results");
  CHECK(parse("Content-Length: 0\r\n", "HTTP/1.1 308 Moved")->location.empty());
  CHECK(parse("Location: /vote/1\r\n", "HTTP/1.1 201 Created")->location.empty());
}

TEST_CASE("our id is echoed, or it is not") {
  CHECK(parse("Set-Cookie: voter_id=vb1; Path=/\r\n")->echoed);
  CHECK(parse("set-cookie:voter_id=vb1\r\n")->echoed);
  CHECK(parse("Set-Cookie: session=1\r\nSet-Cookie: voter_id=vb1\r\nSet-Cookie: x=y\r\n")->echoed);
  CHECK(parse("Set-Cookie: voter_id = vb1 ; Path=/\r\n")->echoed);
  CHECK_FALSE(parse("Set-Cookie: voter_id=vb12\r\n")->echoed);
  CHECK_FALSE(parse("Set-Cookie: voter_id=vb\r\n")->echoed);
  CHECK_FALSE(parse("Set-Cookie: xvoter_id=vb1\r\n")->echoed);
  CHECK_FALSE(parse("Set-Cookie: voter_ID=vb1\r\n")->echoed);
  CHECK_FALSE(parse("Set-Cookie: other=1; voter_id=vb1\r\n")->echoed);
  CHECK_FALSE(parse("Cookie: voter_id=vb1\r\n")->echoed);
  CHECK_FALSE(
      parse_head("HTTP/1.1 200 OK\r\nSet-Cookie: voter_id=\r\n\r\n", {"voter_id", ""})->echoed);
}

TEST_CASE("folded lines and bare line feeds are understood") {
  CHECK(parse("Set-Cookie:\r\n voter_id=vb1;\r\n\tPath=/\r\nContent-Length: 3\r\n")->echoed);
  CHECK(parse("Set-Cookie:\r\n voter_id=vb1;\r\n\tPath=/\r\nContent-Length: 3\r\n")->length == 3);
  CHECK(parse("Connection:\r\n  close\r\nContent-Length: 3\r\n")->closes);
  CHECK_FALSE(parse("Content-Length: 3\r\n 4\r\n"));  // "3 4" is no number
  const auto bare = parse_head("HTTP/1.1 200 OK\nContent-Length: 7\n\n", kCookie);
  CHECK(bare->length == 7);
}

TEST_CASE("the end of a head is found once, wherever it was cut") {
  const std::string head = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
  CHECK(head_end(head + "body\r\n\r\n", 0) == head.size());
  CHECK(head_end("HTTP/1.1 200 OK\n\nx", 0) == 17);
  CHECK(head_end("HTTP/1.1 200 OK\n\r\nx", 0) == 18);
  for (std::size_t size = 0; size < head.size(); ++size)
    CHECK(head_end(head.substr(0, size), 0) == std::string::npos);
  CHECK(may_be_head(""));
  CHECK(may_be_head("HTT"));
  CHECK(may_be_head("HTTP/1.1 2"));
  CHECK_FALSE(may_be_head("HTTP/2"));
  CHECK_FALSE(may_be_head("<html>"));
}
