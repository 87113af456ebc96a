// What this machine can give a run: local ports, open files, connection tracking.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "vote/target_settings.h"

namespace votebench::run {

// What the kernel allows; zero = not known or not limited.
struct MachineLimits {
  std::uint64_t local_ports = 0;     // net.ipv4.ip_local_port_range
  std::uint64_t open_files = 0;      // RLIMIT_NOFILE after it was raised to its hard limit
  std::uint64_t tracked_max = 0;     // nf_conntrack_max
  std::uint64_t tracked_in_use = 0;  // nf_conntrack_count
};

// Raises the soft limit of open files to the hard limit, then reads.
[[nodiscard]] MachineLimits read_machine_limits();

// Warnings, worded as our limits and not the target's. `closes_each` says that every vote is
// a connection of its own.
[[nodiscard]] std::vector<std::string> check_budget(const MachineLimits& limits,
                                                    const plan::RunPlan& plan, bool closes_each,
                                                    std::size_t source_addresses);

}  // namespace votebench::run
