// What the small worlds do not reach: sums, shares, evidence, order, witnesses.
#include "audit/audit.h"

#include <memory>

#include "audit/ballots.h"
#include "judged.h"
#include "support/catch.h"
#include "vote/id_book.h"

using namespace votebench;
using namespace votebench::support;

TEST_CASE("first sum: every planned vote is in one place") {
  CaseFile file;
  file.vote(0, kA, Outcome::acked).row(0, kA);
  file.vote(1, kA, Outcome::rejected).vote(2, kA, Outcome::ambiguous);
  file.vote(3, kA, Outcome::not_sent).vote(4, kA, Outcome::none);
  file.empty_slots = 3;
  const Verdict verdict = judge(file);
  CHECK(verdict.accounting.planned == 8);
  CHECK(verdict.accounting.acked == 1);
  CHECK(verdict.accounting.rejected == 1);
  CHECK(verdict.accounting.ambiguous == 2);
  CHECK(verdict.accounting.not_sent == 1);
  CHECK(verdict.accounting.never_started == 3);
  CHECK(verdict.accounting.sums());
  CHECK(verdict.voters == 5);
}

TEST_CASE("first sum: a conclusion that says nothing is ambiguous") {
  CaseFile file = persisted(1);
  file.vote(9, kA, Outcome::none);
  file.attempts.back().state = AttemptState::concluded;
  CHECK(judge(file).accounting.ambiguous == 1);
}

TEST_CASE("first sum: an intent is ambiguous whatever its other bytes say") {
  CaseFile file = persisted(1);
  file.vote(9, kA, Outcome::acked);
  file.attempts.back().state = AttemptState::intended;
  CHECK(judge(file).accounting.ambiguous == 1);
}

TEST_CASE("broken: more attempts than planned, or attempts that no plan contains") {
  CaseFile file = persisted(3);
  const audit::AuditInput input = file.input();
  const audit::AuditInput less{2,           input.choices, input.identity,
                               input.ids,   input.limits,  input.attempts,
                               input.queue, input.rows,    input.settlement};
  CHECK(audit::judge_one(less).kind == VerdictKind::broken);
  CaseFile probe = persisted(1);
  probe.vote(kFirstProbeIndex, kA, Outcome::ambiguous).row(kFirstProbeIndex, kA);
  CHECK(judge(probe).kind == VerdictKind::broken);
  CaseFile last_voter = persisted(1);
  last_voter.vote(kFirstProbeIndex - 1, kA, Outcome::acked).row(kFirstProbeIndex - 1, kA);
  CHECK(judge(last_voter).kind == VerdictKind::pass);
  CaseFile choice = persisted(1);
  choice.vote(1, 3, Outcome::acked);
  CHECK(judge(choice).kind == VerdictKind::broken);
  CHECK(audit::missing_acked(choice.input()).count == 2);
}

TEST_CASE("pass: needs 70 % of the plan accepted and at least one") {
  CaseFile file = persisted(7);
  file.limits.min_acked_share = 0.7;
  file.empty_slots = 3;
  CHECK(judge(file).kind == VerdictKind::pass);
  CHECK(judge(file).reasons == std::vector<std::string>{"0 of 7 accepted votes lost in this run"});
  file.empty_slots = 4;
  CHECK(judge(file).kind == VerdictKind::inconclusive);
  CHECK(first(judge(file).reasons) ==
        "only 7 of 11 planned votes were accepted; a pass needs 70 %: 4 never left");
  CHECK(judge(CaseFile()).kind == VerdictKind::inconclusive);
  CHECK(first(judge(CaseFile()).reasons) == "no vote was accepted: there is nothing to audit");
}

TEST_CASE("pass: a share of unknown answers is tolerated, no more") {
  CaseFile file = persisted(99);
  file.limits.unknown_share = 0.01;
  file.vote(500, kA, Outcome::ambiguous);
  CHECK(judge(file).kind == VerdictKind::pass);
  file.vote(501, kA, Outcome::ambiguous);
  CHECK(judge(file).kind == VerdictKind::inconclusive);
  CHECK(first(judge(file).reasons) ==
        "2 votes got no clear answer (1.98 % of the planned votes, allowed 1 %): they may or may "
        "not count: 2 x given up when the run was ended");
}

TEST_CASE("where a threshold ended the load, shares are of the votes that were started") {
  CaseFile file = persisted(60);
  file.limits = {.unknown_share = 0.1, .min_acked_share = 0.7};
  file.empty_slots = 900;
  for (VoterIndex voter = 500; voter < 540; ++voter) file.vote(voter, kA, Outcome::ambiguous);
  audit::AuditInput input = file.input();
  input.ended_by_threshold = true;
  const std::vector<std::string> reasons = audit::judge_one(input).reasons;
  REQUIRE(reasons.size() == 2);
  CHECK(reasons[0].starts_with("only 60 of 100 started votes were accepted; a pass needs 70 %"));
  CHECK(reasons[1].starts_with(
      "40 votes got no clear answer (40 % of the started votes, allowed 10 %)"));
}

TEST_CASE("what was not accepted is told by its cause, with advice for that cause") {
  CaseFile file;
  for (VoterIndex voter = 0; voter < 100; ++voter) {
    file.vote(voter, kA, Outcome::ambiguous);
    file.attempts.back().status = 500;
    file.attempts.back().cause = Cause::status;
  }
  const Verdict verdict = judge(file);
  CHECK(first(verdict.reasons) ==
        "no vote was accepted: there is nothing to audit: 100 x status 500");
  CHECK(verdict.advice == std::vector{std::string(advice_on_status(500))});
  REQUIRE(verdict.unaccepted.size() == 1);
  CHECK(verdict.unaccepted[0].count == 100);
}

TEST_CASE("of unknown answers only their own causes are told") {
  CaseFile file = persisted(90);
  file.limits.unknown_share = 0.01;
  for (VoterIndex voter = 500; voter < 505; ++voter) {
    file.vote(voter, kA, Outcome::ambiguous);
    file.attempts.back().cause = Cause::timed_out;
    file.vote(voter + 100, kA, Outcome::not_sent);
    file.attempts.back().cause = Cause::refused;
  }
  const std::string reason = first(judge(file).reasons);
  CHECK(reason.ends_with("they may or may not count: 5 x no answer in time"));
  CHECK(first(judge(file).advice).find("http.timeout") != std::string::npos);
}

TEST_CASE("pass: an interrupted run is inconclusive, and a failed one still fails") {
  CaseFile file = persisted(3);
  file.interrupted = true;
  CHECK(judge(file).kind == VerdictKind::inconclusive);
  file.vote(9, kA, Outcome::acked);
  CHECK(judge(file).kind == VerdictKind::fail);
}

TEST_CASE("allowances: one more than allowed fails") {
  CaseFile file = persisted(3);
  file.vote(9, kA, Outcome::acked);
  file.limits.lost = 1;
  CHECK(judge(file).kind == VerdictKind::pass);
  CHECK(judge(file).reasons == std::vector<std::string>{"1 of 4 accepted votes lost in this run"});
  CHECK(first(judge(file).notes) ==
        "1 accepted vote has no row: lost between vote and db (allowed: 1)");
  file.vote(10, kA, Outcome::acked);
  CHECK(judge(file).kind == VerdictKind::fail);
}

TEST_CASE("allowances: each class has its own") {
  const auto kind_with = [](std::uint64_t AuditLimits::*limit, CaseFile file) {
    const VerdictKind strict = judge(file).kind;
    file.limits.*limit = 1;
    return std::pair(strict, judge(file).kind);
  };
  const auto relieved = std::pair(VerdictKind::fail, VerdictKind::pass);
  CaseFile flipped = persisted(1);
  flipped.vote(9, kA, Outcome::acked).row(9, kB);
  CHECK(kind_with(&AuditLimits::flipped, flipped) == relieved);
  CaseFile stale = persisted(1);
  stale.vote(9, kA, Outcome::acked).vote(9, kB, Outcome::acked).row(9, kA);
  CHECK(kind_with(&AuditLimits::stale, stale) == relieved);
  CaseFile phantom = persisted(1);
  phantom.row(9, kA);
  CHECK(kind_with(&AuditLimits::phantom, phantom) == relieved);
  CaseFile duplicated = persisted(1);
  duplicated.model(TableModel::append).row(0, kA);
  CHECK(kind_with(&AuditLimits::duplicated, duplicated) == relieved);
}

TEST_CASE("evidence: without a queue a complete table passes, an absent vote proves nothing") {
  CaseFile file = persisted(3);
  file.queue = QueueEvidence{};
  file.unsettled();
  CHECK(judge(file).kind == VerdictKind::pass);
  file.vote(9, kA, Outcome::acked);
  file.settlement.proof = SettleProof::quiet;
  const Verdict verdict = judge(file);
  CHECK(verdict.kind == VerdictKind::inconclusive);
  CHECK(verdict.pending == 1);
  CHECK(
      first(verdict.reasons) ==
      "1 accepted vote is not in the table, and no queue is configured: late and lost look alike");
}

TEST_CASE("evidence: a gap beats a table in which everything is present") {
  const auto kind_of = [](auto change) {
    CaseFile file = persisted(3);
    change(file);
    return judge(file).kind;
  };
  using Kind = VerdictKind;
  CHECK(kind_of([](CaseFile& f) { f.queue.readable_at_end = false; }) == Kind::inconclusive);
  CHECK(kind_of([](CaseFile& f) { f.rows.configured = false; }) == Kind::inconclusive);
  CHECK(kind_of([](CaseFile& f) { f.rows.readable = false; }) == Kind::inconclusive);
  CHECK(kind_of([](CaseFile& f) { f.rows.same_store = false; }) == Kind::inconclusive);
  CHECK(kind_of([](CaseFile& f) { f.rows.is_replica = true; }) == Kind::inconclusive);
  CHECK(kind_of([](CaseFile& f) { f.unsettled(); }) == Kind::inconclusive);
  CHECK(kind_of([](CaseFile& f) { f.queue.same_server = false; }) == Kind::pass);
}

TEST_CASE("evidence: where rows were removed, absence is no loss; after a crash it is") {
  CaseFile file = persisted(3);
  file.vote(9, kA, Outcome::acked).vote(10, kA, Outcome::acked);
  file.rows.probes_seen = 20;
  file.rows.probes_vanished = 7;
  file.rows.voters_vanished = 2;
  file.rows.vanished = {9, 10};
  const Verdict removed = judge(file);
  CHECK(removed.kind == VerdictKind::inconclusive);
  CHECK(removed.pending == 2);
  CHECK(removed.lost.count == 0);
  CHECK(first(removed.reasons)
            .starts_with("7 of 20 probe rows and the rows of 2 voters that the "
                         "run saw (vb"));
  CHECK(first(removed.reasons).find(", 1 more) vanished") != std::string::npos);
  file.rows.restarted = true;
  const Verdict crashed = judge(file);
  CHECK(crashed.kind == VerdictKind::fail);
  CHECK(crashed.lost.count == 2);

  CaseFile whole = persisted(3);  // what is missing nowhere needs no proof
  whole.rows.probes_seen = 20;
  whole.rows.probes_vanished = 7;
  CHECK(judge(whole).kind == VerdictKind::pass);
}

TEST_CASE("evidence: rows that were not read are not looked at") {
  CaseFile file = persisted(2);
  file.row(77, kA);
  file.rows.readable = false;
  const Verdict verdict = judge(file);
  CHECK(verdict.kind == VerdictKind::inconclusive);
  CHECK(verdict.pending == 2);
  CHECK(verdict.phantom.count == 0);
}

TEST_CASE("evidence: flipped, duplicated and phantom are claimed although nothing has settled") {
  CaseFile file;
  file.unsettled().vote(0, kA, Outcome::acked).row(0, kB).row(5, kA);
  CHECK(judge(file).kind == VerdictKind::fail);
  CHECK(judge(file).flipped.count == 1);
  CHECK(judge(file).phantom.count == 1);
  CaseFile twice;
  twice.unsettled().model(TableModel::append).vote(0, kA, Outcome::acked).row(0, kA).row(0, kA);
  CHECK(judge(twice).duplicated.count == 1);
  CHECK(judge(twice).kind == VerdictKind::fail);
}

TEST_CASE(
    "append: a value that the voter sent itself is not called changed, and both readings are "
    "said") {
  CaseFile file = persisted(2);
  file.model(TableModel::append).vote(9, kA, Outcome::acked).vote(9, kB, Outcome::acked);
  file.row(9, kB).row(9, kB);
  const Verdict verdict = judge(file);
  CHECK(verdict.flipped.count == 0);
  CHECK(verdict.lost.count == 1);
  CHECK(verdict.duplicated.count == 1);
  CHECK(verdict.lost_or_changed == 1);
  CHECK(first(verdict.reasons) ==
        "1 row more than votes: counted twice, or (1 of them) the missing vote of the same voter, "
        "changed");
  file.rows.rows.own.back().choice = kOtherChoice;  // nobody sent that: it was changed
  CHECK(judge(file).flipped.count == 1);
  CHECK(judge(file).lost.count == 0);
  CHECK(judge(file).lost_or_changed == 0);
}

TEST_CASE("unsettled: a wrong value is claimed at once, unless values were seen to come right") {
  CaseFile file = persisted(2);
  file.unsettled().vote(9, kA, Outcome::acked).row(9, kB);
  CHECK(judge(file).flipped.count == 1);
  file.rows.values_changed = true;
  Verdict verdict = judge(file);
  CHECK(verdict.kind == VerdictKind::inconclusive);
  CHECK(verdict.flipped.count == 0);
  CHECK(verdict.pending == 1);
  CHECK(verdict.undecided_rows == 1);
  CHECK(audit::missing_acked(file.input()).count == 1);  // the drain goes on
  file.settlement.proof = SettleProof::empty_handed;
  verdict = judge(file);
  CHECK(verdict.kind == VerdictKind::fail);
  CHECK(verdict.flipped.count == 1);
}

TEST_CASE("unsettled: a row too many is claimed at once, unless rows were seen to go") {
  CaseFile file = persisted(2);
  file.unsettled().model(TableModel::append).row(1, kA);
  CHECK(judge(file).duplicated.count == 1);
  file.rows.rows_vanished = true;
  CHECK(judge(file).kind == VerdictKind::inconclusive);
  CHECK(judge(file).duplicated.count == 0);
  file.queue = QueueEvidence{};  // and without a queue there is no settling
  CHECK(judge(file).kind == VerdictKind::inconclusive);
  CHECK(first(judge(file).reasons).starts_with("1 row holds a value that was not sent, or"));
}

TEST_CASE("unsettled: says how long the rest would need") {
  using namespace std::chrono_literals;
  CaseFile file = persisted(1);
  file.unsettled();
  for (VoterIndex voter = 100; voter < 2410; ++voter) {
    file.vote(voter, kA, Outcome::acked);
    file.queue.own_listed.push_back(voter);
  }
  file.settlement.drain = 60s;
  file.settlement.drain_rate_per_s = 9.9;
  file.settlement.still_needed = 233s;
  const Verdict verdict = judge(file);
  CHECK(verdict.queued == 2310);
  CHECK(verdict.pending == 0);
  CHECK(first(verdict.reasons) ==
        "2,310 votes still queued after 1m00s (worker 9.9/s: needs 3m53s; set drain.timeout: 5m)");
}

TEST_CASE("unsettled: without a rate the reason of the settlement says it all") {
  CaseFile file = persisted(1);
  file.unsettled().vote(9, kA, Outcome::acked);
  file.settlement.drain = std::chrono::minutes(2);
  CHECK(first(judge(file).reasons) ==
        "1 vote not in the table and not seen in the queue after 2m00s");
  file.settlement.reason = "worker 127.0.0.1:5101 has not come back for a vote for 7 s";
  CHECK(first(judge(file).reasons) == file.settlement.reason);
  CHECK(first(judge(file).advice).starts_with("look after the worker"));
  file.settlement.advice = "say so in the target: settle: { quiet: 30s }";
  CHECK(first(judge(file).advice) == file.settlement.advice);
}

TEST_CASE("rows: a table that should hold one row per voter counts each further one as too many") {
  CaseFile file = persisted(1);
  file.vote(9, kA, Outcome::acked).row(9, kB).row(9, kA).row(9, kA);
  const Verdict verdict = judge(file);
  CHECK(verdict.persisted == 2);
  CHECK(verdict.duplicated.count == 2);
  CHECK(verdict.flipped.count == 0);
}

TEST_CASE("rows: of several rows of one voter the one that accuses nobody counts") {
  CaseFile file = persisted(1);
  file.vote(9, kA, Outcome::acked).vote(9, kB, Outcome::acked).vote(9, 2, Outcome::ambiguous);
  file.row(9, kA).row(9, 2);
  Verdict verdict = judge(file);
  CHECK(verdict.recovered == 1);
  CHECK(verdict.stale.count == 0);
  CHECK(verdict.duplicated.count == 1);
  REQUIRE(verdict.findings.size() == 1);
  CHECK(verdict.findings.front().vote_class == VoteClass::duplicated);
  CHECK(verdict.findings.front().found == "a");
  file.rows.rows.own.pop_back();
  file.row(9, kOtherChoice);
  verdict = judge(file);
  CHECK(verdict.stale.count == 1);
  CHECK(verdict.duplicated.count == 1);
}

TEST_CASE("rows: probes and strangers stay outside all sums") {
  CaseFile file = persisted(2);
  file.rows.rows.probes = 20;
  file.row(kFirstProbeIndex, kA);
  file.rows.rows.foreign = 3;
  file.rows.rows.other_run = 4;
  file.rows.rows.invalid_own = 5;
  file.rows.rows.carry_over = 6;
  const Verdict verdict = judge(file);
  CHECK(verdict.kind == VerdictKind::pass);
  CHECK(verdict.probes == 21);
  CHECK(verdict.foreign == 3);
  CHECK(verdict.other_run == 4);
  CHECK(verdict.invalid_own == 5);
  CHECK(verdict.carry_over == 6);
  CHECK(verdict.notes.size() == 4);
}

TEST_CASE("order: what started later is the later vote, whatever its number") {
  CaseFile file;
  file.vote(0, kA, Outcome::acked).vote(0, kB, Outcome::acked).row(0, kA);
  CHECK(judge(file).stale.count == 1);
  std::swap(file.attempts[0].started_ns, file.attempts[1].started_ns);
  const Verdict verdict = judge(file);
  CHECK(verdict.persisted == 1);
  CHECK(verdict.stale.count == 0);
  file.rows.rows.own.front().choice = kB;
  const Verdict stale = judge(file);
  REQUIRE(stale.findings.size() == 1);
  CHECK(stale.findings.front().attempt == AttemptNumber{0});
}

TEST_CASE("order: of two that started in one tick the later number is the later vote") {
  CaseFile file;
  file.vote(0, kA, Outcome::acked).vote(0, kB, Outcome::acked).row(0, kB);
  file.attempts[1].started_ns = file.attempts[0].started_ns;
  CHECK(judge(file).persisted == 1);
}

TEST_CASE("re-votes: the share whose loss would not show is counted") {
  CaseFile file;
  file.vote(0, kA, Outcome::acked).vote(0, kA, Outcome::acked).row(0, kA);
  file.vote(1, kA, Outcome::acked).vote(1, kB, Outcome::acked).row(1, kB);
  file.vote(2, kB, Outcome::acked).vote(2, kA, Outcome::acked).vote(2, kB, Outcome::acked);
  file.row(2, kB);
  file.vote(3, kB, Outcome::ambiguous).vote(3, kB, Outcome::acked).row(3, kB);
  CHECK(judge(file).blind == 2);
  CHECK(first(judge(file).notes) ==
        "2 final votes repeat the voter's previous choice: a loss there would not show");
}

TEST_CASE("witness: every claim names its attempt, what was due and what was found") {
  CaseFile file;
  file.vote(0, kA, Outcome::acked).row(0, kOtherChoice);
  file.vote(1, kA, Outcome::acked).vote(1, kB, Outcome::ambiguous).vote(1, kA, Outcome::acked);
  file.rows.rows.other_choices[0] = "z";
  const Verdict verdict = judge(file);
  REQUIRE(verdict.findings.size() == 2);
  const Finding& flipped = verdict.findings[0];
  CHECK(flipped.vote_class == VoteClass::flipped);
  CHECK(flipped.voter_id == file.input().ids.make(0));
  CHECK(flipped.attempt == AttemptNumber{0});
  CHECK(flipped.sent_at == Nanoseconds(1'000'000));
  CHECK(flipped.expected == "a");
  CHECK(flipped.found == "z");
  const Finding& lost = verdict.findings[1];
  CHECK(lost.vote_class == VoteClass::lost);
  CHECK(lost.attempt == AttemptNumber{3});
  CHECK(lost.expected == "a|b");
  CHECK(lost.found.empty());
  CHECK(lost.hop == HopRange{Hop::vote, Hop::db});
}

TEST_CASE("witness: findings are bounded, counts are not") {
  CaseFile file;
  for (VoterIndex voter = 0; voter < 10'100; ++voter) file.vote(voter, kA, Outcome::acked);
  const Verdict verdict = judge(file);
  CHECK(verdict.lost.count == 10'100);
  CHECK(verdict.findings.size() == Verdict::kMaxFindings);
}

TEST_CASE("crashed host: empty slots may have been sent, and explain rows") {
  CaseFile file = persisted(2);
  file.host_crashed = true;
  file.empty_slots = 3;
  file.row(50, kA);                             // of a voter whose slot is gone
  file.vote(3, kA, Outcome::acked).row(3, kB);  // a later vote of this voter may be gone
  file.vote(4, kA, Outcome::acked);             // no lost slot excuses this
  const Verdict verdict = judge(file);
  CHECK(verdict.kind == VerdictKind::fail);
  CHECK(verdict.accounting.ambiguous == 3);
  CHECK(verdict.accounting.never_started == 0);
  CHECK(verdict.recovered == 2);
  CHECK(verdict.absent_ambiguous == 1);
  CHECK(verdict.phantom.count == 0);
  CHECK(verdict.flipped.count == 0);
  CHECK(verdict.superseded == 1);
  CHECK(verdict.lost.count == 1);
  CHECK(verdict.findings.size() == 1);
}

TEST_CASE("crashed host: more rows than lost slots is a contradiction, never a phantom") {
  CaseFile file = persisted(2);
  file.host_crashed = true;
  file.empty_slots = 1;
  file.row(50, kA).row(51, kA);
  const Verdict verdict = judge(file);
  CHECK(verdict.kind == VerdictKind::inconclusive);
  CHECK(verdict.recovered == 1);
  CHECK(verdict.contradiction.count == 1);
}

TEST_CASE("crashed host: on an append table a surplus row may be of a lost slot") {
  CaseFile file = persisted(2);
  file.model(TableModel::append).row(0, kA);
  file.host_crashed = true;
  file.empty_slots = 1;
  CHECK(judge(file).kind == VerdictKind::pass);
  CHECK(judge(file).recovered == 1);
}

TEST_CASE("killed run: a row that no slot explains is nobody's phantom, and what is lost is lost") {
  CaseFile file = persisted(2);
  file.row(50, kA);
  CHECK(judge(file).phantom.count == 1);
  file.unclosed = true;
  file.empty_slots = 3;
  const Verdict verdict = judge(file);
  CHECK(verdict.kind == VerdictKind::inconclusive);
  CHECK(verdict.phantom.count == 0);
  CHECK(verdict.contradiction.count == 1);
  CHECK(verdict.accounting.never_started == 3);
  CHECK(first(verdict.reasons) ==
        "1 row of votes that the record does not show as sent: the run was killed, and its record "
        "may lack its last votes");
  file.vote(9, kA, Outcome::acked);
  CHECK(judge(file).kind == VerdictKind::fail);
  CHECK(judge(file).lost.count == 1);
}

TEST_CASE("missing: what the rows do not show is what a drain waits for") {
  CaseFile file = persisted(3);
  CHECK(audit::missing_acked(file.input()).count == 0);
  file.vote(9, kA, Outcome::acked);
  CHECK(audit::missing_acked(file.input()).count == 1);
  file.queue.own_listed = {9};
  CHECK(audit::missing_acked(file.input()).count == 1);
  file.vote(0, kB, Outcome::acked);
  CHECK(audit::missing_acked(file.input()).count == 2);
  file.vote(50, kB, Outcome::ambiguous);
  CHECK(audit::missing_acked(file.input()).count == 2);
}

TEST_CASE("an answer that tells an id a second time is a further vote of its first voter") {
  const auto book = std::make_shared<IdBook>();
  const VoterIds ids = VoterIds::of_new_run().told_by_answers(book);
  const VoterIndex first = 3;
  (void)book->add(first, "a session");
  (void)book->add(7, "a session");
  (void)book->add(kFirstProbeIndex, "a probe's");
  (void)book->add(8, "a probe's");
  const auto judged = [&](VoterIndex voter, Outcome outcome) {
    Attempt attempt{};
    attempt.voter = voter;
    attempt.outcome = outcome;
    return audit::as_judged(attempt, ids);
  };
  CHECK(judged(first, Outcome::acked).voter == first);
  CHECK(judged(first, Outcome::acked).outcome == Outcome::acked);
  CHECK(judged(7, Outcome::acked).voter == first);
  CHECK(judged(7, Outcome::acked).outcome == Outcome::ambiguous);
  CHECK(judged(7, Outcome::rejected).outcome == Outcome::rejected);
  CHECK(judged(8, Outcome::acked).voter == 8);  // no probe's vote is one of the load
  CHECK(judged(8, Outcome::acked).outcome == Outcome::ambiguous);
}
