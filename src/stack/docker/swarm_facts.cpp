#include "stack/docker/swarm_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text.h"
#include "stack/docker/inspection.h"
#include "vote/target_settings.h"

namespace votebench::stack {
namespace {

class Tasks {
 public:
  // `bridge`: the addresses by which tasks get out of their networks, which this node reaches.
  Tasks(const SwarmAnswers& answers, std::vector<ContainerFacts> containers,
        std::map<std::string, std::string> bridge)
      : answers_(answers), containers_(std::move(containers)), bridge_(std::move(bridge)) {}

  [[nodiscard]] std::vector<ContainerFacts> of(const ServiceFacts& service) const {
    std::vector<ContainerFacts> tasks;
    for (const ContainerFacts& container : containers_)
      if (container.service == service.task.service) tasks.push_back(here(container, service.task));
    const std::vector<std::string> nodes = nodes_of(service);
    while (tasks.size() < nodes.size()) tasks.push_back(elsewhere(service, nodes));
    if (tasks.empty()) tasks.push_back(stopped(service));
    return tasks;
  }

 private:
  [[nodiscard]] ContainerFacts here(ContainerFacts container, const ContainerFacts& told) const {
    container.aliases.insert(container.aliases.end(), told.aliases.begin(), told.aliases.end());
    container.image = told.image;
    container.secrets = told.secrets;
    container.configs = told.configs;
    container.is_balanced = told.is_balanced;
    container.published.insert(told.published.begin(), told.published.end());
    for (const std::uint16_t port : told.ports)
      if (std::ranges::find(container.ports, port) == container.ports.end())
        container.ports.push_back(port);
    std::ranges::sort(container.ports);
    place(container);
    return container;
  }

  // Overlay networks are seen by containers only; on any other its own address is good.
  void place(ContainerFacts& container) const {
    container.address.clear();
    if (const auto outside = bridge_.find(container.id); outside != bridge_.end()) {
      container.address = outside->second;
      return;
    }
    bool is_inside = false;
    for (const auto& [id, address] : container.networks)
      if (std::ranges::find(answers_.overlays, id) != answers_.overlays.end())
        is_inside = true;
      else if (container.address.empty())
        container.address = address;
    if (is_inside && container.address.empty())
      container.unreachable = "its networks are internal ones";
  }

  // Those of its running tasks.
  [[nodiscard]] std::vector<std::string> nodes_of(const ServiceFacts& service) const {
    std::vector<std::string> nodes;
    for (const SwarmTask& task : answers_.tasks)
      if (task.is_running && task.service == service.full_name) nodes.push_back(task.node);
    return nodes;
  }

  [[nodiscard]] ContainerFacts elsewhere(const ServiceFacts& service,
                                         const std::vector<std::string>& nodes) const {
    ContainerFacts facts = service.task;
    const std::set<std::string> names(nodes.begin(), nodes.end());
    facts.unreachable = "it runs on " + printable(fmt::format("{}", fmt::join(names, ", ")));
    const auto node = answers_.nodes.find(nodes.front());
    if (node == answers_.nodes.end()) return facts;
    for (const auto& [port, of_node] : service.node_ports) {
      facts.ports.push_back(port);
      facts.published[port] = HostPort{node->second, of_node}.text();
    }
    return facts;
  }

  [[nodiscard]] ContainerFacts stopped(const ServiceFacts& service) const {
    ContainerFacts facts = service.task;
    facts.stopped = service.is_scaled_to_0 ? "it is scaled to 0" : "none of its tasks runs";
    const auto failed = std::ranges::find_if(answers_.tasks, [&](const SwarmTask& task) {
      return task.service == service.full_name && !task.error.empty();
    });
    if (!service.is_scaled_to_0 && failed != answers_.tasks.end())
      facts.stopped += ": " + printable(failed->error);
    return facts;
  }

  const SwarmAnswers& answers_;
  std::vector<ContainerFacts> containers_;
  std::map<std::string, std::string> bridge_;
};

}  // namespace

Result<std::vector<ContainerFacts>> facts_of_stack(const std::string& stack,
                                                   const SwarmAnswers& answers) {
  TRY_ASSIGN(const auto services, parse_services(stack, answers.services));
  TRY_ASSIGN(auto containers, parse_inspection(answers.containers));
  TRY_ASSIGN(auto bridge, parse_bridge(answers.gateway));
  const Tasks tasks(answers, std::move(containers), std::move(bridge));
  std::vector<ContainerFacts> all;
  for (const ServiceFacts& service : services) {
    if (service.is_job) continue;
    const auto found = tasks.of(service);
    all.insert(all.end(), found.begin(), found.end());
  }
  std::ranges::stable_sort(all, {}, &ContainerFacts::service);
  return all;
}

}  // namespace votebench::stack
