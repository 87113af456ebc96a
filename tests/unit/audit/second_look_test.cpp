// What verify may say: never worse than the truth, never less than the run saw.
#include "audit/second_look.h"

#include <algorithm>
#include <string>
#include <vector>

#include "audit/judge_one.h"
#include "support/case_file.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::audit;
using support::CaseFile;

namespace {

// A run and two looks at it: `then` when the run ended, `now` later.
struct TwoLooks {
  CaseFile then, now;
  bool saved = true;  // false: the run was killed before it had read its rows
  bool counts_only = false;
  bool counters = false;
  bool cleaned = false;
  std::uint64_t rows_of_probes = 0;

  TwoLooks() {
    then.settlement.proof = SettleProof::empty_handed;
    now.settlement.proof = SettleProof::empty_handed;
  }
  TwoLooks& vote(VoterIndex voter, ChoiceIndex choice, Outcome outcome) {
    then.vote(voter, choice, outcome);
    now.vote(voter, choice, outcome);
    return *this;
  }
  TwoLooks& unsettled() {
    then.unsettled();
    return *this;
  }
  TwoLooks& append() {
    then.model(TableModel::append);
    now.model(TableModel::append);
    return *this;
  }

  [[nodiscard]] SecondLook look() const {
    const Evidence before{then.queue, then.rows, then.settlement};
    const AuditInput input = now.input();
    FirstLook first{input.attempts, saved ? &before : nullptr};
    first.counts_only = counts_only;
    first.counters = counters;
    first.rows_of_probes = rows_of_probes;
    first.cleaned = cleaned;
    return look_again(first, {now.queue, now.rows, now.settlement});
  }
  [[nodiscard]] Verdict verdict() const {
    const SecondLook merged = look();
    CaseFile file = now;
    file.queue = merged.merged.queue;
    file.rows = merged.merged.rows;
    file.settlement = merged.merged.settlement;
    AuditInput input = file.input();
    input.second_look = &merged;
    return judge_one(input);
  }
};

std::uint64_t accused(const Verdict& verdict) {
  return verdict.lost.count + verdict.stale.count + verdict.flipped.count +
         verdict.duplicated.count + verdict.phantom.count;
}

std::uint64_t shown(const Verdict& verdict) { return verdict.persisted + verdict.recovered; }

}  // namespace

TEST_CASE("a vote that arrives after the run is added") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked).vote(2, 0, Outcome::acked).unsettled();
  run.then.row(1, 0);
  run.now.row(1, 0).row(2, 0);
  const Verdict verdict = run.verdict();
  CHECK(verdict.kind == VerdictKind::pass);
  CHECK(verdict.persisted == 2);
  CHECK(verdict.arrived_late == 1);
  CHECK(verdict.gone_since == 0);
}

TEST_CASE("what votebench itself took out is no loss of the stack's") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked).vote(2, 0, Outcome::acked).unsettled();
  run.then.row(1, 0);
  run.now.row(1, 0);
  const auto check = [&] {
    run.cleaned = false;
    CHECK(run.verdict().kind == VerdictKind::fail);
    CHECK(run.verdict().lost.count == 1);
    run.cleaned = true;
    const Verdict verdict = run.verdict();
    CHECK(verdict.kind == VerdictKind::inconclusive);
    CHECK(accused(verdict) == 0);
    CHECK(verdict.pending == 1);
    CHECK(verdict.reasons.front().starts_with("`votebench clean` took votes of this run out"));
  };
  SECTION("of a run that had saved its rows") { check(); }
  SECTION("of a run that was killed") {
    run.saved = false;
    check();
  }
}

TEST_CASE("what the run itself saw missing stays lost after a clean") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked).vote(2, 0, Outcome::acked);
  run.then.row(1, 0);
  run.cleaned = true;
  const Verdict verdict = run.verdict();
  CHECK(verdict.kind == VerdictKind::fail);
  CHECK(verdict.lost.count == 1);
  CHECK(verdict.gone_since == 1);
}

TEST_CASE("a row that the run saw is gone since, never lost") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked).vote(2, 0, Outcome::acked);
  run.then.row(1, 0).row(2, 0);
  SECTION("deleted") {
    run.now.row(1, 0);
    const Verdict verdict = run.verdict();
    CHECK(verdict.kind == VerdictKind::inconclusive);
    CHECK(accused(verdict) == 0);
    CHECK(verdict.persisted == 2);
    CHECK(verdict.gone_since == 1);
    REQUIRE(verdict.findings.size() == 1);
    CHECK(verdict.findings[0].vote_class == VoteClass::gone_since);
    CHECK(verdict.findings[0].voter == 2);
    CHECK(verdict.findings[0].expected == "a");
    CHECK(verdict.findings[0].found.empty());
  }
  SECTION("overwritten") {
    run.now.row(1, 0).row(2, 1);
    const Verdict verdict = run.verdict();
    CHECK(verdict.kind == VerdictKind::inconclusive);
    CHECK(accused(verdict) == 0);
    CHECK(verdict.gone_since == 1);
    CHECK(verdict.findings.at(0).found == "b");
  }
  SECTION("with the whole table") {
    run.now.rows.store.table = "another";
    run.now.rows.same_store = false;
    const Verdict verdict = run.verdict();
    CHECK(verdict.kind == VerdictKind::inconclusive);
    CHECK(accused(verdict) == 0);
    CHECK(verdict.gone_since == 2);
  }
}

TEST_CASE("where rows were removed, what never arrived is not called lost either") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked).vote(2, 0, Outcome::acked).unsettled();
  run.then.row(1, 0);
  CHECK(run.verdict().lost.count == 0);
  run.now.row(1, 0);
  CHECK(run.verdict().lost.count == 1);
}

TEST_CASE("a loss that the run proved stays proven when its stores are gone") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked).vote(2, 0, Outcome::acked);
  run.then.row(1, 0);
  run.now.rows.store.table = "another";
  const Verdict verdict = run.verdict();
  CHECK(verdict.kind == VerdictKind::fail);
  CHECK(verdict.lost.count == 1);
  CHECK(verdict.gone_since == 1);
}

TEST_CASE("a vote of a re-voter arrives late and replaces its forerunner") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked).vote(1, 1, Outcome::acked).unsettled();
  run.then.row(1, 0);
  run.now.row(1, 1);
  const Verdict verdict = run.verdict();
  CHECK(verdict.kind == VerdictKind::pass);
  CHECK(verdict.arrived_late == 1);
  CHECK(verdict.superseded == 1);
}

TEST_CASE("a flipped row goes on accusing when somebody corrects it") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked);
  run.then.row(1, 1);
  run.now.row(1, 0);
  CHECK(run.verdict().flipped.count == 1);
}

TEST_CASE("a run that was killed before it read its rows") {
  TwoLooks run;
  run.saved = false;
  run.vote(1, 0, Outcome::acked).vote(2, 0, Outcome::acked);
  SECTION("is judged by what is there") {
    run.now.row(1, 0).row(2, 0);
    CHECK(run.verdict().kind == VerdictKind::pass);
    run.now.settlement.proof = SettleProof::complete;
    CHECK(run.verdict().kind == VerdictKind::pass);
  }
  SECTION("may have lost votes") {
    run.now.row(1, 0);
    CHECK(run.verdict().lost.count == 1);
  }
  SECTION("but not where nothing of it is in the table") {
    CHECK(run.verdict().lost.count == 0);
    CHECK(run.verdict().kind == VerdictKind::inconclusive);
  }
  SECTION("nor where its probe votes are gone") {
    run.now.row(1, 0);
    run.rows_of_probes = 20;
    run.now.rows.rows.probes = 19;
    CHECK(run.verdict().lost.count == 0);
    CHECK(run.verdict().kind == VerdictKind::inconclusive);
  }
  SECTION("nor where Redis is another one") {
    run.now.row(1, 0);
    run.now.queue.server_id = "another";
    CHECK(run.verdict().lost.count == 0);
    run.now.row(2, 0);
    run.now.settlement.proof = SettleProof::complete;
    CHECK(run.verdict().kind == VerdictKind::pass);
  }
}

TEST_CASE("a table that cannot be read again leaves what the run saw, in doubt") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked);
  run.then.row(1, 0);
  run.now.rows.readable = false;
  const Verdict verdict = run.verdict();
  CHECK(verdict.kind == VerdictKind::inconclusive);
  CHECK(verdict.persisted == 1);
  CHECK(verdict.gone_since == 0);
}

TEST_CASE("without voter ids fewer rows than at the run's end are rows gone since") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked);
  run.counts_only = true;
  for (CaseFile* file : {&run.then, &run.now}) {
    file->identity = IdentityMode::none;
    file->rows.rows.choices = {{"a", 1}};
    file->rows.rows.total = file->rows.rows_end = 1;
  }
  CHECK(run.verdict().kind == VerdictKind::pass);
  run.now.rows.rows_end = 0;
  CHECK(run.verdict().kind == VerdictKind::inconclusive);
  CHECK(run.verdict().gone_since == 1);
  CHECK(run.verdict().lost.count == 0);
}

TEST_CASE("append tables count rows, not values") {
  TwoLooks run;
  run.append().vote(1, 0, Outcome::acked).vote(1, 0, Outcome::acked).unsettled();
  run.then.row(1, 0);
  SECTION("the second arrives late") {
    run.now.row(1, 0).row(1, 0);
    CHECK(run.verdict().kind == VerdictKind::pass);
    CHECK(run.verdict().arrived_late == 1);
  }
  SECTION("an altered row is not one more") {
    run.now.row(1, 1);
    CHECK(accused(run.verdict()) == 0);
    CHECK(run.verdict().gone_since == 1);
  }
}

// One voter with up to two votes; what the table showed at the run's end and what it shows now.
TEST_CASE("in every small world the merged verdict keeps what was seen and invents nothing") {
  constexpr Outcome kOutcomes[] = {Outcome::acked, Outcome::ambiguous, Outcome::not_sent};
  const std::vector<std::vector<ChoiceIndex>> tables{{}, {0}, {1}, {2}, {0, 0}, {0, 1}, {1, 1}};
  std::uint64_t worlds = 0;
  for (unsigned bits = 0; bits < 9 * 4 * 2 * 2 * 2 * 2; ++bits) {
    unsigned rest = bits;
    const auto draw = [&](unsigned sides) {
      const unsigned value = rest % sides;
      rest /= sides;
      return value;
    };
    const Outcome first = kOutcomes[draw(3)];
    const Outcome second = kOutcomes[draw(3)];
    const auto choices = draw(4);
    const bool append = draw(2) != 0;
    const bool settled_then = draw(2) != 0;
    const bool settled_now = draw(2) != 0;
    const bool same_table = draw(2) != 0;
    for (const auto& then : tables)
      for (const auto& now : tables) {
        if (!append && std::max(then.size(), now.size()) > 1) continue;
        ++worlds;
        TwoLooks run;
        if (append) run.append();
        run.vote(0, 0, Outcome::acked)
            .vote(1, static_cast<ChoiceIndex>(choices & 1U), first)
            .vote(1, static_cast<ChoiceIndex>(choices >> 1U), second);
        run.then.row(0, 0);
        run.now.row(0, 0);
        for (const ChoiceIndex row : then) run.then.row(1, row == 2 ? kOtherChoice : row);
        for (const ChoiceIndex row : now) run.now.row(1, row == 2 ? kOtherChoice : row);
        if (!settled_then) run.then.unsettled();
        if (!settled_now) run.now.unsettled();
        if (!same_table) run.now.rows.store.table = "another";
        if (!same_table) run.now.rows.same_store = false;

        const Verdict before = judge_one(run.then.input());
        const Verdict merged = run.verdict();
        const bool gone = merged.gone_since > 0;
        INFO("then " << then.size() << " rows, now " << now.size() << ", bits " << bits);
        REQUIRE(merged.kind != VerdictKind::broken);
        // Never less than the run saw, and no loss after a pass.
        REQUIRE(shown(merged) >= shown(before));
        if (before.kind == VerdictKind::pass) REQUIRE(merged.lost.count + merged.stale.count == 0);
        // A loss needs a proof: the run's own, or one in the run's table with nothing removed.
        if (merged.lost.count + merged.stale.count > before.lost.count + before.stale.count)
          REQUIRE((!settled_then && settled_now && same_table && !gone));
        // A pass needs rows that are still there.
        if (merged.kind == VerdictKind::pass) REQUIRE((!gone && same_table));
        // Looking twice at the same table changes nothing.
        if (then == now && same_table && settled_then && before.kind != VerdictKind::broken) {
          REQUIRE(merged.kind == before.kind);
          REQUIRE(accused(merged) == accused(before));
        }
      }
  }
  CHECK(worlds > 5000);
}

TEST_CASE("a vote without a clear answer that came to the table is missed when it is overwritten") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked).vote(2, 0, Outcome::ambiguous);
  run.then.row(1, 0).row(2, 0);
  run.now.row(1, 0).row(2, 1);
  CHECK(run.verdict().gone_since == 1);
  CHECK(run.verdict().recovered == 1);
  CHECK(accused(run.verdict()) == 0);
}

TEST_CASE("how many rows are gone is said in words") {
  const auto said = [](std::string_view words, VoterIndex gone) {
    TwoLooks run;
    for (VoterIndex voter = 0; voter < 3; ++voter) {
      run.vote(voter, 0, Outcome::acked);
      run.then.row(voter, 0);
      if (voter >= gone) run.now.row(voter, 0);
    }
    const std::vector<std::string> reasons = run.verdict().reasons;
    return std::ranges::any_of(reasons, [&](const std::string& reason) {
      return reason.find(words) != std::string::npos;
    });
  };
  CHECK(said("1 vote that the run saw in the table is gone", 1));
  CHECK(said("2 votes that the run saw in the table are gone", 2));
}

TEST_CASE("an unsettled run goes on with the lists of now") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked).vote(2, 0, Outcome::acked).unsettled();
  run.then.row(1, 0);
  run.now.row(1, 0);
  run.now.queue.own_listed = {2};
  run.now.queue.depth_end = 1;
  CHECK(run.verdict().queued == 1);
  CHECK(run.verdict().lost.count == 0);
  run.now.queue.readable_at_end = false;
  CHECK(run.look().merged.queue.own_listed.empty());
}

TEST_CASE("rows that went between the looks keep an unsettled run from claiming a loss") {
  TwoLooks run;
  run.vote(1, 0, Outcome::acked).vote(2, 0, Outcome::acked).unsettled();
  run.then.row(1, 0);
  run.now.row(1, 0);
  CHECK(run.verdict().lost.count == 1);
  run.now.rows.voters_vanished = 1;
  CHECK(run.verdict().lost.count == 0);
  run.now.rows.voters_vanished = 0;
  run.then.rows.voters_vanished = 1;  // the run saw it already
  CHECK(run.verdict().lost.count == 0);
}

TEST_CASE("another table is asked for no proof of a run that saved nothing") {
  TwoLooks run;
  run.saved = false;
  run.vote(1, 0, Outcome::acked);
  run.now.row(1, 0);
  const auto assumes_none_removed = [&] {
    const auto& all = run.look().merged.settlement.assumptions;
    return std::ranges::find(all, "nobody removed rows since the run") != all.end();
  };
  CHECK(assumes_none_removed());
  run.now.rows.same_store = false;
  CHECK_FALSE(assumes_none_removed());
}

TEST_CASE("counters: what a run saved of them is compared with what they are now") {
  TwoLooks run;
  run.counters = run.counts_only = true;
  run.vote(1, 0, Outcome::acked);
  run.then.rows.rows_end = run.now.rows.rows_end = 5;
  CHECK(run.look().notes.empty());
  run.now.rows.rows_end = 8;
  REQUIRE(run.look().notes.size() == 1);
  CHECK(run.look().notes[0].find("rose by 3 since") != std::string::npos);
  CHECK(run.look().gone_since == 0);
  run.counters = false;  // rows without ids may be anybody's
  CHECK(run.look().notes.empty());
  run.now.rows.rows_end = 3;
  CHECK(run.look().gone_since == 2);
  run.counts_only = false;
  CHECK(run.look().gone_since == 0);

  run.counters = true;
  run.unsettled();
  CHECK(run.look().doubts.empty());
  run.saved = false;
  REQUIRE(run.look().doubts.size() == 1);
  CHECK(run.look().doubts[0].reason.find("before it had saved its counts") != std::string::npos);
}
