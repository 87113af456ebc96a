// One case on real servers: a stack of its own, one `votebench run` on it, what its result says.
#pragma once

#include <filesystem>
#include <stop_token>

#include "selftest/ruling.h"

namespace votebench::selftest {

// Where one works: both are absolute.
struct Place {
  std::filesystem::path directory;   // of this case alone; it is there, and empty
  std::filesystem::path cluster;     // an empty cluster of PostgreSQL, which make_cluster() made
  std::uint64_t planted = kPlanted;  // defects, where the case has any
};

// For all cases: initdb takes longer than any of them.
[[nodiscard]] Result<> make_cluster(const Place& place, const std::stop_token& stop);

// Nothing runs any more when it returns. What keeps the case from its result is Seen::trouble. Any
// thread.
[[nodiscard]] Seen run_case(const Case& which, const Place& place, const std::stop_token& stop);

}  // namespace votebench::selftest
