// What Redis' commands may do with the elements of a list. Pure.
#pragma once

#include "adapters/redis/redis_commands.h"

namespace votebench::adapters {

[[nodiscard]] const CommandTable& list_commands();

}  // namespace votebench::adapters
