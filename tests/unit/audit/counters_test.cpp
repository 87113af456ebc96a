// Counters in place of rows: what a difference may be called.
#include <algorithm>

#include "judged.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::support;

namespace {

constexpr std::uint64_t kStart = 10;  // what the counter of `a` said before the run

// 100 accepted votes for `a` and 50 for `b`, on counters that stood at 10 and 0 and rose by so
// many.
CaseFile counted(std::uint64_t a, std::uint64_t b = 50) {
  CaseFile file;
  file.identity = IdentityMode::none;
  for (VoterIndex voter = 0; voter < 150; ++voter)
    file.vote(voter, voter < 100 ? kA : kB, Outcome::acked);
  file.queue = {};  // the app raises them itself
  file.settlement.proof = SettleProof::quiet;
  file.rows.model = TableModel::append;
  file.rows.counters.kept = true;
  file.rows.choices_start = {{"a", kStart}, {"b", 0}};
  file.rows.rows_start = kStart;
  file.rows.rows.choices = {{"a", kStart + a}, {"b", b}};
  file.rows.rows.total = kStart + a + b;
  return file;
}

CaseFile exclusive(CaseFile file) {
  file.rows.counters.exclusive = true;
  return file;
}

bool says(const std::vector<std::string>& lines, std::string_view words) {
  return std::ranges::any_of(
      lines, [&](const std::string& line) { return line.find(words) != line.npos; });
}

}  // namespace

TEST_CASE("counters: a rise by the accepted votes agrees, and what it cannot show is said") {
  const Verdict verdict = judge(counted(100));
  CHECK(verdict.kind == VerdictKind::pass);
  CHECK(verdict.counts_only);
  CHECK(first(verdict.reasons) == "counts agree: the counters rose by 150 for 150 accepted votes");
  CHECK(says(verdict.assumptions, "cancel out"));
  CHECK(says(verdict.notes, "a: 100 accepted, counted 100"));
}

TEST_CASE("counters: a lost vote and a doubled one of the same choice are not seen") {
  CHECK(judge(counted(100 - 7 + 7)).kind == VerdictKind::pass);
}

TEST_CASE("counters: fewer than accepted is a loss, from vote to db, once all stand still") {
  const Verdict verdict = judge(counted(93));
  CHECK(verdict.kind == VerdictKind::fail);
  CHECK(verdict.lost.count == 7);
  CHECK(verdict.lost_by_hop == std::map<HopRange, std::uint64_t>{{{Hop::vote, Hop::db}, 7}});
  CHECK(first(verdict.reasons) ==
        "7 votes fewer than accepted for choice 'a' (counted 93, accepted 100): lost between vote "
        "and db");
  CaseFile moving = counted(93);
  moving.unsettled();
  CHECK(judge(moving).kind == VerdictKind::inconclusive);
  CHECK(judge(moving).pending == 7);
  CaseFile agreeing = counted(100);
  agreeing.unsettled();
  CHECK(judge(agreeing).kind == VerdictKind::inconclusive);
}

TEST_CASE("counters: a loss of one choice is not made good by votes too many of another") {
  CHECK(judge(counted(93, 57)).lost.count == 7);
  CHECK(judge(counted(93, 57)).kind == VerdictKind::fail);
}

TEST_CASE("counters: votes without an answer make an interval") {
  const auto kind_of = [](std::uint64_t rise) {
    CaseFile file = counted(rise);
    for (VoterIndex voter = 150; voter < 155; ++voter) file.vote(voter, kA, Outcome::ambiguous);
    return judge(exclusive(file)).kind;
  };
  CHECK(kind_of(99) == VerdictKind::fail);
  CHECK(kind_of(100) == VerdictKind::pass);
  CHECK(kind_of(103) == VerdictKind::pass);
  CHECK(kind_of(105) == VerdictKind::pass);
  CHECK(kind_of(106) == VerdictKind::fail);
  constexpr const char* kBehind = "none is missing behind";
  CHECK_FALSE(says(judge(counted(100)).assumptions, kBehind));
  CaseFile file = counted(100);
  file.vote(150, kA, Outcome::ambiguous);
  CHECK(says(judge(file).assumptions, "none is missing behind 1 vote without an answer"));
}

TEST_CASE("counters: more than were sent is a failure only where nobody else can vote") {
  CHECK(judge(counted(105)).kind == VerdictKind::inconclusive);
  CHECK_FALSE(says(judge(counted(105)).assumptions, "cancel out"));
  CHECK(says(judge(counted(105)).reasons, "5 votes more than were sent for choice 'a'"));
  const Verdict ours = judge(exclusive(counted(105)));
  CHECK(ours.kind == VerdictKind::fail);
  CHECK(ours.duplicated.count == 5);
  CHECK(says(ours.assumptions, "cancel out"));
  CHECK(first(ours.reasons) ==
        "5 votes more than were sent for choice 'a' (counted 105, accepted 100): counted twice");
  const auto kind_with = [](auto change) {
    CaseFile file = exclusive(counted(105));
    change(file);
    return judge(file).kind;
  };
  using Kind = VerdictKind;
  CHECK(kind_with([](CaseFile& f) { f.rows.counters.shared = true; }) == Kind::inconclusive);
  CHECK(kind_with([](CaseFile& f) { f.rows.updates = 1; }) == Kind::inconclusive);
  CHECK(kind_with([](CaseFile& f) { f.rows.same_store = false; }) == Kind::inconclusive);
  CHECK(kind_with([](CaseFile& f) {
          f.queue.configured = f.queue.readable_at_end = true;
          f.queue.depth_start = 5;
        }) == Kind::inconclusive);
}

TEST_CASE("counters: others who vote keep a run from passing, and explain no loss away") {
  CaseFile agreeing = counted(100);
  agreeing.rows.counters.shared = true;
  CHECK(judge(agreeing).kind == VerdictKind::inconclusive);
  CaseFile short_of = counted(93);
  short_of.rows.counters.shared = true;
  CHECK(judge(short_of).lost.count == 7);
}

TEST_CASE("counters: one that went back accuses nobody") {
  const auto judged = [](std::uint64_t rise, auto change) {
    CaseFile file = counted(rise);
    change(file);
    return judge(exclusive(file));
  };
  using Kind = VerdictKind;
  const auto fell = [](CaseFile& f) { f.rows.fell = "the counter of 'a' went back from 60 to 0"; };
  const auto restarted = [](CaseFile& f) { f.rows.restarted = true; };
  const auto rewritten = [](CaseFile& f) { f.rows.updates = 2; };
  CHECK(judged(40, fell).kind == Kind::inconclusive);
  CHECK(judged(40, fell).lost.count == 0);
  CHECK(says(judged(40, fell).reasons, "went back from 60 to 0"));
  CHECK(judged(100, fell).kind == Kind::inconclusive);
  CHECK(judged(120, fell).kind == Kind::inconclusive);
  CHECK(judged(40, restarted).kind == Kind::inconclusive);
  CHECK(judged(100, restarted).kind == Kind::pass);
  CHECK(judged(40, rewritten).kind == Kind::inconclusive);
  const auto too_many = [](CaseFile& f) { f.rows.restarted = f.rows.counters.shared = true; };
  CHECK(says(judged(105, too_many).reasons, "restarted"));
  const auto late = [](CaseFile& f) { f.unsettled().rows.restarted = true; };
  CHECK(says(judged(40, late).reasons, "restarted"));
  CHECK(says(judged(40, rewritten).reasons, "2 commands that may set a counter"));
  CHECK(judged(100, rewritten).kind == Kind::pass);
}

TEST_CASE("counters: votes that were queued before the run may stand for lost ones") {
  CaseFile file = counted(100);
  file.queue.configured = file.queue.readable_at_end = true;
  file.queue.depth_start = 1;
  CHECK(judge(file).kind == VerdictKind::inconclusive);
}
