// One voter's votes are judged as they are among all others.
#include "audit/one_voter.h"

#include "judged.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::audit;
using support::CaseFile;
using support::judge;
using support::kA;
using support::kB;

namespace {

std::vector<VoteClass> classes_of(const CaseFile& file, VoterIndex voter) {
  std::vector<VoteClass> classes;
  for (const JudgedAttempt& judged : judge_voter(file.input(), voter))
    classes.push_back(judged.vote_class);
  return classes;
}

using Classes = std::vector<VoteClass>;
using enum VoteClass;

}  // namespace

TEST_CASE("one voter: each has the class that his own rows and votes give") {
  CaseFile file = support::persisted(3);
  file.vote(3, kA, Outcome::acked);                                         // no row
  file.vote(4, kA, Outcome::acked).vote(4, kB, Outcome::acked).row(4, kB);  // again
  file.vote(5, kA, Outcome::acked).vote(5, kB, Outcome::acked).row(5, kA);  // old
  file.vote(6, kA, Outcome::acked).row(6, kB);                              // another
  CHECK(classes_of(file, 1) == Classes{persisted});
  CHECK(classes_of(file, 3) == Classes{lost});
  CHECK(classes_of(file, 4) == Classes{superseded, persisted});
  CHECK(classes_of(file, 5).back() == stale);
  CHECK(classes_of(file, 6) == Classes{flipped});
  CHECK(judge_voter(file.input(), 7).empty());
}

TEST_CASE("one voter: attempts come in the order of their starts, with their numbers") {
  CaseFile file = support::persisted(1);
  file.vote(2, kA, Outcome::acked).vote(2, kB, Outcome::acked).row(2, kA);
  std::swap(file.attempts[1].started_ns, file.attempts[2].started_ns);
  const auto judged = judge_voter(file.input(), 2);
  REQUIRE(judged.size() == 2);
  CHECK(judged[0].number == 2);
  CHECK(judged[0].attempt.choice == kB);
  CHECK(judged[0].vote_class == superseded);
  CHECK(judged[1].number == 1);
  CHECK(judged[1].vote_class == persisted);
}

TEST_CASE("one voter: where the app makes the ids, no row is a voter's") {
  CaseFile file = support::persisted(1);
  file.identity = IdentityMode::none;
  CHECK(judge_voter(file.input(), 0).empty());
}

TEST_CASE("one voter: on an append table every vote has its row") {
  CaseFile file = support::persisted(1);
  file.model(TableModel::append);
  file.vote(2, kA, Outcome::acked).vote(2, kB, Outcome::acked).row(2, kA).row(2, kB);
  CHECK(classes_of(file, 2) == Classes{persisted, persisted});
}

TEST_CASE("one voter: what keeps absence from being loss among all keeps it for one") {
  CaseFile file = support::persisted(1);
  file.vote(3, kA, Outcome::acked);
  CHECK(classes_of(file, 3) == Classes{lost});
  SECTION("nothing has settled") { file.unsettled(); }
  SECTION("the table is another one") { file.rows.same_store = false; }
  SECTION("a replica") { file.rows.is_replica = true; }
  SECTION("its rows were not read") { file.rows.readable = false; }
  SECTION("probe rows were removed") { file.rows.probes_vanished = 1; }
  SECTION("rows were removed") { file.rows.voters_vanished = 1; }
  CHECK(classes_of(file, 3) == Classes{pending});
  CHECK(judge(file).pending > 0);
  file.rows.restarted = true;  // what a crash took nobody removed
  if (file.rows.were_removed() || file.rows.probes_vanished + file.rows.voters_vanished > 0)
    CHECK(classes_of(file, 3) == Classes{lost});
}
