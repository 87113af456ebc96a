#include "adapters/http/hidden_input.h"

#include "support/catch.h"

using namespace votebench::adapters;

TEST_CASE("hidden inputs as frameworks write them") {
  // Django, Flask-WTF, Rails, csurf, Laravel; Go's templates write '+' as an entity.
  CHECK(hidden_value(R"(<form><input type="hidden" name="csrfmiddlewaretoken" value="dj1"></form>)",
                     "csrfmiddlewaretoken") == "dj1");
  CHECK(hidden_value(R"(<input id="csrf_token" name="csrf_token" type="hidden" value="IjA.Z-x_y">)",
                     "csrf_token") == "IjA.Z-x_y");
  CHECK(hidden_value("<input type='hidden' name='authenticity_token' value='a/b+c==' />",
                     "authenticity_token") == "a/b+c==");
  CHECK(hidden_value("<INPUT NAME=_csrf\n VALUE=abc>", "_csrf") == "abc");
  CHECK(hidden_value("<input name = \"_token\" value = \"x\">", "_token") == "x");
  CHECK(hidden_value(R"(<input name="t" value="a&#43;b&#x2F;&amp;&quot;&lt;&bogus;&">)", "t") ==
        "a+b/&\"<&bogus;&");
  CHECK(hidden_value(R"(<meta name="csrf-token" content="m">)", "csrf-token") == "m");
}

TEST_CASE("what is no such input is not found") {
  CHECK_FALSE(hidden_value("", "t"));
  CHECK_FALSE(hidden_value("<!-- <input name=t value=x> --><input name=u value=y>", "t"));
  CHECK_FALSE(hidden_value("<input name=t>", "t"));
  CHECK_FALSE(hidden_value("<button name=t value=x>", "t"));
  CHECK_FALSE(hidden_value("<inputs name=t value=x>", "t"));
  CHECK_FALSE(hidden_value("<input name=\"t value=x>", "t"));  // a quote that is never closed
  CHECK(hidden_value("<input name=t value=''>", "t") == "");
  CHECK(hidden_value("<<input name=t value=x>", "t") == "x");
  CHECK(hidden_value("<input value=1 name=t value=2>", "t") == "1");
}

TEST_CASE("the hidden inputs of a page are listed, ten at most") {
  CHECK(hidden_inputs("<input type=hidden name=a><input name=b><input type=HIDDEN name=c>") ==
        std::vector<std::string>{"a", "c"});
  std::string many;
  for (int i = 0; i < 30; ++i) many += "<input type=hidden name=x>";
  CHECK(hidden_inputs(many).size() == 10);
}
