#include "stack/docker/inspection.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/number.h"

namespace votebench::stack {
namespace {

using Json = nlohmann::json;

constexpr char kComposeService[] = "com.docker.compose.service";
constexpr char kComposeProject[] = "com.docker.compose.project";
constexpr char kSwarmService[] = "com.docker.swarm.service.name";
constexpr char kStack[] = "com.docker.stack.namespace";

Result<Json> parse_list(std::string_view text, const char* what) {
  Json list = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (list.is_array()) return list;
  return fail(ErrorKind::environment,
              fmt::format("docker inspect printed something else than {}", what));
}

// The value at a path of names; null where it ends early.
const Json& at(const Json& json, std::initializer_list<const char*> path) {
  static const Json kNull;
  const Json* node = &json;
  for (const char* name : path) {
    if (!node->is_object() || !node->contains(name)) return kNull;
    node = &(*node)[name];
  }
  return *node;
}

std::string text(const Json& json) { return json.is_string() ? json.get<std::string>() : ""; }

void append_words(const Json& list, std::vector<std::string>& words) {
  if (!list.is_array()) return;
  for (const Json& word : list) words.push_back(text(word));
}

std::map<std::string, std::string> environment_of(const Json& list) {
  std::vector<std::string> entries;
  append_words(list, entries);
  std::map<std::string, std::string> environment;
  for (const std::string& entry : entries)
    if (const std::size_t equals = entry.find('='); equals != std::string::npos)
      environment[entry.substr(0, equals)] = entry.substr(equals + 1);
  return environment;
}

// "shop_vote" of the stack "shop" -> "vote", as its file calls it.
std::string service_in(const std::string& stack, const std::string& full_name) {
  return full_name.starts_with(stack + '_') ? full_name.substr(stack.size() + 1) : full_name;
}

// "80/tcp" -> 80; other protocols are not ours.
std::optional<std::uint16_t> tcp_port(const std::string& name) {
  constexpr std::string_view kTcp = "/tcp";
  if (!name.ends_with(kTcp)) return std::nullopt;
  return whole_number<std::uint16_t>(std::string_view(name).substr(0, name.size() - kTcp.size()));
}

// Where a published port is seen on this machine.
std::string binding_of(const Json& bindings) {
  if (!bindings.is_array() || bindings.empty()) return "";
  const std::string host = text(at(bindings[0], {"HostIp"}));
  const bool any = host.empty() || host == "0.0.0.0" || host == "::";
  const bool v6 = !any && host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", any ? "127.0.0.1" : host, v6 ? "]" : "",
                     text(at(bindings[0], {"HostPort"})));
}

void read_ports(const Json& inspection, ContainerFacts& facts) {
  for (const Json* ports :
       {&at(inspection, {"Config", "ExposedPorts"}), &at(inspection, {"NetworkSettings", "Ports"})})
    for (const auto& [name, bindings] : ports->items()) {
      const auto port = tcp_port(name);
      if (!port) continue;
      facts.ports.push_back(*port);
      if (const std::string binding = binding_of(bindings); !binding.empty())
        facts.published[*port] = binding;
    }
  std::ranges::sort(facts.ports);
  facts.ports.erase(std::unique(facts.ports.begin(), facts.ports.end()), facts.ports.end());
}

void read_networks(const Json& inspection, ContainerFacts& facts) {
  for (const auto& [name, network] : at(inspection, {"NetworkSettings", "Networks"}).items()) {
    const std::string address = text(at(network, {"IPAddress"}));
    facts.networks[text(at(network, {"NetworkID"}))] = address;
    if (facts.address.empty()) facts.address = address;
  }
}

std::vector<std::string> aliases_of(const Json& inspection) {
  std::vector<std::string> aliases;
  for (const auto& [name, network] : at(inspection, {"NetworkSettings", "Networks"}).items())
    append_words(at(network, {"Aliases"}), aliases);
  const std::string name = text(at(inspection, {"Name"}));
  if (name.starts_with('/')) aliases.push_back(name.substr(1));
  return aliases;
}

void read_labels(const Json& labels, ContainerFacts& facts) {
  facts.project = text(at(labels, {kComposeProject}));
  facts.service = text(at(labels, {kComposeService}));
  const std::string in_swarm = text(at(labels, {kSwarmService}));
  if (in_swarm.empty()) return;
  facts.manager = Manager::swarm;
  facts.project = text(at(labels, {kStack}));
  facts.service = service_in(facts.project, in_swarm);
}

ContainerFacts facts_of(const Json& inspection) {
  ContainerFacts facts;
  facts.id = text(at(inspection, {"Id"}));
  read_labels(at(inspection, {"Config", "Labels"}), facts);
  facts.aliases = aliases_of(inspection);
  facts.image = text(at(inspection, {"Config", "Image"}));
  append_words(at(inspection, {"Config", "Entrypoint"}), facts.command);
  append_words(at(inspection, {"Config", "Cmd"}), facts.command);
  facts.environment = environment_of(at(inspection, {"Config", "Env"}));
  read_ports(inspection, facts);
  read_networks(inspection, facts);
  for (const Json& mount : at(inspection, {"Mounts"}))
    facts.mounts[text(at(mount, {"Destination"}))] = text(at(mount, {"Source"}));
  return facts;
}

// Where secrets stand that are given by a name only.
std::string path_of_secret(const std::string& name) {
  return name.starts_with('/') ? name : "/run/secrets/" + name;
}

// Those of one mode, as its tasks know them -> as others do.
std::map<std::uint16_t, std::uint16_t> ports_of(const Json& service, const char* mode) {
  const auto number = [](const Json& value) -> std::uint16_t {
    const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() <= 0xFFFF;
    return fits ? value.get<std::uint16_t>() : 0;
  };
  std::map<std::uint16_t, std::uint16_t> ports;
  for (const Json& port : at(service, {"Endpoint", "Ports"})) {
    const std::uint16_t target = number(at(port, {"TargetPort"}));
    const std::uint16_t published = number(at(port, {"PublishedPort"}));
    if (target != 0 && published != 0 && text(at(port, {"Protocol"})) == "tcp" &&
        text(at(port, {"PublishMode"})) == mode)
      ports[target] = published;
  }
  return ports;
}

// Every node of the swarm listens on these, for all tasks.
void read_mesh(const Json& service, ContainerFacts& facts) {
  for (const auto& [target, published] : ports_of(service, "ingress")) {
    facts.ports.push_back(target);
    facts.published[target] = fmt::format("127.0.0.1:{}", published);
    facts.is_balanced = true;
  }
}

ContainerFacts task_facts_of(const std::string& stack, const Json& service) {
  const Json& spec = at(service, {"Spec"});
  const Json& container = at(spec, {"TaskTemplate", "ContainerSpec"});
  ContainerFacts facts;
  facts.manager = Manager::swarm;
  facts.project = stack;
  const std::string full_name = text(at(spec, {"Name"}));
  facts.service = service_in(stack, full_name);
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
  read_mesh(service, facts);
  return facts;
}

}  // namespace

Result<std::vector<ContainerFacts>> parse_inspection(std::string_view json) {
  TRY_ASSIGN(const Json inspections, parse_list(json, "containers"));
  std::vector<ContainerFacts> all;
  for (const Json& inspection : inspections) all.push_back(facts_of(inspection));
  std::ranges::stable_sort(all, {}, &ContainerFacts::service);
  return all;
}

Result<std::vector<ServiceFacts>> parse_services(const std::string& stack, std::string_view json) {
  TRY_ASSIGN(const Json services, parse_list(json, "services"));
  std::vector<ServiceFacts> all;
  for (const Json& service : services) {
    const Json& mode = at(service, {"Spec", "Mode"});
    all.push_back({.full_name = text(at(service, {"Spec", "Name"})),
                   .task = task_facts_of(stack, service),
                   .node_ports = ports_of(service, "host"),
                   .is_job = mode.contains("ReplicatedJob") || mode.contains("GlobalJob"),
                   .is_scaled_to_0 = at(mode, {"Replicated", "Replicas"}) == 0});
  }
  return all;
}

Result<std::map<std::string, std::string>> parse_bridge(std::string_view json) {
  TRY_ASSIGN(const Json networks, parse_list(json, "networks"));
  std::map<std::string, std::string> addresses;
  for (const Json& network : networks)
    for (const auto& [id, endpoint] : at(network, {"Containers"}).items()) {
      const std::string address = text(at(endpoint, {"IPv4Address"}));
      addresses[id] = address.substr(0, address.find('/'));
    }
  return addresses;
}

}  // namespace votebench::stack
