#include "votestack/form.h"

#include "support/catch.h"

using namespace votebench::votestack;

TEST_CASE("a form is recognised by its content type") {
  CHECK(is_form("application/x-www-form-urlencoded"));
  CHECK(is_form("Application/X-WWW-Form-URLEncoded ; charset=UTF-8"));
  CHECK_FALSE(is_form(""));
  CHECK_FALSE(is_form("application/x-www-form-urlencodedx"));
  CHECK_FALSE(is_form("multipart/form-data; boundary=x"));
}

TEST_CASE("form fields are decoded and the first one wins") {
  CHECK(form_field("vote=a", "vote") == "a");
  CHECK(form_field("vote=a&vote=b", "vote") == "a");
  CHECK(form_field("x=1&&vote=b&", "vote") == "b");
  CHECK(form_field("vote=a+b%2B%26%3d", "vote") == "a b+&=");
  CHECK(form_field("v%6Fte=a", "vote") == "a");
  CHECK(form_field("vote=a=b", "vote") == "a=b");
  CHECK(form_field("vote=", "vote") == "");
  CHECK(form_field("vote", "vote") == "");
  CHECK(form_field("vote=%00x", "vote") == std::string("\0x", 2));
}

TEST_CASE("an incomplete escape stands for itself") {
  CHECK(form_field("vote=%", "vote") == "%");
  CHECK(form_field("vote=%4", "vote") == "%4");
  CHECK(form_field("vote=%zz%+1%-1", "vote") == "%zz% 1%-1");
  CHECK(form_field("vote=%%41", "vote") == "%A");
}

TEST_CASE("a field that is not there is nothing") {
  CHECK_FALSE(form_field("", "vote"));
  CHECK_FALSE(form_field("&", "vote"));
  CHECK_FALSE(form_field("votes=a&Vote=b", "vote"));
}

TEST_CASE("a cookie is taken verbatim") {
  CHECK(cookie("voter_id=x", "voter_id") == "x");
  CHECK(cookie("a=b; voter_id=x; voter_id=y", "voter_id") == "x");
  CHECK(cookie("a=b;\tvoter_id = x y ", "voter_id") == "x y");
  CHECK(cookie("voter_id=a=b", "voter_id") == "a=b");
  CHECK(cookie("voter_id=%41\"", "voter_id") == "%41\"");
  CHECK(cookie("voter_id=", "voter_id") == "");
  CHECK_FALSE(cookie("", "voter_id"));
  CHECK_FALSE(cookie("xvoter_id=1; voter=2", "voter_id"));
}

TEST_CASE("a cookie goes back as it came, but for control bytes") {
  CHECK(cookie_text("a b\"c\xC3\xA9") == "a b\"c\xC3\xA9");
  CHECK(cookie_text("a\tb\x7F") == "\"a\\011b\\177\"");
}
