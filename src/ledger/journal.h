// What happened along the time axis, one JSON object per line. Grammar: journal.cpp.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/os.h"
#include "core/result.h"
#include "vote/evidence.h"

namespace votebench::ledger {

// Appends lines to a file, each handed to the kernel at once. One thread at a time.
class Journal {
 public:
  explicit Journal(std::filesystem::path file) : file_(std::move(file)) {}
  // Whole or not at all: what a full disk cut off is taken back.
  [[nodiscard]] Result<> append(const std::string& line);

 private:
  std::filesystem::path file_;
  FileDescriptor fd_;  // opened by the first line
};

[[nodiscard]] std::string line_of(const Sample& sample);
[[nodiscard]] std::string line_of(const RunEvent& event);
[[nodiscard]] std::string line_of_warning(const std::string& text);

// A missing file is an empty one. The last line is skipped when it does not end.
[[nodiscard]] Result<std::vector<Sample>> read_samples(const std::filesystem::path& file);
// By time, each event once, as it was last written.
[[nodiscard]] Result<std::vector<RunEvent>> read_events(const std::filesystem::path& file);
[[nodiscard]] Result<std::vector<std::string>> read_warnings(const std::filesystem::path& file);

}  // namespace votebench::ledger
