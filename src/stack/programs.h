// The programs that a local stack is made of, where this machine has them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "process/child.h"

namespace votebench::stack {

// Everything that Debian's packages provide comes with this line.
inline constexpr char kInstallLine[] = "apt-get install redis-server postgresql";

// From PATH, then the usual directories; nullopt: not found.
[[nodiscard]] std::optional<std::filesystem::path> find_program(std::string_view name);
[[nodiscard]] std::optional<std::filesystem::path> find_redis();

// The directory with initdb, postgres and psql: the highest version under /usr/lib/postgresql
// (where Debian keeps them out of PATH), then PATH.
[[nodiscard]] std::optional<std::filesystem::path> find_postgres();

// `given`, or votestack beside this program.
[[nodiscard]] std::filesystem::path votestack_path(const std::filesystem::path& given);

struct Programs {
  std::filesystem::path redis;
  std::filesystem::path postgres_directory;
  std::filesystem::path votestack;
};

// Error (environment): what is missing, and how to get it.
[[nodiscard]] Result<Programs> find_programs(const std::filesystem::path& votestack);

// PostgreSQL refuses to run as root: then it gets the user `postgres`, else `nobody`. None when we
// are not root. Error (environment): root, and neither user exists.
[[nodiscard]] Result<std::optional<process::Account>> postgres_account();

// "7.0.15", "15.13" from `PROGRAM --version`; "unknown" when it does not say.
[[nodiscard]] std::string program_version(const std::filesystem::path& program);

}  // namespace votebench::stack
