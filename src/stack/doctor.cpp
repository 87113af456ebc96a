#include "stack/doctor.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "core/text.h"
#include "stack/ports.h"
#include "stack/programs.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

constexpr rlim_t kFewestFiles = 4096;
constexpr std::uintmax_t kLeastSpace = 512ULL * 1024 * 1024;
constexpr std::uintmax_t kMegabyte = 1024ULL * 1024;

Requirement program(const char* name, const std::optional<fs::path>& path, const fs::path& asked) {
  if (!path) return {name, false, "not found", kInstallLine};
  return {name, true, fmt::format("{} ({})", path->string(), program_version(asked)), {}};
}

Requirement examine_postgres() {
  const auto directory = find_postgres();
  Requirement requirement =
      program("PostgreSQL", directory, directory.value_or(fs::path()) / "postgres");
  if (const auto account = postgres_account(); !account) {
    requirement.met = false;
    requirement.found = account.error().message;
    requirement.help = account.error().help;
  }
  return requirement;
}

Requirement examine_votestack(const fs::path& given) {
  const fs::path path = votestack_path(given);
  if (::access(path.c_str(), X_OK) == 0) return {"votestack", true, path.string(), {}};
  return {"votestack", false, fmt::format("not found at {}", path.string()),
          "it is built and installed together with votebench"};
}

Requirement examine_ports() {
  const auto reserved = reserve_ports();
  if (!reserved) return {"loopback ports", false, reserved.error().message, reserved.error().help};
  return {"loopback ports", true, fmt::format("{} and up are free", reserved->ports.base), {}};
}

Requirement examine_open_files() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  return {"open files", files.rlim_max >= kFewestFiles,
          fmt::format("up to {}", format_count(files.rlim_max)),
          fmt::format("raise the hard limit: ulimit -Hn {}", kFewestFiles)};
}

Requirement examine_space() {
  std::error_code error;
  const fs::space_info space = fs::space("/tmp", error);
  return {"space in /tmp", !error && space.available >= kLeastSpace,
          fmt::format("{} MB", format_count(error ? 0 : space.available / kMegabyte)),
          fmt::format("the local stack wants {} MB", kLeastSpace / kMegabyte)};
}

}  // namespace

bool Examination::healthy() const {
  return std::all_of(requirements.begin(), requirements.end(),
                     [](const Requirement& requirement) { return requirement.met; });
}

Examination examine_machine(const fs::path& votestack) {
  const auto redis = find_redis();
  Examination examination;
  examination.requirements = {program("redis-server", redis, redis.value_or(fs::path())),
                              examine_postgres(),
                              examine_votestack(votestack),
                              examine_ports(),
                              examine_open_files(),
                              examine_space()};
  if (!redis || !find_postgres())
    examination.install_line = fmt::format("{}{}", ::geteuid() == 0 ? "" : "sudo ", kInstallLine);
  for (Requirement& requirement : examination.requirements)
    if (requirement.met) requirement.help.clear();
  return examination;
}

}  // namespace votebench::stack
