// This machine, as far as it matters for what is measured on it.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace votebench::run {

// Name and value: "system", "processors", "processor" (the model), "memory". Runs on machines that
// differ in one of them are not compared in performance.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> machine_facts();

}  // namespace votebench::run
