#include "ledger/manifest.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "unit/ledger/fixtures.h"

using namespace votebench;
using namespace votebench::ledger;
using namespace votebench::ledger::test;
using namespace std::chrono_literals;

TEST_CASE("a manifest reads back as it was written") {
  const Manifest written = some_manifest();
  const auto read = parse_manifest(to_json(written));
  REQUIRE(read.has_value());
  CHECK(read->votebench_version == "0.1.0");
  CHECK(read->run == written.run);
  CHECK(read->key == written.key);
  CHECK(read->seed == written.seed);
  CHECK(read->tags == written.tags);
  REQUIRE(read->invocation.has_value());
  CHECK(read->invocation->program == "build/votebench");
  CHECK(read->invocation->directory == written.invocation->directory);
  CHECK(read->invocation->command == "run");
  CHECK(read->invocation->options == written.invocation->options);
  CHECK(read->scenario_name == "peak");
  CHECK(read->scenario_source == written.scenario_source);
  CHECK(read->choices == written.choices);
  CHECK(read->identity == IdentityMode::sent);
  REQUIRE(read->workloads.size() == 2);
  CHECK(read->workloads[0].total == 100000);
  CHECK(read->workloads[1].name == "two");
  CHECK(read->workloads[1].first == 100000);
  CHECK(read->workloads[1].reserved == 1U << 27U);
  CHECK_FALSE(read->workloads[1].total.has_value());
  CHECK(read->limits == written.limits);
  CHECK(read->t0_wall == written.t0_wall);
  CHECK(read->t0 == written.t0);
  CHECK(read->boot_id == written.boot_id);
  CHECK(read->stack_ends_with_run);
  CHECK(read->target == written.target);
  CHECK(read->environment == written.environment);
  CHECK(read->grounds == written.grounds);
}

TEST_CASE("a manifest of an older version does not say how its run was called") {
  auto json = nlohmann::json::parse(to_json(some_manifest()));
  json.erase("invocation");
  const auto read = parse_manifest(json.dump());
  REQUIRE(read.has_value());
  CHECK_FALSE(read->invocation.has_value());
}

TEST_CASE("a manifest of an older version has slots whose checks name no run") {
  auto json = nlohmann::json::parse(to_json(some_manifest()));
  CHECK(parse_manifest(json.dump())->slots == SlotForm::seeded);
  json.erase("slots");
  CHECK(parse_manifest(json.dump())->slots == SlotForm::plain);
}

TEST_CASE("a manifest keeps the baselines and the clocks") {
  const Manifest written = some_manifest();
  const auto read = parse_manifest(to_json(written));
  REQUIRE(read.has_value());
  REQUIRE(read->queue.has_value());
  CHECK(read->queue->snapshot.server_id == "redis-id");
  CHECK(read->queue->snapshot.depth == 5);
  CHECK(read->queue->snapshot.in_flight_depths == std::vector<std::uint64_t>{1, 2});
  CHECK(read->queue->snapshot.pushed == 100);
  CHECK(read->queue->snapshot.dropped == 7);
  CHECK(read->queue->snapshot.uptime_s == 12345);
  CHECK(read->queue->snapshot.resets == 4);
  CHECK(read->queue->snapshot.delivered == 98);
  CHECK(read->queue->snapshot.acknowledged == 97);
  CHECK(read->queue->snapshot.handed_over == 3);
  CHECK(read->queue->snapshot.removed == 2);
  CHECK(read->queue->newest_first);
  CHECK(read->queue->settled_early);
  CHECK(read->queue->snapshot.server_time == written.queue->snapshot.server_time);
  CHECK(read->queue->shares_pushes);
  CHECK_FALSE(read->queue->pushes_add_up);
  CHECK(read->queue->counts_only);
  CHECK(read->queue->blocking_pops);
  CHECK(read->queue->seen_in == std::vector<bool>{false, true});
  CHECK(read->queue->client_timeout == std::chrono::seconds(4));
  REQUIRE(read->rows.has_value());
  CHECK(read->rows->identity == written.rows->identity);
  CHECK(read->rows->model == TableModel::append);
  CHECK(read->rows->snapshot == "730:735:731,733");
  CHECK(read->rows->rows == 2000);
  CHECK(read->rows->updates == 45U);
  CHECK(read->rows->strangers == 12);
  CHECK(read->rows->probe_voters == written.rows->probe_voters);
  CHECK(read->rows->stranger_checksum == 0xFEDCBA9876543210);
  CHECK(read->rows->choices == written.rows->choices);
  CHECK(read->rows->server_time == written.rows->server_time);
  REQUIRE(read->clocks.size() == 1);
  CHECK(read->clocks[0].of == ServerClock::Of::queue);
  CHECK(read->clocks[0].offset.offset == 57us);
  CHECK(read->clocks[0].offset.uncertainty == -3us);
  CHECK(read->clocks[0].measured == written.clocks[0].measured);
}

TEST_CASE("a target without stores has no baselines") {
  Manifest manifest = some_manifest();
  manifest.queue.reset();
  manifest.rows.reset();
  const auto read = parse_manifest(to_json(manifest));
  REQUIRE(read.has_value());
  CHECK_FALSE(read->queue.has_value());
  CHECK_FALSE(read->rows.has_value());
}

TEST_CASE("an end record reads back as it was written") {
  EndRecord written;
  written.ended = WallTime(1795197771250000001ns);
  written.interrupted = true;
  written.store = StoreIdentity{"7012 1 2", "start"};
  written.files = {{"rows.bin", 12345678901234, std::string(64, 'a')}};
  const auto read = parse_end_record(to_json(written));
  REQUIRE(read.has_value());
  CHECK(read->ended == written.ended);
  CHECK(read->interrupted);
  CHECK(read->store == written.store);
  REQUIRE(read->files.size() == 1);
  CHECK(read->files[0].name == "rows.bin");
  CHECK(read->files[0].bytes == 12345678901234);
  CHECK(read->files[0].sha256 == std::string(64, 'a'));
}

TEST_CASE("what is no manifest is refused with a reason") {
  const std::string good = to_json(some_manifest());
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    return parse_manifest(text);
  };
  CHECK(changed("votebench.run/1", "votebench.run/2").error().message ==
        "its schema is \"votebench.run/2\", this version reads votebench.run/1");
  CHECK(changed("\"sent\"", "\"guessed\"").error().message == "unknown word 'guessed'");
  CHECK(changed("7f3a90bc", "7f3a90b").error().message == "a hexadecimal value of another length");
  CHECK(changed("7f3a90bc", "7f3a90bx").error().message == "a malformed hexadecimal value");
  CHECK_FALSE(changed("\"seed\"", "\"sead\"").has_value());
  CHECK_FALSE(changed("\"append\"", "3").has_value());
  CHECK_FALSE(parse_manifest("").has_value());
  CHECK_FALSE(parse_manifest("[]").has_value());
  CHECK_FALSE(parse_manifest(good.substr(0, good.size() / 2)).has_value());
  CHECK_FALSE(parse_end_record(good).has_value());
}

TEST_CASE("the boot id is one line") {
  const std::string id = current_boot_id();
  CHECK(id.find('\n') == std::string::npos);
  CHECK(id == current_boot_id());
}
