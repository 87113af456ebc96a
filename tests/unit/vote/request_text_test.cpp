#include "vote/request_text.h"

#include "support/catch.h"
#include "vote/voter_id.h"

using namespace votebench;
using Kind = RequestPiece::Kind;

namespace {

// "c" a choice, "v" a voter, "?" a place that nothing fills in, and plain text as it is.
std::string shape(std::string_view text) {
  std::string kinds;
  for (const RequestPiece& piece : pieces_of(text))
    kinds += piece.kind == Kind::choice    ? "<c>"
             : piece.kind == Kind::voter   ? "<v>"
             : piece.kind == Kind::unknown ? "<?>"
                                           : std::string(piece.text);
  return kinds;
}

std::string filled(std::string_view text, RequestPart part, std::string_view choice) {
  RequestText request;
  request.fill(text, part, choice);
  return request.bytes();
}

}  // namespace

TEST_CASE("places, and what only looks like one") {
  CHECK(shape("").empty());
  CHECK(shape("a{choice}b{voter}{choice}") == "a<c>b<v><c>");
  CHECK(shape("{user} {Choice} { choice } {{voter}} {a-b.c}") == "<?> <?> <?> <?> <?>");
  CHECK(shape("{} {1} {\"a\": {choice}} {a b} {choice") == "{} {1} {\"a\": <c>} {a b} {choice");
  CHECK(shape("{{\"a\":1}}") == "{{\"a\":1}}");
  CHECK(has_piece("x{user}", Kind::unknown));
  CHECK_FALSE(has_piece("{choice}", Kind::unknown));
}

TEST_CASE("a choice is written as its place needs it") {
  const std::string odd = "\xc3\xa9 &\"\\/+\n";
  CHECK(filled("/v {choice}", RequestPart::url, odd) == "/v %C3%A9%20%26%22%5C%2F%2B%0A");
  CHECK(filled("a {choice}", RequestPart::form, odd) == "a+%C3%A9+%26%22%5C%2F%2B%0A");
  CHECK(filled("a {choice}", RequestPart::header, "b c") == "a b c");
  CHECK(filled("{\"{choice}\": {choice}}", RequestPart::json, "1") == "{\"1\": 1}");
  CHECK(filled("\"{choice}\"", RequestPart::json, odd) == "\"\xc3\xa9 &\\\"\\\\/+\\u000a\"");
  // A choice that looks like a place is a choice.
  CHECK(filled("{choice}", RequestPart::header, "{voter}") == "{voter}");
}

TEST_CASE("a quote that is escaped ends no string") {
  CHECK_FALSE(has_bare_piece(R"("a\"{choice}")", Kind::choice));
  CHECK(has_bare_piece(R"("a\\"{choice})", Kind::choice));
  CHECK(has_bare_piece(R"(["{choice}", {choice}])", Kind::choice));
  CHECK_FALSE(has_bare_piece(R"(["{voter}", {choice}])", Kind::voter));
}

TEST_CASE("where ids belong is known, also behind what comes before") {
  RequestText body;
  body.fill("a{voter}b{voter}", RequestPart::header, "x");
  RequestText request;
  request.add("head ");
  request.add_voter();
  request.add(body);
  CHECK(request.ids_at() == std::vector<std::size_t>{5, 5 + length_of(IdForm::votebench) + 1,
                                                     5 + 2 * length_of(IdForm::votebench) + 2});
  for (const std::size_t at : request.ids_at())
    CHECK(request.bytes().substr(at, length_of(IdForm::votebench)) ==
          std::string(length_of(IdForm::votebench), '0'));
}

TEST_CASE("what a header can hold") {
  for (const char* good : {"", "a", "a b", "~!"}) CHECK(fits_header(good));
  for (const char* bad : {" a", "a ", "a\r\nb", "\t", "\xc3\xa9", "\x7f"}) {
    INFO(bad);
    CHECK_FALSE(fits_header(bad));
  }
}
