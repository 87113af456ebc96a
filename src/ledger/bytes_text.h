// Arbitrary bytes (ids and choices found in a queue or a table) as text that JSON can hold.
#pragma once

#include <string>
#include <string_view>

namespace votebench::ledger {

// Valid UTF-8, from which from_text gives back the same bytes: '%' becomes "%25", and where `bytes`
// are not valid UTF-8 every byte from 0x80 on becomes "%XX".
[[nodiscard]] std::string to_text(std::string_view bytes);
[[nodiscard]] std::string from_text(std::string_view text);

}  // namespace votebench::ledger
