// What a run writes about itself before its first vote (Manifest, and its seal) and after its last
// (EndRecord). All are JSON; their grammar stands at the top of manifest.cpp. None may be given a
// secret of the target; the run key is no secret to whoever holds the run directory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/invocation.h"
#include "core/result.h"
#include "vote/evidence.h"
#include "vote/grounds.h"
#include "vote/id_book.h"
#include "vote/server_clocks.h"
#include "vote/target_settings.h"
#include "vote/verdict.h"
#include "vote/vote.h"
#include "vote/voter_id.h"

namespace votebench::ledger {

// The attempt numbers of a workload: [first, first + reserved).
struct WorkloadRange {
  std::string name;
  AttemptNumber first = 0;
  std::uint64_t reserved = 0;
  std::optional<std::uint64_t> total;  // planned votes, where they are known beforehand
};

// How the checks of a run's slots begin (attempt_store.h).
enum class SlotForm : std::uint8_t { plain, seeded };
constexpr std::array<std::string_view, 2> names_of(SlotForm) { return {"plain", "seeded"}; }

struct Manifest {
  std::string votebench_version;
  RunId run;
  RunKey key{};
  std::uint64_t seed = 0;

  std::vector<std::string> tags;         // names of the groups that the run belongs to (run_list.h)
  std::optional<Invocation> invocation;  // the `votebench run`; nothing: an older version's run
  std::string scenario_name;
  std::string scenario_source;  // a path, or "(command line)"
  std::string scenario_text;    // as written: scenario.yaml
  std::string resolved_text;    // every default filled in: resolved.yaml
  std::string target_text;      // where it went: target.yaml

  // For people, without secrets: "http://127.0.0.1:8080/ (dockersamples)"; empty in runs of before.
  std::string target;
  // Name and value of what was there: machine, stores. Empty in runs of before.
  std::vector<std::pair<std::string, std::string>> environment;

  Grounds grounds;    // what the preflight found out, and what it did not; empty in runs of before
  Services services;  // likewise
  ChoiceNames choices;
  IdentityMode identity = IdentityMode::echoed;
  IdForm id_form = IdForm::votebench;  // as in runs of before
  std::vector<WorkloadRange> workloads;
  SlotForm slots = SlotForm::seeded;  // plain in runs of before
  AuditLimits limits;

  WallTime t0_wall{};
  Instant t0{};                      // monotonic, meaningful while boot_id is the same
  std::string boot_id;               // ledger::current_boot_id()
  bool stack_ends_with_run = false;  // a stack of votebench's own that goes down with this run
  std::optional<QueueBaseline> queue;
  std::optional<RowBaseline> rows;
  std::vector<ServerClock> clocks;  // before the load

  // What answers told so far, where the app makes the ids; else null. Its ids are stored beside the
  // attempts (id_store.h).
  std::shared_ptr<IdBook> book;

  [[nodiscard]] VoterIds ids() const { return VoterIds(run, key, id_form).told_by_answers(book); }
};

// A file of the run as it was when it was sealed.
struct FileSeal {
  std::string name;  // relative to the run directory
  std::uint64_t bytes = 0;
  std::string sha256;  // 64 hexadecimal digits
};

struct EndRecord {
  WallTime ended{};
  bool interrupted = false;
  std::optional<StoreIdentity> store{};  // of the table that the final rows were read from
  std::vector<FileSeal> files{};         // filled in by RunDirectory::close
};

// As older writers had it: what makes the table, part by part, and last the server's start.
[[nodiscard]] StoreIdentity identity_of_parts(const std::vector<std::string>& parts);

// /proc/sys/kernel/random/boot_id; empty where there is none.
[[nodiscard]] std::string current_boot_id();

[[nodiscard]] std::string to_json(const Manifest& manifest);
[[nodiscard]] std::string to_json(const EndRecord& record);
[[nodiscard]] std::string to_json(const std::vector<FileSeal>& seals);
// What the error of a document of another version begins with.
inline constexpr std::string_view kOtherSchema = "its schema is";
// The texts and the carry-over ids live in files of their own and are not read here.
[[nodiscard]] Result<Manifest> parse_manifest(const std::string& json);
[[nodiscard]] Result<EndRecord> parse_end_record(const std::string& json);
[[nodiscard]] Result<std::vector<FileSeal>> parse_seals(const std::string& json);

}  // namespace votebench::ledger
