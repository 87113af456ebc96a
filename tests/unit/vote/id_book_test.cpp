#include "vote/id_book.h"

#include "support/catch.h"

using namespace votebench;

TEST_CASE("an id that an answer told is found again, however a database spells it") {
  IdBook book;
  CHECK(book.add(0, "7F3A9C01-7662"));
  CHECK(book.id_of(0) == "7F3A9C01-7662");
  CHECK(book.voter_of("7F3A9C01-7662") == 0U);
  CHECK(book.voter_of("7f3a9c017662") == 0U);
  CHECK_FALSE(book.voter_of("7f3a9c017663"));
  CHECK(book.id_of(1).empty());
}

TEST_CASE("an id that was told twice stays its first voter's, and that is known of the second") {
  IdBook book;
  CHECK(book.add(0, "session"));
  CHECK(book.add(0, "session"));  // the same vote, looked at again
  CHECK(book.repeats() == 0);
  CHECK_FALSE(book.add(1, "session"));
  CHECK_FALSE(book.add(1, "another"));  // its vote cannot be told from the first one any more
  CHECK(book.voter_of("session") == 0U);
  CHECK_FALSE(book.voter_of("another"));
  CHECK(book.repeat_of(1) == 0U);
  CHECK_FALSE(book.repeat_of(0));
  CHECK(book.repeats() == 1);
  CHECK(book.id_of(1) == "session");
}

TEST_CASE("ids that differ in case alone are two, and a third spelling is nobody's") {
  IdBook book;
  CHECK(book.add(0, "aB"));
  CHECK(book.add(1, "Ab"));
  CHECK(book.voter_of("aB") == 0U);
  CHECK(book.voter_of("Ab") == 1U);
  CHECK_FALSE(book.voter_of("ab"));
}

TEST_CASE("what is no id is not taken for one") {
  IdBook book;
  for (const std::string& text : {std::string(), std::string(IdBook::kLongest + 1, 'x'),
                                  std::string("a\nb"), std::string("a\x7f")})
    CHECK_FALSE(book.add(0, text));
  CHECK(book.add(0, std::string(IdBook::kLongest, 'x')));
}

TEST_CASE("ids of probe votes are kept apart") {
  IdBook book;
  CHECK(book.add(kFirstProbeIndex, "probe"));
  CHECK(book.add(3, "vote"));
  CHECK(book.probe_ids() == std::map<VoterIndex, std::string>{{kFirstProbeIndex, "probe"}});
  CHECK(book.voter_of("probe") == kFirstProbeIndex);
}
