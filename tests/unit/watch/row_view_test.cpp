// The drain's readings of the table, and what one of them does not show any more.
#include "watch/row_view.h"

#include "support/catch.h"
#include "unit/watch/ended_run.h"

using namespace votebench;
using namespace votebench::watch;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test_run::kChoices;
using test_run::kIds;

namespace {

struct Table {
  test::World world;
  test::SleeplessClock clock;
  test::FakeRows rows{world, clock};
  RowBaseline baseline;
  std::unordered_set<std::string> carried;
  MissingVotes missing{3};
  RowView view{rows,
               {kIds, kChoices, baseline, carried},
               [this](const RowEvidence&) { return missing; },
               clock};
};

RowEvidence reading(std::vector<OwnRow> rows, TableModel model = TableModel::last_wins) {
  RowEvidence made;
  made.model = model;
  made.rows.own = std::move(rows);
  return made;
}

}  // namespace

TEST_CASE("a reading takes at most a fifth of the time, and none comes sooner than 50 ms after") {
  Table table;
  const auto readings_in = [&](Nanoseconds span) {
    const std::uint64_t before = table.world.readings;
    for (const Instant end = table.clock.now() + span; table.clock.now() < end;) {
      table.view.read_when_due();
      table.clock.advance(milliseconds(1));
    }
    return table.world.readings - before;
  };
  CHECK(readings_in(milliseconds(520)) == 11);  // one every 51 ms
  table.rows.cost = milliseconds(100);
  table.clock.advance(milliseconds(50));
  CHECK(readings_in(milliseconds(1000)) == 2);
  table.clock.advance(seconds(1));
  table.world.readings_fail = 1;
  table.view.read_when_due();
  CHECK_FALSE(table.view.has_rows());
  table.clock.advance(milliseconds(249));
  table.view.read_when_due();
  CHECK_FALSE(table.view.has_rows());
  table.clock.advance(milliseconds(1));
  table.view.read_when_due();
  CHECK(table.view.has_rows());
}

TEST_CASE("the same votes are missing since the reading that showed it first began") {
  Table table;
  table.rows.cost = milliseconds(70);
  const Instant first = table.clock.now();
  REQUIRE(table.view.read());
  CHECK(table.view.read_at() == first);
  CHECK(table.view.missing_since() == first);
  table.clock.advance(seconds(1));
  const Instant second = table.clock.now();
  REQUIRE(table.view.read());
  CHECK(table.view.read_at() == second);
  CHECK(table.view.missing_since() == first);
  table.missing.mark = 9;  // as many, but others
  const Instant third = table.clock.now();
  REQUIRE(table.view.read());
  CHECK(table.view.missing_since() == third);
}

TEST_CASE("what the last reading knows is gone when a later one fails, and why is said") {
  Table table;
  table.world.rows = {{4, 0, 1}, {2, 0, 1}};
  REQUIRE(table.view.read());
  CHECK(table.view.error().empty());
  CHECK(table.view.own_rows() == 2);
  CHECK(table.view.voters() == std::vector<VoterIndex>{2, 4});
  const Instant read_at = table.view.read_at();
  table.clock.advance(seconds(1));
  table.world.readings_fail = 1;
  CHECK_FALSE(table.view.read());
  CHECK(table.view.error() == "PostgreSQL does not answer");
  CHECK_FALSE(table.view.has_rows());
  CHECK_FALSE(table.view.proves_absence());
  CHECK(table.view.own_rows() == 0);
  CHECK(table.view.voters().empty());
  CHECK(table.view.read_at() == read_at);
  CHECK_FALSE(table.view.take_evidence().readable);
}

TEST_CASE("a voter whose row went, and one whose row changed, are told at that reading") {
  SeenVoters seen;
  RowEvidence first = reading({{0, 0, 1}, {3, 1, 1}});
  seen.compare(first);
  CHECK(first.voters_vanished == 0);
  CHECK_FALSE(first.rows_vanished);
  RowEvidence same = reading({{0, 0, 1}, {3, 1, 1}, {7, 0, 1}});
  seen.compare(same);
  CHECK(same.voters_vanished == 0);
  CHECK_FALSE(same.values_changed);
  RowEvidence changed = reading({{0, 1, 1}, {3, 1, 1}});
  seen.compare(changed);
  CHECK(changed.values_changed);
  CHECK(changed.voters_vanished == 1);
  CHECK(changed.vanished == std::vector<VoterIndex>{7});
  RowEvidence back = reading({{0, 1, 1}, {3, 1, 1}, {7, 0, 1}});
  seen.compare(back);
  CHECK(back.voters_vanished == 0);
  CHECK(back.rows_vanished);   // some did, in this run
  CHECK(back.values_changed);  // and some changed
}

TEST_CASE("probes that went are rows that went; of several rows of a voter none changes") {
  SeenVoters seen;
  RowEvidence probes = reading({});
  probes.probes_vanished = 1;
  seen.compare(probes);
  CHECK(probes.rows_vanished);
  RowEvidence with_row = reading({{0, 0, 1}});
  SeenVoters both;
  both.compare(with_row);
  RowEvidence gone = reading({});
  gone.probes_vanished = 1;  // as many as voters
  both.compare(gone);
  CHECK(gone.rows_vanished);
  SeenVoters other;
  for (const ChoiceIndex choice : {ChoiceIndex{0}, ChoiceIndex{1}}) {
    RowEvidence append = reading({{0, choice, 1}}, TableModel::append);
    other.compare(append);
    CHECK_FALSE(append.values_changed);
  }
  RowEvidence before_the_load = reading({{0, 1, 1}});
  before_the_load.values_changed = true;  // the probes' did
  other.compare(before_the_load);
  CHECK(before_the_load.values_changed);
}

TEST_CASE("of many voters whose rows went some are named, and all are counted") {
  SeenVoters seen;
  RowEvidence all = reading({});
  for (VoterIndex voter = 0; voter < 2 * RowEvidence::kMaxVanished; ++voter)
    all.rows.own.push_back({voter, 0, 1});
  seen.compare(all);
  RowEvidence none = reading({});
  seen.compare(none);
  CHECK(none.voters_vanished == 2 * RowEvidence::kMaxVanished);
  CHECK(none.vanished.size() == RowEvidence::kMaxVanished);
}
