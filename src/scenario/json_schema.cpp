// The table of keys as JSON Schema draft-07. The JSON is written by hand: it is small, fixed in
// form, and the only JSON of this folder.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "scenario/key_tree.h"
#include "scenario/schema.h"
#include "scenario/values.h"

namespace votebench::scenario {
namespace {

using Members = std::vector<std::string>;  // of a JSON object or array, each complete

std::string json_text(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    json += c;
  }
  return json + "\"";
}
std::string member(std::string_view name, std::string_view json) {
  return fmt::format("{}:{}", json_text(name), json);
}
std::string object(const Members& members) {
  return fmt::format("{{{}}}", fmt::join(members, ","));
}
std::string array(const Members& items) { return fmt::format("[{}]", fmt::join(items, ",")); }
std::string any_of(const Members& schemas) {
  return schemas.size() == 1 ? schemas[0] : object({member("anyOf", array(schemas))});
}

std::string type(std::string_view name) { return member("type", json_text(name)); }
// A variable may stand in the place of any value.
std::string pattern(std::string_view regex) {
  return object({type("string"), member("pattern", json_text(fmt::format("{}|\\$\\{{", regex)))});
}
std::string variable() { return object({type("string"), member("pattern", json_text("\\$\\{"))}); }

Members numeric(const Key& key, std::string_view name) {
  Members members{type(name)};
  if (!key.least.empty()) members.push_back(member("minimum", key.least));
  if (!key.most.empty()) members.push_back(member("maximum", key.most));
  return members;
}

std::string words_schema(const Key& key) {
  Members words;
  for (const std::string& word : split_words(key.words)) words.push_back(json_text(word));
  return object({member("enum", array(words))});
}

std::string secret_schema() {
  Members forms;
  for (const std::string_view name : {"env", "file"})
    forms.push_back(
        object({type("object"), member("additionalProperties", "false"),
                member("properties", object({member(name, object({type("string")})),
                                             member("optional", object({type("boolean")}))})),
                member("required", array({json_text(name)}))}));
  return any_of(forms);
}

// The form of values that are written as text of their own kind; empty: any text, or no text.
std::string regex_of(ValueType type) {
  static constexpr std::string_view kNumber = "[0-9]+(\\.[0-9]+)?";
  const std::string time = fmt::format("({}(ns|us|ms|s|m|h))+", kNumber);
  switch (type) {
    case ValueType::duration:
      return fmt::format("^{}$", time);
    case ValueType::duration_range:
      return fmt::format("^{0}\\.\\.{0}$", time);
    case ValueType::rate:
      return fmt::format("^{}/[smh]$", kNumber);
    case ValueType::share:
      return fmt::format("^{}%$", kNumber);
    case ValueType::name:
      return "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$";
    case ValueType::http_url:
      return "^https?://[^@/?#]+([/?#]|$)";
    case ValueType::proxy_url:
      return "^http://[^@/?#]+/?$";
    case ValueType::destination:
      return "^[^@/?#]+:[0-9]+$";
    case ValueType::redis_url:
      return "^(rediss?|unix)://";
    case ValueType::postgres_uri:
      return "^postgres(ql)?://";
    default:
      return "";
  }
}

// Every form that a scalar may have.
Members scalar_schemas(const Key& key) {
  if (key.type == ValueType::secret) return {secret_schema()};
  if (const std::string regex = regex_of(key.type); !regex.empty()) return {pattern(regex)};
  Members schemas;
  if (!key.words.empty()) schemas.push_back(words_schema(key));
  switch (key.type) {
    case ValueType::boolean:
      schemas.push_back(object({type("boolean")}));
      break;
    case ValueType::count:
      schemas.push_back(object(numeric(key, "integer")));
      break;
    case ValueType::number:
      schemas.push_back(object(numeric(key, "number")));
      break;
    case ValueType::word:
      break;
    default:
      return {object({type("string")})};
  }
  schemas.push_back(variable());
  return schemas;
}

std::string default_of(const Key& key) {
  const bool bare =
      key.type == ValueType::boolean || (key.type == ValueType::count && key.words.empty());
  return bare ? std::string(key.fallback) : json_text(key.fallback);
}

class SchemaWriter {
 public:
  std::string root(const KeyTree& tree, std::string_view title) {
    Members members{member("$schema", json_text("http://json-schema.org/draft-07/schema#")),
                    member("title", json_text(title))};
    for (std::string& part : mapping(tree)) members.push_back(std::move(part));
    if (tree.key == nullptr)
      members.push_back(member(
          "not", object({member("required", array({json_text("stack"), json_text("target")}))})));
    return object(members);
  }

 private:
  std::string schema(const KeyTree& tree) {
    Members forms;
    switch (tree.type()) {
      case ValueType::mapping:
        forms = {object(mapping(tree))};
        break;
      case ValueType::names:
        forms = {object(names(tree))};
        break;
      case ValueType::list:
        forms = {object({type("array"), member("items", schema(*tree.element))})};
        break;
      default:
        forms = scalar_schemas(*tree.key);
        if (!tree.children.empty()) forms.push_back(object(mapping(tree)));
    }
    if (tree.key->need == Need::nullable) forms.push_back(object({type("null")}));
    return described(*tree.key, any_of(forms));
  }

  // {...} with the key's words for people in it.
  static std::string described(const Key& key, std::string json) {
    std::string words = member("description", json_text(key.doc));
    const bool plain = key.type != ValueType::names && key.type != ValueType::list;
    if (plain && !key.fallback.empty() && key.fallback != kProfileDefault)
      words += "," + member("default", default_of(key));
    return json.insert(1, words + ",");
  }

  Members mapping(const KeyTree& tree) {
    Members properties;
    Members required;
    for (const KeyTree& child : tree.children) {
      if ((child.key->executors & executors_) != executors_) continue;
      const bool selects = executors_ != kEveryExecutor && child.name == "executor";
      properties.push_back(member(child.name, selects ? selected() : schema(child)));
      if (child.key->need == Need::required) required.push_back(json_text(child.name));
    }
    Members members{type("object"), member("additionalProperties", "false"),
                    member("properties", object(properties))};
    if (!required.empty()) members.push_back(member("required", array(required)));
    const Members rules = rules_of(tree);
    if (!rules.empty()) members.push_back(member("allOf", array(rules)));
    return members;
  }

  [[nodiscard]] Members rules_of(const KeyTree& tree) const {
    const auto requires_key = [](std::string_view name) {
      return object({member("required", array({json_text(name)}))});
    };
    Members rules;
    for (const ExactlyOne& rule : exactly_one_rules())
      if (tree.key != nullptr && rule.mapping == tree.key->path && rule.executors == executors_)
        rules.push_back(object(
            {member("oneOf", array({requires_key(rule.first), requires_key(rule.second)}))}));
    return rules;
  }

  Members names(const KeyTree& tree) {
    std::string value;
    if (tree.any->key->path == "/workloads/*") {
      Members forms;
      for (const ExecutorName& executor : executors()) {
        executors_ = executor.bit;
        forms.push_back(schema(*tree.any));
      }
      executors_ = kEveryExecutor;
      value = any_of(forms);
    } else {
      value = schema(*tree.any);
    }
    return {type("object"), member("minProperties", "1"), member("maxProperties", "64"),
            member("additionalProperties", value)};
  }

  [[nodiscard]] std::string selected() const {
    for (const ExecutorName& executor : executors())
      if (executor.bit == executors_)
        return object({member("description", json_text(executor.doc)),
                       member("const", json_text(executor.name))});
    return "{}";
  }

  std::uint8_t executors_ = kEveryExecutor;
};

// One member a line.
std::string indented(std::string_view json) {
  std::string text;
  std::size_t depth = 0;
  bool in_string = false;
  const auto new_line = [&] { text += fmt::format("\n{:{}}", "", 2 * depth); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"' && (i == 0 || json[i - 1] != '\\')) in_string = !in_string;
    if (!in_string && (c == '}' || c == ']')) {
      --depth;
      new_line();
    }
    text += c;
    if (in_string) continue;
    if (c == '{' || c == '[') ++depth;
    if (c == '{' || c == '[' || c == ',') new_line();
    if (c == ':') text += ' ';
  }
  return text + "\n";
}

}  // namespace

std::string json_schema() {
  return indented(SchemaWriter().root(scenario_tree(), "A votebench scenario, version 1"));
}

std::string target_json_schema() {
  return indented(SchemaWriter().root(target_tree(), "A votebench target"));
}

}  // namespace votebench::scenario
