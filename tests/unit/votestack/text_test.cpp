#include "support/catch.h"
#include "votestack/address.h"
#include "votestack/ballot.h"
#include "votestack/postgres_link.h"

using namespace votebench::votestack;

TEST_CASE("an address is read and written") {
  for (const char* text : {"127.0.0.1:6379", "localhost:0", "[::1]:80", "unix:/run/redis.sock"}) {
    const auto address = parse_address(text);
    REQUIRE(address);
    CHECK(to_string(*address) == text);
  }
  CHECK(parse_address("[::1]:80")->host == "::1");
  CHECK(parse_address("unix:/a:1")->socket_path == "/a:1");
}

TEST_CASE("what is no address is refused") {
  for (const char* text : {"", "host", ":80", "host:", "host:x", "host:80x", "host:65536",
                           "host:-1", "unix:", "unix:relative"})
    CHECK_FALSE(parse_address(text));
}

TEST_CASE("an element is byte for byte what the real app writes") {
  CHECK(to_element({"6e2df0fa632cf7a", "a"}) == R"({"voter_id": "6e2df0fa632cf7a", "vote": "a"})");
  CHECK(json_string("\"\\\n\t\b\f\r\x01\x7F/") == R"("\"\\\n\t\b\f\r\u0001\u007f/")");
  CHECK(json_string("\xC3\xA9\xF0\x9F\x90\x88") == R"("\u00e9\ud83d\udc08")");
  CHECK(json_string("a\xFF"
                    "b") == R"("a\ufffdb")");
}

TEST_CASE("an element is read back") {
  const Ballot awkward{"\"\xC3\xA9", std::string("\0\n", 2)};
  CHECK(parse_element(to_element(awkward)) == awkward);
  CHECK(parse_element(R"({"vote":"a","more":1,"voter_id":"v"})") == Ballot{"v", "a"});
}

TEST_CASE("what is no vote is not read") {
  for (const char* text : {"", "x", "[]", "1", "{}", R"({"voter_id":"v"})", R"({"vote":"a"})",
                           R"({"voter_id":1,"vote":"a"})", R"({"voter_id":"v","vote":null})"})
    CHECK_FALSE(parse_element(text));
}

TEST_CASE("a text array has the server's binary form") {
  using namespace std::string_literals;
  CHECK(text_array({"ab", ""}) ==
        "\0\0\0\1"s
        "\0\0\0\0"s
        "\0\0\0\x19"s
        "\0\0\0\2"s
        "\0\0\0\1"s
        "\0\0\0\2"s
        "ab"
        "\0\0\0\0"s);
}

TEST_CASE("a password has no place in a URI") {
  CHECK(check_postgres_uri("postgresql://u@h/d?host=/tmp"));
  CHECK(check_postgres_uri("host=/tmp dbname=d"));
  for (const char* uri : {"postgresql://u:secret@h/d", "host=h password=secret",
                          "postgresql://h/d?password=secret", "postgresql://h/d?nonsense=secret"}) {
    const auto checked = check_postgres_uri(uri);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().message.find("secret") == std::string::npos);
  }
}
