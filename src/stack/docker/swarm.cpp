#include "stack/docker/swarm.h"

#include <algorithm>

#include "stack/docker/client.h"

namespace votebench::stack {
namespace {

Result<> check_manager() {
  TRY_ASSIGN(
      const auto rows,
      docker_table({"info", "--format", "{{.Swarm.LocalNodeState}}\t{{.Swarm.ControlAvailable}}"},
                   2));
  const std::string state = rows.empty() ? "" : rows[0][0];
  if (state != "active")
    return fail(ErrorKind::environment,
                "this Docker is in no swarm" + (state.empty() ? "" : ": it is " + state),
                "`docker swarm init` makes one; of a compose project: votebench attach compose");
  if (rows[0][1] != "true")
    return fail(
        ErrorKind::environment, "this node is no manager of its swarm",
        "only managers know its services: attach on one (`docker node ls` there lists them)");
  return {};
}

// "STACK_vote.1", or "STACK_vote.NODE" where each node has one.
SwarmTask task_of(const std::vector<std::string>& row) {
  SwarmTask task{.service = row[0].substr(0, row[0].rfind('.')), .node = row[1], .error = row[4]};
  task.is_running = row[2] == "Running" && row[3].starts_with("Running");
  return task;
}

Result<std::vector<SwarmTask>> tasks_of(const std::vector<std::string>& services) {
  std::vector<SwarmTask> tasks;
  if (services.empty()) return tasks;
  std::vector<std::string> arguments{
      "service", "ps", "--no-trunc", "--format",
      "{{.Name}}\t{{.Node}}\t{{.DesiredState}}\t{{.CurrentState}}\t{{.Error}}"};
  arguments.insert(arguments.end(), services.begin(), services.end());
  TRY_ASSIGN(const auto rows, docker_table(std::move(arguments), 5));
  for (const auto& row : rows) tasks.push_back(task_of(row));
  return tasks;
}

Result<std::map<std::string, std::string>> node_addresses() {
  std::vector<std::string> arguments{"node", "inspect", "--format",
                                     "{{.Description.Hostname}}\t{{.Status.Addr}}"};
  TRY_ASSIGN(const auto ids, docker_lines({"node", "ls", "--quiet"}));
  arguments.insert(arguments.end(), ids.begin(), ids.end());
  TRY_ASSIGN(const auto rows, docker_table(std::move(arguments), 2));
  std::map<std::string, std::string> addresses;
  for (const auto& row : rows) addresses[row[0]] = row[1];
  return addresses;
}

}  // namespace

Result<std::vector<std::string>> deployed_stacks() {
  TRY(check_daemon());
  TRY(check_manager());
  TRY_ASSIGN(auto stacks, docker_lines({"stack", "ls", "--format", "{{.Name}}"}));
  std::ranges::sort(stacks);
  return stacks;
}

Result<SwarmAnswers> inspect_stack(const std::string& stack) {
  const std::string label = "label=com.docker.stack.namespace=" + stack;
  SwarmAnswers answers;
  const std::vector<std::string> services{"service", "ls", "--quiet", "--filter", label};
  TRY_ASSIGN(const auto ids, docker_lines(services));
  TRY_ASSIGN(answers.services, inspect_listed({"service", "inspect"}, services));
  TRY_ASSIGN(answers.tasks, tasks_of(ids));
  TRY_ASSIGN(answers.containers,
             inspect_listed({"inspect"}, {"ps", "--quiet", "--no-trunc", "--filter", label}));
  // It is there once a task has a way out of its networks.
  TRY_ASSIGN(answers.gateway,
             inspect_listed({"network", "inspect"},
                            {"network", "ls", "--quiet", "--filter", "name=^docker_gwbridge$"}));
  TRY_ASSIGN(answers.overlays, docker_lines({"network", "ls", "--no-trunc", "--quiet", "--filter",
                                             "driver=overlay"}));
  TRY_ASSIGN(answers.nodes, node_addresses());
  return answers;
}

}  // namespace votebench::stack
