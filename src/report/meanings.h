// What a verdict means, at length: the pages of docs/meaning, embedded at build time
// (cmake/EmbedMeanings.cmake). Edit the pages, not the program.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vote/verdict.h"

namespace votebench::report {

struct Meaning {
  std::string_view name;  // "lost-at-worker"
  std::string_view text;  // Markdown, 80 columns; its first line is "# WHAT: SUMMARY"

  [[nodiscard]] std::string_view summary() const;
};

// By name.
[[nodiscard]] std::span<const Meaning> meanings();
[[nodiscard]] const Meaning* find_meaning(std::string_view name);  // nullptr: there is none

// Names of the pages on what keeps a run from passing, the most serious first; empty: nothing does.
[[nodiscard]] std::vector<std::string> meanings_of(const Verdict& verdict);

}  // namespace votebench::report
