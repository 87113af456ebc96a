// Without voter ids: the numbers of votes and rows per choice.
#include "judged.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::support;

TEST_CASE("counts: without voter ids the numbers per choice are compared") {
  CaseFile file;
  file.identity = IdentityMode::none;
  for (VoterIndex voter = 0; voter < 3000; ++voter)
    file.vote(voter, voter % 3 == 2 ? kB : kA, Outcome::acked);
  file.rows.choices_start = {{"a", 10}};
  file.rows.rows_start = 10;
  const auto with_rows = [&](std::uint64_t a, std::uint64_t b) {
    file.rows.rows.choices = {{"a", 10 + a}, {"b", b}};
    file.rows.rows.total = 10 + a + b;
    return judge(file);
  };
  CHECK(with_rows(2000, 1000).kind == VerdictKind::pass);
  CHECK(with_rows(2000, 1000).persisted == 3000);
  CHECK(first(with_rows(2000, 1000).notes) == "a: 2,000 accepted, 2000 more rows");
  CHECK(with_rows(1999, 1000).kind == VerdictKind::fail);
  CHECK(with_rows(1999, 1000).lost.count == 1);
  CHECK(with_rows(2000, 1001).kind == VerdictKind::inconclusive);
  CHECK(with_rows(2000, 1001).foreign == 1);
  CHECK(with_rows(1990, 1010).lost.count == 10);
  CHECK(with_rows(1990, 1010).foreign == 10);
  file.unsettled();
  CHECK(with_rows(1999, 1000).pending == 1);
  CHECK(with_rows(1999, 1000).kind == VerdictKind::inconclusive);
}

TEST_CASE("counts: what could hide a loss keeps a run from passing") {
  const auto kind_with = [](auto change) {
    CaseFile file;
    file.identity = IdentityMode::none;
    file.vote(0, kA, Outcome::acked).vote(1, kA, Outcome::acked);
    file.rows.rows.choices = {{"a", 2}};
    file.rows.rows.total = 2;
    change(file);
    return judge(file).kind;
  };
  using Kind = VerdictKind;
  CHECK(kind_with([](CaseFile&) {}) == Kind::pass);
  CHECK(kind_with([](CaseFile& f) { f.vote(2, kA, Outcome::ambiguous); }) == Kind::inconclusive);
  CHECK(kind_with([](CaseFile& f) { f.vote(2, kB, Outcome::ambiguous); }) == Kind::pass);
  CHECK(kind_with([](CaseFile& f) { f.queue.depth_start = 1; }) == Kind::inconclusive);
  CHECK(kind_with([](CaseFile& f) { f.queue.shares_pushes = true; }) == Kind::inconclusive);
  CHECK(kind_with([](CaseFile& f) { f.rows.rows.total = 3; }) == Kind::inconclusive);
  CHECK(kind_with([](CaseFile& f) { f.rows.rows_start = 1; }) == Kind::inconclusive);
  CHECK(kind_with([](CaseFile& f) {
          f.vote(2, kA, Outcome::ambiguous);
          f.rows.rows.choices = {{"a", 3}};
          f.rows.rows.total = 3;
        }) == Kind::pass);
  CHECK(kind_with([](CaseFile& f) {
          f.rows.rows.choices["zebra"] = 1;
          f.rows.rows.total = 3;
        }) == Kind::inconclusive);
}

namespace {

// Without ids: three votes for `a`, one of them without an answer, and as many rows as said.
CaseFile three_votes(std::uint64_t rows) {
  CaseFile file;
  file.identity = IdentityMode::none;
  file.vote(0, kA, Outcome::acked).vote(1, kA, Outcome::acked).vote(2, kA, Outcome::ambiguous);
  file.rows.rows.choices = {{"a", rows}};
  file.rows.rows.total = rows;
  return file;
}

}  // namespace

TEST_CASE("counts: rows are taken for accepted votes first, then for those without an answer") {
  CHECK(judge(three_votes(2)).persisted == 2);
  CHECK(judge(three_votes(2)).recovered == 0);
  CHECK(judge(three_votes(2)).absent_ambiguous == 1);
  CHECK(judge(three_votes(3)).persisted == 2);
  CHECK(judge(three_votes(3)).recovered == 1);
  CHECK(judge(three_votes(3)).absent_ambiguous == 0);
}

TEST_CASE("counts: after a crash of the host further rows may be of votes whose slots are gone") {
  CaseFile file = three_votes(4);
  file.host_crashed = true;
  file.empty_slots = 3;
  const Verdict verdict = judge(file);
  CHECK(verdict.kind == VerdictKind::inconclusive);
  CHECK(verdict.foreign == 0);
  CHECK(verdict.recovered == 2);
  CHECK(verdict.absent_ambiguous == 2);
}

TEST_CASE("counts: a table that was not read, or not counted in full, proves nothing") {
  CaseFile unread = three_votes(3);
  unread.rows.readable = false;
  CHECK(judge(unread).pending == 2);
  CHECK(judge(unread).reasons.size() == 1);
  CaseFile none = three_votes(3);
  none.rows.configured = false;
  CHECK(judge(none).pending == 2);
  CHECK(judge(none).reasons.size() == 1);
  CaseFile partial = three_votes(3);
  partial.rows.rows.total = 4;
  CHECK(judge(partial).pending == 2);
  CHECK(judge(partial).kind == VerdictKind::inconclusive);
}

TEST_CASE("counts: rows that vanish below the baseline cover nothing") {
  CaseFile file = three_votes(1);
  file.rows.choices_start = {{"a", 2}};
  file.rows.rows_start = 2;
  CHECK(judge(file).lost.count == 2);
  CHECK(judge(file).persisted == 0);
}
