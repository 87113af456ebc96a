// Numbers, durations and hostile bytes as text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"

namespace votebench {

// 39350 -> "39,350".
[[nodiscard]] std::string format_count(std::uint64_t value);

// "400 us", "14.2 ms", "3.1 s", "2m03s", "1h02m03s": three significant digits below a minute.
[[nodiscard]] std::string format_duration(Nanoseconds value);

// UTC, "2026-11-20T18:01:11.250Z" (milliseconds).
[[nodiscard]] std::string format_utc(WallTime value);

// "250ms", "5s", "2m", "1h", "1m30s", "100us"; a unit is required. No sign, no spaces.
[[nodiscard]] std::optional<Nanoseconds> parse_duration(std::string_view text);

// The shortest text that parse_duration reads back as `value` ("1m30s", "250ms", "0s").
[[nodiscard]] std::string duration_literal(Nanoseconds value);

// %XX of a URL or a form as the byte that it means; what is no such thing stays as it is.
[[nodiscard]] std::string percent_decoded(std::string_view text);

// `text` as a part of a URL: what is not a letter, a digit or one of "-._~" becomes %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

// application/x-www-form-urlencoded (WHATWG URL, section 5.2).
[[nodiscard]] std::string form_encoded(std::string_view text);

// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);

// `text` made safe for a terminal or a log: control bytes (escapes, newlines), DEL, C1 controls,
// characters that are invisible or turn the direction of text, and bytes that are not valid UTF-8
// become "\xNN"; cut after `max_bytes` with "..." .
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 200);

// ASCII letters only.
[[nodiscard]] std::string lower_case(std::string_view text);

// True when the whole of `text` is well-formed UTF-8 (no surrogates, no overlong forms).
[[nodiscard]] bool is_valid_utf8(std::string_view text);

// The closest of `candidates` within an edit distance that a typing mistake explains.
[[nodiscard]] std::optional<std::string> closest_match(std::string_view word,
                                                       const std::vector<std::string>& candidates);

}  // namespace votebench
