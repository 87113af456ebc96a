// What a finding tells of a vote: what was admissible, what stands there, and why it is one.
#include <algorithm>

#include "judged.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::support;

namespace {

Finding only_finding(const CaseFile& file) {
  const Verdict verdict = judge(file);
  REQUIRE(verdict.findings.size() == 1);
  return verdict.findings.front();
}

}  // namespace

TEST_CASE("witness: each class says what it is") {
  CaseFile file = persisted(1);
  SECTION("lost") {
    file.vote(9, kB, Outcome::acked);
    const Finding lost = only_finding(file);
    CHECK(lost.vote_class == VoteClass::lost);
    CHECK(lost.note == "accepted, not in the queue, no row");
    CHECK(lost.expected == "b");
    CHECK(lost.found.empty());
    CHECK(lost.attempt == AttemptNumber(1));
  }
  SECTION("stale") {
    file.vote(9, kA, Outcome::acked).vote(9, kB, Outcome::acked).row(9, kA);
    const Finding stale = only_finding(file);
    CHECK(stale.vote_class == VoteClass::stale);
    CHECK(stale.note == "accepted, but the row shows an earlier vote of this voter");
    CHECK(stale.expected == "b");
    CHECK(stale.found == "a");
  }
  SECTION("flipped, to a choice and to another word") {
    file.vote(9, kA, Outcome::acked).row(9, kB);
    CHECK(only_finding(file).note == "counted with another value than it was sent with");
    CHECK(only_finding(file).found == "b");
    file.rows.rows.own.back().choice = kOtherChoice;
    CHECK(only_finding(file).found == "(another value)");
    file.rows.rows.other_choices[9] = "zebra";
    CHECK(only_finding(file).found == "zebra");
    file.rows.rows.own.back().choice = static_cast<ChoiceIndex>(file.choices.size());
    CHECK(only_finding(file).found == "(another value)");
  }
  SECTION("duplicated") {
    file.model(TableModel::append).row(0, kA);
    CHECK(only_finding(file).note == "one row more than votes");
  }
  SECTION("phantom") {
    file.row(9, kA);
    CHECK(only_finding(file).note == "an id of this run in the table that was never sent");
    CHECK(only_finding(file).expected.empty());
  }
  SECTION("refused, and there all the same") {
    file.vote(9, kA, Outcome::rejected).row(9, kA);
    CHECK(only_finding(file).note == "rejected, yet in the table");
  }
  SECTION("not sent, and there all the same") {
    file.vote(9, kA, Outcome::not_sent).row(9, kA);
    CHECK(only_finding(file).note == "not sent, yet in the table");
  }
}

TEST_CASE("witness: what the rows may hold") {
  CaseFile file = persisted(1);
  SECTION("of a voter who voted again, the last accepted vote and those without an answer") {
    file.vote(9, kA, Outcome::acked).vote(9, kB, Outcome::acked).vote(9, 2, Outcome::ambiguous);
    CHECK(only_finding(file).expected == "b|c");
  }
  SECTION("on a table with a row for each vote, all of them") {
    file.model(TableModel::append);
    file.vote(9, kA, Outcome::acked).vote(9, kB, Outcome::acked).row(9, kB);
    CHECK(only_finding(file).expected == "a|b");
  }
}
