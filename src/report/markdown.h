// Text of others in Markdown.
#pragma once

#include <string>
#include <string_view>

namespace votebench::report {

// As plain words: nothing in it is Markdown or HTML any more.
[[nodiscard]] std::string plain(std::string_view value);
// Ids and expressions: shown as they are, and no mention or link is made of them.
[[nodiscard]] std::string code(std::string_view value);

}  // namespace votebench::report
