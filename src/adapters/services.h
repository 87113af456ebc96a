// What the services of a target are called: the words of their kinds.
#pragma once

#include "vote/evidence.h"
#include "vote/target_settings.h"

namespace votebench::adapters {

// The first kinds' words where the target names none.
[[nodiscard]] Services services_of(const TargetSettings& target);

}  // namespace votebench::adapters
