#include "core/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "core/number.h"

namespace votebench {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct Unit {
  std::string_view name;
  Nanoseconds length;
};

// Longest first: duration_literal takes them in this order.
constexpr std::array<Unit, 6> kUnits{{{"h", hours(1)},
                                      {"m", minutes(1)},
                                      {"s", seconds(1)},
                                      {"ms", milliseconds(1)},
                                      {"us", microseconds(1)},
                                      {"ns", Nanoseconds(1)}}};

std::string three_digits(double value, std::string_view unit) {
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  std::string number = fmt::format("{:.{}f}", value, decimals);
  if (number.find('.') != std::string::npos) {
    number.erase(number.find_last_not_of('0') + 1);
    if (number.back() == '.') number.pop_back();
  }
  return fmt::format("{} {}", number, unit);
}

// Length of the well-formed UTF-8 sequence at `at`, or 0 (Unicode 15, table 3-7).
std::size_t utf8_sequence(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xC0U) != 0x80U) return 0;
  const unsigned char second = byte(at + 1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F))
    return 0;
  return length;
}

bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
  return sequence.size() == 2 && first == 0xC2 &&
         static_cast<unsigned char>(sequence[1]) < 0xA0;  // C1: U+0080..U+009F
}

// Characters without a shape that hide text or turn its direction: U+200B..U+200F, U+2028..U+202E,
// U+2060..U+206F, U+FEFF (Unicode TR 36; "Trojan Source", CVE-2021-42574).
bool is_invisible(std::string_view sequence) {
  if (sequence == "\xEF\xBB\xBF") return true;
  if (sequence.size() != 3 || sequence[0] != '\xE2') return false;
  const auto middle = static_cast<unsigned char>(sequence[1]);
  const auto last = static_cast<unsigned char>(sequence[2]);
  if (middle == 0x81) return last >= 0xA0 && last <= 0xAF;
  return middle == 0x80 && ((last >= 0x8B && last <= 0x8F) || (last >= 0xA8 && last <= 0xAE));
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> steps(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) steps[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) steps[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = steps[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      steps[i][j] = std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, substitute});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
    }
  return steps[a.size()][b.size()];
}

// What is neither a letter or digit nor one of `plain` becomes %XX.
std::string encoded(std::string_view text, std::string_view plain) {
  std::string code;
  for (const char c : text)
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
        plain.find(c) != std::string_view::npos)
      code += c;
    else
      code += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return code;
}

}  // namespace

std::string format_count(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string format_duration(Nanoseconds value) {
  if (value < Nanoseconds(0)) return "-" + format_duration(-value);
  const auto ns = static_cast<double>(value.count());
  if (value < Nanoseconds(1000)) return fmt::format("{} ns", value.count());
  if (ns < 999.5e3) return three_digits(ns / 1e3, "us");
  if (ns < 999.5e6) return three_digits(ns / 1e6, "ms");
  if (ns < 59.95e9) return three_digits(ns / 1e9, "s");
  const auto whole = (value + milliseconds(500)) / seconds(1);
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}h{:02}m{:02}s", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string format_utc(WallTime value) {
  const auto millis = duration_cast<milliseconds>(value.time_since_epoch()).count();
  const std::time_t whole = millis / 1000;
  std::tm parts{};
  gmtime_r(&whole, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     millis % 1000);
}

std::optional<Nanoseconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  long double total = 0;
  while (!text.empty()) {
    const std::size_t number = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::size_t unit_end = std::min(text.find_first_of("0123456789.", number), text.size());
    const std::string_view unit = text.substr(number, unit_end - number);
    const auto* known =
        std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == unit; });
    const std::string digits(text.substr(0, number));
    if (known == kUnits.end() || digits.empty() || digits.front() == '.' || digits.back() == '.' ||
        std::count(digits.begin(), digits.end(), '.') > 1)
      return std::nullopt;
    total += std::stold(digits) * static_cast<long double>(known->length.count());
    if (total > 9.2e18L) return std::nullopt;
    text.remove_prefix(unit_end);
  }
  return Nanoseconds(static_cast<std::int64_t>(total + 0.5L));
}

std::string duration_literal(Nanoseconds value) {
  std::string text;
  for (const Unit& unit : kUnits) {
    const auto count = value / unit.length;
    if (count > 0) text += fmt::format("{}{}", count, unit.name);
    value -= count * unit.length;
  }
  return text.empty() ? "0s" : text;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && i + 2 < text.size()
                          ? whole_number<std::uint8_t>(text.substr(i + 1, 2), 16)
                          : std::nullopt;
    decoded += byte ? static_cast<char>(*byte) : text[i];
    if (byte) i += 2;
  }
  return decoded;
}

std::string percent_encoded(std::string_view text) { return encoded(text, "-._~"); }

std::string form_encoded(std::string_view text) {
  std::string form = encoded(text, "*-._ ");
  std::ranges::replace(form, ' ', '+');
  return form;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
  std::string safe;
  for (std::size_t at = 0; at < text.size();) {
    if (safe.size() >= max_bytes) return safe + "...";
    const std::size_t length = utf8_sequence(text, at);
    const std::string_view sequence = text.substr(at, std::max<std::size_t>(length, 1));
    if (length == 0 || is_control(sequence) || is_invisible(sequence)) {
      for (const char c : sequence) safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      safe += sequence;
    }
    at += sequence.size();
  }
  return safe;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

bool is_valid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_sequence(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::optional<std::string> closest_match(std::string_view word,
                                         const std::vector<std::string>& candidates) {
  const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
  std::optional<std::string> best;
  std::size_t best_distance = limit + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace votebench
