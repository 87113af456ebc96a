// The files under scenarios/, and what happens to them when they are damaged.
#include <algorithm>
#include <filesystem>
#include <map>

#include "core/rng.h"
#include "helpers.h"
#include "scenario/quick.h"
#include "scenario/write.h"
#include "support/catch.h"
#include "support/golden.h"

namespace votebench::scenario {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::string> bundled() {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_DIR) / "scenarios"))
    if (entry.path().extension() == ".yaml")
      files[entry.path().filename().string()] = tests::golden_file(entry.path());
  return files;
}

TEST_CASE("bundled scenarios are valid and called after their files") {
  const auto files = bundled();
  CHECK(files.size() >= 4);
  for (const auto& [name, text] : files) {
    ParseOutcome outcome = parse_scenario(text, name, {});
    INFO(outcome.diagnostics.render());
    REQUIRE(outcome);
    CHECK(outcome.value->name + ".yaml" == name);
    CHECK_FALSE(outcome.value->target);
    CHECK(scenario_of(to_yaml(*outcome.value)).workloads == outcome.value->workloads);
  }
}

TEST_CASE("the README of the scenarios names each of them once") {
  const std::string readme = tests::golden_file(fs::path(SOURCE_DIR) / "scenarios/README.md");
  for (const auto& [file, text] : bundled()) {
    const std::string name = file.substr(0, file.rfind('.'));
    const std::string row = "\n| [" + name + "](" + file + ") | ";
    INFO(row);
    const std::size_t at = readme.find(row);
    REQUIRE(at != std::string::npos);
    CHECK(readme.find(row, at + 1) == std::string::npos);
  }
  std::size_t rows = 0;
  for (std::size_t at = 0; (at = readme.find("\n| [", at)) != std::string::npos; ++at) ++rows;
  CHECK(rows == bundled().size());
}

// One damage of the kind that editors, merges and transfers do.
std::string damaged(std::string text, Rng& rng) {
  static constexpr std::string_view kBytes = "{}[]:,-\"'#&*!|>%@`\t\n \\$0a\xC3\x80~<";
  const std::size_t at = rng.below(text.size());
  const std::size_t length = 1 + rng.below(12);
  switch (rng.below(5)) {
    case 0:
      text.erase(at, length);
      break;
    case 1:
      text.insert(at, 1, kBytes[rng.below(kBytes.size())]);
      break;
    case 2:
      text[at] = kBytes[rng.below(kBytes.size())];
      break;
    case 3:
      text.insert(at, text.substr(rng.below(text.size()), length));
      break;
    default:
      text.resize(at);
  }
  return text.empty() ? " " : text;
}

// Every line that is no comment and no bracket has its say in the result, so nothing that was
// accepted was skipped: what is written reads back as the same scenario.
TEST_CASE("damaged scenarios are refused with a message or mean what they say") {
  auto files = bundled();
  files["starter.yaml"] = starter_scenario("starter");
  Rng rng(20261120);
  int accepted = 0;
  for (const auto& [name, text] : files) {
    for (int i = 0; i < 600; ++i) {
      std::string mutant = damaged(text, rng);
      if (rng.below(3) == 0) mutant = damaged(std::move(mutant), rng);
      const ParseOutcome outcome = parse_scenario(mutant, name, {});
      INFO(mutant);
      REQUIRE(outcome.value.has_value() == outcome.diagnostics.empty());
      if (!outcome) {
        REQUIRE_FALSE(outcome.diagnostics.render().empty());
        continue;
      }
      ++accepted;
      Scenario again = scenario_of(to_yaml(*outcome.value));
      again.source = outcome.value->source;
      REQUIRE(again == *outcome.value);
    }
  }
  CHECK(accepted > 50);  // damage to comments and spaces is no damage
}

}  // namespace
}  // namespace votebench::scenario
