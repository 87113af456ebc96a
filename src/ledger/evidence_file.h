// What the end of a run tells, saved before the audit judges. Formats: evidence_file.cpp.
#pragma once

#include <filesystem>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/result.h"
#include "ledger/record.h"

namespace votebench::ledger {

// `load`, `evidence` and `unfit` of the record. Durable when it returns.
// `evidence.queue.carry_over_ids` is not written: the manifest's baseline has it.
[[nodiscard]] Result<> write_evidence(const std::filesystem::path& run, const RunRecord& record);

// Fills in what write_evidence() wrote, and `complete`; leaves the record as it is where nothing
// was written.
[[nodiscard]] Result<> read_evidence(const std::filesystem::path& run, RunRecord& record);

// Of a run that several processes sent; a missing file holds none.
[[nodiscard]] Result<> write_shards(const std::filesystem::path& run,
                                    const std::vector<ShardRecord>& shards);
[[nodiscard]] Result<std::vector<ShardRecord>> read_shards(const std::filesystem::path& run);

// True where the target was refused before the first vote: RunRecord::unfit. False as well where
// nothing can be read.
[[nodiscard]] bool was_refused(const std::filesystem::path& run);

// One id per line, as a JSON string. A missing file holds none.
[[nodiscard]] Result<> write_ids(const std::filesystem::path& file,
                                 const std::unordered_set<std::string>& ids);
[[nodiscard]] Result<std::unordered_set<std::string>> read_ids(const std::filesystem::path& file);

}  // namespace votebench::ledger
