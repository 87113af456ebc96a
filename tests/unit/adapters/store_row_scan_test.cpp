#include "adapters/postgres/row_scan.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::adapters;

namespace {

const VoterIds kIds(RunId{0xb7f3a001}, RunKey{1, 2, 3});
const StoredChoices kPlainWords;
const VoterIds kOtherRun(RunId{0xc0ffee00}, RunKey{9});
const ChoiceNames kChoices{"a", "b"};

// The question refers to the members: not to be copied.
struct Table {
  RowBaseline baseline;
  std::unordered_set<std::string> carried;
  RowQuestion question{kIds, kChoices, baseline, carried};
  RowScan scan{question, WrittenSince({100, 100, {}}, 200), kPlainWords};

  void row(const std::string& id, const std::string& choice, unsigned xmin,
           const std::string& time = "\\N") {
    scan.add(id + "\t" + choice + "\t" + std::to_string(xmin) + "\t" + time);
  }
};

}  // namespace

TEST_CASE("snapshots are read and other texts refused") {
  const auto snapshot = parse_snapshot("740:749:740,745");
  REQUIRE(snapshot);
  CHECK(snapshot->xmin == 740);
  CHECK(snapshot->xmax == 749);
  CHECK(snapshot->running == std::vector<std::uint64_t>{740, 745});
  CHECK(parse_snapshot("740:740:")->running.empty());
  for (const char* text : {"", "1", "1:2", "a:2:", "1:b:", "1:2:x", "1:2:3,x"})
    CHECK_FALSE(parse_snapshot(text));
}

TEST_CASE("written since the baseline") {
  const WrittenSince since({100, 105, {100, 103}}, 110);
  CHECK_FALSE(since(99));
  CHECK(since(100));        // ran while the baseline was taken
  CHECK_FALSE(since(101));  // was done
  CHECK(since(103));
  CHECK(since(105));
  CHECK(since(109));
  CHECK_FALSE(since(110));  // cannot be visible: an older epoch's id
  CHECK_FALSE(since(2));    // frozen
  CHECK_FALSE(WrittenSince()(100));
}

TEST_CASE("an epoch later the ids of rows are still told apart") {
  constexpr std::uint64_t kEpoch = std::uint64_t{3} << 32U;
  const WrittenSince since({kEpoch - 5, kEpoch - 2, {kEpoch - 5}}, kEpoch + 50);
  CHECK(since(0xFFFFFFFB));        // kEpoch - 5
  CHECK_FALSE(since(0xFFFFFFFC));  // done before
  CHECK(since(0xFFFFFFFE));
  CHECK_FALSE(since(2));  // frozen, though the window passes over it
  CHECK(since(3));
  CHECK(since(49));
  CHECK_FALSE(since(50));
  CHECK_FALSE(since(4000000000U));
}

TEST_CASE("COPY's escapes") {
  CHECK(unescaped_copy_field("plain") == "plain");
  CHECK(unescaped_copy_field("a\\tb\\nc\\\\d\\be\\ff\\rg\\vh") == "a\tb\nc\\d\be\ff\rg\vh");
  CHECK(unescaped_copy_field("\\N") == "(null)");
  CHECK(unescaped_copy_field("\\\\N") == "\\N");
}

TEST_CASE("a table's own words for the choices are read as what was sent") {
  RowBaseline baseline;
  const std::unordered_set<std::string> carried;
  const ChoiceNames choices{"a", "b", "c"};
  const RowQuestion question{kIds, choices, baseline, carried};
  const StoredChoices words({{"a", "Cats"}, {"b", "a"}});
  RowScan scan(question, WrittenSince({100, 100, {}}, 200), words);
  const auto row = [&](VoterIndex voter, const std::string& choice) {
    scan.add(kIds.make(voter) + "\t" + choice + "\t150\t\\N");
  };
  row(1, "Cats");
  row(2, "a");
  row(3, "c");
  row(4, "b");  // would be written as `a`
  row(5, "cats");
  const RowSet rows = scan.finish();
  REQUIRE(rows.own.size() == 5);
  CHECK(rows.own[0].choice == 0);
  CHECK(rows.own[1].choice == 1);
  CHECK(rows.own[2].choice == 2);
  CHECK(rows.own[3].choice == kOtherChoice);
  CHECK(rows.other_choices.at(4) == "\"b\"");
  CHECK(rows.other_choices.at(5) == "cats");
  CHECK(rows.choices == std::map<std::string, std::uint64_t>{
                            {"\"b\"", 1}, {"a", 1}, {"b", 1}, {"c", 1}, {"cats", 1}});
}

TEST_CASE("every row falls into one class") {
  Table table;
  table.carried = {kOtherRun.make(8), "some-voter"};
  table.row(kIds.make(7), "b", 150, "1763683702123456");
  table.row(kIds.make(9), "c", 150);
  table.row(kIds.make(kFirstProbeIndex), "a", 50);
  table.row(kIds.prefix() + "0000000a00000000", "a", 150);
  table.row(kOtherRun.make(1), "a", 150);
  table.row(kOtherRun.make(8), "a", 150);
  table.row("some-voter", "a", 150);
  table.row("stranger\\twith tab", "a", 150);
  table.row(kOtherRun.make(2), "a", 50);
  const RowSet rows = table.scan.finish();

  CHECK(rows.total == 9);
  REQUIRE(rows.own.size() == 2);
  CHECK(rows.own[0].voter == 7);
  CHECK(rows.own[0].choice == 1);
  CHECK(rows.own[0].committed_ns == 1763683702123456000);
  CHECK(rows.own[1].choice == kOtherChoice);
  CHECK(rows.own[1].committed_ns == 0);
  CHECK(rows.other_choices.at(9) == "c");
  CHECK(rows.probes == 1);
  CHECK(rows.invalid_own == 1);
  CHECK(rows.other_run == 1);
  CHECK(rows.carry_over == 2);
  CHECK(rows.foreign == 1);
  CHECK(rows.pre_existing == 1);
  REQUIRE(rows.strangers.size() == 5);
  CHECK(rows.strangers[0].origin == IdOrigin::invalid_own);
  CHECK(rows.strangers[4].id == "stranger\twith tab");
  CHECK(rows.choices == std::map<std::string, std::uint64_t>{{"a", 7}, {"b", 1}, {"c", 1}});
}

TEST_CASE("the strangers' checksum knows no order, but every byte") {
  const auto checksum = [](const std::vector<std::pair<std::string, std::string>>& rows) {
    RowScan scan(kIds, kPlainWords);
    for (const auto& [id, choice] : rows) scan.add(id + "\t" + choice + "\t50\t\\N");
    return scan.finish().stranger_checksum;
  };
  const auto before = checksum({{"ann", "a"}, {"bob", "b"}});
  CHECK(before == checksum({{"bob", "b"}, {"ann", "a"}}));
  CHECK(before == checksum({{"bob", "b"}, {kIds.make(1), "a"}, {"ann", "a"}}));
  CHECK(before != checksum({{"ann", "b"}, {"bob", "a"}}));
  CHECK(before != checksum({{"ann", "a"}, {"bobb", ""}}));
  CHECK(checksum({{"12345678a", "a"}}) != checksum({{"12345678", "aa"}}));
}

TEST_CASE("a table full of strangers and odd choices stays bounded") {
  Table table;
  for (int i = 0; i < 3000; ++i)
    table.row(std::string(1000, 'x') + std::to_string(i), "choice" + std::to_string(i), 150);
  const RowSet rows = table.scan.finish();
  CHECK(rows.foreign == 3000);
  CHECK(rows.strangers.size() == RowSet::kMaxStrangers);
  CHECK(rows.strangers[0].id.size() == 256);
  CHECK(rows.choices.size() == 1001);
  CHECK(rows.choices.at("(further choices)") == 2000);
}
