#include "stack/docker/docker.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "process/run.h"

namespace votebench::stack {
namespace {

constexpr char kLabel[] = "com.docker.compose.project";
constexpr char kInstall[] = "apt-get install docker.io docker-compose";

Result<std::string> docker(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "docker");
  return process::output_of({.argv = std::move(arguments)});
}

bool works(const std::vector<std::string>& argv) {
  const auto outcome = process::run({.argv = argv});
  return outcome && outcome->succeeded();
}

std::string filter(const std::string& project) {
  return fmt::format("label={}={}", kLabel, project);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// `columns` fields per line; what a line lacks is empty.
Result<std::vector<std::vector<std::string>>> table(std::vector<std::string> arguments,
                                                    std::size_t columns) {
  TRY_ASSIGN(const std::string text, docker(std::move(arguments)));
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : split(text, '\n')) {
    rows.push_back(split(line, '\t'));
    rows.back().resize(columns);
  }
  return rows;
}

Result<> check_daemon() {
  if (!works({"docker", "--version"}))
    return fail(ErrorKind::environment, "no docker program here", kInstall);
  if (const auto server = docker({"version", "--format", "{{.Server.Version}}"}); !server)
    return fail(ErrorKind::environment, "no Docker daemon answers: " + server.error().message,
                "is it running, and may you use it? (`docker ps`)");
  return {};
}

}  // namespace

Result<std::vector<std::string>> find_compose() {
  TRY(check_daemon());
  for (const std::vector<std::string>& client : {std::vector<std::string>{"docker", "compose"},
                                                 std::vector<std::string>{"docker-compose"}}) {
    std::vector<std::string> version = client;
    version.emplace_back("version");
    if (works(version)) return client;
  }
  return fail(ErrorKind::environment, "Docker Compose is missing", kInstall);
}

Result<std::vector<std::string>> running_projects() {
  TRY(check_daemon());
  TRY_ASSIGN(const std::string names,
             docker({"ps", "--filter", std::string("label=") + kLabel, "--format",
                     fmt::format("{{{{.Label \"{}\"}}}}", kLabel)}));
  std::vector<std::string> projects = split(names, '\n');
  std::ranges::sort(projects);
  projects.erase(std::unique(projects.begin(), projects.end()), projects.end());
  return projects;
}

Result<std::string> inspect_project(const std::string& project) {
  TRY_ASSIGN(const std::string ids, docker({"ps", "--quiet", "--filter", filter(project),
                                            "--filter", "label=com.docker.compose.oneoff=False"}));
  if (ids.empty()) return std::string("[]");
  std::vector<std::string> arguments = split(ids, '\n');
  arguments.insert(arguments.begin(), "inspect");
  return docker(std::move(arguments));
}

Result<std::vector<Container>> containers_of(const std::string& project) {
  const std::string format =
      "{{.ID}}\t{{.Label \"com.docker.compose.service\"}}\t{{.State}}\t{{.Status}}";
  TRY_ASSIGN(const auto rows,
             table({"ps", "--all", "--no-trunc", "--filter", filter(project), "--filter",
                    "label=com.docker.compose.oneoff=False", "--format", format},
                   4));
  std::vector<Container> containers;
  for (const auto& row : rows) containers.push_back({row[0], row[1], row[2], row[3]});
  std::ranges::sort(containers, {}, &Container::service);
  return containers;
}

Result<std::vector<std::string>> belongings_of(const std::string& project) {
  std::vector<std::string> found;
  const auto add = [&](const char* kind, std::vector<std::string> arguments) -> Result<> {
    arguments.insert(arguments.end(), {"--filter", filter(project)});
    TRY_ASSIGN(const std::string names, docker(std::move(arguments)));
    for (const std::string& name : split(names, '\n')) found.push_back(kind + (' ' + name));
    return {};
  };
  TRY(add("container", {"ps", "--all", "--format", "{{.Names}}"}));
  TRY(add("network", {"network", "ls", "--format", "{{.Name}}"}));
  TRY(add("volume", {"volume", "ls", "--format", "{{.Name}}"}));
  return found;
}

Result<std::vector<RunningImage>> images_of(const std::vector<Container>& containers) {
  std::vector<RunningImage> images;
  for (const Container& container : containers) {
    TRY_ASSIGN(const auto rows,
               table({"inspect", "--format", "{{.Config.Image}}\t{{.Image}}", container.id}, 2));
    if (rows.empty()) continue;
    RunningImage image{container.service, rows[0][0], rows[0][1], {}};
    TRY_ASSIGN(const std::string digests,
               docker({"image", "inspect", "--format", "{{join .RepoDigests \"\\n\"}}", image.id}));
    image.digests = split(digests, '\n');
    images.push_back(std::move(image));
  }
  return images;
}

}  // namespace votebench::stack
