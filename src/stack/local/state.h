// artifacts/NAME/state: what another process must know to find, end or clean up a stack. Written
// by the guardian before each of its processes begins, replaced atomically, removed at the end.
//
// One JSON object:
//   version    2
//   variant    "reference"
//   boot       the machine's boot: identities below mean nothing after another one
//   phase      "starting", "up", "stopping"
//   kept       true: stays until `stack down`
//   private    path of the private directory
//   ports      the first of them (stack/ports.h)
//   guardian   {pid, start_ticks}
//   services   [{name, pid, start_ticks}]; pid 0: does not run
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "process/identity.h"
#include "stack/stack_id.h"

namespace votebench::stack {

struct ServiceRecord {
  std::string name;
  process::Identity process;
};

struct StackState {
  std::string variant;
  std::string boot;
  StackPhase phase = StackPhase::starting;
  bool kept = false;
  std::filesystem::path private_directory;
  std::uint16_t port_base = 0;
  process::Identity guardian;
  std::vector<ServiceRecord> services;
};

[[nodiscard]] std::string format_state(const StackState& state);
// Error (environment): not the object above.
[[nodiscard]] Result<StackState> parse_state(std::string_view text);

[[nodiscard]] Result<> write_state(const StackId& id, const StackState& state);
// nullopt when there is none or it cannot be understood: nothing is known to run.
[[nodiscard]] std::optional<StackState> read_state(const StackId& id);
// Error (environment): there is one, and another version of votebench wrote it.
[[nodiscard]] Result<> check_state(const StackId& id);

// True when the guardian of `state` runs, on this boot of the machine.
[[nodiscard]] bool guardian_runs(const StackState& state);

}  // namespace votebench::stack
