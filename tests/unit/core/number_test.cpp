#include "core/number.h"

#include <cstdint>

#include "core/counted.h"
#include "support/catch.h"

using namespace votebench;

TEST_CASE("a whole number is all of the text") {
  CHECK(whole_number<std::uint64_t>("0") == 0U);
  CHECK(whole_number<std::uint64_t>("0042") == 42U);
  CHECK(whole_number<std::uint64_t>("18446744073709551615") == UINT64_MAX);
  for (const char* wrong : {"", " 1", "1 ", "1x", "x", "+1", "-1", "1.5", "0x1"}) {
    INFO(wrong);
    CHECK_FALSE(whole_number<std::uint64_t>(wrong));
  }
}

TEST_CASE("a whole number fits, or is none") {
  CHECK(whole_number<std::uint16_t>("65535") == 65535);
  CHECK_FALSE(whole_number<std::uint16_t>("65536"));
  CHECK(whole_number<std::int64_t>("-7") == -7);
}

TEST_CASE("a whole number of another base") {
  CHECK(whole_number<std::uint8_t>("fF", 16) == 255);
  CHECK_FALSE(whole_number<std::uint8_t>("fg", 16));
}

TEST_CASE("counts have their noun in the right number") {
  CHECK(counted(0, "vote") == "0 votes");
  CHECK(counted(1, "vote") == "1 vote");
  CHECK(counted(2310, "vote") == "2,310 votes");
  CHECK(counted(1, "vote is", "votes are") == "1 vote is");
  CHECK(counted(2, "vote is", "votes are") == "2 votes are");
}
