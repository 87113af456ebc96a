#include "watch/final_evidence.h"

#include "support/catch.h"
#include "unit/watch/fakes.h"

using namespace votebench;
using namespace votebench::watch;

namespace {

const VoterIds kIds(RunId{0xb7f3a001}, RunKey{1, 2, 3});
constexpr std::uint64_t kAll = 1000;
const VoterIds kOtherRun(RunId{0xc0ffee00}, RunKey{9});

adapters::QueueContents contents_of(const std::vector<std::string>& listed,
                                    const std::vector<std::string>& in_flight) {
  adapters::QueueContents contents;
  contents.list = test::list_of(listed, kIds, kAll);
  contents.in_flight = {test::list_of({}, kIds, kAll), test::list_of(in_flight, kIds, kAll)};
  contents.snapshot.depth = listed.size();
  return contents;
}

const std::string kProbe = kIds.make(kFirstProbeIndex);

}  // namespace

TEST_CASE("own ids are looked for in every list, probes are none") {
  const QueueHistory unseen;
  const auto holds = [&](const adapters::QueueContents& contents) {
    return may_hold_own_votes(contents, unseen, false);
  };
  CHECK_FALSE(holds(contents_of({kProbe, "ann"}, {kOtherRun.make(1)})));
  CHECK(holds(contents_of({"ann", kIds.make(1)}, {})));
  CHECK(holds(contents_of({}, {kIds.make(1)})));
}

TEST_CASE("of a list that was too long to be read nothing is known") {
  adapters::QueueContents contents = contents_of({"ann"}, {});
  contents.list.length = 2;
  QueueHistory history;
  history.seen_in = {true, true, true};
  CHECK(unreadable_elements(contents, history, false) == 1);
  contents.list.read = 2;
  CHECK(unreadable_elements(contents, history, false) == 0);
}

TEST_CASE("what cannot be read may be ours until an id of ours was read in that very list") {
  const auto contents = contents_of({"?", "?", "ann"}, {"?"});
  QueueHistory history;
  CHECK(unreadable_elements(contents, history, false) == 3);
  CHECK(may_hold_own_votes(contents, history, false));
  history.seen_in = {true};
  CHECK(unreadable_elements(contents, history, false) == 1);
  CHECK(may_hold_own_votes(contents, history, false));
  history.seen_in = {false, false, true};
  CHECK(unreadable_elements(contents, history, false) == 2);
  history.seen_in = {true, false, true};
  CHECK(unreadable_elements(contents, history, false) == 0);
  CHECK_FALSE(may_hold_own_votes(contents, history, false));
}

TEST_CASE("where votes bear ids of the app, every element may be ours") {
  QueueHistory history;
  history.seen_in = {true, true, true};
  CHECK(unreadable_elements(contents_of({"ann"}, {"bob"}), history, true) == 2);
  CHECK_FALSE(may_hold_own_votes(contents_of({}, {}), history, true));
}

TEST_CASE("the evidence tells strangers from what cannot be read") {
  QueueHistory history;
  const auto contents = contents_of({"?", "ann", kIds.make(4)}, {});
  const QueueEvidence unseen = queue_evidence({}, history, &contents);
  CHECK(unseen.unreadable_listed == 1);
  CHECK(unseen.strangers_listed == 1);
  CHECK_FALSE(unseen.list_seen);
  history.seen_in = {true, false, false};
  history.blocking_pops = true;
  const QueueEvidence seen = queue_evidence({}, history, &contents);
  CHECK(seen.unreadable_listed == 0);
  CHECK(seen.strangers_listed == 2);
  CHECK(seen.list_seen);
  CHECK(seen.blocking_pops);
}

TEST_CASE("pushes that did not add up for the probes are no count of votes") {
  QueueBaseline baseline;
  QueueHistory history;
  CHECK_FALSE(queue_evidence(baseline, history, nullptr).pushes_undercount);
  baseline.pushes_add_up = false;
  CHECK(queue_evidence(baseline, history, nullptr).pushes_undercount);
}

TEST_CASE("the queue at the end, against the baseline") {
  QueueBaseline baseline;
  baseline.snapshot.depth = 5;
  baseline.shares_pushes = true;
  baseline.carry_over_ids = {"ann"};
  QueueHistory history;
  history.pushed = 10;
  history.depth_max = 9;
  history.evicted = 2;
  adapters::QueueContents contents =
      contents_of({kIds.make(4), kIds.make(4), kProbe, "ann"}, {kIds.make(7)});
  ++contents.list.strangers;
  contents.snapshot.depth = 5;
  const QueueEvidence evidence = queue_evidence(baseline, history, &contents);
  CHECK(evidence.configured);
  CHECK(evidence.readable_at_end);
  CHECK(evidence.shares_pushes);
  CHECK(evidence.depth_start == 5);
  CHECK(evidence.depth_end == 5);
  CHECK(evidence.depth_max == 9);
  CHECK(evidence.evicted == 2);
  CHECK(evidence.pushed == 10);
  CHECK(evidence.popped == 10);
  CHECK(evidence.own_listed == std::vector<VoterIndex>{4, 4});
  CHECK(evidence.own_in_flight == std::vector<VoterIndex>{7});
  CHECK(evidence.strangers_listed == 3);
  CHECK(evidence.carry_over_ids.contains("ann"));
}

TEST_CASE("nothing is derived from what does not add up or was not read") {
  const QueueBaseline baseline;
  QueueHistory history;
  history.pushed = 3;
  const auto more_than_pushed = contents_of({"a", "b", "c", "d"}, {});
  CHECK_FALSE(queue_evidence(baseline, history, &more_than_pushed).popped);
  history.pushed = 4;
  CHECK(queue_evidence(baseline, history, &more_than_pushed).popped == 0U);
  const QueueEvidence unread = queue_evidence(baseline, history, nullptr);
  CHECK_FALSE(unread.readable_at_end);
  CHECK_FALSE(unread.pushed);
  history.pushed.reset();
  const auto contents = contents_of({}, {});
  CHECK_FALSE(queue_evidence(baseline, history, &contents).popped);
}

TEST_CASE("strangers that changed show in their number or their checksum") {
  RowBaseline baseline;
  baseline.rows = 4;
  baseline.strangers = 3;
  baseline.stranger_checksum = 77;
  const auto changed = [&](std::uint64_t strangers, std::uint64_t checksum) {
    FinalRows end;
    end.rows.pre_existing = strangers;
    end.rows.stranger_checksum = checksum;
    return row_evidence(baseline, &end).strangers_changed;
  };
  CHECK_FALSE(changed(3, 77));
  CHECK(changed(2, 77));
  CHECK(changed(3, 78));
}

TEST_CASE("probe rows that the baseline saw and the end does not") {
  RowBaseline baseline;
  baseline.identity = {"table", "monday"};
  baseline.probe_voters = {kFirstProbeIndex, kFirstProbeIndex + 1, kFirstProbeIndex + 2};
  FinalRows end{{"table", "monday"}, false, {}};
  end.rows.probe_voters = {kFirstProbeIndex + 1, kFirstProbeIndex + 40};  // 40: a later one
  const RowEvidence removed = row_evidence(baseline, &end);
  CHECK(removed.probes_seen == 3);
  CHECK(removed.probes_vanished == 2);
  CHECK(removed.were_removed());
  end.store.server = "tuesday";  // what a crash took nobody removed
  end.rows.probe_voters = {};
  const RowEvidence crashed = row_evidence(baseline, &end);
  CHECK(crashed.probes_vanished == 3);
  CHECK(crashed.restarted);
  CHECK_FALSE(crashed.were_removed());
  end.store.server = "monday";
  end.rows.probe_voters = baseline.probe_voters;
  CHECK_FALSE(row_evidence(baseline, &end).were_removed());
}

TEST_CASE("rows that were written again are counted from the baseline on, where they are counted") {
  RowBaseline baseline;
  const auto updates = [&](std::optional<std::uint64_t> start, std::optional<std::uint64_t> now) {
    baseline.updates = start;
    FinalRows end;
    end.rows.updates = now;
    return row_evidence(baseline, &end).updates;
  };
  CHECK(updates(30, 42) == 12);
  CHECK(updates(30, 30) == 0);
  CHECK_FALSE(updates(30, 29));  // the store began to count anew
  CHECK_FALSE(updates(std::nullopt, 42));
  CHECK_FALSE(updates(30, std::nullopt));
}

TEST_CASE("rows at the end, against the baseline") {
  RowBaseline baseline;
  baseline.identity = {"table", "monday"};
  baseline.model = TableModel::append;
  baseline.rows = 4;
  baseline.choices = {{"a", 4}};
  FinalRows end{{"table", "tuesday"}, true, {}};
  end.rows.total = 9;
  const RowEvidence evidence = row_evidence(baseline, &end);
  CHECK(evidence.readable);
  CHECK(evidence.same_store);
  CHECK(evidence.is_replica);
  CHECK(evidence.model == TableModel::append);
  CHECK(evidence.rows_start == 4);
  CHECK(evidence.rows_end == 9);
  CHECK(evidence.choices_start == baseline.choices);
  CHECK(evidence.store.server == "tuesday");
  CHECK_FALSE(StoreIdentity{"other", "monday"}.is_same_as(baseline.identity));
  CHECK_FALSE(StoreIdentity{"other", "monday"}.is_same_as({}));
  const StoreIdentity parts{"7 1 1;2 2", "monday"};
  CHECK(StoreIdentity{"7 1 1;2 2;3 3", "monday"}.is_same_as(parts));
  CHECK_FALSE(StoreIdentity{"7 1 2;2 2", "monday"}.is_same_as(parts));
  CHECK_FALSE(StoreIdentity{"7 1 1", "monday"}.is_same_as(parts));
  const RowEvidence unread = row_evidence(baseline, nullptr);
  CHECK(unread.configured);
  CHECK_FALSE(unread.readable);
  CHECK(unread.rows_start == 4);
}

TEST_CASE("of several lists each is searched, and is legible for itself") {
  adapters::QueueContents contents = contents_of({"?"}, {});
  contents.further = {test::list_of({kIds.make(3), "?"}, kIds, kAll)};
  QueueHistory history;
  history.seen_in = {false, false, false, true};
  CHECK(may_hold_own_votes(contents, history, false));
  CHECK(unreadable_elements(contents, history, false) == 1);
  const QueueEvidence evidence = queue_evidence({}, history, &contents);
  CHECK(evidence.own_listed == std::vector<VoterIndex>{3});
  CHECK(evidence.strangers_listed == 1);
  contents.list.legible = true;  // it shows what went through it before
  CHECK(unreadable_elements(contents, history, false) == 0);
}

TEST_CASE("on a table where every vote is a row, a probe's voter may keep one of two") {
  const auto evidence_of = [](std::uint64_t probe_rows) {
    RowBaseline baseline;
    baseline.rows = 6;
    baseline.strangers = 2;
    baseline.probe_voters = {kFirstProbeIndex, kFirstProbeIndex + 1};
    FinalRows end;
    end.rows.probe_voters = baseline.probe_voters;
    end.rows.probes = probe_rows;
    return row_evidence(baseline, &end);
  };
  CHECK(evidence_of(4).probes_seen == 4);
  CHECK(evidence_of(4).probes_vanished == 0);
  CHECK(evidence_of(3).probes_vanished == 1);
  CHECK(evidence_of(9).probes_vanished == 0);  // written again
}
