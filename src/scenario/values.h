// The text of one scalar to its value, by its row of the table of keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "scenario/diagnostic.h"
#include "scenario/node.h"
#include "scenario/schema.h"

namespace votebench::scenario {

template <typename T>
using Converted = tl::expected<T, ValueError>;

// Everything that one value can tell: type, unit, form, range. `quoted`: written in quotes.
// Not for mappings, lists and secrets.
[[nodiscard]] Converted<Value> convert(const Key& key, std::string_view text, bool quoted);

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

// "uniform poisson" -> {"uniform", "poisson"}.
[[nodiscard]] std::vector<std::string> split_words(std::string_view words);
// {"a", "b", "c"} -> "a, b or c".
[[nodiscard]] std::string join_words(const std::vector<std::string>& words);
// "did you mean 'x'?", or all of them when none is near.
[[nodiscard]] std::string suggest(std::string_view word, const std::vector<std::string>& known);

// Letters, digits, '_', '-', '.', at most 64 and not starting with '.' or '-'.
[[nodiscard]] bool is_name(std::string_view text);

}  // namespace votebench::scenario
