#include "stack/docker/docker.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/docker/client.h"

namespace votebench::stack {
namespace {

constexpr char kLabel[] = "com.docker.compose.project";

std::string filter(const std::string& project) {
  return fmt::format("label={}={}", kLabel, project);
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
  return fail(ErrorKind::environment, "Docker Compose is missing", kInstallDocker);
}

Result<std::vector<std::string>> running_projects() {
  TRY(check_daemon());
  TRY_ASSIGN(auto projects,
             docker_lines({"ps", "--filter", std::string("label=") + kLabel, "--format",
                           fmt::format("{{{{.Label \"{}\"}}}}", kLabel)}));
  std::ranges::sort(projects);
  projects.erase(std::unique(projects.begin(), projects.end()), projects.end());
  return projects;
}

Result<std::string> inspect_project(const std::string& project) {
  return inspect_listed({"inspect"}, {"ps", "--quiet", "--filter", filter(project), "--filter",
                                      "label=com.docker.compose.oneoff=False"});
}

Result<std::vector<Container>> containers_of(const std::string& project) {
  const std::string format =
      "{{.ID}}\t{{.Label \"com.docker.compose.service\"}}\t{{.State}}\t{{.Status}}";
  TRY_ASSIGN(const auto rows,
             docker_table({"ps", "--all", "--no-trunc", "--filter", filter(project), "--filter",
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
    TRY_ASSIGN(const auto names, docker_lines(std::move(arguments)));
    for (const std::string& name : names) found.push_back(kind + (' ' + name));
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
    TRY_ASSIGN(
        const auto rows,
        docker_table({"inspect", "--format", "{{.Config.Image}}\t{{.Image}}", container.id}, 2));
    if (rows.empty()) continue;
    RunningImage image{container.service, rows[0][0], rows[0][1], {}};
    TRY_ASSIGN(image.digests, docker_lines({"image", "inspect", "--format",
                                            "{{join .RepoDigests \"\\n\"}}", image.id}));
    images.push_back(std::move(image));
  }
  return images;
}

}  // namespace votebench::stack
