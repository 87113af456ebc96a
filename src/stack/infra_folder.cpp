#include "stack/infra_folder.h"

#include <fmt/format.h>

#include <vector>

namespace votebench::stack {

namespace fs = std::filesystem;

Result<fs::path> find_infra(const fs::path& given, const std::string& file) {
  std::error_code error;
  std::vector<fs::path> places{given};
  if (given.empty()) {
    places = {fs::current_path(error) / "infra"};
    for (fs::path up = fs::read_symlink("/proc/self/exe", error).parent_path();
         up.has_relative_path(); up = up.parent_path())
      places.push_back(up / "infra");
  }
  for (const fs::path& place : places)
    if (fs::exists(place / file, error)) return fs::canonical(place, error);
  const fs::path missing = (given.empty() ? fs::path("infra") : given) / file;
  return fail(ErrorKind::environment, fmt::format("{} is not here", missing.string()),
              "start in the folder of the repository, or name its infra folder with --infra");
}

}  // namespace votebench::stack
