// A private directory that is gone with its test, and a manifest with every field filled in.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/os.h"
#include "ledger/run_directory.h"

namespace votebench::ledger::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ledger-XXXXXX").string();
    CHECK_THAT_HOLDS(::mkdtemp(pattern.data()));
    path_ = pattern;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Bytes that neither JSON nor a terminal takes as they are.
inline const std::string kHostile = std::string("caf\xC3\xA9 100%41 \xFF\x80\n\"") + '\0' + "end";

inline Manifest some_manifest(std::uint32_t run = 0x7f3a90bc) {
  using namespace std::chrono_literals;
  Manifest manifest;
  manifest.votebench_version = "0.1.0";
  manifest.run = {run};
  for (std::size_t i = 0; i < manifest.key.size(); ++i)
    manifest.key[i] = static_cast<std::uint8_t>(i * 17);
  manifest.seed = 0xFFFFFFFFFFFFFFFF;
  manifest.tags = {"before", "night-1"};
  manifest.invocation = Invocation{
      "build/votebench",
      "/home/" + kHostile,
      "run",
      {{"", "scenarios/" + kHostile}, {"--set", "voters.choices=[a, '\xFF']"}, {"--keep"}}};
  manifest.scenario_name = "peak";
  manifest.scenario_source = "scenarios/" + kHostile;
  manifest.scenario_text = "version: 1\n";
  manifest.resolved_text = "version: 1\nseed: 42\n";
  manifest.target_text = "profile: dockersamples\n";
  manifest.choices = {"a", "b", kHostile};
  manifest.identity = IdentityMode::sent;
  manifest.workloads = {{"one", 0, 100000, 100000}, {"two", 100000, 1U << 27U, std::nullopt}};
  manifest.limits.lost = 3;
  manifest.limits.unknown_share = 0.015;
  manifest.t0_wall = WallTime(1795197671250000001ns);
  manifest.t0 = Instant(123456789012ns);
  manifest.boot_id = "57cbf31f-88e0-435a-b08f-cc54d8411b4c";
  manifest.stack_ends_with_run = true;
  manifest.target = "http://127.0.0.1:8080/ " + kHostile;
  manifest.environment = {{"kernel", "6.1"}, {"kernel", kHostile}};
  manifest.grounds = {{Ground::Kind::measured, "table", "one: " + kHostile},
                      {Ground::Kind::assumed, "way", ""}};
  manifest.queue = QueueBaseline{{.server_id = "redis-id",
                                  .depth = 5,
                                  .in_flight_depths = {1, 2},
                                  .pushed = 100,
                                  .dropped = 7,
                                  .counters = {{"rpush", 103}},
                                  .uptime_s = 12345,
                                  .server_time = WallTime(1795197670000000000ns),
                                  .resets = 4,
                                  .delivered = 98,
                                  .acknowledged = 97,
                                  .handed_over = 3,
                                  .removed = 2},
                                 {"vb0123456789abcdef01234567", kHostile},
                                 true,
                                 false,
                                 true,
                                 {false, true},
                                 true,
                                 4s,
                                 true,
                                 true};
  manifest.rows = RowBaseline{{"7012 16384 16390", "2026-11-20 18:00:00+00"},
                              TableModel::append,
                              "730:735:731,733",
                              2000,
                              12,
                              0xFEDCBA9876543210,
                              {kFirstProbeIndex, kFirstProbeIndex + 7},
                              {{"a", 1200}, {kHostile, 800}},
                              WallTime(1795197670500000000ns),
                              false,
                              45};
  manifest.clocks = {{ServerClock::Of::queue, {57us, -3us}, WallTime(1795197669000000000ns)}};
  return manifest;
}

inline RunDirectory new_run(const std::filesystem::path& reports, const Manifest& manifest) {
  Result<RunDirectory> run = RunDirectory::create(reports, manifest);
  CHECK_THAT_HOLDS(run.has_value());
  return std::move(*run);
}

inline void overwrite(const std::filesystem::path& file, const std::string& content) {
  CHECK_THAT_HOLDS(write_file_durably(file, content).has_value());
}

}  // namespace votebench::ledger::test
