// What is wrong with a scenario or target file: every error at once, each with its place, the line
// it is about and the way out.
//
//   scenarios/peak.yaml:8:3: error: unknown key 'thinktime' (at /workloads/browsers)
//      |
//    8 |   thinktime: 1s
//      |   ^^^^^^^^^
//      = help: did you mean 'think_time'?
//
// Lines and columns count from 1; a column is a character, not a byte, and carets stand under what
// a terminal shows. Literal secrets appear as *** in every rendering.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace votebench::scenario {

// What kind of mistake. Every kind has a golden message under tests/golden/scenario/.
enum class DiagnosticId : std::uint8_t {
  // The text
  file_too_large,
  not_utf8,
  control_character,
  tab_indentation,
  empty_document,
  syntax,
  too_deep,
  too_many_values,
  second_document,
  anchor_or_alias,
  yaml_tag,
  yaml_directive,
  multi_line_value,
  unclosed_quote,
  // Its structure
  key_not_text,
  duplicate_key,
  merge_key,
  unknown_key,
  key_of_other_executor,
  missing_key,
  wrong_kind,  // a list where a mapping is needed, ...
  // Values
  missing_value,
  not_a_boolean,
  not_a_count,
  leading_zero,
  not_a_number,
  not_a_duration,
  not_a_duration_range,
  not_a_rate,
  not_a_share,
  not_text,
  unknown_word,
  out_of_range,
  bad_name,
  bad_url,
  bad_address,
  bad_placeholder,
  bad_json,
  bad_header,
  bad_csrf,
  bad_answer_id,
  shared_word,
  literal_secret,
  userinfo_secret,
  secret_reference,
  secret_unavailable,
  bad_expansion,
  unset_variable,
  // Meaning
  unsupported_version,
  exactly_one_of,
  stack_and_target,
  no_votes,
  warm_up_too_long,
  revote_one_choice,
  bad_threshold,
  unknown_metric,
  unknown_workload,
  event_on_target,
  bad_event_time,
  nothing_to_undo,
  duplicate_event,
  variable_in_command,
  // --set
  bad_override,
  count_,  // the number of kinds, not one of them
};

// Length in bytes of the UTF-8 sequence at `at`; 1 for a byte that begins none.
[[nodiscard]] std::size_t sequence_length(std::string_view text, std::size_t at);

// Bytes [offset, offset + length) of one source text.
struct Span {
  std::size_t source = 0;  // 0 = the file, n = the n-th --set
  std::size_t offset = 0;
  std::size_t length = 0;
};

struct Diagnostic {
  DiagnosticId id = DiagnosticId::syntax;
  Span span;
  std::string path;  // "/workloads/browsers"; empty: the whole text
  std::string message;
  std::string help;  // may be empty
};

// What is wrong with the text of one value. `message` may say {value}: the reader of the file puts
// in the value as it may be shown. Bytes [offset, offset + length) of the text are at fault.
struct ValueError {
  static constexpr std::size_t kWhole = static_cast<std::size_t>(-1);

  DiagnosticId id = DiagnosticId::bad_threshold;
  std::string message;
  std::string help;
  std::size_t offset = 0;
  std::size_t length = kWhole;
};

// The errors of one parse, and the texts that their excerpts come from.
class Diagnostics {
 public:
  // `name` is how messages call the text. Returns the number that spans refer to. A source that is
  // one line of the command line is shown without line and column.
  std::size_t add_source(std::string name, std::string text, bool command_line);
  void add(Diagnostic diagnostic);
  // From now on this part of a source is shown as ***.
  void mask(Span span);

  // The text of a source.
  [[nodiscard]] std::string_view text(std::size_t source) const { return sources_[source].text; }

  [[nodiscard]] bool empty() const { return diagnostics_.empty(); }
  [[nodiscard]] std::size_t size() const { return diagnostics_.size(); }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return diagnostics_; }
  // Puts them into the order of the sources.
  void sort();

  // All errors, one paragraph each, ending in a newline; after kMaxShown only their number.
  [[nodiscard]] std::string render() const;
  static constexpr std::size_t kMaxShown = 50;
  // The same as workflow commands of GitHub Actions, which it shows at their lines: one a line.
  // (docs.github.com: "Workflow commands", "Setting an error message".)
  [[nodiscard]] std::string annotations() const;

 private:
  struct Source {
    std::string name;
    std::string text;
    bool command_line = false;
    std::vector<Span> masks;
  };

  [[nodiscard]] std::string render_one(const Diagnostic& diagnostic) const;

  std::vector<Source> sources_;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace votebench::scenario
