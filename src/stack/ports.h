// Loopback ports for one stack: a block of eight neighbours.
//
// The blocks lie below the range from which the kernel takes the ports of outgoing connections.
// Inside it, a client that connects again and again to a service that is down can be given the
// service's own port as its source, and is then connected to itself.
#pragma once

#include <cstdint>

#include "core/os.h"
#include "core/result.h"

namespace votebench::stack {

struct StackPorts {
  std::uint16_t base = 0;

  [[nodiscard]] std::uint16_t vote() const { return static_cast<std::uint16_t>(base + 1); }
  [[nodiscard]] std::uint16_t result() const { return static_cast<std::uint16_t>(base + 2); }
  [[nodiscard]] std::uint16_t redis() const { return static_cast<std::uint16_t>(base + 3); }
  [[nodiscard]] std::uint16_t postgres() const { return static_cast<std::uint16_t>(base + 4); }
};

// A block that no other stack has: `reservation` is a socket bound to the block's base port, so the
// kernel itself keeps other stacks away until it is closed, and gives it back when we die.
struct PortReservation {
  StackPorts ports;
  FileDescriptor reservation;
};

// Error (environment): no free block found.
[[nodiscard]] Result<PortReservation> reserve_ports();

}  // namespace votebench::stack
