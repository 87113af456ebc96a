// Every error that a user can cause: tests/golden/scenario/CASE.yaml and the messages it gives in
// CASE.expected. CASE.options, where there is one, holds a line per circumstance:
//   target            the file is a target file        set KEY=VALUE       --set
//   env NAME=VALUE    an environment variable          secret PATH=TEXT    a secret file
//   repeat N          the file's last line N times over
#include "support/golden.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "scenario/parse.h"
#include "support/catch.h"

namespace votebench::scenario {
namespace {

namespace fs = std::filesystem;

// Stands in the golden files where secrets would; no message may contain it.
constexpr std::string_view kMarker = "hunter2";

struct Case {
  std::string name;
  std::string text;
  bool target = false;
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> files;
  std::vector<std::string> overrides;
};

std::pair<std::string, std::string> split_at_equals(const std::string& text) {
  const std::size_t equals = text.find('=');
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void repeat_last_line(std::string& text, int times) {
  const std::size_t begin = text.rfind('\n', text.size() - 2) + 1;
  const std::string line = text.substr(begin);
  for (int i = 0; i < times; ++i) text += line;
}

void read_option(const std::string& line, Case& test) {
  const std::size_t space = line.find(' ');
  const std::string verb = line.substr(0, space);
  const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
  if (verb == "target") test.target = true;
  if (verb == "set") test.overrides.push_back(rest);
  if (verb == "env") test.environment.insert(split_at_equals(rest));
  if (verb == "secret") test.files.insert(split_at_equals(rest));
  if (verb == "repeat") repeat_last_line(test.text, std::stoi(rest));
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_DIR) / "tests/golden/scenario")) {
    if (entry.path().extension() != ".yaml") continue;
    Case test{entry.path().stem().string(), tests::golden_file(entry.path()), false, {}, {}, {}};
    std::istringstream options(
        tests::golden_file(fs::path(entry.path()).replace_extension(".options")));
    for (std::string line; std::getline(options, line);) read_option(line, test);
    cases.push_back(std::move(test));
  }
  std::sort(cases.begin(), cases.end(),
            [](const Case& a, const Case& b) { return a.name < b.name; });
  return cases;
}

Diagnostics diagnostics_of(const Case& test) {
  ParseOptions options;
  options.overrides = test.overrides;
  options.environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = test.environment.find(name);
    return found == test.environment.end() ? std::nullopt : std::optional(found->second);
  };
  options.read_secret_file = [&](const std::string& path) -> Result<std::optional<std::string>> {
    if (path == "/forbidden")
      return fail(ErrorKind::environment, "cannot read /forbidden: Permission denied");
    const auto found = test.files.find(path);
    return found == test.files.end() ? std::optional<std::string>() : std::optional(found->second);
  };
  const std::string source = test.name + ".yaml";
  return test.target ? parse_target(test.text, source, options).diagnostics
                     : parse_scenario(test.text, source, options).diagnostics;
}

TEST_CASE("every mistake has its message", "[golden]") {
  for (const Case& test : all_cases()) {
    const std::string messages = diagnostics_of(test).render();
    tests::check_golden("scenario/" + test.name + ".expected", messages);
    INFO(test.name);
    CHECK_FALSE(messages.empty());
    CHECK(messages.find(kMarker) == std::string::npos);
  }
}

TEST_CASE("every kind of mistake is among the golden cases") {
  std::set<int> seen;
  for (const Case& test : all_cases()) {
    const Diagnostics diagnostics = diagnostics_of(test);
    for (const Diagnostic& diagnostic : diagnostics.all())
      seen.insert(static_cast<int>(diagnostic.id));
  }
  for (int id = 0; id < static_cast<int>(DiagnosticId::count_); ++id) {
    INFO("DiagnosticId number " << id);
    CHECK(seen.count(id) == 1);
  }
}

TEST_CASE("a golden case without messages, or the other way round, is a mistake") {
  std::set<std::string> stems;
  for (const Case& test : all_cases()) stems.insert(test.name);
  for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_DIR) / "tests/golden/scenario")) {
    INFO(entry.path());
    CHECK(stems.count(entry.path().stem().string()) == 1);
  }
}

}  // namespace
}  // namespace votebench::scenario
