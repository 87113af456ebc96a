// A stored run, judged and reported again from what it left on disk.
#pragma once

#include <filesystem>
#include <string>

#include "core/invocation.h"
#include "core/result.h"
#include "report/exit_code.h"
#include "run/publish.h"

namespace votebench::run {

// `selector` as in ledger/run_directory.h. Writes the report files again and prints the summary.
// Reads neither the target nor any secret. Errors: no such run (usage), a damaged or unfinished
// one (environment). `here`: the command as it was typed.
[[nodiscard]] Result<report::ExitCode> report_again(const std::filesystem::path& reports,
                                                    const std::string& selector,
                                                    const Invocation& here, Output output);

}  // namespace votebench::run
