// What `votebench --version` says.
#pragma once

#include <string>

namespace votebench::cli {

// Of the build; made by cmake/BuildFacts.cmake.
struct BuildFacts {
  const char* commit;     // "unknown" outside of a checkout
  const char* build;      // "Release, GNU 12.2.0"
  const char* libraries;  // "curl 7.88.1;hiredis 1.1.0;...", that it was built with
};
extern const BuildFacts kBuildFacts;

// The first line is "votebench VERSION" and nothing else.
[[nodiscard]] std::string version_text();

}  // namespace votebench::cli
