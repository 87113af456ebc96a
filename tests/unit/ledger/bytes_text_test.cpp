#include "ledger/bytes_text.h"

#include "core/text.h"
#include "support/catch.h"
#include "unit/ledger/fixtures.h"

using namespace votebench;
using namespace votebench::ledger;

TEST_CASE("any bytes become text and come back") {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  for (const std::string& bytes :
       {std::string(), std::string("plain"), std::string("caf\xC3\xA9"), std::string("100%"),
        std::string("%41%"), every, ledger::test::kHostile}) {
    CHECK(is_valid_utf8(to_text(bytes)));
    CHECK(from_text(to_text(bytes)) == bytes);
  }
}

TEST_CASE("good text stays readable") {
  CHECK(to_text("caf\xC3\xA9") == "caf\xC3\xA9");
  CHECK(to_text("100%") == "100%25");
  CHECK(to_text("\xFF") == "%FF");
}

TEST_CASE("a percent sign that codes nothing is itself") {
  for (const char* text : {"%", "%4", "%zz", "%4z"}) CHECK(from_text(text) == text);
}
