#include "vote/grounds.h"

#include "support/catch.h"

namespace votebench {
namespace {

using enum Ground::Kind;

TEST_CASE("grounds read back as they were written") {
  const Grounds grounds{{measured, "table", "one row: per voter"},
                        {looked_at, "trailing votes", ""},
                        {assumed, "way", "none was tried\nby anybody"}};
  CHECK(grounds_of(lines_of(grounds)) == grounds);
}

TEST_CASE("a line that is none is taken for granted as it is") {
  for (const std::string line :
       {"", "measured", "measured table", "guessed table: one", ": ", "a worker: serial"})
    CHECK(grounds_of({line}) == Grounds{{assumed, "", line}});
}

}  // namespace
}  // namespace votebench
