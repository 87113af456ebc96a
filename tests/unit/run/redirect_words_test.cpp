#include "run/redirect_words.h"

#include "support/catch.h"

using namespace votebench;
using namespace votebench::run;

TEST_CASE("a redirect's address is said as vote.url has it") {
  VoteEndpoint vote;
  vote.host = "votes.example";
  const auto says = [&](const std::string& location, const std::string& url) {
    const std::string advice = advice_on_redirect(308, vote, location);
    return advice.ends_with("say vote.url: \"" + url + "\"");
  };
  CHECK(says("https://votes.example/vote", "https://votes.example/vote"));
  CHECK(says("/vote?a=b", "http://votes.example/vote?a=b"));
  CHECK(says("//other.example/", "http://other.example/"));
  vote.tls = true;
  vote.port = 8443;
  CHECK(says("/vote", "https://votes.example:8443/vote"));
  CHECK(advice_on_redirect(308, vote, "").ends_with("the address that it leads to"));
  CHECK(advice_on_redirect(308, vote, "/").find("vote.accept") == std::string::npos);
  CHECK(advice_on_redirect(303, vote, "/").find("say vote.accept: [303]") != std::string::npos);
  CHECK(leading_to("/a\x1b[2J").find('\x1b') == std::string::npos);
  CHECK(leading_to("").empty());
}
