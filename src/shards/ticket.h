// What the shards of a run and its observer have in common: a directory that all of them see.
//
//   D/ticket.json    which run it is, its plan and the way to the vote page; sealed
//   D/scenario.yaml  the scenario as it was written, for the report
//   D/target.yaml    the whole target, for the observer alone; no secret
//   D/shards/I/      made by shard I before its first byte (claim.h): claim.json, progress.json,
//                    and a run's directory (ledger/run_directory.h) without evidence
//   D/stop           made by the observer: no further vote is to be sent; says why
//   D/run            a link to the run's directory, made by the observer
//
// The directory outlives every process that uses it: a shared file system where they are on
// several machines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/result.h"
#include "ledger/manifest.h"

namespace votebench::shards {

inline constexpr const char* kTicketFile = "ticket.json";
inline constexpr const char* kScenarioFile = "scenario.yaml";
inline constexpr const char* kTargetFile = "target.yaml";
inline constexpr const char* kShardsDirectory = "shards";
inline constexpr const char* kStopFile = "stop";
inline constexpr const char* kRunLink = "run";

inline constexpr std::uint32_t kMostShards = 1000;

struct Ticket {
  // As far as it is known before the run: who it is, the plan, the way to the vote page.
  // `t0_wall` is the start of the load by the clock of the directory (directory_clock.h).
  ledger::Manifest run;
  std::uint32_t shards = 1;  // 1..kMostShards
};

// Makes the directory; one that holds a ticket is an error (usage).
[[nodiscard]] Result<> write_ticket(const std::filesystem::path& directory, const Ticket& ticket);
// Errors: there is none (usage); it was altered, or is of another version (environment).
[[nodiscard]] Result<Ticket> read_ticket(const std::filesystem::path& directory);

// Asks the shards to send no further vote. What they read of it, and how soon, is their file
// system's matter.
[[nodiscard]] Result<> ask_to_stop(const std::filesystem::path& directory, const std::string& why);
// Why, where somebody asked.
[[nodiscard]] std::optional<std::string> asked_to_stop(const std::filesystem::path& directory);

}  // namespace votebench::shards
