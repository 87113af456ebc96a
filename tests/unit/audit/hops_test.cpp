// Where votes were lost, as far as counters can say.
#include "judged.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::support;

namespace {

using Hops = std::map<HopRange, std::uint64_t>;
constexpr HopRange kVote{Hop::vote, Hop::vote};
constexpr HopRange kBehindVote{Hop::queue, Hop::db};
constexpr HopRange kAnywhere{Hop::vote, Hop::db};

}  // namespace

TEST_CASE("hops: pushed 0 and accepted N means lost at vote") {
  CaseFile file;
  for (VoterIndex voter = 0; voter < 5; ++voter) file.vote(voter, kA, Outcome::acked);
  file.queue.pushed = 0;
  file.queue.shares_pushes = true;
  const Verdict verdict = judge(file);
  CHECK(verdict.lost_by_hop == Hops{{kVote, 5}});
  CHECK(verdict.findings.front().hop == kVote);
  CHECK(first(verdict.reasons) ==
        "5 accepted votes have no row: lost at vote (pushed 0, accepted 5)");
}

TEST_CASE("hops: some at vote, the rest behind it") {
  CaseFile file = persisted(4);
  for (VoterIndex voter = 10; voter < 16; ++voter) file.vote(voter, kA, Outcome::acked);
  file.queue.pushed = 8;
  CHECK(judge(file).lost_by_hop == Hops{{kVote, 2}, {kBehindVote, 4}});
  CHECK(judge(file).findings.front().hop == kAnywhere);
  CHECK(first(judge(file).reasons) ==
        "6 accepted votes have no row: 2 lost at vote, 4 between "
        "queue and db (pushed 8, accepted 10)");
  file.vote(20, kA, Outcome::ambiguous);  // may have made one of the eight pushes
  CHECK(judge(file).lost_by_hop == Hops{{kVote, 2}, {kAnywhere, 1}, {kBehindVote, 3}});
  file.queue.shares_pushes = true;
  CHECK(judge(file).lost_by_hop == Hops{{kVote, 2}, {kAnywhere, 4}});
}

TEST_CASE("hops: anything that may have pushed besides the votes widens the range") {
  const auto hops_with = [](auto change) {
    CaseFile file = persisted(4);
    file.vote(9, kA, Outcome::acked);
    file.queue.pushed = 5;
    change(file);
    return judge(file).lost_by_hop;
  };
  CHECK(hops_with([](CaseFile&) {}) == Hops{{kBehindVote, 1}});
  CHECK(hops_with([](CaseFile& f) { f.queue.shares_pushes = true; }) == Hops{{kAnywhere, 1}});
  CHECK(hops_with([](CaseFile& f) { f.queue.strangers_listed = 1; }) == Hops{{kAnywhere, 1}});
  CHECK(hops_with([](CaseFile& f) { f.rows.rows.foreign = 1; }) == Hops{{kAnywhere, 1}});
  CHECK(hops_with([](CaseFile& f) { f.rows.rows.other_run = 1; }) == Hops{{kAnywhere, 1}});
  CHECK(hops_with([](CaseFile& f) { f.rows.rows.invalid_own = 1; }) == Hops{{kAnywhere, 1}});
  CHECK(hops_with([](CaseFile& f) { f.queue.pushed = 6; }) == Hops{{kAnywhere, 1}});
  CHECK(hops_with([](CaseFile& f) { f.row(0, kA); }) == Hops{{kAnywhere, 1}});
  CHECK(hops_with([](CaseFile& f) { f.queue.pushed = std::nullopt; }) == Hops{{kAnywhere, 1}});
  CHECK(hops_with([](CaseFile& f) { f.vote(30, kA, Outcome::not_sent).row(30, kA); }) ==
        Hops{{kAnywhere, 1}});
}

TEST_CASE("hops: a superseded vote may be the one that was never pushed") {
  CaseFile file;
  file.vote(0, kA, Outcome::acked).vote(0, kB, Outcome::acked).row(0, kB);
  file.vote(1, kA, Outcome::acked);
  file.queue.pushed = 2;
  CHECK(judge(file).lost_by_hop == Hops{{kAnywhere, 1}});
}

TEST_CASE("hops: votes without an answer that are in the table were pushed") {
  CaseFile file = persisted(2);
  file.vote(8, kA, Outcome::ambiguous).row(8, kA).vote(9, kA, Outcome::acked);
  file.queue.pushed = 3;
  CHECK(judge(file).lost_by_hop == Hops{{kVote, 1}});
  file.queue.pushed = 4;
  CHECK(judge(file).lost_by_hop == Hops{{kBehindVote, 1}});
}

TEST_CASE("hops: what a range leans on is said with it") {
  const auto assumptions_with = [](std::uint64_t pushed) {
    CaseFile file;
    file.vote(8, kA, Outcome::acked).vote(9, kA, Outcome::acked);
    if (pushed > 0) file.row(8, kA);
    file.queue.pushed = pushed;
    return judge(file).assumptions;
  };
  const std::string ids = "voter ids travel to the table unchanged";
  CHECK(assumptions_with(0) == std::vector<std::string>{ids});
  CHECK(assumptions_with(1) ==
        std::vector<std::string>{
            ids, "votes travel one per push, and votes in the table have come through the queue"});
  CHECK(assumptions_with(2).at(1).starts_with("each vote was pushed at most once"));
  CHECK(judge(persisted(2)).assumptions.empty());
}

TEST_CASE("hops: fewer pushes than rows means that the app does not use RPUSH") {
  CaseFile file = persisted(4);
  file.vote(9, kA, Outcome::acked);
  file.queue.pushed = 3;
  CHECK(judge(file).lost_by_hop == Hops{{kAnywhere, 1}});
  file.queue.pushed = 4;
  CHECK(judge(file).lost_by_hop == Hops{{kVote, 1}});
}

TEST_CASE("hops: what was seen complete and is gone was lost in the table") {
  CaseFile file = persisted(4);
  file.vote(9, kA, Outcome::acked);
  file.queue.pushed = 5;
  file.settlement.proof = SettleProof::complete;
  CHECK(judge(file).lost_by_hop == Hops{{{Hop::db, Hop::db}, 1}});
}

TEST_CASE("hops: a restart of Redis leaves vote or queue, and says what it assumes") {
  CaseFile file = persisted(4);
  file.vote(9, kA, Outcome::acked);
  file.queue.same_server = false;
  file.queue.pushed = 5;  // of a counter that fell: worth nothing
  CHECK(judge(file).lost_by_hop == Hops{{kAnywhere, 1}});
  file.queue.restarts = 1;
  const Verdict verdict = judge(file);
  CHECK(verdict.lost_by_hop == Hops{{{Hop::vote, Hop::queue}, 1}});
  CHECK(first(verdict.reasons) == "1 accepted vote has no row: lost between vote and queue");
  CHECK(verdict.assumptions.size() == 2);
  CHECK(verdict.notes == std::vector<std::string>{"Redis restarted 1 time"});
}
