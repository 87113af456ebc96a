#include "core/assets.h"

namespace votebench {

namespace fs = std::filesystem;

fs::path own_program() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error);
}

std::vector<fs::path> asset_folders(const fs::path& program) {
  const fs::path beside = program.parent_path();
  std::vector<fs::path> folders{beside.parent_path() / "share/votebench"};
  for (fs::path up = beside; up.has_relative_path(); up = up.parent_path()) folders.push_back(up);
  return folders;
}

std::optional<fs::path> find_asset(const fs::path& file, const fs::path& program) {
  std::error_code error;
  for (const fs::path& folder : asset_folders(program))
    if (fs::is_regular_file(folder / file, error)) return folder / file;
  return std::nullopt;
}

}  // namespace votebench
