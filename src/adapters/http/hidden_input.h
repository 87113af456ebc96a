// Hidden inputs of a page of HTML, found without building its tree.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace votebench::adapters {

// The value of the first <input>, or the content of the first <meta>, of this name, with its
// entities resolved. What stands in comments is not there.
[[nodiscard]] std::optional<std::string> hidden_value(std::string_view html, std::string_view name);

// The names of all <input type=hidden>, at most ten.
[[nodiscard]] std::vector<std::string> hidden_inputs(std::string_view html);

}  // namespace votebench::adapters
