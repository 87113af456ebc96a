#include "stack/programs.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>
#include <vector>

#include "core/assets.h"
#include "core/number.h"
#include "process/run.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

constexpr auto kShortRun = std::chrono::seconds(5);
constexpr char kDebianPostgres[] = "/usr/lib/postgresql";

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

std::vector<fs::path> search_path() {
  const char* path = std::getenv("PATH");
  std::istringstream entries(path != nullptr ? path : "");
  std::vector<fs::path> directories;
  for (std::string entry; std::getline(entries, entry, ':');)
    if (fs::path(entry).is_absolute()) directories.emplace_back(entry);
  for (const char* usual : {"/usr/local/bin", "/usr/bin", "/usr/sbin"})
    directories.emplace_back(usual);
  return directories;
}

bool has_postgres(const fs::path& directory) {
  return is_program(directory / "initdb") && is_program(directory / "postgres") &&
         is_program(directory / "psql");
}

// "15" -> 15, anything else -> 0.
unsigned version_number(const fs::path& directory) {
  return whole_number<unsigned>(directory.filename().string()).value_or(0);
}

std::optional<fs::path> highest_debian_postgres() {
  std::vector<fs::path> versions;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(kDebianPostgres, error))
    if (has_postgres(entry.path() / "bin")) versions.push_back(entry.path());
  if (versions.empty()) return std::nullopt;
  const auto highest = std::max_element(
      versions.begin(), versions.end(),
      [](const fs::path& a, const fs::path& b) { return version_number(a) < version_number(b); });
  return *highest / "bin";
}

Failure missing(const std::string& what) {
  return fail(ErrorKind::environment, fmt::format("the local stack needs {}: not found", what),
              fmt::format("{}{}", ::geteuid() == 0 ? "" : "sudo ", kInstallLine));
}

}  // namespace

std::optional<fs::path> find_program(std::string_view name) {
  for (const fs::path& directory : search_path())
    if (is_program(directory / name)) return directory / name;
  return std::nullopt;
}

std::optional<fs::path> find_redis() { return find_program("redis-server"); }

std::optional<fs::path> find_postgres() {
  if (auto debian = highest_debian_postgres()) return debian;
  for (const fs::path& directory : search_path())
    if (has_postgres(directory)) return directory;
  return std::nullopt;
}

fs::path votestack_path(const fs::path& given) {
  std::error_code error;
  if (!given.empty()) return fs::absolute(given, error);
  return own_program().parent_path() / "votestack";
}

Result<Programs> find_programs(const fs::path& votestack) {
  const auto redis = find_redis();
  if (!redis) return missing("redis-server");
  const auto postgres = find_postgres();
  if (!postgres) return missing("PostgreSQL");
  Programs programs{*redis, *postgres, votestack_path(votestack)};
  if (is_program(programs.votestack)) return programs;
  return fail(
      ErrorKind::environment,
      fmt::format("the local stack needs votestack: not found at {}", programs.votestack.string()),
      "it is built and installed together with votebench");
}

Result<std::optional<process::Account>> postgres_account() {
  if (::geteuid() != 0) return std::optional<process::Account>();
  for (const char* name : {"postgres", "nobody"})
    if (const passwd* user = ::getpwnam(name); user != nullptr && user->pw_uid != 0)
      return std::optional(process::Account{user->pw_uid, user->pw_gid, name});
  return fail(ErrorKind::environment,
              "PostgreSQL does not run as root, and there is no user postgres or nobody",
              "run votebench as an ordinary user");
}

std::string program_version(const fs::path& program) {
  const std::string text =
      process::output_of({.argv = {program.string(), "--version"}}, {.limit = kShortRun})
          .value_or("");
  const std::size_t start = text.find_first_of("0123456789");
  if (start == std::string::npos) return "unknown";
  return text.substr(start, text.find_first_not_of("0123456789.", start) - start);
}

}  // namespace votebench::stack
