#include "suggestions.h"

#include <wordexp.h>

#include <algorithm>

#include "report/meanings.h"
#include "support/catch.h"

namespace votebench::report::tests {
namespace {

using Words = std::vector<std::string>;

Words words_of(const std::vector<GivenOption>& options) {
  Words words;
  for (const auto& [name, value] : options) {
    if (name == "--set" && value->starts_with("drain.timeout=")) continue;
    if (!name.empty()) words.push_back(name);
    if (value) words.push_back(*value);
  }
  return words;
}

// What a suggestion adds to a run that it repeats; returns how many there were.
std::size_t take_out_additions(Words& words) {
  std::size_t additions = 0;
  for (std::size_t i = 0; i + 1 < words.size();) {
    const bool longer = words[i] == "--set" && words[i + 1].starts_with("drain.timeout=");
    if (!longer && words[i] != "--repeat" && words[i] != "--tag") {
      ++i;
      continue;
    }
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(i),
                words.begin() + static_cast<std::ptrdiff_t>(i) + 2);
    ++additions;
  }
  return additions;
}

// The value behind an option; empty: it is not there.
std::string value_of(const Words& words, const std::string& name) {
  const auto found = std::ranges::find(words, name);
  return found == words.end() ? std::string() : *std::next(found);
}

}  // namespace

Words shell_words(const std::string& line) {
  wordexp_t expanded{};
  INFO(line);
  REQUIRE(wordexp(line.c_str(), &expanded, WRDE_NOCMD | WRDE_UNDEF) == 0);
  Words words(expanded.we_wordv, expanded.we_wordv + expanded.we_wordc);
  wordfree(&expanded);
  return words;
}

void Suggested::check() const {
  for (const std::string& line : lines) {
    INFO(line);
    Words words = shell_words(line);
    REQUIRE(words.size() >= 2);
    CHECK(words[0] == here.program);
    const std::string command = words[1];
    words.erase(words.begin(), words.begin() + 2);
    if (command == "run") {
      CHECK(take_out_additions(words) > 0);
      CHECK(std::ranges::any_of(
          runs, [&](const Invocation& run) { return words == words_of(run.options); }));
      continue;
    }
    if (command == "doctor") continue;
    if (command == "explain") {
      CHECK(std::ranges::all_of(
          words, [](const std::string& page) { return find_meaning(page) != nullptr; }));
      continue;
    }
    if (!selector.empty() && command != "compare") CHECK(words.at(0) == selector);
    if (command != "report")  // names a path
      CHECK(value_of(words, "--reports") == here.value_of("--reports").value_or(""));
    if (command == "verify")
      CHECK(value_of(words, "--target") == here.value_of("--target").value_or(""));
  }
}

}  // namespace votebench::report::tests
