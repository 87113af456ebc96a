#include "scenario/bundled.h"

#include <fmt/format.h>

#include <set>

namespace votebench::scenario {
namespace {

namespace fs = std::filesystem;

constexpr char kFolder[] = "scenarios";
constexpr char kSuffix[] = ".yaml";

std::optional<fs::path> bundled(const fs::path& given, const fs::path& program) {
  const fs::path parent = given.parent_path();
  if (given.filename().empty() || (!parent.empty() && parent != kFolder)) return std::nullopt;
  return find_asset(fs::path(kFolder) / given.filename().replace_extension(kSuffix), program);
}

}  // namespace

NamedFile find_scenario(const std::string& given, const fs::path& program) {
  const auto other = bundled(given, program);
  const bool is_name = !fs::path(given).has_parent_path();
  std::error_code error;
  for (const fs::path& file : {fs::path(given), fs::path(given + kSuffix)}) {
    if (!fs::exists(file, error) || fs::is_directory(file, error)) continue;
    if (!is_name || !other || fs::equivalent(file, *other, error)) return {file, {}};
    return {file, fmt::format("the scenario is {} of this folder, not the bundled {}",
                              file.string(), other->string())};
  }
  if (!other) return {given, {}};
  return {*other, fmt::format("the scenario is the bundled {}", other->string())};
}

std::string bundled_names(const fs::path& program) {
  const auto quick = find_asset(fs::path(kFolder) / "quick.yaml", program);
  if (!quick) return "not here";
  std::set<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(quick->parent_path(), error))
    if (entry.path().extension() == kSuffix) names.insert(entry.path().stem().string());
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace votebench::scenario
