#include "report/style.h"

#include "support/catch.h"

using namespace votebench::report;

namespace {

Style plain(bool unicode) { return {unicode, false, 80}; }

}  // namespace

TEST_CASE("the terminal decides what text looks like") {
  const Style modern = style_for({true, "xterm-256color", "de_DE.UTF-8", false});
  CHECK(modern.unicode);
  CHECK(modern.colour);
  CHECK_FALSE(style_for({true, "xterm", "C.utf8", true}).colour);  // NO_COLOR
  CHECK_FALSE(style_for({true, "dumb", "C.utf8", false}).colour);
  CHECK_FALSE(style_for({false, "xterm", "C.utf8", false}).colour);  // a pipe
  CHECK(style_for({false, "xterm", "C.utf8", false}).unicode);
  CHECK_FALSE(style_for({true, "xterm", "C", false}).unicode);
  CHECK_FALSE(style_for({true, "xterm", "", false}).unicode);
}

TEST_CASE("width is counted in columns") {
  CHECK(display_width("") == 0);
  CHECK(display_width("plain") == 5);
  CHECK(display_width("é▁█") == 3);
  CHECK(display_width("票") == 2);
  CHECK(display_width("e\xCC\x81") == 1);  // a combining accent
  CHECK(display_width("\x1b[1;31mFAIL\x1b[0m") == 4);
  CHECK(display_width("🗳") == 2);
}

TEST_CASE("text is cut by columns, with a mark") {
  CHECK(clip(plain(true), "abcdef", 6) == "abcdef");
  CHECK(clip(plain(true), "abcdef", 4) == "abc…");
  CHECK(clip(plain(false), "abcdef", 4) == "abc~");
  CHECK(clip(plain(true), "票票票", 4) == "票…");  // half a character is none
  CHECK(clip(plain(true), "abc", 0).empty());
}

TEST_CASE("words are wrapped, long words are broken") {
  CHECK(wrap("", 10) == std::vector<std::string>{""});
  CHECK(wrap("one two three", 8) == std::vector<std::string>{"one two", "three"});
  CHECK(wrap("one two", 7) == std::vector<std::string>{"one two"});
  CHECK(wrap("abcdefghij", 4) == std::vector<std::string>{"abcd", "efgh", "ij"});
  CHECK(wrap("a  b", 1) == std::vector<std::string>{"a", "b"});
  CHECK(wrap("票票", 1) == std::vector<std::string>{"票", "票"});  // wider than the room
}

TEST_CASE("padding counts columns") {
  CHECK(pad_left("é", 3) == "  é");
  CHECK(pad_right("票", 3) == "票 ");
  CHECK(pad_right("long", 2) == "long");
}

TEST_CASE("text of others is neutralised") {
  CHECK(safe(plain(true), "a\x1b[2Jé") == "a\\x1b[2Jé");
  CHECK(safe(plain(false), "aé票") == "a??");
  CHECK(paint(plain(true), Colour::bad, "x") == "x");
  CHECK(paint({true, true, 80}, Colour::bad, "x") == "\x1b[1;31mx\x1b[0m");
}
