// Where votes were lost, as far as counters can say.
#include <algorithm>
#include <optional>

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
        "queue and db, if each vote was pushed once and by itself (pushed 8, accepted 10)");
  file.vote(20, kA, Outcome::ambiguous);  // may have made one of the eight pushes
  CHECK(judge(file).lost_by_hop == Hops{{kVote, 2}, {kAnywhere, 1}, {kBehindVote, 3}});
  file.queue.shares_pushes = true;
  CHECK(judge(file).lost_by_hop == Hops{{kVote, 2}, {kAnywhere, 4}});
}

TEST_CASE("hops: what the queue threw out before a worker had it was lost there, if pushed once") {
  CaseFile file = persisted(4);
  for (VoterIndex voter = 10; voter < 16; ++voter) file.vote(voter, kA, Outcome::acked);
  file.queue.pushed = 8;
  file.queue.removed = 3;
  constexpr HopRange kQueue{Hop::queue, Hop::queue};
  CHECK(judge(file).lost_by_hop == Hops{{kVote, 2}, {kQueue, 3}, {kBehindVote, 1}});
  CHECK(judge(file).hop_condition == "each vote was pushed once and by itself");
  file.queue.removed = 9;  // others' too
  CHECK(judge(file).lost_by_hop == Hops{{kVote, 2}, {kQueue, 4}});
  file.queue.removed = 3;
  file.vote(20, kA, Outcome::ambiguous);  // may be one of the three
  CHECK(judge(file).lost_by_hop.at(kQueue) == 2);
  file.queue.shares_pushes = true;
  CHECK_FALSE(judge(file).lost_by_hop.contains(kQueue));
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
  CHECK(hops_with([](CaseFile& f) { f.queue.pushes_repeat = true; }) == Hops{{kAnywhere, 1}});
  CHECK(hops_with([](CaseFile& f) { f.queue.pushes_undercount = true; }) == Hops{{kAnywhere, 1}});
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
  // A pass leans on what comes after it.
  CHECK(judge(persisted(2)).assumptions ==
        std::vector<std::string>{"no vote is pushed again after its answer",
                                 "nobody removes or changes rows later"});
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

TEST_CASE("hops: a restart of Redis says nothing of where, a vote seen in the list was pushed") {
  CaseFile file = persisted(4);
  file.vote(8, kA, Outcome::acked).vote(9, kA, Outcome::acked);
  file.queue.same_server = false;
  file.queue.pushed = 6;  // of a counter that fell: worth nothing
  CHECK(judge(file).lost_by_hop == Hops{{kAnywhere, 2}});
  file.queue.restarts = 1;
  CHECK(first(judge(file).reasons) == "2 accepted votes have no row: lost between vote and db");
  CHECK(judge(file).assumptions.size() == 1);
  CHECK(judge(file).notes == std::vector<std::string>{"Redis restarted 1 time"});
  file.queue.own_seen = {9, 0};
  const Verdict verdict = judge(file);
  CHECK(verdict.lost_by_hop == Hops{{kAnywhere, 1}, {kBehindVote, 1}});
  CHECK(first(verdict.reasons) ==
        "2 accepted votes have no row: 1 lost between vote and db, 1 between queue and db");
}

TEST_CASE("hops: of a voter with two votes, either may be the one that was seen listed") {
  CaseFile file = persisted(1);
  file.model(TableModel::append).vote(9, kA, Outcome::acked).vote(9, kB, Outcome::acked).row(9, kA);
  file.queue.own_seen = {9};
  CHECK(judge(file).lost_by_hop == Hops{{kAnywhere, 1}});
}

TEST_CASE("hops: what counters cannot show is said as a condition") {
  const auto reason_with = [](std::uint64_t pushed) {
    CaseFile file = persisted(195);
    for (VoterIndex voter = 1000; voter < 1005; ++voter) file.vote(voter, kA, Outcome::acked);
    file.queue.pushed = pushed;
    return first(judge(file).reasons);
  };
  // Dropped by the worker, or five others were pushed twice.
  CHECK(reason_with(200) ==
        "5 accepted votes have no row: lost between queue and db, if no vote was pushed twice "
        "and nothing else was (pushed 200, accepted 200)");
  // Never pushed, or dropped by the worker while five pushes carried two votes.
  CHECK(reason_with(195) ==
        "5 accepted votes have no row: lost at vote, if no push carried two votes (pushed 195, "
        "accepted 200)");
  CaseFile seen = persisted(4);
  seen.vote(9, kA, Outcome::acked);
  seen.queue.pushed = 5;
  seen.queue.own_seen = {9};
  CHECK(first(judge(seen).reasons) == "1 accepted vote has no row: lost between queue and db");
}

TEST_CASE("pushes: accepted votes that cannot have been pushed keep a run from passing") {
  CaseFile file;
  for (VoterIndex voter = 0; voter < 4; ++voter)
    file.vote(voter, kA, Outcome::acked).vote(voter, kB, Outcome::acked).row(voter, kB);
  const auto kind_with = [&](std::optional<std::uint64_t> pushed) {
    file.queue.pushed = pushed;
    return judge(file).kind;
  };
  CHECK(kind_with(8) == VerdictKind::pass);
  CHECK(kind_with(7) == VerdictKind::inconclusive);
  CHECK(first(judge(file).reasons) ==
        "1 accepted vote was never pushed into Redis: dropped for a later vote of the same voter, "
        "or several votes travelled in one push");
  file.settlement.proof = SettleProof::none;
  CHECK(judge(file).reasons.back().starts_with(
      "1 accepted vote was not pushed into Redis: still to come, dropped for a later vote"));
  file.settlement.proof = SettleProof::complete;
  CHECK(kind_with(3) == VerdictKind::pass);  // of a counter that misses votes that arrived
  CHECK(kind_with(std::nullopt) == VerdictKind::pass);
  CHECK(kind_with(7) == VerdictKind::inconclusive);
  file.queue.same_server = false;
  CHECK(judge(file).kind == VerdictKind::pass);
  file.queue.same_server = true;
  file.queue.pushes_undercount = true;
  CHECK(judge(file).kind == VerdictKind::pass);
  file.queue.pushes_undercount = false;
  file.vote(9, kA, Outcome::acked);  // lost, and with it the missing push is explained
  CHECK(kind_with(8) == VerdictKind::fail);
  CHECK(judge(file).reasons.size() == 1);
}

TEST_CASE("strangers: an id of ours in another spelling is named where votes are lost") {
  CaseFile file = persisted(4);
  file.vote(4, kA, Outcome::acked);
  const std::string id = file.input().ids.make(4);
  file.rows.rows.foreign = 2;
  file.rows.rows.strangers = {{IdOrigin::foreign, "5f0c1d2e3a4b5c6", "a"},
                              {IdOrigin::other_run, id + id, "a"}};
  CHECK(judge(file).altered_ids == 0);
  CHECK_FALSE(first(judge(file).advice).starts_with("ids are changed"));
  file.rows.rows.strangers.push_back({IdOrigin::foreign, "poll-7:" + id, "a"});
  const Verdict verdict = judge(file);
  CHECK(verdict.lost.count == 1);
  CHECK(verdict.altered_ids == 1);
  CHECK(first(verdict.advice)
            .starts_with("ids are changed on the way: 1 row says 'poll-7:" + id + "'"));
}

TEST_CASE("strangers: on a stack of our own nobody else votes") {
  CaseFile file = persisted(4);
  file.rows.rows.foreign = 2;
  file.queue.pushed = 4;
  CHECK(judge(file).kind == VerdictKind::pass);
  CHECK(judge(file).notes.front() == "2 rows of other voters");
  file.queue.pushed = 6;
  CHECK(judge(file).kind == VerdictKind::pass);
  const auto notes = judge(file).notes;
  CHECK(std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.find("the stack makes votes up") != std::string::npos;
  }));
  file.own_stack = true;
  CHECK(judge(file).kind == VerdictKind::inconclusive);
  CHECK(first(judge(file).reasons).starts_with("2 rows of voters that nobody sent a vote of"));
  file.vote(9, kA, Outcome::ambiguous);  // an answer would not have told whose a row is
  CHECK(first(judge(file).reasons).starts_with("2 rows of voters"));
  file.identity = IdentityMode::answered;  // here it would
  CHECK(first(judge(file).reasons).starts_with("1 row of"));
  file.vote(10, kA, Outcome::ambiguous);
  CHECK(judge(file).kind == VerdictKind::pass);
  file.identity = IdentityMode::echoed;
  file.rows.rows.foreign = 0;
  CHECK(judge(file).kind == VerdictKind::pass);
}
