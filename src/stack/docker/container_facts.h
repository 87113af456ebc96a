// What Docker knows of a container, as far as it helps to find a voting stack in it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vote/names.h"

namespace votebench::stack {

// Whose containers they are, and what belongs together: a project, or a stack.
enum class Manager { compose, swarm };
constexpr std::array<std::string_view, 2> names_of(Manager) { return {"compose", "swarm"}; }

struct ContainerFacts {
  Manager manager = Manager::compose;
  std::string id;
  std::string project;                             // of compose, or the stack of a Swarm
  std::string service;                             // of the compose file, or the stack's
  std::vector<std::string> aliases;                // further names in its networks
  std::string image;                               // as the compose file names it
  std::vector<std::string> command;                // entry point and arguments
  std::map<std::string, std::string> environment;  // may hold secrets
  std::vector<std::uint16_t> ports;                // TCP ports that it exposes, ascending
  std::map<std::uint16_t, std::string> published;  // its port -> "127.0.0.1:8080" on this machine
  std::map<std::string, std::string> networks;     // the id of each -> its address there
  std::string address;                             // on its first network; empty: none of its own
  std::map<std::string, std::string> mounts;   // file or folder inside -> the one on this machine
  std::map<std::string, std::string> secrets;  // file inside -> the Swarm secret that it shows
  std::vector<std::string> configs;            // the Swarm configs that it is given
  bool is_balanced = false;  // what is published leads to all containers of the service in turn
  // Why nobody here gets at more than its published ports; empty: its address leads to it.
  std::string unreachable;
  std::string stopped;  // why it does not run; empty: it does

  // The value of an environment variable; empty: not set.
  [[nodiscard]] std::string variable(const std::string& name) const;
  // What follows `option` in the command, as its next word or behind '='; empty: not there. Also in
  // a script (`sh -c`), with the variables of the environment replaced; what a command there prints
  // stays as it is written: "$(cat FILE)".
  [[nodiscard]] std::string option(std::string_view option) const;
  // Whether the other containers of its networks reach it by this name.
  [[nodiscard]] bool is_called(std::string_view host) const;
  // "project" or "stack": what it is a part of.
  [[nodiscard]] std::string_view group() const;
};

}  // namespace votebench::stack
