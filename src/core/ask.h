// A question to the person at the terminal.
#pragma once

#include <cstdint>
#include <string_view>

namespace votebench {

enum class Consent : std::uint8_t { given, refused, nobody_there };

// Prints "QUESTION [y/N] " on stderr and waits for a line. nobody_there: the input is no terminal.
[[nodiscard]] Consent ask(std::string_view question);

}  // namespace votebench
