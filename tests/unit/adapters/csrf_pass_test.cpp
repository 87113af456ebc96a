// The page of a CSRF token, against a real socket on loopback, also through a proxy.
#include "adapters/http/csrf_pass.h"

#include "support/catch.h"
#include "support/scripted_server.h"

using namespace votebench;
using namespace votebench::adapters;
using namespace std::chrono_literals;
using test::Reply;
using test::ScriptedServer;

namespace {

// What serves one page, and a target that names it.
struct Site {
  explicit Site(std::string headers, const std::string& body, int status = 200)
      : server([answer = answer_of(std::move(headers), body, status)](const std::string&, int) {
          return Reply{answer};
        }) {
    target.vote.host = "127.0.0.1";
    target.vote.port = server.port();
    target.vote.csrf = CsrfSettings{"/form?a=1", "token", "", ""};
  }

  static std::string answer_of(std::string headers, const std::string& body, int status) {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + std::move(headers) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  [[nodiscard]] Result<CsrfPass> fetch() const { return fetch_csrf_pass(target, 1min); }
  [[nodiscard]] std::string complaint() const {
    const auto pass = fetch();
    REQUIRE_FALSE(pass);
    CHECK(pass.error().kind == ErrorKind::environment);
    return pass.error().message + "; " + pass.error().help;
  }

  ScriptedServer server;
  TargetSettings target;
};

constexpr const char* kPage = "<form><input type=hidden name=token value='t&#43;1'></form>";

}  // namespace

TEST_CASE("the token of an input, and the page's cookies but the voter's") {
  Site site(
      "Set-Cookie: session=one; Path=/\r\nSet-Cookie: voter_id=theirs\r\n"
      "Set-Cookie: old=x; Max-Age=0\r\nSet-Cookie:  csrf = a=b ; HttpOnly\r\n"
      "Set-Cookie: session=two\r\nSet-Cookie: kept=1; Max-Age=60\r\n",
      kPage);
  const bool proxied = GENERATE(false, true);
  if (proxied) {
    site.target.vote.host = "votes.test";  // the proxy's to resolve
    site.target.proxy = HostPort{"127.0.0.1", site.server.port()};
  }
  const auto pass = site.fetch();
  REQUIRE(pass);
  CHECK(pass->token == "t+1");
  CHECK(pass->cookies == std::vector<std::pair<std::string, std::string>>{
                             {"csrf", "a=b"}, {"session", "two"}, {"kept", "1"}});
  CHECK(site.server.requests().back().starts_with("GET /form?a=1 HTTP/1.1\r\n"));
}

TEST_CASE("the token of a cookie is decoded, the cookie is not") {
  Site site("Set-Cookie: XSRF-TOKEN=a%3D%3D\r\n", "no form");
  site.target.vote.csrf = CsrfSettings{"/", "", "XSRF-TOKEN", "X-XSRF-TOKEN"};
  const auto pass = site.fetch();
  REQUIRE(pass);
  CHECK(pass->token == "a==");
  CHECK(pass->cookies.front().second == "a%3D%3D");
}

TEST_CASE("a target that names no page asks for none") {
  Site site("", kPage);
  site.target.vote.csrf.reset();
  CHECK(site.fetch()->cookies.empty());
  CHECK(site.server.requests().empty());
}

TEST_CASE("what is wrong with the page is said with what to write") {
  CHECK(Site("Location: /login\r\n", "", 302).complaint().find("it leads to /login") !=
        std::string::npos);
  CHECK(Site("", kPage, 404).complaint().find("answers 404") != std::string::npos);
  CHECK(Site("", "<input type=hidden name=_token value=x>")
            .complaint()
            .find("(it has: _token); say vote.csrf: { page: \"/form?a=1\", field: _token }") !=
        std::string::npos);
  CHECK(
      Site("Set-Cookie: csrftoken=x\r\n", "")
          .complaint()
          .find("(it has: none); say vote.csrf: { page: \"/form?a=1\", cookie: csrftoken, header: "
                "X-CSRFToken }") != std::string::npos);
  Site empty("", "<input name=token value=''>");
  CHECK(empty.complaint().find("no hidden input 'token'") != std::string::npos);
  Site line("", "<input name=token value='a&#10;X: y'>");
  line.target.vote.csrf->header = "X-T";
  CHECK(line.complaint().find("a header cannot hold") != std::string::npos);
}

TEST_CASE("of a page that is too long the first part is looked at") {
  const std::string far(std::size_t{2} << 20U, ' ');
  CHECK(Site("", kPage + far).fetch()->token == "t+1");
  CHECK(Site("", far + kPage).complaint().find("no hidden input") != std::string::npos);
}
