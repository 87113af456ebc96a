// This machine, as far as it matters for what is measured on it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"

namespace votebench::run {

// Name and value: "system", "processors", "processor" (the model), "memory". Runs on machines that
// differ in one of them are not compared in performance.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> machine_facts();

// What the run costs this machine, and what other virtual machines take from it, from construction
// on.
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
