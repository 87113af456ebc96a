#include "scenario/values.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "core/check.h"
#include "core/number.h"
#include "core/text.h"
#include "scenario/thresholds.h"
#include "scenario/urls.h"

namespace votebench::scenario {
namespace {

using Fault = tl::unexpected<ValueError>;

constexpr std::string_view kDigits = "0123456789";

Fault fault(DiagnosticId id, std::string message, std::string help) {
  return Fault(ValueError{id, std::move(message), std::move(help)});
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos;
}

// YAML 1.1 readers take 010 as 8; a person means 10.
bool has_leading_zero(std::string_view text) {
  return text.size() > 1 && text[0] == '0' && kDigits.find(text[1]) != std::string_view::npos;
}

Fault leading_zero(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of('0'), text.size() - 1);
  return fault(DiagnosticId::leading_zero, "{value} has a leading zero",
               fmt::format("write {}", text.substr(first)));
}

// digits [ "." digits ], times 10 to the power of `exponent`.
std::optional<double> decimal(std::string_view text, std::string_view exponent = "") {
  const std::size_t point = std::min(text.find('.'), text.size());
  if (!all_digits(text.substr(0, point))) return std::nullopt;
  if (point < text.size() && !all_digits(text.substr(point + 1))) return std::nullopt;
  const std::string number = fmt::format("{}{}", text, exponent);
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  return value;
}

struct RateUnit {
  std::string_view name;
  double seconds;
};
constexpr std::array<RateUnit, 3> kRateUnits{{{"/s", 1}, {"/m", 60}, {"/h", 3600}}};

Converted<Value> to_boolean(const Key&, std::string_view text, bool quoted) {
  if (!quoted && (text == "true" || text == "false")) return Value(text == "true");
  return fault(DiagnosticId::not_a_boolean, "{value} is neither true nor false",
               "write true or false, without quotes");
}

Converted<Value> to_word(const Key& key, std::string_view text, bool) {
  if (std::ranges::count(key.words, text) > 0) return Value(std::string(text));
  if (key.path == "/stack/name" && std::ranges::count(stack_words().costly_kinds, text) > 0)
    return fault(
        DiagnosticId::unknown_word, "a stack on {value} is not made from a scenario",
        fmt::format("it costs money: ask for it on the command line with `--stack {}`", text));
  return fault(DiagnosticId::unknown_word, "unknown value {value}", suggest(text, key.words));
}

Converted<Value> to_range(std::string_view text) {
  const auto bad = [](std::string help) {
    return fault(DiagnosticId::not_a_duration_range, "{value} is not a range of times",
                 std::move(help));
  };
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) return bad("write the shortest and the longest: 1s..10s");
  const auto least = parse_time(text.substr(0, dots));
  const auto most = parse_time(text.substr(dots + 2));
  if (!least) return bad(least.error().help);
  if (!most) return bad(most.error().help);
  if (*least > *most) return bad("the first time must not be longer than the second");
  return Value(DurationRange(*least, *most));
}

Converted<Value> to_text(std::string_view text) {
  if (is_plain_text(text)) return Value(std::string(text));
  return fault(DiagnosticId::not_text,
               text.empty() ? "the text is empty" : "{value} cannot be used as text here",
               "write 1 to 1000 characters without control characters");
}

Converted<Value> to_name(std::string_view text) {
  if (is_name(text)) return Value(std::string(text));
  return fault(DiagnosticId::bad_name, "{value} cannot be used as a name",
               "write letters, digits, '_', '-' and '.', at most 64, starting with a letter, a "
               "digit or '_'");
}

Converted<Value> to_address(std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const std::string address(text);
  if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
      inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1)
    return Value(address);
  return fault(DiagnosticId::bad_address, "{value} is not an IP address",
               "write an address of this machine: 127.0.0.2");
}

// A URL is kept as text; whoever needs its parts takes it apart again.
template <typename Url>
Converted<Value> checked(const Converted<Url>& url, std::string_view text) {
  if (!url) return Fault(url.error());
  return Value(std::string(text));
}

template <typename T>
Converted<Value> widened(const Converted<T>& value) {
  if (!value) return Fault(value.error());
  return Value(*value);
}
Converted<Value> widened(Converted<Value> value) { return value; }

bool is_numeric(ValueType type) {
  return type == ValueType::boolean || type == ValueType::count || type == ValueType::number;
}

// A type: what it is called, its form, and how its text is read. A row per type that a scalar has,
// and the names of the others.
struct TypeRow {
  ValueType type;
  TypeWords words;
  Converted<Value> (*read)(const Key& key, std::string_view text, bool quoted);
};

// The reader of a type that depends on nothing but the text.
template <auto kParse>
Converted<Value> plain(const Key&, std::string_view text, bool) {
  return widened(kParse(text));
}
// The same for a text of a form of its own, which is kept as text.
template <auto kParse>
Converted<Value> of_form(const Key&, std::string_view text, bool) {
  return checked(kParse(text), text);
}

std::vector<TypeRow> make_types() {
  using enum ValueType;
  static constexpr std::string_view kNumber = "[0-9]+(\\.[0-9]+)?";
  const std::string time = fmt::format("({}(ns|us|ms|s|m|h))+", kNumber);
  return {
      {mapping, {"mapping", ""}, nullptr},
      {names, {"mapping of names", ""}, nullptr},
      {choices, {"mapping of choices", ""}, nullptr},
      {fields, {"mapping of fields", ""}, nullptr},
      {list, {"list", ""}, nullptr},
      {secret, {"{ env: NAME } or { file: PATH }", ""}, nullptr},
      {text_or_secret, {"text, { env: NAME } or { file: PATH }", ""}, plain<to_text>},
      {boolean, {"true or false", ""}, to_boolean},
      {count, {"count", ""}, plain<parse_count>},
      {number, {"number", ""}, plain<parse_number>},
      {duration, {"time", fmt::format("^{}$", time)}, plain<parse_time>},
      {duration_range, {"time..time", fmt::format("^{0}\\.\\.{0}$", time)}, plain<to_range>},
      {rate, {"rate", fmt::format("^{}/[smh]$", kNumber)}, plain<parse_rate>},
      {share, {"percentage", fmt::format("^{}%$", kNumber)}, plain<parse_share>},
      {text, {"text", ""}, plain<to_text>},
      {scalar, {"value", ""}, plain<to_text>},
      {name, {"name", "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$"}, plain<to_name>},
      {word, {"word", ""}, to_word},
      {http_url, {"URL", "^https?://[^@/?#]+([/?#]|$)"}, of_form<parse_http_url>},
      {proxy_url, {"URL", "^http://[^@/?#]+/?$"}, of_form<parse_proxy_url>},
      {destination, {"HOST:PORT", "^[^@/?#]+:[0-9]+$"}, of_form<parse_destination>},
      {redis_url, {"URL", "^(rediss?|unix)://"}, of_form<parse_redis_url>},
      {postgres_uri, {"URI", "^postgres(ql)?://"}, of_form<parse_postgres_uri>},
      {address, {"IP address", ""}, plain<to_address>},
      {threshold, {"threshold", ""}, plain<parse_threshold>},
  };
}

const TypeRow& row_of(ValueType type) {
  static const std::vector<TypeRow> rows = make_types();
  const auto found = std::ranges::find(rows, type, &TypeRow::type);
  CHECK_THAT_HOLDS(found != rows.end());
  return *found;
}

Converted<Value> by_type(const Key& key, std::string_view text, bool quoted) {
  const auto read = row_of(key.type).read;
  CHECK_THAT_HOLDS(read != nullptr);
  return read(key, text, quoted);
}

// Values in one unit, for the check of ranges: nanoseconds, votes per second, shares, numbers.
double magnitude(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* count = std::get_if<std::uint64_t>(&value)) return static_cast<double>(*count);
  if (const auto* time = std::get_if<Nanoseconds>(&value))
    return static_cast<double>(time->count());
  return 0;
}

bool in_range(const Key& key, const Value& value) {
  if (const auto* range = std::get_if<DurationRange>(&value))
    return range->first >= parse_time(key.least).value() &&
           range->second <= parse_time(key.most).value();
  const double at = magnitude(value);
  return at >= magnitude(by_type(key, key.least, false).value()) &&
         at <= magnitude(by_type(key, key.most, false).value());
}

// What needs no quotes anywhere, and is neither null nor a boolean nor a number to any reader.
bool is_plain(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kWords{
      {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto allowed = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/';
  };
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return !text.empty() && (letter(text[0]) || text[0] == '/') &&
         std::all_of(text.begin(), text.end(), allowed) &&
         std::find(kWords.begin(), kWords.end(), lower) == kWords.end();
}

std::string reference_of(const Secret& secret) {
  if (secret.origin() == Secret::Origin::unknown) return "\"***\"";
  return fmt::format("{{ {}: {}{} }}",
                     secret.origin() == Secret::Origin::environment ? "env" : "file",
                     yaml_text(secret.reference()), secret.empty() ? ", optional: true" : "");
}

// `written(value)`: how the value of a name is written.
template <typename Field, typename Written>
Literal mapping_of(const Key& key, const std::map<std::string, Field>& field, Written written) {
  std::vector<std::string> items;
  for (const auto& [name, value] : field)
    items.push_back(fmt::format("{}: {}", yaml_name(name), written(value)));
  if (items.empty() && key.default_from == DefaultFrom::nowhere) return std::nullopt;
  if (items.empty() && key.need == Need::or_none) return "null";
  return fmt::format("{{ {} }}", fmt::join(items, ", "));
}

}  // namespace

Converted<Value> convert(const Key& key, std::string_view text, bool quoted) {
  if (key.type != ValueType::word && std::ranges::count(key.words, text) > 0)
    return Value(std::string(text));
  if (quoted && is_numeric(key.type))
    return fault(
        key.type == ValueType::boolean ? DiagnosticId::not_a_boolean : DiagnosticId::not_a_count,
        key.type == ValueType::boolean ? "{value} is text, not true or false"
                                       : "{value} is text, not a number",
        "remove the quotes");
  Converted<Value> value = by_type(key, text, quoted);
  if (!value || key.least.empty() || in_range(key, *value)) return value;
  if (key.least == key.most)
    return fault(DiagnosticId::unsupported_version, "version {value} is not known",
                 fmt::format("this votebench reads version {}", key.most));
  return fault(DiagnosticId::out_of_range, "{value} is out of range",
               fmt::format("from {} to {}", key.least, key.most));
}

const TypeWords& words_of_type(ValueType type) { return row_of(type).words; }

Converted<double> parse_number(std::string_view text) {
  if (has_leading_zero(text) && decimal(text)) return leading_zero(text);
  if (const auto value = decimal(text)) return *value;
  return fault(DiagnosticId::not_a_number, "{value} is not a number",
               "write digits with at most one point: 55 or 0.5");
}

Converted<std::uint64_t> parse_count(std::string_view text) {
  if (!all_digits(text))
    return fault(DiagnosticId::not_a_count, "{value} is not a whole number",
                 "write digits only: 2000");
  if (has_leading_zero(text)) return leading_zero(text);
  if (const auto value = whole_number<std::uint64_t>(text)) return *value;
  return fault(DiagnosticId::out_of_range, "{value} is out of range",
               fmt::format("from 0 to {}", std::numeric_limits<std::uint64_t>::max()));
}

Converted<double> parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  const auto value = decimal(percent ? text.substr(0, text.size() - 1) : text, "e-2");
  if (value && has_leading_zero(text)) return leading_zero(text);
  if (value && percent) return *value;
  return fault(DiagnosticId::not_a_share,
               value ? "{value} has no percent sign" : "{value} is not a percentage",
               "write a percentage: 20%");
}

Converted<double> parse_rate(std::string_view text) {
  for (const RateUnit& unit : kRateUnits) {
    if (!text.ends_with(unit.name)) continue;
    const std::string_view digits = text.substr(0, text.size() - unit.name.size());
    const auto value = decimal(digits);
    if (!value) break;
    if (has_leading_zero(digits)) return leading_zero(text);
    return *value / unit.seconds;
  }
  return decimal(text) ? fault(DiagnosticId::not_a_rate, "{value} has no unit",
                               fmt::format("write {}/s; units are /s, /m and /h", text))
                       : fault(DiagnosticId::not_a_rate, "{value} is not a rate",
                               "write votes over time: 400/s, 10/m or 5/h");
}

Converted<Nanoseconds> parse_time(std::string_view text) {
  const auto value = parse_duration(text);
  if (value && has_leading_zero(text)) return leading_zero(text);
  if (value) return *value;
  return decimal(text)
             ? fault(DiagnosticId::not_a_duration, "{value} has no unit",
                     fmt::format("write {}s; units are ns, us, ms, s, m and h", text))
             : fault(DiagnosticId::not_a_duration, "{value} is not a time",
                     "write a number and its unit: 250ms, 5s, 1m30s; units are ns, us, ms, s, m "
                     "and h");
}

std::string number_literal(double value) {
  for (int precision = 0; precision < 20; ++precision) {
    std::string text = fmt::format("{:.{}f}", value, precision);
    if (decimal(text) == value) return text;
  }
  return fmt::format("{:.20f}", value);
}

std::string share_literal(double value) {
  const long double percent = 100.0L * static_cast<long double>(value);
  for (int precision = 0; precision < 20; ++precision) {
    std::string text = fmt::format("{:.{}f}%", percent, precision);
    if (parse_share(text) == value) return text;
  }
  return fmt::format("{:.20f}%", percent);
}

std::string rate_literal(double per_s) {
  std::string best;
  for (const RateUnit& unit : kRateUnits) {
    const std::string text = fmt::format("{}{}", number_literal(per_s * unit.seconds), unit.name);
    if ((best.empty() || text.size() < best.size()) && parse_rate(text) == per_s) best = text;
  }
  return best;
}

namespace {

std::string quoted_where_needed(std::string_view text, std::string_view dollar) {
  if (is_plain(text)) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '$')
      quoted += dollar;
    else
      quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

std::string yaml_text(std::string_view text) { return quoted_where_needed(text, "$$"); }
std::string yaml_name(std::string_view text) { return quoted_where_needed(text, "$"); }

std::vector<WrittenStage> as_written(const std::vector<RampStage>& stages, double start_per_s) {
  std::vector<WrittenStage> written;
  double rate = start_per_s;
  for (const RampStage& stage : stages) {
    if (stage.to_per_s == rate)
      written.push_back({{}, {}, stage.over});
    else
      written.push_back({stage.to_per_s, stage.over, {}});
    rate = stage.to_per_s;
  }
  return written;
}

std::vector<RampStage> as_meant(const std::vector<WrittenStage>& stages, double start_per_s) {
  std::vector<RampStage> meant;
  double rate = start_per_s;
  for (const WrittenStage& stage : stages) {
    rate = stage.ramp_to.value_or(rate);
    meant.push_back({rate, stage.hold.value_or(stage.over.value_or(Nanoseconds(0)))});
  }
  return meant;
}

Literal literal(const Key&, bool field) { return field ? "true" : "false"; }
Literal literal(const Key& key, std::uint32_t field) {
  return field == 0 && !key.words.empty() ? key.words[0] : std::to_string(field);
}
Literal literal(const Key&, std::uint64_t field) { return std::to_string(field); }
Literal literal(const Key& key, double field) {
  return key.type == ValueType::rate    ? rate_literal(field)
         : key.type == ValueType::share ? share_literal(field)
                                        : number_literal(field);
}
Literal literal(const Key&, Nanoseconds field) { return duration_literal(field); }
Literal literal(const Key&, const DurationRange& field) {
  return fmt::format("{}..{}", duration_literal(field.first), duration_literal(field.second));
}
Literal literal(const Key& key, const std::string& field) {
  if (!field.empty()) return yaml_text(field);
  return key.need == Need::nullable ? Literal("null") : std::nullopt;
}
Literal literal(const Key&, const Secret& field) {
  if (field.empty() && field.origin() == Secret::Origin::unknown) return std::nullopt;
  return reference_of(field);
}
Literal literal(const Key& key, const std::vector<std::string>& field) {
  if (field.empty() && key.default_from == DefaultFrom::nowhere) return std::nullopt;
  std::vector<std::string> items;
  for (const std::string& text : field) items.push_back(yaml_text(text));
  return fmt::format("[{}]", fmt::join(items, ", "));
}
Literal literal(const Key&, const std::vector<int>& field) {
  return fmt::format("[{}]", fmt::join(field, ", "));
}
Literal literal(const Key& key, const std::map<std::string, std::string>& field) {
  return mapping_of(key, field, yaml_text);
}
Literal literal(const Key& key, const std::map<std::string, std::optional<std::string>>& field) {
  return mapping_of(key, field, [](const std::optional<std::string>& value) {
    return value ? yaml_text(*value) : "null";
  });
}
Literal literal(const Key& key, const std::map<std::string, HeaderValue>& field) {
  return mapping_of(key, field, [](const HeaderValue& value) {
    return value.text.empty() ? reference_of(value.secret) : yaml_text(value.text);
  });
}
Literal literal(const Key&, const std::vector<Choice>& field) {
  std::vector<std::string> items;
  for (const Choice& choice : field)
    items.push_back(fmt::format("{}: {}", yaml_name(choice.name), number_literal(choice.weight)));
  return fmt::format("{{ {} }}", fmt::join(items, ", "));
}
Literal literal(const Key&, const Threshold& field) {
  const std::string expression = yaml_text(field.text);
  if (!field.abort && !field.warn) return expression;
  return fmt::format("{{ expr: {}{}{} }}", expression, field.abort ? ", abort: true" : "",
                     field.warn ? ", severity: warn" : "");
}
Literal literal(const Key&, const WrittenStage& field) {
  if (field.hold) return fmt::format("{{ hold: {} }}", duration_literal(*field.hold));
  return fmt::format("{{ ramp_to: {}, over: {} }}", rate_literal(field.ramp_to.value_or(0)),
                     duration_literal(field.over.value_or(Nanoseconds(0))));
}

std::string join_words(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

std::string suggest(std::string_view word, const std::vector<std::string>& known) {
  std::string lower(word.substr(0, 64));  // no known word is longer
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (const auto near = closest_match(lower, known))
    return fmt::format("did you mean '{}'?", *near);
  return known.empty() ? "" : fmt::format("known here: {}", fmt::join(known, ", "));
}

bool is_plain_text(std::string_view text) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return !text.empty() && text.size() <= 1000 && is_valid_utf8(text) &&
         std::none_of(text.begin(), text.end(), control);
}

bool is_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !text.empty() && text.size() <= 64 && text[0] != '.' && text[0] != '-' &&
         std::all_of(text.begin(), text.end(), allowed);
}

}  // namespace votebench::scenario
