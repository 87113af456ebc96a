#include "stack/docker/client.h"

#include <sstream>

#include "process/run.h"

namespace votebench::stack {
namespace {

// None of an empty text.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

}  // namespace

Result<> check_daemon() {
  if (!works({"docker", "--version"}))
    return fail(ErrorKind::environment, "no docker program here", kInstallDocker);
  if (const auto server = docker({"version", "--format", "{{.Server.Version}}"}); !server)
    return fail(ErrorKind::environment, "no Docker daemon answers: " + server.error().message,
                "is it running, and may you use it? (`docker ps`)");
  return {};
}

Result<std::string> docker(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "docker");
  return process::output_of({.argv = std::move(arguments)});
}

Result<std::vector<std::string>> docker_lines(std::vector<std::string> arguments) {
  TRY_ASSIGN(const std::string text, docker(std::move(arguments)));
  return split(text, '\n');
}

Result<std::vector<std::vector<std::string>>> docker_table(std::vector<std::string> arguments,
                                                           std::size_t columns) {
  TRY_ASSIGN(const auto lines, docker_lines(std::move(arguments)));
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : lines) {
    rows.push_back(split(line, '\t'));
    rows.back().resize(columns);
  }
  return rows;
}

Result<std::string> inspect_listed(std::vector<std::string> inspection,
                                   std::vector<std::string> list) {
  TRY_ASSIGN(const auto ids, docker_lines(std::move(list)));
  if (ids.empty()) return std::string("[]");
  inspection.insert(inspection.end(), ids.begin(), ids.end());
  return docker(std::move(inspection));
}

bool works(const std::vector<std::string>& argv) {
  const auto outcome = process::run({.argv = argv});
  return outcome && outcome->succeeded();
}

}  // namespace votebench::stack
