// What was seen of queue and table, saved before the audit judges. Formats: evidence_file.cpp.
#pragma once

#include <filesystem>
#include <optional>

#include "core/result.h"
#include "vote/evidence.h"
#include "vote/run_facts.h"

namespace votebench::ledger {

// What the audit and the report lean on beside the attempts.
struct Evidence {
  QueueEvidence queue;
  RowEvidence rows;
  Settlement settlement;
  RunFacts facts{};
  PageEvidence page{};
};

// Durable when it returns. `queue.carry_over_ids` is not written: the manifest's baseline has it.
[[nodiscard]] Result<> write_evidence(const std::filesystem::path& run, const Evidence& evidence);

// Nothing when none was written.
[[nodiscard]] Result<std::optional<Evidence>> read_evidence(const std::filesystem::path& run);

// One id per line, as a JSON string. A missing file holds none.
[[nodiscard]] Result<> write_ids(const std::filesystem::path& file,
                                 const std::unordered_set<std::string>& ids);
[[nodiscard]] Result<std::unordered_set<std::string>> read_ids(const std::filesystem::path& file);

}  // namespace votebench::ledger
