#include "ledger/bytes_text.h"

#include <fmt/format.h>

#include "core/number.h"
#include "core/text.h"

namespace votebench::ledger {

std::string to_text(std::string_view bytes) {
  const bool valid = is_valid_utf8(bytes);
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || (!valid && byte >= 0x80))
      text += fmt::format("%{:02X}", byte);
    else
      text += c;
  }
  return text;
}

std::string from_text(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  while (!text.empty()) {
    const auto code = text.size() >= 3 && text.front() == '%'
                          ? whole_number<unsigned char>(text.substr(1, 2), 16)
                          : std::nullopt;
    bytes += code ? static_cast<char>(*code) : text.front();
    text.remove_prefix(code ? 3 : 1);
  }
  return bytes;
}

}  // namespace votebench::ledger
