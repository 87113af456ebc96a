#include "cli/version.h"

#include <fmt/format.h>

namespace votebench::cli {

std::string version_text() {
  std::string text = fmt::format("votebench {}\ncommit     {}\nbuild      {}\nlibraries  ",
                                 VOTEBENCH_VERSION, kBuildFacts.commit, kBuildFacts.build);
  for (const char* c = kBuildFacts.libraries; *c != '\0'; ++c)
    text += *c == ';' ? "\n           " : std::string(1, *c);
  return text;
}

}  // namespace votebench::cli
