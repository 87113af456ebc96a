#include "ledger/prune.h"

#include <fmt/format.h>

#include "fixtures.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::ledger;
using namespace votebench::ledger::test;
namespace fs = std::filesystem;

namespace {

RunSummary run(const std::string& id, const std::string& scenario, const char* verdict) {
  RunSummary summary;
  summary.path = "reports/" + scenario + "/20261120T180111Z-" + id;
  summary.scenario = scenario;
  summary.run_id = id;
  summary.closed = true;
  summary.verdict = verdict;
  return summary;
}

std::string ids(const std::vector<RunSummary>& runs) {
  std::string text;
  for (const RunSummary& one : runs) text += one.run_id + " ";
  return text;
}

// A closed run of its own under `reports`.
RunSummary make_run(const fs::path& reports, std::uint32_t id) {
  Manifest manifest = some_manifest(id);
  manifest.tags.clear();
  const RunDirectory directory = RunDirectory::create(reports, manifest).value();
  REQUIRE(directory.close({}));
  return list_runs(reports).front();
}

}  // namespace

TEST_CASE("the newest of each scenario stay, and older ones that did not pass") {
  const std::vector<RunSummary> runs{run("1", "a", "pass"),         run("2", "a", "fail"),
                                     run("3", "b", "pass"),         run("4", "a", "pass"),
                                     run("5", "a", "inconclusive"), run("6", "a", "fail"),
                                     run("7", "b", "pass")};
  CHECK(ids(surplus_runs(runs, {1, {}})) == "4 7 ");
  CHECK(ids(surplus_runs(runs, {1, 1})) == "4 5 6 7 ");
  CHECK(ids(surplus_runs(runs, {2, 1})) == "4 6 ");
  CHECK(ids(surplus_runs(runs, {0, 0})) == "2 4 5 6 7 ");  // never the newest
  CHECK(surplus_runs(runs, {9, {}}).empty());
}

TEST_CASE("what was not run takes no run's place") {
  std::vector<RunSummary> runs{run("1", "a", "inconclusive"), run("2", "a", "inconclusive"),
                               run("3", "a", "pass"), run("4", "a", "pass")};
  runs[0].not_run = runs[1].not_run = true;
  CHECK(ids(surplus_runs(runs, {1, 0})) == "2 4 ");
  CHECK(ids(surplus_runs(runs, {1, {}})) == "4 ");
}

TEST_CASE("runs with a tag, and runs that are not closed, are never surplus") {
  std::vector<RunSummary> runs{run("1", "a", "pass"), run("2", "a", "pass"), run("3", "a", "pass"),
                               run("4", "a", "pass")};
  runs[1].tags = {"before"};
  runs[2].closed = false;
  CHECK(ids(surplus_runs(runs, {1, 0})) == "4 ");
}

TEST_CASE("a run is removed whole, and what links point to from it stays") {
  const TemporaryDirectory reports;
  const TemporaryDirectory elsewhere;
  const RunSummary gone = make_run(reports.path(), 0x11111111);
  REQUIRE(write_file_durably(elsewhere.path() / "precious", "x"));
  fs::create_directory_symlink(elsewhere.path(), gone.path / "link");
  CHECK(remove_run(reports.path(), gone));
  CHECK_FALSE(fs::exists(gone.path));
  CHECK(fs::exists(elsewhere.path() / "precious"));
}

TEST_CASE("what is not certainly a closed run of ours is not removed") {
  const TemporaryDirectory reports;
  const RunSummary real = make_run(reports.path(), 0x22222222);
  RunSummary wrong = real;
  SECTION("another id") { wrong.run_id = "33333333"; }
  SECTION("another folder of reports") {
    const TemporaryDirectory other;
    CHECK_FALSE(remove_run(other.path(), wrong));
    wrong.run_id = "0";
  }
  SECTION("a link to a run") {
    wrong.path = real.path.parent_path() / "latest";
    REQUIRE(fs::is_symlink(wrong.path));
  }
  SECTION("a directory of somebody's") {
    wrong.path = real.path.parent_path() / "notes";
    fs::create_directories(wrong.path);
  }
  SECTION("a copy under another name") {
    wrong.path = real.path.parent_path() / "copy-22222222";
    fs::copy(real.path, wrong.path, fs::copy_options::recursive);
  }
  SECTION("not closed") { fs::remove(real.path / "end.json"); }
  SECTION("without a manifest") { fs::remove(real.path / "manifest.json"); }
  CHECK_FALSE(remove_run(reports.path(), wrong));
  CHECK(fs::exists(wrong.path));
  CHECK(fs::exists(real.path));
}
