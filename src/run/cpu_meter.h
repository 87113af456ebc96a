// What the run cost this machine: our own CPU time, and time stolen by other virtual machines.
#pragma once

#include <cstdint>

#include "core/clock.h"

namespace votebench::run {

// Measures from construction on.
class CpuMeter {
 public:
  CpuMeter();
  [[nodiscard]] Nanoseconds process_cpu() const;  // user and system
  // Share of the machine's CPU time, 0..1; 0 where /proc/stat does not tell.
  [[nodiscard]] double steal_share() const;

 private:
  struct MachineTicks {
    std::uint64_t total = 0;
    std::uint64_t steal = 0;
  };
  static MachineTicks read_machine();
  static Nanoseconds read_process();

  MachineTicks machine_;
  Nanoseconds process_;
};

}  // namespace votebench::run
