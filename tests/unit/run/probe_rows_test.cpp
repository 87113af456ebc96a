// What may be read from the rows of probe votes, and what may not.
#include "run/probe_rows.h"

#include "support/catch.h"

using namespace votebench;
using namespace votebench::run;
using Kind = Spelling::Kind;

namespace {

using Voters = std::vector<ProbeVoter>;
const std::vector<std::string> kChoices{"a", "b"};

Kind kind_of(const Voters& voters) { return spelling_of(voters, kChoices).kind; }

}  // namespace

TEST_CASE("choices that stand as they were sent") {
  CHECK(kind_of({}) == Kind::as_sent);
  CHECK(kind_of({{"a", {"a"}}, {"b", {"b"}}, {"a", {"a"}}}) == Kind::as_sent);
  CHECK(kind_of({{"a", {"a"}}, {"b", {}}}) == Kind::as_sent);  // b's row was not there
}

TEST_CASE("other words, one for each choice, are a spelling") {
  const Spelling cats = spelling_of({{"a", {"Cats"}}, {"b", {"Dogs"}}, {"a", {"Cats"}}}, kChoices);
  CHECK(cats.kind == Kind::other_words);
  CHECK(describe(cats) == "the table says 'Cats' where 'a' was sent, 'Dogs' where 'b' was sent");
  CHECK(choices_key(cats) == "{ a: Cats, b: Dogs }");
  const Spelling half = spelling_of({{"a", {"a"}}, {"b", {"B"}}}, kChoices);
  CHECK(half.kind == Kind::other_words);
  CHECK(describe(half) == "the table says 'B' where 'b' was sent");
  CHECK(choices_key(half) == "{ b: B }");
  CHECK(choices_key(spelling_of({{"a", {"x: \"y\" $"}}}, kChoices)) == R"({ a: "x: \"y\" $$" })");
}

TEST_CASE("choices that stand as one another are flipped votes, not a spelling") {
  CHECK(kind_of({{"a", {"b"}}, {"b", {"a"}}}) == Kind::exchanged);
  CHECK(kind_of({{"a", {"b"}}}) == Kind::exchanged);
  CHECK(kind_of({{"a", {"b"}}, {"b", {"c"}}}) == Kind::mixed);
}

TEST_CASE("anything else is no spelling") {
  CHECK(kind_of({{"a", {"a"}}, {"b", {"b"}}, {"a", {"A"}}}) == Kind::mixed);  // one of two apps
  CHECK(kind_of({{"a", {"new"}}, {"b", {"new"}}}) == Kind::one_word);         // a placeholder
  CHECK(kind_of({{"a", {"new"}}, {"b", {"b"}}}) == Kind::other_words);
  CHECK(kind_of({{"a", {"b"}}, {"b", {"b"}}}) == Kind::mixed);  // all votes for b
  CHECK(kind_of({{"a", {"a", "A"}}, {"b", {"b"}}}) == Kind::mixed);
}

TEST_CASE("what a second vote did") {
  const auto rule = [](std::vector<std::string> stored, const std::string& before = "a") {
    return rule_shown_by({"a", {before}, std::move(stored)});
  };
  CHECK(rule({"b"}) == RevoteRule::last_wins);
  CHECK(rule({"a", "b"}) == RevoteRule::append);
  CHECK(rule({"a", "a"}) == RevoteRule::append);
  CHECK(rule({"a"}) == RevoteRule::first_wins);
  CHECK_FALSE(rule({}));                               // deleted, to be inserted again
  CHECK(rule({"a", "b", "b"}) == RevoteRule::append);  // somebody repeated a push
  CHECK(rule({"Dogs"}, "Cats") == RevoteRule::last_wins);
  CHECK_FALSE(rule({"Cats"}, "Cats"));  // a table that says Cats whatever is sent
}
