#include "core/text.h"

#include "support/catch.h"

using namespace votebench;
using namespace std::chrono_literals;

TEST_CASE("counts are grouped by thousands") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(39350) == "39,350");
  CHECK(format_count(1234567890) == "1,234,567,890");
}

TEST_CASE("durations are printed with three significant digits") {
  CHECK(format_duration(0ns) == "0 ns");
  CHECK(format_duration(400us) == "400 us");
  CHECK(format_duration(14200us) == "14.2 ms");
  CHECK(format_duration(999600us) == "1 s");
  CHECK(format_duration(3100ms) == "3.1 s");
  CHECK(format_duration(59949ms) == "59.9 s");
  CHECK(format_duration(59999ms) == "1m00s");
  CHECK(format_duration(123s) == "2m03s");
  CHECK(format_duration(3723s) == "1h02m03s");
  CHECK(format_duration(-5ms) == "-5 ms");
}

TEST_CASE("what no two digits follow is not decoded") {
  CHECK(percent_decoded("a%20b+c%C3%A9") == "a b+c\xc3\xa9");
  for (const std::string text : {"", "%", "%4", "a%", "%zz", "%+1", "100%"})
    CHECK(percent_decoded(text) == text);
  CHECK(percent_decoded("%2541") == "%41");
}

TEST_CASE("a duration needs a unit") {
  CHECK(parse_duration("5s") == 5s);
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("1m30s") == 90s);
  CHECK(parse_duration("250ms") == 250ms);
  for (const char* bad :
       {"", "5", "s", "5 s", "-5s", "5x", ".5s", "5.s", "1..5s", "5s ", "1e3s", "999999999999h"})
    CHECK_FALSE(parse_duration(bad).has_value());
}

TEST_CASE("a duration literal reads back as itself") {
  for (const Nanoseconds value : {Nanoseconds(0ns), Nanoseconds(90s), Nanoseconds(250ms),
                                  Nanoseconds(3723s), Nanoseconds(1500ms), Nanoseconds(1ns)})
    CHECK(parse_duration(duration_literal(value)) == value);
  CHECK(duration_literal(90s) == "1m30s");
}

TEST_CASE("hostile bytes are made printable") {
  CHECK(printable("plain") == "plain");
  CHECK(printable("\x1b[31mred") == "\\x1b[31mred");
  CHECK(printable("two\nlines\r") == "two\\x0alines\\x0d");
  CHECK(printable("\xC2\x9B"
                  "31m") == "\\xc2\\x9b31m");
  CHECK(printable("caf\xC3\xA9 \xFF") == "caf\xC3\xA9 \\xff");
  CHECK(printable("a\xE2\x80\xAE"
                  "b") == "a\\xe2\\x80\\xaeb");  // right-to-left override
  CHECK(printable("a\xE2\x80\x8B"
                  "b") == "a\\xe2\\x80\\x8bb");  // zero width
  CHECK(printable("a\xE2\x81\xA6"
                  "b") == "a\\xe2\\x81\\xa6b");  // isolate
  CHECK(printable("\xEF\xBB\xBF"
                  "b") ==
        "\\xef\\xbb\\xbf"
        "b");
  CHECK(printable("10\xE2\x80\xAF"
                  "000 \xE2\x82\xAC") ==
        "10\xE2\x80\xAF"
        "000 \xE2\x82\xAC");
  CHECK(printable("abcdef", 3) == "abc...");
}

TEST_CASE("UTF-8 is checked strictly") {
  CHECK(is_valid_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x97\xB3"));
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"})
    CHECK_FALSE(is_valid_utf8(bad));
}

TEST_CASE("a typing mistake finds its word") {
  const std::vector<std::string> keys{"think_time", "duration", "clients"};
  CHECK(closest_match("thinktime", keys) == "think_time");
  CHECK(closest_match("client", keys) == "clients");
  CHECK(closest_match("dwon", {"up", "down"}) ==
        "down");  // two that changed places are one mistake
  CHECK_FALSE(closest_match("elephant", keys).has_value());
}

TEST_CASE("wall time is printed as UTC with milliseconds") {
  CHECK(format_utc(WallTime(Nanoseconds(1'700'000'000'123'456'789))) == "2023-11-14T22:13:20.123Z");
}
