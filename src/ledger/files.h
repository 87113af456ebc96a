// The names of a run's files, and how their damage is told.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "core/result.h"

namespace votebench::ledger {

inline constexpr const char* kManifestFile = "manifest.json";
inline constexpr const char* kScenarioFile = "scenario.yaml";
inline constexpr const char* kResolvedFile = "resolved.yaml";
inline constexpr const char* kTargetFile = "target.yaml";
inline constexpr const char* kStackRecordFile = "provisioning.json";  // of a stack of ours
inline constexpr const char* kCarryOverFile = "carry_over.ndjson";
inline constexpr const char* kBeginFile = "begin.json";
inline constexpr const char* kAttemptsDirectory = "attempts";
inline constexpr const char* kIdsDirectory = "ids";
inline constexpr const char* kSamplesFile = "timeseries.ndjson";
inline constexpr const char* kEventsFile = "events.ndjson";
inline constexpr const char* kWarningsFile = "warnings.ndjson";
inline constexpr const char* kRunLogFile = "run.log";
inline constexpr const char* kRowsFile = "rows.bin";
inline constexpr const char* kStrangersFile = "strangers.ndjson";
inline constexpr const char* kEvidenceFile = "evidence.json";
inline constexpr const char* kShardsFile = "shards.json";
inline constexpr const char* kEndFile = "end.json";
inline constexpr const char* kCleanedFile = "cleaned.txt";
inline constexpr const char* kResultFile = "result.json";
inline constexpr const char* kLatestLink = "latest";

// What closing a run seals, beside the segments of kAttemptsDirectory and kIdsDirectory. Not
// kRunLogFile: nothing is concluded from it.
inline constexpr std::array kSealedFiles{
    kManifestFile,  kScenarioFile, kResolvedFile, kTargetFile,   kStackRecordFile,
    kCarryOverFile, kSamplesFile,  kEventsFile,   kWarningsFile, kRowsFile,
    kStrangersFile, kShardsFile,   kEvidenceFile};

inline constexpr const char* kDamageHelp =
    "nothing can be said of a run from altered files: restore them from a copy";

inline Failure damaged(const std::filesystem::path& file, const std::string& why) {
  return fail(ErrorKind::environment, file.string() + " is damaged: " + why, kDamageHelp);
}

}  // namespace votebench::ledger
