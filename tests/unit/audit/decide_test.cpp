// What keeps a run from its verdict, what it leans on, and that each is said once.
#include <algorithm>

#include "judged.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::support;

namespace {

bool says(const std::vector<std::string>& sentences, std::string_view words) {
  return std::ranges::any_of(sentences, [&](const std::string& sentence) {
    return sentence.find(words) != std::string::npos;
  });
}

// Two votes that were persisted and, of voters 10 and on, `missing` that are not there yet.
CaseFile open_case(std::uint32_t missing) {
  CaseFile file = persisted(2);
  file.unsettled();
  for (std::uint32_t i = 0; i < missing; ++i) file.vote(10 + i, kA, Outcome::acked);
  return file;
}

}  // namespace

TEST_CASE("missing votes are an obstacle wherever they are, be it in two places at once") {
  CaseFile file = open_case(2);
  file.rows.voters_vanished = 1;
  SECTION("one is queued") { file.queue.own_listed = {10}; }
  SECTION("one is in flight") { file.queue.own_in_flight = {10}; }
  const Verdict verdict = judge(file);
  CHECK(verdict.pending == 1);
  CHECK(verdict.queued + verdict.in_flight == 1);
  CHECK(says(verdict.advice, "keep what removes or moves rows away"));
}

TEST_CASE("what the drain assumes is said with a pass and with a claim of absence, no other") {
  CaseFile file = persisted(2);
  file.settlement.assumptions = {"a worker handles one vote at a time"};
  const auto leans = [&] { return says(judge(file).assumptions, "one vote at a time"); };
  CHECK(leans());
  SECTION("a vote is lost") { file.vote(9, kA, Outcome::acked); }
  SECTION("a vote is lost, another is stale") {
    file.vote(9, kA, Outcome::acked);
    file.vote(8, kA, Outcome::acked).vote(8, kB, Outcome::acked).row(8, kA);
    REQUIRE(judge(file).lost.count == judge(file).stale.count);
  }
  CHECK(leans());
  file = persisted(2);
  file.settlement.assumptions = {"a worker handles one vote at a time"};
  file.row(5, kA);  // a phantom is there, whoever holds what
  CHECK(judge(file).kind == VerdictKind::fail);
  CHECK_FALSE(leans());
}

TEST_CASE("the same advice is given once, and none is no advice") {
  CaseFile file = persisted(1);
  file.limits.min_acked_share = 0.7;
  file.limits.unknown_share = 0;
  file.vote(8, kA, Outcome::rejected).vote(9, kA, Outcome::rejected).vote(7, kA, Outcome::rejected);
  file.interrupted = true;
  const Verdict verdict = judge(file);
  CHECK(says(verdict.reasons, "the run was interrupted"));
  CHECK(verdict.advice.size() == verdict.reasons.size() - 1);
  CHECK_FALSE(std::ranges::any_of(verdict.advice, &std::string::empty));
  CaseFile counted = persisted(2);
  counted.identity = IdentityMode::none;
  counted.queue.shares_pushes = true;
  counted.rows.rows.choices = {{"a", 5}};
  const std::vector<std::string> advice = judge(counted).advice;
  for (const std::string& one : advice) CHECK(std::ranges::count(advice, one) == 1);
}

TEST_CASE("as many rows are called changed as are too many, and as votes are missing") {
  const auto changed = [](std::uint32_t rows_too_many) {
    CaseFile file = persisted(1);
    file.model(TableModel::append).vote(9, kA, Outcome::acked).vote(9, kB, Outcome::acked);
    for (std::uint32_t i = 0; i <= rows_too_many; ++i) file.row(9, kB);
    return judge(file).lost_or_changed;
  };
  CHECK(changed(0) == 0);
  CHECK(changed(1) == 1);
  CHECK(changed(3) == 1);
  CaseFile file = persisted(1);  // three are missing, one row was changed, one is too many
  file.model(TableModel::append).vote(9, kB, Outcome::acked);
  for (int i = 0; i < 4; ++i) file.vote(9, kA, Outcome::acked);
  file.row(9, kB).row(9, kB).row(9, kOtherChoice);
  CHECK(judge(file).flipped.count == 1);
  CHECK(judge(file).lost.count == 3);
  CHECK(judge(file).lost_or_changed == 1);
}

TEST_CASE("rows with a value that nobody sent are told to the drain") {
  CaseFile file = persisted(3);
  CHECK(audit::missing_acked(file.input()).wrong == 0);
  file.vote(9, kA, Outcome::acked).row(9, kB);
  CHECK(audit::missing_acked(file.input()).wrong == 1);
  file.vote(8, kA, Outcome::ambiguous).row(8, kB);  // whether or not somebody was promised it
  CHECK(audit::missing_acked(file.input()).wrong == 2);
}
