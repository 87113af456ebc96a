#include "votestack/request_shape.h"

#include "support/catch.h"
#include "votestack/csrf_guard.h"

using namespace votebench::votestack;

namespace {

HttpRequest form(std::string body) {
  HttpRequest request;
  request.path = "/";
  request.content_type = "application/x-www-form-urlencoded";
  request.body = std::move(body);
  return request;
}

HttpRequest json(std::string body) {
  HttpRequest request = form(std::move(body));
  request.content_type = "application/json";
  return request;
}

unsigned refused(const char* traits, const HttpRequest& request) {
  const auto ballot = read_ballot(parse_request_shape(traits).value(), request);
  return ballot ? 0 : ballot.error().status;
}

Ballot read(const char* traits, const HttpRequest& request) {
  const auto ballot = read_ballot(parse_request_shape(traits).value(), request);
  REQUIRE(ballot);
  return *ballot;
}

}  // namespace

TEST_CASE("each trait reads the id where it says, and nowhere else") {
  HttpRequest all = form("vote=a&voter_id=body");
  all.cookies = "voter_id=cookie";
  all.voter_header = "header";
  all.voter_argument = "query";
  all.path = "/b/path";
  CHECK(read("", all) == Ballot{"cookie", "a"});
  CHECK(read("id-in-body", all) == Ballot{"body", "a"});
  CHECK(read("id-in-header", all) == Ballot{"header", "a"});
  CHECK(read("id-in-query", all) == Ballot{"query", "a"});
  CHECK(read("id-in-path", all) == Ballot{"path", "a"});
  CHECK(read("choice-in-path,id-in-path", all) == Ballot{"path", "b"});
  for (const char* traits : {"id-in-body", "id-in-header", "id-in-query", "id-in-path"})
    CHECK(refused(traits, form("vote=a")) == 400);
  CHECK_FALSE(parse_request_shape("json,xml"));
}

TEST_CASE("nested fields are read where Rails has them, encoded as browsers do") {
  CHECK(read("nested,id-in-body", form("vote%5Bchoice%5D=a&vote%5Bvoter_id%5D=v")) ==
        Ballot{"v", "a"});
  CHECK(refused("nested,id-in-body", form("vote=a&voter_id=v")) == 400);
}

TEST_CASE("an app with words of its own queues them in place of what was sent") {
  CHECK(read("words,id-in-body", form("vote=a&voter_id=v")) == Ballot{"v", "Cats"});
  CHECK(read("words,id-in-body", form("vote=b&voter_id=v")) == Ballot{"v", "Dogs"});
  CHECK(read("words,id-in-body", form("vote=c&voter_id=v")) == Ballot{"v", "c"});
}

TEST_CASE("an app that takes JSON takes no form, and numbers are no texts") {
  CHECK(read("json,id-in-body", json(R"({"vote": "a", "voter_id": "v"})")) == Ballot{"v", "a"});
  CHECK(read("json,numbers,id-in-body", json(R"({"vote": 7, "voter_id": "v"})")) ==
        Ballot{"v", "7"});
  CHECK(refused("json", form("vote=a")) == 422);
  CHECK(refused("json", json("[1")) == 422);
  CHECK(refused("json", json(R"({"vote": 7})")) == 400);
  CHECK(refused("json,numbers", json(R"({"vote": "7"})")) == 400);
  CHECK(refused("", json(R"({"vote": "a"})")) == 400);
}

TEST_CASE("a token is good with its own cookie only") {
  const CsrfGuard guard;
  const auto visit = [&guard] {
    HttpResponse page{200, "<form method=post></form>"};
    guard.equip(page);
    const std::string cookie = page.headers.back().second;
    const std::size_t value = page.body.find("value=\"") + 7;
    return std::pair(cookie.substr(0, cookie.find(';')),
                     page.body.substr(value, page.body.find('"', value) - value));
  };
  const auto [cookie, token] = visit();
  const auto [other_cookie, other_token] = visit();
  const auto admits = [&guard](const std::string& cookies, const std::string& body,
                               const std::string& header = "") {
    HttpRequest request = form(body);
    request.cookies = cookies;
    request.csrf_header = header;
    return guard.admits(request);
  };
  CHECK(admits(cookie, "csrfmiddlewaretoken=" + token));
  CHECK(admits(cookie, "", token));
  CHECK(admits(cookie, "", cookie.substr(cookie.find('=') + 1)));
  CHECK_FALSE(admits("", "csrfmiddlewaretoken=" + token));
  CHECK_FALSE(admits(cookie, ""));
  CHECK_FALSE(admits(cookie, "csrfmiddlewaretoken=" + other_token));
  CHECK_FALSE(admits(other_cookie, "", token));
}
