#include "stack/docker/swarm_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text.h"
#include "stack/docker/inspection.h"
#include "vote/target_settings.h"

namespace votebench::stack {
namespace {

Result<Json> parse_list(const std::string& text, const char* what) {
  Json list = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (list.is_array()) return list;
  return fail(ErrorKind::environment,
              fmt::format("docker {} inspect printed something else than a list", what));
}

// The container's id -> its address on the bridge by which tasks get out of their networks, which
// is the one that this node reaches.
std::map<std::string, std::string> gateway_addresses(const Json& inspection) {
  std::map<std::string, std::string> addresses;
  for (const Json& network : inspection)
    for (const auto& [id, endpoint] : at(network, {"Containers"}).items()) {
      const std::string address = text(at(endpoint, {"IPv4Address"}));
      addresses[id] = address.substr(0, address.find('/'));
    }
  return addresses;
}

// Where secrets stand that are given by a name only.
std::string path_of_secret(const std::string& name) {
  return name.starts_with('/') ? name : "/run/secrets/" + name;
}

class Stack {
 public:
  Stack(std::string name, const SwarmAnswers& answers, std::map<std::string, std::string> gateways)
      : name_(std::move(name)), answers_(answers), gateways_(std::move(gateways)) {}

  // The facts of a service's tasks.
  [[nodiscard]] std::vector<ContainerFacts> tasks_of(
      const Json& service, const std::vector<ContainerFacts>& containers) const {
    const ContainerFacts told = told_of(service);
    std::vector<ContainerFacts> tasks;
    for (const ContainerFacts& container : containers)
      if (container.service == told.service) tasks.push_back(here(container, told));
    const std::vector<std::string> nodes = nodes_of(told);
    for (std::size_t i = tasks.size(); i < nodes.size(); ++i)
      tasks.push_back(elsewhere(service, told, nodes));
    if (tasks.empty()) tasks.push_back(stopped(service, told));
    return tasks;
  }

 private:
  // What all tasks of a service have in common.
  [[nodiscard]] ContainerFacts told_of(const Json& service) const {
    const Json& spec = at(service, {"Spec"});
    const Json& container = at(spec, {"TaskTemplate", "ContainerSpec"});
    ContainerFacts facts;
    facts.manager = Manager::swarm;
    facts.project = name_;
    const std::string full_name = text(at(spec, {"Name"}));
    facts.service = service_in(name_, full_name);
    facts.aliases = {full_name, "tasks." + full_name, "tasks." + facts.service};
    for (const Json& network : at(spec, {"TaskTemplate", "Networks"}))
      append_words(at(network, {"Aliases"}), facts.aliases);
    const std::string image = text(at(container, {"Image"}));
    facts.image = image.substr(0, image.find('@'));
    append_words(at(container, {"Command"}), facts.command);
    append_words(at(container, {"Args"}), facts.command);
    facts.environment = environment_of(at(container, {"Env"}));
    for (const Json& secret : at(container, {"Secrets"}))
      facts.secrets[path_of_secret(text(at(secret, {"File", "Name"})))] =
          text(at(secret, {"SecretName"}));
    for (const Json& config : at(container, {"Configs"}))
      facts.configs.push_back(text(at(config, {"ConfigName"})));
    read_ingress(service, facts);
    return facts;
  }

  static std::optional<std::uint16_t> number(const Json& port, const char* name) {
    const Json& value = at(port, {name});
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 0xFFFF) return std::nullopt;
    return value.get<std::uint16_t>();
  }

  template <typename Use>
  static void each_port(const Json& service, const char* mode, Use use) {
    for (const Json& port : at(service, {"Endpoint", "Ports"})) {
      const auto target = number(port, "TargetPort");
      const auto published = number(port, "PublishedPort");
      if (target && published && text(at(port, {"Protocol"})) == "tcp" &&
          text(at(port, {"PublishMode"})) == mode)
        use(*target, *published);
    }
  }

  // Ports that every node of the swarm listens on, for all tasks.
  static void read_ingress(const Json& service, ContainerFacts& facts) {
    each_port(service, "ingress", [&](std::uint16_t target, std::uint16_t published) {
      facts.ports.push_back(target);
      facts.published[target] = fmt::format("127.0.0.1:{}", published);
      facts.is_balanced = true;
    });
    std::ranges::sort(facts.ports);
  }

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
    if (const auto gateway = gateways_.find(container.id); gateway != gateways_.end()) {
      container.address = gateway->second;
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

  // The nodes of its running tasks.
  [[nodiscard]] std::vector<std::string> nodes_of(const ContainerFacts& told) const {
    std::vector<std::string> nodes;
    for (const SwarmTask& task : answers_.tasks)
      if (task.is_running && task.service == told.aliases.front()) nodes.push_back(task.node);
    return nodes;
  }

  // A port in mode host is one of the node that a task runs on.
  [[nodiscard]] ContainerFacts elsewhere(const Json& service, ContainerFacts facts,
                                         const std::vector<std::string>& nodes) const {
    const std::set<std::string> names(nodes.begin(), nodes.end());
    facts.unreachable =
        fmt::format("it runs on {}", printable(fmt::format("{}", fmt::join(names, ", "))));
    const auto node = answers_.nodes.find(nodes.front());
    if (node == answers_.nodes.end()) return facts;
    each_port(service, "host", [&](std::uint16_t target, std::uint16_t published) {
      facts.ports.push_back(target);
      facts.published[target] = HostPort{node->second, published}.text();
    });
    return facts;
  }

  [[nodiscard]] ContainerFacts stopped(const Json& service, ContainerFacts facts) const {
    const Json& replicas = at(service, {"Spec", "Mode", "Replicated", "Replicas"});
    facts.stopped = replicas == 0 ? "it is scaled to 0" : "none of its tasks runs";
    const auto failed = std::ranges::find_if(answers_.tasks, [&](const SwarmTask& task) {
      return task.service == facts.aliases.front() && !task.error.empty();
    });
    if (failed != answers_.tasks.end()) facts.stopped += ": " + printable(failed->error);
    return facts;
  }

  std::string name_;
  const SwarmAnswers& answers_;
  std::map<std::string, std::string> gateways_;
};

bool is_job(const Json& service) {
  const Json& mode = at(service, {"Spec", "Mode"});
  return mode.contains("ReplicatedJob") || mode.contains("GlobalJob");
}

}  // namespace

Result<std::vector<ContainerFacts>> facts_of_stack(const std::string& stack,
                                                   const SwarmAnswers& answers) {
  TRY_ASSIGN(const Json services, parse_list(answers.services, "service"));
  TRY_ASSIGN(const Json gateway, parse_list(answers.gateway, "network"));
  TRY_ASSIGN(const auto containers, parse_inspection(answers.containers));
  const Stack known(stack, answers, gateway_addresses(gateway));
  std::vector<ContainerFacts> all;
  for (const Json& service : services) {
    if (is_job(service)) continue;
    const auto tasks = known.tasks_of(service, containers);
    all.insert(all.end(), tasks.begin(), tasks.end());
  }
  std::ranges::stable_sort(all, {}, &ContainerFacts::service);
  return all;
}

}  // namespace votebench::stack
