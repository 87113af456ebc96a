#include "stack/docker/container_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/number.h"

namespace votebench::stack {
namespace {

using Json = nlohmann::json;

constexpr char kServiceLabel[] = "com.docker.compose.service";

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

std::string address_of(const Json& networks) {
  for (const auto& [name, network] : networks.items())
    if (std::string address = text(at(network, {"IPAddress"})); !address.empty()) return address;
  return "";
}

ContainerFacts facts_of(const Json& inspection) {
  ContainerFacts facts;
  facts.service = text(at(inspection, {"Config", "Labels", kServiceLabel}));
  facts.image = text(at(inspection, {"Config", "Image"}));
  append_words(at(inspection, {"Config", "Entrypoint"}), facts.command);
  append_words(at(inspection, {"Config", "Cmd"}), facts.command);
  facts.environment = environment_of(at(inspection, {"Config", "Env"}));
  read_ports(inspection, facts);
  facts.address = address_of(at(inspection, {"NetworkSettings", "Networks"}));
  for (const Json& mount : at(inspection, {"Mounts"}))
    facts.mounts[text(at(mount, {"Destination"}))] = text(at(mount, {"Source"}));
  return facts;
}

}  // namespace

std::string ContainerFacts::variable(const std::string& name) const {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

std::string ContainerFacts::option(std::string_view option) const {
  for (std::size_t i = 0; i < command.size(); ++i) {
    if (command[i] == option && i + 1 < command.size()) return command[i + 1];
    if (command[i].starts_with(std::string(option) + '='))
      return command[i].substr(option.size() + 1);
  }
  return "";
}

Result<std::vector<ContainerFacts>> parse_inspection(std::string_view json) {
  const Json inspections = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!inspections.is_array())
    return fail(ErrorKind::environment, "docker inspect printed something else than containers");
  std::vector<ContainerFacts> all;
  for (const Json& inspection : inspections) all.push_back(facts_of(inspection));
  std::ranges::stable_sort(all, {}, &ContainerFacts::service);
  return all;
}

}  // namespace votebench::stack
