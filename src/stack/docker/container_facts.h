// What `docker inspect` knows of a container, as far as it helps to find a voting stack in it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace votebench::stack {

struct ContainerFacts {
  std::string project;                             // of compose
  std::string service;                             // of the compose file
  std::vector<std::string> aliases;                // further names in its networks
  std::string image;                               // as the compose file names it
  std::vector<std::string> command;                // entry point and arguments
  std::map<std::string, std::string> environment;  // may hold secrets
  std::vector<std::uint16_t> ports;                // TCP ports that it exposes, ascending
  std::map<std::uint16_t, std::string> published;  // its port -> "127.0.0.1:8080" on this machine
  std::string address;                             // on its first network; empty: none of its own
  std::map<std::string, std::string> mounts;  // file or folder inside -> the one on this machine

  // The value of an environment variable; empty: not set.
  [[nodiscard]] std::string variable(const std::string& name) const;
  // What follows `option` in the command, as its next word or behind '='; empty: not there. Also in
  // a script (`sh -c`), with the variables of the environment replaced; what a command there prints
  // stays as it is written: "$(cat FILE)".
  [[nodiscard]] std::string option(std::string_view option) const;
  // Whether the other containers of its networks reach it by this name.
  [[nodiscard]] bool is_called(std::string_view host) const;
};

// Of the text that `docker inspect CONTAINER...` prints, sorted by service. Error (environment): it
// is not that.
[[nodiscard]] Result<std::vector<ContainerFacts>> parse_inspection(std::string_view json);

}  // namespace votebench::stack
