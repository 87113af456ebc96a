// Queues and databases that people name in a target and votebench does not look into.
#pragma once

#include <string_view>

namespace votebench::scenario {

// What to do about a block of that name. Empty: it is none of them.
[[nodiscard]] std::string_view advice_on_unread(std::string_view block);

}  // namespace votebench::scenario
