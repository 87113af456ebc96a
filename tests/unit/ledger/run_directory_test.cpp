#include "ledger/run_directory.h"

#include "support/catch.h"
#include "unit/ledger/fixtures.h"

using namespace votebench;
using namespace votebench::ledger;
using namespace votebench::ledger::test;
using namespace std::chrono_literals;

namespace {

RunDirectory reopened(const TemporaryDirectory& reports, const std::string& selector = "@latest") {
  Result<RunDirectory> run = RunDirectory::open(reports.path(), selector);
  REQUIRE(run.has_value());
  return std::move(*run);
}

}  // namespace

TEST_CASE("a new run has its place, its texts and its links") {
  const TemporaryDirectory reports;
  const RunDirectory run = new_run(reports.path(), some_manifest());
  CHECK(run.path() == reports.path() / "peak" / "20261120T180111Z-7f3a90bc");
  CHECK(std::filesystem::read_symlink(reports.path() / "latest") ==
        "peak/20261120T180111Z-7f3a90bc");
  CHECK(std::filesystem::read_symlink(reports.path() / "peak" / "latest") ==
        "20261120T180111Z-7f3a90bc");
  CHECK(*run.load_text("scenario.yaml") == "version: 1\n");

  const Manifest given = some_manifest();
  const Result<Manifest> again = reopened(reports).begin();
  REQUIRE(again.has_value());
  CHECK(again->run == given.run);
  CHECK(again->scenario_text == given.scenario_text);
  CHECK(again->resolved_text == given.resolved_text);
  CHECK(again->target_text == given.target_text);
  CHECK(again->queue->carry_over_ids == given.queue->carry_over_ids);
}

TEST_CASE("the links move to the newest run") {
  const TemporaryDirectory reports;
  (void)new_run(reports.path(), some_manifest(1));
  (void)new_run(reports.path(), some_manifest(2));
  CHECK(std::filesystem::read_symlink(reports.path() / "latest") ==
        "peak/20261120T180111Z-00000002");
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(reports.path()))
    ++entries;
  CHECK(entries == 2);  // peak and latest: nothing temporary stays
}

TEST_CASE("no name of a scenario leaves the reports or takes a link's place") {
  const TemporaryDirectory reports;
  const std::vector<std::pair<std::string, std::string>> names{
      {"../../etc", "_..-..-etc"}, {"latest", "_latest"}, {"", "_"}, {"a b/c", "a-b-c"}};
  for (const auto& [name, directory] : names) {
    Manifest manifest = some_manifest();
    manifest.scenario_name = name;
    CHECK(new_run(reports.path(), manifest).path().parent_path() == reports.path() / directory);
  }
}

TEST_CASE("a reports directory that cannot be written is an error of the environment") {
  const auto run = RunDirectory::create("/proc/nowhere", some_manifest());
  REQUIRE_FALSE(run.has_value());
  CHECK(run.error().kind == ErrorKind::environment);
}

TEST_CASE("samples and events read back as they were appended") {
  const TemporaryDirectory reports;
  RunDirectory run = new_run(reports.path(), some_manifest());
  CHECK(run.load()->samples.empty());
  const Sample full{1500ms, true, true, 7, 2, 100, 90, 101, 99, 1};
  Sample blind;
  blind.at = 2s;
  blind.sent = 5;
  REQUIRE(run.append(full).has_value());
  REQUIRE(run.append(blind).has_value());
  REQUIRE(run.append(RunEvent{3s, "redis-restarted", kHostile}).has_value());

  const auto record = reopened(reports).load();
  REQUIRE(record.has_value());
  const std::vector<Sample>& samples = record->samples;
  REQUIRE(samples.size() == 2);
  const Sample& first = samples.front();
  CHECK(first.at == 1500ms);
  CHECK(first.has_queue);
  CHECK(first.has_rows);
  CHECK(first.queue_depth == 7);
  CHECK(first.in_flight == 2);
  CHECK(first.pushed == 100);
  CHECK(first.rows_written == 90);
  CHECK(first.sent == 101);
  CHECK(first.acked == 99);
  CHECK(first.failed == 1);
  CHECK_FALSE(samples.back().has_queue);
  CHECK_FALSE(samples.back().has_rows);
  CHECK(samples.back().sent == 5);

  const std::vector<RunEvent>& events = record->events;
  REQUIRE(events.size() == 1);
  CHECK(events.front().at == 3s);
  CHECK(events.front().name == "redis-restarted");
  CHECK(events.front().detail == kHostile);
}

TEST_CASE("an event that is written again when its window has ended is one event") {
  const TemporaryDirectory reports;
  RunDirectory run = new_run(reports.path(), some_manifest());
  RunEvent crash{3s, "crash", "kill worker", EventKind::fault, std::nullopt, false};
  const RunEvent mark{4s, "crash", "", EventKind::mark, std::nullopt, false};
  const RunEvent early{1s, "redis-back", "", EventKind::observed, std::nullopt, true};
  REQUIRE(run.append(crash).has_value());
  REQUIRE(run.append(mark).has_value());
  REQUIRE(run.append(early).has_value());
  crash.until = 5s;
  crash.failed = true;
  REQUIRE(run.append(crash).has_value());
  CHECK(reopened(reports).load()->events == std::vector{early, crash, mark});
}

TEST_CASE("what did not happen is told from what did, and from what was not needed") {
  const TemporaryDirectory reports;
  RunDirectory run = new_run(reports.path(), some_manifest());
  const RunEvent skipped{
      .at = 3s, .name = "crash", .detail = {}, .kind = EventKind::fault, .skipped = true};
  const RunEvent spared{.at = 4s,
                        .name = "deploy",
                        .detail = {},
                        .kind = EventKind::command,
                        .failed = true,
                        .optional = true};
  const RunEvent mark{
      .at = 5s, .name = "half-time", .detail = {}, .kind = EventKind::mark, .skipped = true};
  for (const RunEvent& event : {skipped, spared, mark}) REQUIRE(run.append(event).has_value());
  CHECK(reopened(reports).load()->events == std::vector{skipped, spared, mark});
  CHECK(skipped.missed());
  CHECK_FALSE(spared.missed());
  CHECK_FALSE(mark.missed());
}

TEST_CASE("warnings read back in their order, from a run that was killed, too") {
  const TemporaryDirectory reports;
  RunDirectory run = new_run(reports.path(), some_manifest());
  CHECK(run.load()->warnings.empty());
  REQUIRE(run.append_warning("the clock of redis differs").has_value());
  REQUIRE(run.append_warning(kHostile).has_value());
  const auto record = reopened(reports).load();
  CHECK_FALSE(record->complete);
  CHECK(record->warnings == std::vector<std::string>{"the clock of redis differs", kHostile});
}

TEST_CASE("the log of a run grows") {
  const TemporaryDirectory reports;
  RunDirectory run = new_run(reports.path(), some_manifest());
  REQUIRE(run.append_log("one\n").has_value());
  REQUIRE(run.append_log("two\n").has_value());
  CHECK(*run.load_text("run.log") == "one\ntwo\n");
}

TEST_CASE("a line that a killed run left unfinished is skipped, a broken one is named") {
  const TemporaryDirectory reports;
  RunDirectory run = new_run(reports.path(), some_manifest());
  REQUIRE(run.append(RunEvent{1s, "one", ""}).has_value());
  const auto file = run.path() / "events.ndjson";
  const std::string whole = *read_file(file);
  overwrite(file, whole + whole.substr(0, 20));
  CHECK(run.load()->events.size() == 1);
  overwrite(file, whole + "{}\n" + whole);
  CHECK(run.load().error().message.find("events.ndjson is damaged: line 2") != std::string::npos);
}

TEST_CASE("report files are replaced whole") {
  const TemporaryDirectory reports;
  const RunDirectory run = new_run(reports.path(), some_manifest());
  REQUIRE(run.save_text("summary.md", "first").has_value());
  REQUIRE(run.save_text("summary.md", "second").has_value());
  CHECK(*reopened(reports).load_text("summary.md") == "second");
  CHECK_FALSE(run.load_text("nothing.txt").has_value());
}

TEST_CASE("runs are listed, the newest first, and found by any of their names") {
  const TemporaryDirectory reports;
  CHECK(list_runs(reports.path() / "nowhere").empty());
  Manifest old = some_manifest(1);
  old.scenario_name = "quick";
  old.t0_wall -= 1h;
  const RunDirectory first = new_run(reports.path(), old);
  const RunDirectory second = new_run(reports.path(), some_manifest(2));
  REQUIRE(first.close({}).has_value());
  REQUIRE(first.save_text("result.json", R"({"verdict": "pass"})").has_value());
  REQUIRE(second.save_text("result.json", "not json").has_value());
  std::filesystem::create_directories(reports.path() / "peak" / "empty");

  const auto runs = list_runs(reports.path());
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].path == second.path());
  CHECK(runs[0].scenario == "peak");
  CHECK(runs[0].run_id == "00000002");
  CHECK_FALSE(runs[0].closed);
  CHECK_FALSE(runs[0].verdict.has_value());
  CHECK(runs[1].path == first.path());
  CHECK(runs[1].started == old.t0_wall);
  CHECK(runs[1].closed);
  CHECK(runs[1].verdict == "pass");

  CHECK(reopened(reports, "@latest").path() == second.path());
  CHECK(reopened(reports, "@prev").path() == first.path());
  CHECK(reopened(reports, "00000001").path() == first.path());
  CHECK(reopened(reports, "quick").path() == first.path());
  CHECK(reopened(reports, first.path().filename()).path() == first.path());
  CHECK(reopened(reports, first.path()).path() == first.path());
  CHECK(reopened(reports, reports.path() / "latest").path() == reports.path() / "latest");
}

TEST_CASE("selectors name groups of runs") {
  const TemporaryDirectory reports;
  std::vector<std::filesystem::path> paths;
  for (std::uint32_t n = 0; n < 4; ++n) {
    Manifest manifest = some_manifest(0xab000000 + n);
    manifest.scenario_name = n % 2 == 0 ? "quick" : "peak";
    manifest.tags =
        n < 2 ? std::vector<std::string>{"before", "x"} : std::vector<std::string>{"new"};
    manifest.t0_wall += n * 1h;
    paths.push_back(new_run(reports.path(), manifest).path());
  }
  using Paths = std::vector<std::filesystem::path>;
  const auto selected = [&](const std::string& selector) {
    const auto found = select_runs(reports.path(), selector);
    INFO(selector << ": " << (found ? "" : found.error().message));
    CHECK(found.has_value());
    return found ? *found : Paths{};
  };
  CHECK(selected("@latest") == Paths{paths[3]});
  CHECK(selected("@prev") == Paths{paths[2]});
  CHECK(selected("@last:3") == Paths{paths[3], paths[2], paths[1]});
  CHECK(selected("@last:99").size() == 4);
  CHECK(selected("@before") == Paths{paths[1], paths[0]});
  CHECK(selected("@x,@latest") == Paths{paths[1], paths[0], paths[3]});
  CHECK(selected("@before,@x").size() == 2);
  CHECK(selected("quick/*") == Paths{paths[2], paths[0]});
  CHECK(selected("*-ab000001") == Paths{paths[1]});
  CHECK(selected("ab000002") == Paths{paths[2]});
  CHECK(selected("quick") == Paths{paths[2]});
  CHECK(selected((paths[0] / "manifest.json").string()) == Paths{paths[0]});
  CHECK(list_runs(reports.path())[0].tags == std::vector<std::string>{"new"});

  const auto error = [&](const std::string& selector) {
    const auto found = select_runs(reports.path(), selector);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().kind == ErrorKind::usage);
    return found.error().message + "; " + found.error().help;
  };
  CHECK(error("@befor").find("did you mean '@before'?") != std::string::npos);
  CHECK(error("quik").find("did you mean 'quick'?") != std::string::npos);
  CHECK(error("ab0").find("names 4 runs") != std::string::npos);
  CHECK(error("@last:0").find("no run '@last:0'") != std::string::npos);
  CHECK(error("@last:-1").find("no run") != std::string::npos);
  CHECK(error("@before,,@new").find("no run ''") != std::string::npos);
  const auto one = find_run(reports.path(), "@before");
  REQUIRE_FALSE(one.has_value());
  CHECK(one.error().help.find(paths[0].filename().string()) != std::string::npos);
}

TEST_CASE("tags are words that a selector can name") {
  for (const char* tag : {"night-1", "v1.2_x", "7"}) CHECK(check_tag(tag).has_value());
  for (const char* tag : {"", "a b", "a,b", "latest", "prev", "last", "*", "a/b", "\xC3\xA9"})
    CHECK_FALSE(check_tag(tag).has_value());
  CHECK_FALSE(check_tag(std::string(65, 'a')).has_value());
}

TEST_CASE("a run that is not there is a mistake of the user") {
  const TemporaryDirectory reports;
  for (const char* selector : {"@latest", "@prev", "nonsense", ""}) {
    const auto run = RunDirectory::open(reports.path(), selector);
    REQUIRE_FALSE(run.has_value());
    CHECK(run.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("a damaged manifest is named") {
  const TemporaryDirectory reports;
  const RunDirectory run = new_run(reports.path(), some_manifest());
  overwrite(run.path() / "manifest.json", "{}");
  const auto begin = run.begin();
  REQUIRE_FALSE(begin.has_value());
  CHECK(begin.error().message.find("manifest.json is damaged") != std::string::npos);
}

TEST_CASE("an open run has no end record, a closed one seals its files") {
  const TemporaryDirectory reports;
  RunDirectory run = new_run(reports.path(), some_manifest());
  REQUIRE(run.append(RunEvent{1s, "one", ""}).has_value());
  REQUIRE((*run.create_attempts(some_manifest()))->intend(0, {}));
  REQUIRE(run.save_text("provisioning.json", "{}").has_value());
  REQUIRE(run.append_log("nothing is concluded from it\n").has_value());
  CHECK_FALSE(run.end_record()->has_value());
  CHECK(run.damage()->empty());
  EndRecord record;
  record.ended = WallTime(99ns);
  REQUIRE(run.close(record).has_value());

  const auto sealed = reopened(reports).end_record();
  REQUIRE(sealed.has_value());
  REQUIRE(sealed->has_value());
  CHECK((*sealed)->ended == WallTime(99ns));
  std::vector<std::string> names;
  for (const FileSeal& seal : (*sealed)->files) names.push_back(seal.name);
  CHECK(names == std::vector<std::string>{"attempts/00000.seg", "attempts/00001.seg",
                                          "carry_over.ndjson", "events.ndjson", "manifest.json",
                                          "provisioning.json", "resolved.yaml", "scenario.yaml",
                                          "target.yaml"});
  CHECK(run.damage()->empty());
}

TEST_CASE("damage since the run was closed is told by file") {
  const TemporaryDirectory reports;
  const RunDirectory run = new_run(reports.path(), some_manifest());
  (void)*run.create_attempts(some_manifest());
  REQUIRE(run.close({}).has_value());

  std::filesystem::resize_file(run.path() / "attempts" / "00000.seg", 1000);
  std::string target = *run.load_text("target.yaml");
  target[0] ^= 1;
  overwrite(run.path() / "target.yaml", target);
  std::filesystem::remove(run.path() / "resolved.yaml");
  CHECK(*run.damage() ==
        std::vector<std::string>{"attempts/00000.seg: 1000 bytes, 2097152 when it was sealed",
                                 "resolved.yaml: missing",
                                 "target.yaml: its content changed since it was sealed"});
}

TEST_CASE("what a run began with is sealed before its end") {
  const TemporaryDirectory reports;
  const RunDirectory run = new_run(reports.path(), some_manifest());
  CHECK(run.damage()->empty());
  for (const char* name :
       {"manifest.json", "scenario.yaml", "resolved.yaml", "target.yaml", "carry_over.ndjson"}) {
    const std::string whole = *run.load_text(name);
    std::string changed = whole;
    changed[changed.size() / 2] ^= 1;
    overwrite(run.path() / name, changed);
    CHECK(*run.damage() ==
          std::vector{std::string(name) + ": its content changed since it was sealed"});
    overwrite(run.path() / name, whole);
  }
  overwrite(run.path() / "begin.json", "{}");
  CHECK(run.damage().error().message.find("begin.json is damaged") != std::string::npos);
  std::filesystem::remove(run.path() / "begin.json");  // a kill: nothing had been sent
  CHECK(run.damage()->empty());
}
