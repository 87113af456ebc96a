// YAML text to a valid Scenario or target description, or all its errors at once.
//
// Strict: unknown keys, values without a unit, YAML's ambiguous forms (anchors, merge keys, tags,
// duplicate keys, further documents, values over several lines, numbers with leading zeros) are
// errors.
// `${NAME}`, `${NAME:-default}` and `${NAME:?message}` are expanded in string values after parsing,
// never in keys; `$$` is a dollar sign.
// A password is a reference, `{ env: NAME, optional: true }` or `{ file: PATH, optional: true }`;
// literal passwords, also in URLs, are errors that do not repeat them.
// Limits of size and depth: scenario/yaml.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "scenario/diagnostic.h"
#include "scenario/scenario.h"
#include "vote/target_settings.h"

namespace votebench::scenario {

// What the text may refer to. The default knows no variables and no files.
struct ParseOptions {
  // The value of an environment variable; nullopt: not set.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  // The content of a secret file; nullopt: there is no such file. The parser removes line ends at
  // its end.
  std::function<Result<std::optional<std::string>>(const std::string& path)> read_secret_file;
  // "workloads.peak.duration=10s": KEY=VALUE as given to --set, the value in YAML.
  std::vector<std::string> overrides;
  // What votes of a target file will say; empty: not known yet. A scenario names its own.
  std::vector<std::string> choices;
  // Why a stack of the kind `stack` cannot carry out a fault, as a usage error; empty: it can. No
  // function: whatever the scenario says.
  std::function<Result<>(std::string_view stack, const Intervention& fault)> check_fault;
};

// The environment and the files of this process.
[[nodiscard]] ParseOptions process_options();

// Either a value or at least one diagnostic.
template <typename T>
struct Parsed {
  std::optional<T> value;
  Diagnostics diagnostics;

  [[nodiscard]] explicit operator bool() const { return value.has_value(); }
  // The diagnostics as one usage error, for callers that only report.
  [[nodiscard]] Result<T> result() && {
    if (value) return std::move(*value);
    std::string text = diagnostics.render();
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return fail(ErrorKind::usage, std::move(text));
  }
};
using ParseOutcome = Parsed<Scenario>;
using TargetOutcome = Parsed<TargetSettings>;

// `source_name` is the path as the user wrote it; a scenario without `name` is named after it.
[[nodiscard]] ParseOutcome parse_scenario(std::string_view text, std::string_view source_name,
                                          const ParseOptions& options);

// A target file: the keys of the `target:` block at the top level.
[[nodiscard]] TargetOutcome parse_target(std::string_view text, std::string_view source_name,
                                         const ParseOptions& options);

// Whether the text is a target file rather than a scenario: by whose keys most of its own are.
[[nodiscard]] bool is_target(std::string_view text);

}  // namespace votebench::scenario
