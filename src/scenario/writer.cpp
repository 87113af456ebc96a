#include "scenario/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "scenario/key_tree.h"
#include "scenario/values.h"

namespace votebench::scenario {
namespace {

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

std::string threshold_text(const Threshold& threshold) {
  const std::string expression = yaml_text(threshold.text);
  if (!threshold.abort && !threshold.warn) return expression;
  return fmt::format("{{ expr: {}{}{} }}", expression, threshold.abort ? ", abort: true" : "",
                     threshold.warn ? ", severity: warn" : "");
}

std::string reference_of(const Secret& secret) {
  if (secret.origin() == Secret::Origin::unknown) return "\"***\"";
  return fmt::format("{{ {}: {}{} }}",
                     secret.origin() == Secret::Origin::environment ? "env" : "file",
                     yaml_text(secret.reference()), secret.empty() ? ", optional: true" : "");
}

}  // namespace

std::string yaml_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '$') quoted += '$';
    quoted += c;
  }
  return quoted + "\"";
}

Writer::Writer(std::string path, std::string& out, std::size_t indent, std::uint8_t executors)
    : path_(std::move(path)), out_(&out), indent_(indent), executors_(executors) {}

const Key& Writer::row(std::string_view key) const {
  return key_at(fmt::format("{}/{}", path_, key), executors_);
}

void Writer::line(std::string_view key, std::string_view value) const {
  *out_ += fmt::format("{:{}}{}:{}{}\n", "", indent_, key, value.empty() ? "" : " ", value);
}

Writer Writer::section(std::string_view key) const {
  line(key, "");
  return {fmt::format("{}/{}", path_, key), *out_, indent_ + 2, executors_};
}

Writer Writer::named(std::string_view name, std::uint8_t executors) const {
  line(yaml_text(name), "");
  return {path_ + "/*", *out_, indent_ + 2, executors};
}

template <typename Field>
void Writer::optional(std::string_view key, const std::optional<Field>& field) const {
  if (field)
    (*this)(key, *field);
  else if (row(key).need == Need::nullable)
    line(key, "null");
}

void Writer::operator()(std::string_view key, bool field) const {
  line(key, field ? "true" : "false");
}
void Writer::operator()(std::string_view key, std::uint32_t field) const {
  const Key& known = row(key);
  if (field == 0 && !known.words.empty()) return line(key, known.words);
  line(key, std::to_string(field));
}
void Writer::operator()(std::string_view key, std::uint64_t field) const {
  line(key, std::to_string(field));
}
void Writer::operator()(std::string_view key, double field) const {
  const ValueType type = row(key).type;
  line(key, type == ValueType::rate    ? rate_literal(field)
            : type == ValueType::share ? share_literal(field)
                                       : number_literal(field));
}
void Writer::operator()(std::string_view key, Nanoseconds field) const {
  line(key, duration_literal(field));
}
void Writer::operator()(std::string_view key, const std::string& field) const {
  if (!field.empty())
    line(key, yaml_text(field));
  else if (row(key).need == Need::nullable)
    line(key, "null");
}
void Writer::operator()(std::string_view key, const Secret& field) const {
  if (field.empty() && field.origin() == Secret::Origin::unknown) return;
  line(key, reference_of(field));
}
void Writer::operator()(std::string_view key, std::optional<std::uint32_t> field) const {
  optional(key, field);
}
void Writer::operator()(std::string_view key, std::optional<std::uint64_t> field) const {
  optional(key, field);
}
void Writer::operator()(std::string_view key, std::optional<Nanoseconds> field) const {
  optional(key, field);
}

void Writer::operator()(std::string_view key, const std::vector<std::string>& field) const {
  std::vector<std::string> items;
  for (const std::string& text : field) items.push_back(yaml_text(text));
  line(key, fmt::format("[{}]", fmt::join(items, ", ")));
}

void Writer::operator()(std::string_view key, const std::vector<int>& field) const {
  line(key, fmt::format("[{}]", fmt::join(field, ", ")));
}

void Writer::operator()(std::string_view key,
                        const std::map<std::string, std::string>& field) const {
  std::vector<std::string> items;
  for (const auto& [name, text] : field)
    items.push_back(fmt::format("{}: {}", yaml_text(name), yaml_text(text)));
  line(key, fmt::format("{{ {} }}", fmt::join(items, ", ")));
}

void Writer::operator()(std::string_view key, const std::vector<Choice>& field) const {
  std::vector<std::string> items;
  for (const Choice& choice : field)
    items.push_back(fmt::format("{}: {}", yaml_text(choice.name), number_literal(choice.weight)));
  line(key, fmt::format("{{ {} }}", fmt::join(items, ", ")));
}

void Writer::operator()(std::string_view key, const std::vector<RampStage>& stages,
                        double start_per_s) const {
  line(key, "");
  double rate = start_per_s;
  for (const RampStage& stage : stages) {
    const std::string time = duration_literal(stage.over);
    const std::string item =
        stage.to_per_s == rate
            ? fmt::format("{{ hold: {} }}", time)
            : fmt::format("{{ ramp_to: {}, over: {} }}", rate_literal(stage.to_per_s), time);
    *out_ += fmt::format("{:{}}- {}\n", "", indent_ + 2, item);
    rate = stage.to_per_s;
  }
}

void Writer::operator()(std::string_view key, Nanoseconds least, Nanoseconds most) const {
  line(key, fmt::format("{}..{}", duration_literal(least), duration_literal(most)));
}

void Writer::operator()(std::string_view key, const std::vector<Threshold>& field) const {
  if (field.empty()) return line(key, "[]");
  line(key, "");
  for (const Threshold& threshold : field)
    *out_ += fmt::format("{:{}}- {}\n", "", indent_ + 2, threshold_text(threshold));
}

}  // namespace votebench::scenario
