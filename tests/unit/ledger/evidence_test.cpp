#include "support/catch.h"
#include "unit/ledger/fixtures.h"

using namespace votebench;
using namespace votebench::ledger;
using namespace votebench::ledger::test;
using namespace std::chrono_literals;

namespace {

RunRecord some_record() {
  RunRecord record;
  Evidence& evidence = record.evidence;
  QueueEvidence& queue = evidence.queue;
  queue.configured = queue.readable_at_end = queue.shares_pushes = true;
  queue.same_server = false;
  queue.restarts = 2;
  queue.depth_start = 3;
  queue.depth_end = 4;
  queue.depth_max = 5;
  queue.evicted = 6;
  queue.removed = 23;
  queue.pushed = 7;
  queue.own_listed = {8, 9, 9};
  queue.own_in_flight = {10};
  queue.pushes_undercount = queue.pushes_repeat = true;
  queue.own_seen = {21, 22};
  queue.strangers_listed = 11;
  queue.unreadable_listed = 12;
  queue.list_seen = queue.blocking_pops = true;
  RowEvidence& rows = evidence.rows;
  rows.configured = rows.readable = rows.is_replica = rows.strangers_changed = true;
  rows.values_changed = rows.rows_vanished = true;
  rows.same_store = false;
  rows.store = {"7012 1 2", "2026"};
  rows.model = TableModel::append;
  rows.probes_seen = 38;
  rows.probes_vanished = 39;
  rows.voters_vanished = 40;
  rows.vanished = {41, 42};
  rows.restarted = true;
  rows.updates = 44;
  rows.rows_start = 12;
  rows.rows_end = 13;
  rows.choices_start = {{"a", 14}, {kHostile, 15}};
  RowSet& set = rows.rows;
  set.own = {{16, 1, 1795197671250000001}, {17, kOtherChoice, 0}};
  set.other_choices = {{17, kHostile}};
  set.probes = 18;
  set.trailing = 4;
  set.other_run = 19;
  set.foreign = 20;
  set.invalid_own = 21;
  set.carry_over = 22;
  set.strangers = {{IdOrigin::other_run, "vb..", "a"}, {IdOrigin::foreign, kHostile, kHostile}};
  set.total = 23;
  set.pre_existing = 24;
  set.stranger_checksum = 0xFEDCBA9876543210;
  set.choices = {{"b", 25}};
  record.clocks = {{ServerClock::Of::rows, {-1ms, 30us}, WallTime(5ns)},
                   {ServerClock::Of::queue, {2ms, 31us}, WallTime(6ns)}};
  LoadRecord& load = record.load;
  load.started = WallTime(26ns);
  load.ended = WallTime(27ns);
  load.took = 43ns;
  load.stopped = StopCause::threshold;
  load.audit_finished = load.completed = false;
  load.planned = 28;
  load.length = 29s;
  load.threads = 30;
  load.cpu = 31ms;
  load.steal_share = 0.32;
  load.exhausted_share = 0.33;
  load.longest_sampler_gap = 34ms;
  load.clock_step = -35us;
  load.standstill = 3s;
  record.unfit = Error{ErrorKind::environment, "no answer from " + kHostile, "start it"};
  evidence.page = {true, true, kHostile, {{"a", 36}}, {{kHostile, 37}}};
  evidence.settlement = {
      SettleProof::quiet,
      "because",
      {"one", kHostile},
      3100ms,
      9.9,
      233s,
      9,
      8,
      3,
      {{Ground::Kind::measured, "table", kHostile}, {Ground::Kind::looked_at, "clients", "none"}},
      "say so"};
  return record;
}

// Binds every field by its place: a field added to one of these types does not compile here until
// the files of evidence hold it too.
auto fields(const QueueEvidence& queue) {
  const auto& [configured, readable, server, same, restarts, shares, start, end, max, evicted,
               removed, pushed, popped, undercount, repeat, seen, listed, in_flight, strangers,
               unreadable, list_seen, blocking, carry_over] = queue;
  return std::tie(configured, readable, server, same, restarts, shares, start, end, max, evicted,
                  removed, pushed, popped, undercount, repeat, seen, listed, in_flight, strangers,
                  unreadable, list_seen, blocking, carry_over);
}
auto fields(const RowEvidence& rows) {
  const auto& [configured, readable, same, replica, store, model, start, end, choices, values, were,
               changed, probes_seen, probes_vanished, voters_vanished, vanished, restarted, updates,
               counters, fell, set] = rows;
  return std::tie(configured, readable, same, replica, store, model, start, end, choices, values,
                  were, changed, probes_seen, probes_vanished, voters_vanished, vanished, restarted,
                  updates, counters, fell);
}
auto fields(const RowSet& rows) {
  const auto& [own, others, probes, trailing, probe_voters, other_run, foreign, invalid, carry_over,
               strangers, total, pre_existing, checksum, choices, updates] = rows;
  return std::tie(others, probes, trailing, other_run, foreign, invalid, carry_over, total,
                  pre_existing, checksum, choices);
}
auto fields(const Settlement& settlement) {
  const auto& [proof, reason, assumptions, drain, rate, needed, cast, rows, late, grounds, advice] =
      settlement;
  return std::tie(proof, reason, advice, assumptions, drain, rate, needed, cast, rows, late,
                  grounds);
}
auto fields(const PageEvidence& page) {
  const auto& [configured, compared, why_not, shown, stored] = page;
  return std::tie(configured, compared, why_not, shown, stored);
}
auto fields(const LoadRecord& load) {
  const auto& [started, ended, took, stopped, finished, completed, planned, length, threads, cpu,
               steal, exhausted, gap, standstill, step] = load;
  return std::tie(started, ended, took, stopped, finished, completed, planned, length, threads, cpu,
                  steal, exhausted, gap, standstill, step);
}

RunDirectory run_with(const TemporaryDirectory& reports, const RunRecord& record) {
  RunDirectory run = new_run(reports.path(), some_manifest());
  REQUIRE(run.save(record).has_value());
  return run;
}

}  // namespace

TEST_CASE("a record reads back as it was saved") {
  const TemporaryDirectory reports;
  RunRecord saved = some_record();
  const RunDirectory run = run_with(reports, saved);
  Evidence& written = saved.evidence;
  written.queue.carry_over_ids = some_manifest().queue->carry_over_ids;  // kept by the manifest

  const auto read = run.load();
  REQUIRE(read.has_value());
  CHECK(read->complete);
  const Evidence& evidence = read->evidence;
  CHECK((fields(evidence.queue) == fields(written.queue)));
  CHECK((fields(evidence.rows) == fields(written.rows)));
  CHECK((fields(evidence.rows.rows) == fields(written.rows.rows)));
  CHECK((fields(evidence.settlement) == fields(written.settlement)));
  CHECK((fields(evidence.page) == fields(written.page)));
  CHECK((fields(read->load) == fields(saved.load)));
  REQUIRE(read->unfit.has_value());
  CHECK(read->unfit->message == saved.unfit->message);
  CHECK(read->unfit->help == saved.unfit->help);
  CHECK(read->begin.run == some_manifest().run);

  REQUIRE(read->clocks.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(read->clocks[i].of == saved.clocks[i].of);
    CHECK(read->clocks[i].offset.offset == saved.clocks[i].offset.offset);
    CHECK(read->clocks[i].offset.uncertainty == saved.clocks[i].offset.uncertainty);
    CHECK(read->clocks[i].measured == saved.clocks[i].measured);
  }
  CHECK(read->clock_readings().size() == some_manifest().clocks.size() + 2);
  REQUIRE(evidence.rows.rows.own.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(evidence.rows.rows.own[i].voter == written.rows.rows.own[i].voter);
    CHECK(evidence.rows.rows.own[i].choice == written.rows.rows.own[i].choice);
    CHECK(evidence.rows.rows.own[i].committed_ns == written.rows.rows.own[i].committed_ns);
  }
  REQUIRE(evidence.rows.rows.strangers.size() == 2);
  CHECK(evidence.rows.rows.strangers[0].origin == IdOrigin::other_run);
  CHECK(evidence.rows.rows.strangers[1].id == kHostile);
  CHECK(evidence.rows.rows.strangers[1].choice == kHostile);
}

TEST_CASE("a record that says nothing and none are two things") {
  const TemporaryDirectory reports;
  const RunDirectory run = new_run(reports.path(), some_manifest());
  CHECK_FALSE(run.load()->complete);
  REQUIRE(run.save({}).has_value());
  CHECK(run.load()->complete);
  CHECK(run.load()->evidence.rows.rows.own.empty());
  CHECK_FALSE(run.load()->unfit.has_value());
}

TEST_CASE("damaged rows are told, wherever the damage is") {
  const TemporaryDirectory reports;
  const RunDirectory run = run_with(reports, some_record());
  const auto file = run.path() / "rows.bin";
  const std::string whole = *read_file(file);
  const auto told = [&](const std::string& content) {
    overwrite(file, content);
    const auto record = run.load();
    return record ? "" : record.error().message.substr(file.string().size());
  };
  CHECK(told(whole) == "");
  CHECK(told("") == " is damaged: it has no header");
  CHECK(told("X" + whole.substr(1)) == " is damaged: it has no header");
  CHECK(told(whole.substr(0, whole.size() - 16)) ==
        " is damaged: its header says 2 rows, it has 16 bytes of them");
  for (std::size_t at = 16; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] ^= 4;
    REQUIRE(told(flipped) == " is damaged: its checksum does not match");
  }
}

TEST_CASE("damaged evidence is named") {
  const TemporaryDirectory reports;
  const RunDirectory run = run_with(reports, some_record());
  const auto names = [&](const char* file, const std::string& content) {
    overwrite(run.path() / file, content);
    const auto record = run.load();
    return !record &&
           record.error().message.find(std::string(file) + " is damaged") != std::string::npos;
  };
  CHECK(names("strangers.ndjson", "{\"origin\": \"martian\", \"id\": \"\", \"choice\": \"\"}\n"));
  CHECK(names("evidence.json", "{\"schema\": \"votebench.evidence/9\"}"));
  CHECK(names("evidence.json", "{"));
  std::filesystem::remove(run.path() / "rows.bin");
  CHECK_FALSE(run.load().has_value());
}
