// Was a case judged as it had to be?
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "selftest/case.h"

namespace votebench::selftest {

// What a run's result.json says.
struct Seen {
  std::string verdict;                                       // empty: there was no result
  std::uint64_t asked = kPlanted;                            // that were to be planted
  std::uint64_t planted = 0;                                 // by the stack's own log
  std::map<std::string, std::uint64_t, std::less<>> counts;  // by JSON pointer, of every defect
  std::vector<std::pair<HopRange, std::uint64_t>> lost_at;   // ranges with a lost vote in them
  std::string trouble;  // why there is no result; empty: there is one
  Nanoseconds took{};
};

// Of the text of a result.json. Error (environment): it is none.
[[nodiscard]] Result<Seen> read_seen(const std::string& result_json);

struct Ruling {
  bool right = false;
  bool accused = false;  // of something that was not planted
  std::string why{};     // of one that is not right: one clause
};
[[nodiscard]] Ruling rule(const Case& which, const Seen& seen);

// "5 lost", "nothing", "5 lost, 3 flipped".
[[nodiscard]] std::string found_words(const Seen& seen);
// "queue-to-db", "" where nothing is lost.
[[nodiscard]] std::string hop_words(const Seen& seen);

}  // namespace votebench::selftest
