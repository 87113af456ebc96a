// A command line of votebench: as it was typed, or as it is suggested to be typed.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace votebench {

struct GivenOption {
  std::string name;                    // "--target"; empty: an argument without a name
  std::optional<std::string> value{};  // nothing: a flag
  bool operator==(const GivenOption&) const = default;
};

struct Invocation {
  std::string program = "votebench";  // as it was typed
  std::string directory{};  // where it was typed: relative paths begin there; empty: not known
  std::string command{};    // "run", "stack down"
  std::vector<GivenOption> options{};  // in the order to type them

  // Of the first option of this name that has one.
  [[nodiscard]] std::optional<std::string> value_of(const std::string& name) const;
  // In place of every option of this name; at the end where there was none.
  void replace(const std::string& name, std::string value);
  // `--set KEY=VALUE`, in place of every --set of KEY.
  void set(const std::string& key, const std::string& value);
};

// As a POSIX shell reads back one word.
[[nodiscard]] std::string shell_word(const std::string& word);

// As a POSIX shell in the folder `here` has to be told; it stays in that folder.
[[nodiscard]] std::string shell_text(const Invocation& invocation, const std::string& here);

}  // namespace votebench
