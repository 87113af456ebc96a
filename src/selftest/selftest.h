// `votebench selftest`: is this votebench right about stacks of which the truth is known?
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "selftest/ruling.h"

namespace votebench::selftest {

struct Options {
  std::vector<std::string> names;  // of cases; empty: all
  std::filesystem::path
      directory{};                   // keeps everything; empty: a temporary one, removed at the end
  std::uint32_t jobs = 6;            // cases side by side
  std::uint64_t planted = kPlanted;  // defects in a case that has any, 1 to kPlanted
};

struct Judged {
  const Case* which = nullptr;
  Seen seen;
  Ruling ruling;
};

// All cases that were wanted, in the order of the table; those that a stop kept from ending are
// left out. `tell` gets a line when a case has ended, from any thread, one at a time.
// Errors: usage (no such case), environment (the machine lacks what a local stack needs).
[[nodiscard]] Result<std::vector<Judged>> examine(const Options& options,
                                                  const std::function<void(std::string_view)>& tell,
                                                  const std::stop_token& stop);

// For people, 80 columns: a row per case, and what it comes to.
[[nodiscard]] std::string table(const std::vector<Judged>& judged, std::uint64_t planted,
                                Nanoseconds took);
[[nodiscard]] std::string list();  // name and clause of each case

[[nodiscard]] bool all_right(const std::vector<Judged>& judged);

}  // namespace votebench::selftest
