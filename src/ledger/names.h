// Words of a file as enumerators. Throws inside the ledger; its public functions return Results.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "vote/names.h"

namespace votebench::ledger {

template <Named Enum>
Enum named(std::string_view name) {
  if (const auto value = enumerator<Enum>(name)) return *value;
  throw std::invalid_argument("unknown word '" + std::string(name) + "'");
}

}  // namespace votebench::ledger
