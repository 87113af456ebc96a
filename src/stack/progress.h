// What work that takes seconds or minutes says meanwhile.
#pragma once

#include <functional>
#include <string_view>

namespace votebench::stack {

// Called with one short line per step ("starting redis"), on the caller's thread.
using Progress = std::function<void(std::string_view)>;

}  // namespace votebench::stack
