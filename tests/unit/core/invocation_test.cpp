#include "core/invocation.h"

#include "support/catch.h"

using namespace votebench;

TEST_CASE("a command is quoted as a shell needs it") {
  const Invocation typed{"./my bench",
                         "/home/ann",
                         "run",
                         {{"", "it's.yaml"}, {"--set", "a=[1, 2]"}, {"--keep"}, {"--tag", ""}}};
  const std::string text = "'./my bench' run 'it'\\''s.yaml' --set 'a=[1, 2]' --keep --tag ''";
  CHECK(shell_text(typed, "/home/ann") == text);
  CHECK(shell_text(typed, "/srv") == "(cd /home/ann && " + text + ")");
}

TEST_CASE("a value that looks like an option stays a value") {
  CHECK(shell_text({"votebench", "", "run", {{"--set", "-a=1"}}}, "/") ==
        "votebench run --set=-a=1");
}

TEST_CASE("what is set anew replaces what was set") {
  Invocation typed{"votebench",
                   "",
                   "run",
                   {{"--set", "drain.timeout=5s"},
                    {"--target", "a.yaml"},
                    {"--set", "drain.timeouts=1"},
                    {"--target", "b.yaml"},
                    {"--set", "drain.timeout=6s"}}};
  typed.set("drain.timeout", "1m");
  typed.replace("--target", "c.yaml");
  typed.replace("--reports", "out");
  CHECK(typed.options == std::vector<GivenOption>{{"--target", "c.yaml"},
                                                  {"--set", "drain.timeouts=1"},
                                                  {"--set", "drain.timeout=1m"},
                                                  {"--reports", "out"}});
  CHECK(typed.value_of("--target") == "c.yaml");
  CHECK_FALSE(typed.value_of("--stack"));
}
