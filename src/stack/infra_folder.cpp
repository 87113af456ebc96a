#include "stack/infra_folder.h"

#include <fmt/format.h>

#include <vector>

#include "core/assets.h"

namespace votebench::stack {

namespace fs = std::filesystem;

Result<fs::path> find_infra(const fs::path& given, const std::string& file) {
  std::vector<fs::path> places{given.empty() ? fs::path("infra") : given};
  if (given.empty())
    for (const fs::path& folder : asset_folders()) places.push_back(folder / "infra");
  std::error_code error;
  for (const fs::path& place : places)
    if (fs::exists(place / file, error)) return fs::canonical(place, error);
  return fail(ErrorKind::environment, fmt::format("{} is not here", (places[0] / file).string()),
              "start in the folder of the repository, or name its infra folder with --infra");
}

}  // namespace votebench::stack
