// Every sentence of advice: a world that reaches it, and its opposite, which must not get it. A row
// per sentence and cause; a sentence without a row turns this red.
#include <fmt/format.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audit/judge_one.h"
#include "known_advice.h"
#include "report/report.h"
#include "run/judge_run.h"
#include "stage.h"
#include "support/case_file.h"
#include "support/catch.h"
#include "unit/watch/ended_run.h"
#include "watch/empty_handed.h"

using namespace votebench;
using namespace votebench::run::test;
using namespace std::chrono_literals;
using support::CaseFile;

namespace {

using Said = std::vector<std::string>;

constexpr ChoiceIndex kA = 0;
constexpr ChoiceIndex kB = 1;

// --- what a report advises on a world

struct Scene {
  std::vector<RunEvent> events{};
  bool drain_cut_short = false;
  const audit::SecondLook* second_look = nullptr;
};

Said advice_on(const CaseFile& file, const Scene& scene = {}) {
  audit::AuditInput input = file.input();
  input.drain_cut_short = scene.drain_cut_short;
  input.second_look = scene.second_look;
  const scenario::Scenario scenario;
  ledger::RunRecord record;
  record.begin.services = input.services;
  record.events = scene.events;
  const report::PlannedLoad planned;
  return report::make_report({scenario, record, file, planned}, audit::judge_one(input), {}).advice;
}

// As a run tells it that ended like this, of events and of a disk that was full.
Said advice_of_run(const std::vector<RunEvent>& events, const std::optional<Error>& unstored = {}) {
  run::test::Stage stage(real_clock());
  ledger::RunRecord record;
  record.events = events;
  record.unstored = unstored;
  return run::describe_run({stage.scenario, stage.plan, stage.directory, *stage.attempts, record})
      .advice;
}

// Of a run whose second shard came to this end.
Said advice_on_shard(ledger::ShardState state) {
  run::test::Stage stage(real_clock());
  ledger::RunRecord record;
  record.shards = {{.index = 0, .state = ledger::ShardState::sent}, {.index = 1, .state = state}};
  return run::describe_run({stage.scenario, stage.plan, stage.directory, *stage.attempts, record})
      .advice;
}

// --- worlds

CaseFile persisted(VoterIndex count) {
  CaseFile file;
  for (VoterIndex voter = 0; voter < count; ++voter)
    file.vote(voter, kA, Outcome::acked).row(voter, kA);
  return file;
}

CaseFile one_lost() { return persisted(9).vote(20, kA, Outcome::acked); }

CaseFile one_pending() { return one_lost().unsettled(); }

// Nine votes that were not accepted, of this cause.
CaseFile not_accepted(const Unaccepted& why, VoterIndex accepted = 0) {
  CaseFile file = persisted(accepted);
  file.limits.min_acked_share = 0.7;
  for (VoterIndex voter = 50; voter < 59; ++voter) {
    file.vote(voter, kA, Outcome::rejected);
    file.attempts.back().cause = why.cause;
    file.attempts.back().status = why.status;
  }
  return file;
}

CaseFile with_counts(std::uint64_t rows) {
  CaseFile file;
  file.identity = IdentityMode::none;
  file.vote(0, kA, Outcome::acked).vote(1, kA, Outcome::acked);
  file.rows.rows.choices = {{"a", rows}};
  file.rows.rows.total = rows;
  return file;
}

// Two accepted votes for `a` on counters that rose by so many.
CaseFile with_counters(std::uint64_t rise) {
  CaseFile file = with_counts(10 + rise);
  file.queue = {};
  file.settlement.proof = SettleProof::quiet;
  file.rows.model = TableModel::append;
  file.rows.counters.kept = true;
  file.rows.choices_start = {{"a", 10}};
  file.rows.rows_start = 10;
  return file;
}

CaseFile with(CaseFile file, const std::function<void(CaseFile&)>& change) {
  change(file);
  return file;
}

// A run and a later look at its stores.
struct Looks {
  CaseFile then, now;
  bool saved = true;
  bool counters = false;
  bool cleaned = false;
  std::uint64_t rows_of_probes = 0;
};

// Two votes, of which one has no row yet.
Looks late_vote() {
  Looks looks;
  looks.then = with(persisted(1), [](CaseFile& f) { f.vote(1, kA, Outcome::acked).unsettled(); });
  looks.now = looks.then;
  looks.now.settlement.proof = SettleProof::empty_handed;
  return looks;
}

Looks with(Looks looks, const std::function<void(Looks&)>& change) {
  change(looks);
  return looks;
}

Said advice_on(const Looks& looks) {
  const Evidence before{looks.then.queue, looks.then.rows, looks.then.settlement};
  audit::FirstLook first{.attempts = looks.then, .saved = looks.saved ? &before : nullptr};
  first.queue = looks.then.input().services.queue;
  first.cleaned = looks.cleaned;
  first.counters = looks.counters;
  first.rows_of_probes = looks.rows_of_probes;
  const audit::SecondLook look =
      audit::look_again(first, {looks.now.queue, looks.now.rows, looks.now.settlement});
  CaseFile merged = looks.now;
  merged.queue = look.merged.queue;
  merged.rows = look.merged.rows;
  merged.settlement = look.merged.settlement;
  return advice_on(merged, {.second_look = &look});
}

// A fault of the scenario when the only lost vote was on its way, or this much later.
Said advice_on_fault(const std::string& detail, Nanoseconds later = {}, bool failed = false) {
  RunEvent fault{later + 9ms, "the-fault", detail, EventKind::fault};
  fault.failed = failed;
  return advice_on(one_lost(), {.events = {fault}});
}

RunEvent event(bool skipped, bool failed, bool optional = false) {
  RunEvent event{1s, "crash", "kill worker", EventKind::fault};
  event.skipped = skipped;
  event.failed = failed;
  event.optional = optional;
  return event;
}

// A worker that did something else than a profile's, and nobody said how long one may hold a vote.
watch::Hands strange_hands() {
  watch::SeenConsumer consumer;
  consumer.client.address = "10.0.0.5:4001";
  votebench::test::set_command(consumer.client, "lpop", false);
  consumer.client.idle_s = 0;
  consumer.asked = true;
  watch::Hands hands;
  hands.empty_since = Instant(100s);
  hands.looked_at = hands.empty_since + 20s;
  hands.consumers = {consumer};
  hands.worker_stated = hands.max_hold_stated = false;
  hands.unseen_consumers = true;
  return hands;
}

Said advice_on_hands(const std::function<void(watch::Hands&)>& change) {
  watch::Hands hands = strange_hands();
  change(hands);
  CaseFile file = one_pending();
  file.settlement.advice = watch::look_at_hands(hands).advice;
  return advice_on(file);
}

// A vote that stays away, of a worker that may hold several.
Said advice_on_drain(std::optional<Nanoseconds> quiet) {
  watch::test_run::Run run(10);
  run.write(9);
  run.task.timeout = 30s;
  run.target.worker = WorkerModel::unknown;
  run.target.settle_quiet = quiet;
  CaseFile file = one_pending();
  file.settlement = run.settle().settlement;
  return advice_on(file);
}

// --- the table

struct Row {
  Help help;
  std::string world;
  std::function<Said()> reached;
  std::function<Said()> refused;
};

// The opposite, and the one thing that makes the world of it.
Row row(Help help, std::string world, const CaseFile& opposite,
        const std::function<void(CaseFile&)>& change) {
  return {help, std::move(world), [=] { return advice_on(with(opposite, change)); },
          [=] { return advice_on(opposite); }};
}
Row row(Help help, std::string world, const Looks& opposite,
        const std::function<void(Looks&)>& change) {
  return {help, std::move(world), [=] { return advice_on(with(opposite, change)); },
          [=] { return advice_on(opposite); }};
}

std::vector<Row> rows_of_failures() {
  const CaseFile altered = with(one_lost(), [](CaseFile& f) {
    f.rows.rows.foreign = 2;
    f.rows.rows.strangers = {{IdOrigin::foreign, "5f0c1d2e3a4b5c6", "a"}};
  });
  const auto alter = [](CaseFile& f) {
    f.rows.rows.strangers.push_back({IdOrigin::foreign, "poll-7:" + f.input().ids.make(20), "a"});
  };
  return {
      row(Help::find_id_changer, "a lost vote's id stands there with more before it", altered,
          alter),
      {Help::find_restarts, "a lost vote; opposite: its row bears another id",
       [=] { return advice_on(altered); }, [=] { return advice_on(with(altered, alter)); }},
      row(Help::check_queue_address, "fewer pushes than accepted votes",
          with(one_lost(), [](CaseFile& f) { f.queue.pushed = 10; }),
          [](CaseFile& f) { f.queue.pushed = 9; }),
      {Help::find_restarts, "lost behind the queue; opposite: before it",
       [] { return advice_on(with(one_lost(), [](CaseFile& f) { f.queue.pushed = 10; })); },
       [] { return advice_on(with(one_lost(), [](CaseFile& f) { f.queue.pushed = 9; })); }},
      row(Help::find_overtaker, "an earlier vote stands",
          with(persisted(2),
               [](CaseFile& f) { f.vote(8, kA, Outcome::acked).vote(8, kB, Outcome::acked); }),
          [](CaseFile& f) { f.row(8, kA); }),
      row(Help::find_repeater, "a row too many", persisted(2).model(TableModel::append),
          [](CaseFile& f) { f.row(0, kA); }),
  };
}

std::vector<Row> rows_of_votes_not_accepted() {
  const Unaccepted error{.cause = Cause::status, .status = 500};
  return {
      row(Help::read_target_log, "none accepted, and no cause is on record", not_accepted(error),
          [](CaseFile& f) {
            for (Attempt& attempt : f.attempts) attempt.cause = Cause::given_up;
          }),
      row(Help::send_all_votes, "most never left",
          with(persisted(9), [](CaseFile& f) { f.limits.min_acked_share = 0.7; }),
          [](CaseFile& f) { f.empty_slots = 20; }),
      row(Help::send_all_votes, "most never left, some had a cause", not_accepted(error, 1),
          [](CaseFile& f) { f.empty_slots = 10; }),
      row(Help::allow_unknown, "more votes without an answer than allowed",
          with(persisted(9),
               [](CaseFile& f) {
                 f.vote(20, kA, Outcome::ambiguous);
                 f.limits.unknown_share = 0.5;
               }),
          [](CaseFile& f) { f.limits.unknown_share = 0.01; }),
  };
}

std::vector<Row> rows_of_gaps() {
  const auto needs = [](CaseFile& f) {
    f.settlement.drain = 60s;
    f.settlement.drain_rate_per_s = 9.9;
    f.settlement.still_needed = 233s;
  };
  return {
      row(Help::name_a_block, "no table", one_lost(),
          [](CaseFile& f) { f.rows.configured = false; }),
      row(Help::name_a_block, "no queue, and a vote is missing", one_pending(),
          [](CaseFile& f) { f.queue = {}; }),
      row(Help::name_a_block, "a vote is missing; opposite: none is",
          with(persisted(9), [](CaseFile& f) { f.unsettled().queue = {}; }),
          [](CaseFile& f) { f.vote(20, kA, Outcome::acked); }),
      row(Help::bring_store_back, "the table was gone at the end", one_lost(),
          [](CaseFile& f) { f.rows.readable = false; }),
      row(Help::keep_table, "another table", one_lost(),
          [](CaseFile& f) { f.rows.same_store = false; }),
      row(Help::use_primary, "a replica", one_lost(),
          [](CaseFile& f) { f.rows.is_replica = true; }),
      row(Help::stop_removers, "rows vanished", one_pending(),
          [](CaseFile& f) { f.rows.voters_vanished = 1; }),
      row(Help::stop_removers, "rows vanished, and a vote is missing; opposite: none is",
          with(persisted(9), [](CaseFile& f) { f.unsettled().rows.voters_vanished = 1; }),
          [](CaseFile& f) { f.vote(20, kA, Outcome::acked); }),
      row(Help::keep_queue_up, "the queue was gone at the end", one_pending(),
          [](CaseFile& f) { f.queue.readable_at_end = false; }),
      row(Help::set_drain_timeout, "a queue that moves", one_pending(), needs),
      {Help::set_drain_timeout, "a queue that moves; opposite: somebody ended the drain",
       [=] { return advice_on(with(one_pending(), needs)); },
       [=] { return advice_on(with(one_pending(), needs), {.drain_cut_short = true}); }},
      {Help::look_after_worker, "a queue that stands still; opposite: one that moves",
       [] { return advice_on(one_pending()); },
       [=] { return advice_on(with(one_pending(), needs)); }},
      {Help::let_run_end, "somebody ended the drain",
       [] { return advice_on(one_pending(), {.drain_cut_short = true}); },
       [] { return advice_on(one_pending()); }},
      row(Help::give_drain_time, "a value that was not sent may still change",
          with(one_pending(), [](CaseFile& f) { f.row(20, kB); }),
          [](CaseFile& f) { f.rows.values_changed = true; }),
      row(Help::queue_before_answer, "a vote came to the queue when all had settled", one_lost(),
          [](CaseFile& f) { f.queue.own_listed = {20}; }),
      row(Help::queue_before_answer, "nothing was to be on its way; opposite: something was",
          with(one_pending(), [](CaseFile& f) { f.queue.own_listed = {20}; }),
          [](CaseFile& f) { f.settlement.proof = SettleProof::empty_handed; }),
  };
}

std::vector<Row> rows_of_rows() {
  const CaseFile contradiction =
      with(persisted(2), [](CaseFile& f) { f.vote(9, kA, Outcome::rejected).row(9, kA); });
  CaseFile pairs;
  for (VoterIndex voter = 0; voter < 4; ++voter)
    pairs.vote(voter, kA, Outcome::acked).vote(voter, kB, Outcome::acked).row(voter, kB);
  pairs.queue.pushed = 8;
  return {
      row(Help::ask_vote_service, "fewer pushes than votes, and every row is there", pairs,
          [](CaseFile& f) { f.queue.pushed = 7; }),
      row(Help::look_at_ids, "rows of nobody on a stack of our own",
          with(persisted(2), [](CaseFile& f) { f.rows.rows.foreign = 2; }),
          [](CaseFile& f) { f.own_stack = true; }),
      row(Help::look_at_ids, "rows of nobody on a stack of our own; opposite: no such rows",
          with(persisted(2), [](CaseFile& f) { f.own_stack = true; }),
          [](CaseFile& f) { f.rows.rows.foreign = 2; }),
      row(Help::let_run_end, "a row of a vote that a killed run has not on record", contradiction,
          [](CaseFile& f) { f.unclosed = true; }),
      row(Help::check_accept, "a row of a rejected vote; opposite: of a run that was killed",
          with(contradiction, [](CaseFile& f) { f.unclosed = true; }),
          [](CaseFile& f) { f.unclosed = false; }),
      row(Help::report_fault, "a vote on record that no plan can contain", persisted(2),
          [](CaseFile& f) { f.attempts[0].choice = 200; }),
  };
}

std::vector<Row> rows_of_counts() {
  const auto exclusive = [](CaseFile& f) { f.rows.counters.exclusive = true; };
  return {
      row(Help::use_ids, "more different choices than are counted", with_counts(2),
          [](CaseFile& f) { f.rows.rows.total = 3; }),
      row(Help::use_ids, "more rows than votes", with_counts(2),
          [](CaseFile& f) {
            f.rows.rows.choices = {{"a", 3}};
            f.rows.rows.total = 3;
          }),
      row(Help::begin_empty, "a vote without an answer may stand for a lost one", with_counts(2),
          [](CaseFile& f) { f.vote(2, kA, Outcome::ambiguous); }),
      row(Help::begin_empty, "a vote of before may stand for a lost one", with_counts(2),
          [](CaseFile& f) { f.queue.depth_start = 1; }),
      row(Help::use_ids_or_be_alone, "somebody else pushes", with_counts(2),
          [](CaseFile& f) { f.queue.shares_pushes = true; }),
      row(Help::keep_counters_still, "a counter fell", with_counters(1),
          [](CaseFile& f) { f.rows.fell = "the counter of 'a' fell"; }),
      row(Help::keep_counters_still, "their server was restarted", with_counters(1),
          [](CaseFile& f) { f.rows.restarted = true; }),
      row(Help::keep_counters_still, "somebody may have written them", with_counters(1),
          [](CaseFile& f) { f.rows.updates = 1; }),
      row(Help::keep_counters_still, "written, and a vote is missing; opposite: none is",
          with(with_counters(2), [](CaseFile& f) { f.rows.updates = 1; }),
          [](CaseFile& f) {
            f.rows.rows.choices = {{"a", 11}};
            f.rows.rows.total = 11;
          }),
      row(Help::be_alone_on_counters, "they moved while nobody of ours voted", with_counters(2),
          [](CaseFile& f) { f.rows.counters.shared = true; }),
      row(Help::say_exclusive, "they rose too far", with_counters(2),
          [](CaseFile& f) {
            f.rows.rows.choices = {{"a", 13}};
            f.rows.rows.total = 13;
          }),
      row(Help::say_exclusive, "they rose too far; opposite: others were seen there",
          with(with_counters(3), [](CaseFile& f) { f.rows.counters.shared = true; }),
          [](CaseFile& f) { f.rows.counters.shared = false; }),
      row(Help::say_exclusive, "they rose too far; opposite: the target says so already",
          with(with(with_counters(3), exclusive),
               [](CaseFile& f) { f.rows.counters.shared = false, f.queue.depth_start = 1; }),
          [](CaseFile& f) { f.rows.counters.exclusive = false; }),
      row(Help::begin_empty, "they are ours alone, but votes waited before the run",
          with(with_counters(3), exclusive), [](CaseFile& f) { f.queue.depth_start = 1; }),
  };
}

std::vector<Row> rows_of_second_looks() {
  const Looks killed = with(late_vote(), [](Looks& l) { l.saved = false; });
  return {
      row(Help::judge_stored, "another table than the run ended with", late_vote(),
          [](Looks& l) { l.now.rows.store.table = "another"; }),
      row(Help::judge_stored, "a row is gone since", late_vote(),
          [](Looks& l) { l.now.rows.rows.own.clear(); }),
      row(Help::judge_stored, "it cannot be read again", late_vote(),
          [](Looks& l) { l.now.rows.readable = false; }),
      row(Help::verify_before_clean, "its votes were cleaned away", late_vote(),
          [](Looks& l) { l.cleaned = true; }),
      row(Help::let_run_end, "counters of a run that was killed", killed,
          [](Looks& l) { l.counters = true; }),
      row(Help::verify_before_removal, "not even the probes' rows are there", killed,
          [](Looks& l) { l.rows_of_probes = 5; }),
      row(Help::verify_while_up, "another server of the queue", late_vote(),
          [](Looks& l) { l.now.queue.server_id = "another"; }),
  };
}

std::vector<Row> rows_of_runs() {
  const auto run = [](RunEvent of) { return [=] { return advice_of_run({of}); }; };
  const auto fault = [](std::string detail) { return [=] { return advice_on_fault(detail); }; };
  return {
      {Help::outlast_event, "the load ended before it", run(event(true, false)),
       run(event(true, false, true))},
      {Help::outlast_event, "the load ended before it; opposite: it failed",
       run(event(true, false)), run(event(false, true))},
      {Help::read_event, "it failed", run(event(false, true)), run(event(false, true, true))},
      {Help::read_event, "it failed; opposite: it was done", run(event(false, true)),
       run(event(false, false))},
      {Help::write_then_take, "the worker was killed", fault("kill worker"), fault("kill vote")},
      {Help::queue_then_answer, "the app was killed", fault("kill vote"), fault("kill worker")},
      {Help::store_on_disk, "a store was killed", fault("kill db"), fault("kill worker")},
      {Help::write_then_take, "the worker was killed; opposite: a minute later",
       fault("kill worker"), [] { return advice_on_fault("kill worker", 60s); }},
      {Help::find_restarts, "no fault came near; opposite: one did",
       [] { return advice_on_fault("kill worker", 60s); }, fault("kill worker")},
      {Help::find_restarts, "the fault failed; opposite: it was done",
       [] { return advice_on_fault("kill worker", {}, true); }, fault("kill worker")},
  };
}

std::vector<Row> rows_of_shards() {
  using ledger::ShardState;
  const auto shard = [](ShardState state) { return [=] { return advice_on_shard(state); }; };
  const auto all_sent = shard(ShardState::sent);
  return {
      {Help::begin_in_time, "a shard was late", shard(ShardState::unfit), all_sent},
      {Help::begin_in_time, "a shard left nothing", shard(ShardState::absent),
       shard(ShardState::killed)},
      {Help::find_shard_end, "a shard was killed", shard(ShardState::killed), all_sent},
      {Help::find_shard_end, "a shard was stopped", shard(ShardState::stopped),
       shard(ShardState::unfit)},
      {Help::merge_later, "a shard had not ended", shard(ShardState::vanished),
       shard(ShardState::killed)},
      {Help::keep_ledgers, "a ledger is lost", shard(ShardState::lost),
       shard(ShardState::vanished)},
  };
}

std::vector<Row> rows_of_drains() {
  const auto hands = [](const std::function<void(watch::Hands&)>& change) {
    return [=] { return advice_on_hands(change); };
  };
  const auto refuted = [](watch::Hands& h) { h.serial_refuted = "3 rows came"; };
  const auto side_lists = [](watch::Hands& h) {
    h.worker = WorkerModel::unknown;
    h.side_lists = h.votes_are_missing = true;
  };
  return {
      {Help::say_quiet, "nothing moves; opposite: quiet is stated",
       [] { return advice_on_drain({}); }, [] { return advice_on_drain(60s); }},
      {Help::say_serial_max_hold, "workers that are not a profile's", hands([](watch::Hands&) {}),
       hands([](watch::Hands& h) { h.worker_stated = h.max_hold_stated = true; })},
      {Help::say_max_hold, "several votes at a time were seen", hands(refuted),
       hands([](watch::Hands&) {})},
      {Help::say_unknown_max_hold, "a vote may have left its side list early", hands(side_lists),
       hands([=](watch::Hands& h) {
         side_lists(h);
         h.max_hold_stated = true;
       })},
  };
}

std::vector<Row> every_row() {
  std::vector<Row> all;
  for (const auto& part : {rows_of_failures(), rows_of_votes_not_accepted(), rows_of_gaps(),
                           rows_of_rows(), rows_of_counts(), rows_of_second_looks(), rows_of_runs(),
                           rows_of_shards(), rows_of_drains()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

TEST_CASE("every sentence of advice is reached by a world, and its opposite does not get it") {
  std::set<Help> told;
  for (const Row& row : every_row()) {
    const Said reached = row.reached();
    const Said refused = row.refused();
    INFO(kHelp.at(static_cast<std::size_t>(row.help)).words);
    INFO(row.world << "\n  advice there: " << fmt::format("{}", fmt::join(reached, " | "))
                   << "\n  opposite: " << fmt::format("{}", fmt::join(refused, " | ")));
    CHECK(says(reached, row.help));
    CHECK_FALSE(says(refused, row.help));
    for (const Said& all : {reached, refused})
      for (const std::string& sentence : all) CHECK(is_known_advice(sentence));
    told.insert(row.help);
  }
  for (const HelpWords& sentence : kHelp) {
    INFO("a row is missing of: " << sentence.words);
    CHECK(told.contains(sentence.help));
  }
}

TEST_CASE("a sentence has one row only, and no other row's words") {
  for (const HelpWords& one : kHelp)
    for (const HelpWords& other : kHelp)
      if (one.help != other.help && one.help != Help::allow_unknown)
        CHECK_FALSE(fits(one.words, other.words));
}

TEST_CASE("every cause is told what helps against it, and against no other") {
  for (const Unaccepted& one : every_cause()) {
    const std::string own(advice_for(one));
    const Said advice = advice_on(not_accepted(one));
    INFO(words_of(one) << ": " << fmt::format("{}", fmt::join(advice, " | ")));
    CHECK(says(advice, Help::read_target_log) == own.empty());
    for (const Unaccepted& other : every_cause()) {
      const std::string sentence(advice_for(other));
      if (!sentence.empty()) CHECK(std::ranges::count(advice, sentence) == (sentence == own));
    }
  }
}

TEST_CASE("what an error advises is passed on as it is") {
  const Error full{ErrorKind::environment, "the disk is full", "make room there"};
  CHECK(std::ranges::count(advice_of_run({}, full), "make room there") == 1);
  CHECK(std::ranges::count(advice_of_run({}), "make room there") == 0);
}
