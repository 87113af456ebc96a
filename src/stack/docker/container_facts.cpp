#include "stack/docker/container_facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/number.h"
#include "stack/docker/inspection.h"

namespace votebench::stack {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;
constexpr char kComposeService[] = "com.docker.compose.service";
constexpr char kComposeProject[] = "com.docker.compose.project";
constexpr char kSwarmService[] = "com.docker.swarm.service.name";

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
  facts.project = text(at(labels, {kStackLabel}));
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

// The words of a shell script. Quotes are gone; what stands in $(...) is a part of its word.
std::vector<std::string> script_words(std::string_view script) {
  std::vector<std::string> words(1);
  char quote = '\0';
  int depth = 0;
  for (std::size_t i = 0; i < script.size(); ++i) {
    const char c = script[i];
    if (c == quote)
      quote = '\0';
    else if (quote == '\0' && (c == '"' || c == '\''))
      quote = c;
    else if (quote == '\0' && depth == 0 && std::string_view(" \t\n;&|").find(c) != kNowhere)
      words.emplace_back();
    else
      words.back() += c;
    if (quote == '\'') continue;
    if (c == '(' && i > 0 && script[i - 1] == '$') ++depth;
    if (c == ')' && depth > 0) --depth;
  }
  return words;
}

// A word that is one variable, replaced as a shell does it: $NAME, ${NAME}, ${NAME:-DEFAULT}; '$$'
// is how compose files write '$'.
std::string expanded(const ContainerFacts& facts, const std::string& word) {
  const std::size_t begin = word.find_first_not_of('$');
  if (begin == 0 || begin == kNowhere || word[begin] == '(') return word;
  std::string name = word.substr(begin);
  if (name.front() == '{' && name.back() == '}') name = name.substr(1, name.size() - 2);
  const std::size_t otherwise = name.find(":-");
  const std::string value = facts.variable(name.substr(0, otherwise));
  return value.empty() && otherwise != kNowhere ? name.substr(otherwise + 2) : value;
}

std::string option_in(const std::vector<std::string>& words, std::string_view option) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == option && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with(std::string(option) + '=')) return words[i].substr(option.size() + 1);
  }
  return "";
}

}  // namespace

std::string ContainerFacts::variable(const std::string& name) const {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

std::string ContainerFacts::option(std::string_view option) const {
  if (std::string value = option_in(command, option); !value.empty()) return value;
  for (const std::string& word : command)
    if (const std::string value = option_in(script_words(word), option); !value.empty())
      return expanded(*this, value);
  return "";
}

bool ContainerFacts::is_called(std::string_view host) const {
  return service == host || std::ranges::find(aliases, host) != aliases.end();
}

std::string_view ContainerFacts::group() const {
  return manager == Manager::swarm ? "stack" : "project";
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
