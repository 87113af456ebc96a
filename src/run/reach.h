// The way to a target that is already there.
#pragma once

#include <memory>

#include "core/result.h"
#include "stack/tunnel/ssh_tunnel.h"
#include "vote/target_settings.h"

namespace votebench::run {

// Opens the tunnel that `target` names and lets its stores be connected to through it; null when it
// names none. Errors: usage (the tunnel has nowhere to lead), environment (in plain words).
[[nodiscard]] Result<std::unique_ptr<stack::SshTunnel>> open_tunnel(TargetSettings& target);

}  // namespace votebench::run
