// How single values are written: their text to a value, and back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.h"
#include "scenario/diagnostic.h"
#include "scenario/keys.h"
#include "scenario/scenario.h"
#include "vote/target_settings.h"

namespace votebench::scenario {

using DurationRange = std::pair<Nanoseconds, Nanoseconds>;

// What a scalar of a file means. Rates are votes per second, shares from 0 to 1, URLs and words
// their text. monostate: not known (yet).
using Value = std::variant<std::monostate, bool, std::uint64_t, double, Nanoseconds, DurationRange,
                           std::string, Secret, Threshold>;

template <typename T>
using Converted = tl::expected<T, ValueError>;

// Everything that one value can tell: type, unit, form, range. `quoted`: written in quotes.
// REQUIRES: the key holds a scalar, and no secret.
[[nodiscard]] Converted<Value> convert(const Key& key, std::string_view text, bool quoted);

// What a type is called in the documentation: "time". `pattern` is its form as a regular expression
// for editors, which know less than convert(); empty: its values are no text, or any text.
struct TypeWords {
  std::string_view name;
  std::string pattern;
};
[[nodiscard]] const TypeWords& words_of_type(ValueType type);

// Decimal digits and at most one point; no sign, exponent, leading zero or surrounding space.
[[nodiscard]] Converted<double> parse_number(std::string_view text);
[[nodiscard]] Converted<std::uint64_t> parse_count(std::string_view text);
[[nodiscard]] Converted<double> parse_share(std::string_view text);  // "20%" is 0.2
[[nodiscard]] Converted<double> parse_rate(std::string_view text);   // "10/m" per second
[[nodiscard]] Converted<Nanoseconds> parse_time(std::string_view text);

// The shortest text that reads back as the same value.
[[nodiscard]] std::string number_literal(double value);
[[nodiscard]] std::string share_literal(double value);
[[nodiscard]] std::string rate_literal(double per_s);

// Text as one YAML scalar, in quotes where it would otherwise mean something else.
[[nodiscard]] std::string yaml_text(std::string_view text);

// The same for a key, in which no variable is looked for.
[[nodiscard]] std::string yaml_name(std::string_view text);

// One entry of `stages` as it is written: a ramp (`ramp_to` and `over`) or a `hold`.
struct WrittenStage {
  std::optional<double> ramp_to;  // votes per second
  std::optional<Nanoseconds> over;
  std::optional<Nanoseconds> hold;
};
// A stage that ends at the rate it begins with is a hold. `start_per_s`: the rate before the first.
[[nodiscard]] std::vector<WrittenStage> as_written(const std::vector<RampStage>& stages,
                                                   double start_per_s);
[[nodiscard]] std::vector<RampStage> as_meant(const std::vector<WrittenStage>& stages,
                                              double start_per_s);

// What is written for a field under its key, on one line; nothing: the key is left out. Secrets are
// written as references to where they came from, never as values; one whose origin is not known is
// `***`, which does not parse back.
using Literal = std::optional<std::string>;
[[nodiscard]] Literal literal(const Key& key, bool field);
[[nodiscard]] Literal literal(const Key& key, std::uint32_t field);  // 0: the key's word, if any
[[nodiscard]] Literal literal(const Key& key, std::uint64_t field);
[[nodiscard]] Literal literal(const Key& key, double field);
[[nodiscard]] Literal literal(const Key& key, Nanoseconds field);
[[nodiscard]] Literal literal(const Key& key, const DurationRange& field);
[[nodiscard]] Literal literal(const Key& key, const std::string& field);
[[nodiscard]] Literal literal(const Key& key, const Secret& field);
[[nodiscard]] Literal literal(const Key& key, const std::vector<std::string>& field);
[[nodiscard]] Literal literal(const Key& key, const std::vector<int>& field);
[[nodiscard]] Literal literal(const Key& key, const std::map<std::string, std::string>& field);
[[nodiscard]] Literal literal(const Key& key,
                              const std::map<std::string, std::optional<std::string>>& field);
[[nodiscard]] Literal literal(const Key& key, const std::map<std::string, HeaderValue>& field);
[[nodiscard]] Literal literal(const Key& key, const std::vector<Choice>& field);
[[nodiscard]] Literal literal(const Key& key, const Threshold& field);
[[nodiscard]] Literal literal(const Key& key, const WrittenStage& field);

template <typename Field>
[[nodiscard]] Literal literal(const Key& key, const std::optional<Field>& field) {
  if (field) return literal(key, *field);
  return key.need == Need::nullable ? Literal("null") : std::nullopt;
}

// Can a field of this type be written on one line?
template <typename Field>
concept HasLiteral = requires(const Key& key, const Field& field) {
  literal(key, field);
};

// {"a", "b", "c"} -> "a, b or c".
[[nodiscard]] std::string join_words(const std::vector<std::string>& words);
// "did you mean 'x'?", or all of them when none is near.
[[nodiscard]] std::string suggest(std::string_view word, const std::vector<std::string>& known);

// Letters, digits, '_', '-', '.', at most 64 and not starting with '.' or '-'.
[[nodiscard]] bool is_name(std::string_view text);
// 1 to 1000 bytes of UTF-8 without control characters.
[[nodiscard]] bool is_plain_text(std::string_view text);

}  // namespace votebench::scenario
