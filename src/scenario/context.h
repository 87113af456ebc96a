// What the steps of one parse share: where errors go, and how they are told.
#pragma once

#include <string>
#include <string_view>

#include "scenario/diagnostic.h"
#include "scenario/parse.h"
#include "scenario/yaml.h"

namespace votebench::scenario {

struct Context {
  const ParseOptions& options;
  Diagnostics& diagnostics;

  void add(DiagnosticId id, const Span& span, const std::string& path, std::string message,
           std::string help = {}) {
    diagnostics.add({id, span, path.empty() ? "/" : path, std::move(message), std::move(help)});
  }

  // The part of a scalar that says `words`, or all of it.
  [[nodiscard]] Span span_in(const Node& node, std::string_view words) const;

  // A value that cannot be converted; puts the value as it may be shown in the place of {value}.
  void add(const ValueError& error, const Node& node, const std::string& path);
};

// "password", also misspelt, "token", ...: names of things that must not be shown.
[[nodiscard]] bool names_a_secret(std::string_view name);

// Hides, in every rendering of the diagnostics, what may be a secret under `node`: the values of
// keys that are named like one, and passwords in URLs.
void mask_secrets(const Node& node, Diagnostics& diagnostics);

// The same for a source whose tree could not be read, by the look of its lines.
void mask_lines(std::size_t source, Diagnostics& diagnostics);

}  // namespace votebench::scenario
