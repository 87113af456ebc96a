// Docker's command line client: every question that we ask Docker goes through it.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace votebench::stack {

inline constexpr char kInstallDocker[] = "apt-get install docker.io docker-compose";

// Error (environment): no docker program, no daemon, or we may not use it.
[[nodiscard]] Result<> check_daemon();

// What `docker ARGUMENTS...` prints, without its last newline. Error (environment): it fails.
[[nodiscard]] Result<std::string> docker(std::vector<std::string> arguments);

// Its lines.
[[nodiscard]] Result<std::vector<std::string>> docker_lines(std::vector<std::string> arguments);

// Its lines as fields between tabs, `columns` of them; what a line lacks is empty.
[[nodiscard]] Result<std::vector<std::vector<std::string>>> docker_table(
    std::vector<std::string> arguments, std::size_t columns);

// What an inspection prints about those that `list` prints the ids of; "[]": it prints none.
[[nodiscard]] Result<std::string> inspect_listed(std::vector<std::string> inspection,
                                                 std::vector<std::string> list);

// Whether a program succeeds.
[[nodiscard]] bool works(const std::vector<std::string>& argv);

}  // namespace votebench::stack
