#include "scenario/schema.h"

#include <fmt/format.h>

#include <bit>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/check.h"
#include "scenario/thresholds.h"
#include "scenario/values.h"

namespace votebench::scenario {
namespace {

using Json = nlohmann::ordered_json;

// A number or a boolean of the table, as JSON.
Json bare(std::string_view written) { return Json::parse(written); }

// A variable may stand in the place of any value.
Json pattern(std::string_view regex) {
  return {{"type", "string"}, {"pattern", fmt::format("{}\\$\\{{", regex)}};
}

Json any_of(std::vector<Json> schemas) {
  if (schemas.size() == 1) return std::move(schemas[0]);
  return {{"anyOf", std::move(schemas)}};
}

Json numeric(const Key& key, std::string_view type) {
  Json schema{{"type", type}};
  if (!key.least.empty()) schema["minimum"] = bare(key.least);
  if (!key.most.empty()) schema["maximum"] = bare(key.most);
  return schema;
}

Json secret_schema() {
  std::vector<Json> forms;
  for (const std::string name : {"env", "file"})
    forms.push_back(
        {{"type", "object"},
         {"additionalProperties", false},
         {"properties", {{name, {{"type", "string"}}}, {"optional", {{"type", "boolean"}}}}},
         {"required", Json::array({name})}});
  return any_of(std::move(forms));
}

// Every form that a scalar may have.
std::vector<Json> scalar_schemas(const Key& key) {
  if (key.type == ValueType::secret) return {secret_schema()};
  if (const std::string& regex = words_of_type(key.type).pattern; !regex.empty())
    return {pattern(regex + "|")};
  std::vector<Json> schemas;
  if (!key.words.empty()) schemas.push_back({{"enum", key.words}});
  switch (key.type) {
    case ValueType::text_or_secret:
      return {Json{{"type", "string"}}, secret_schema()};
    case ValueType::scalar:
      return {Json{{"type", Json::array({"string", "number", "boolean"})}}};
    case ValueType::boolean:
      schemas.push_back({{"type", "boolean"}});
      break;
    case ValueType::count:
      schemas.push_back(numeric(key, "integer"));
      break;
    case ValueType::number:
      schemas.push_back(numeric(key, "number"));
      break;
    case ValueType::word:
      break;
    default:
      return {Json{{"type", "string"}}};
  }
  schemas.push_back(pattern(""));
  return schemas;
}

Json default_of(const Key& key) {
  const bool number =
      key.type == ValueType::boolean || (key.type == ValueType::count && key.words.empty());
  return number ? bare(key.fallback) : Json(key.fallback);
}

// The schema of a tree, for the executors of one workload or, outside of workloads, for all.
class SchemaWriter {
 public:
  explicit SchemaWriter(ExecutorBits executors) : executors_(executors) {}

  [[nodiscard]] Json mapping(const KeyTree& tree) const {
    Json schema{{"type", "object"}, {"additionalProperties", false}};
    Json& properties = schema["properties"] = Json::object();
    Json required = Json::array();
    for (const KeyTree& child : tree.children) {
      if ((child.key.executors & executors_) != executors_) continue;
      const bool selects = executors_ != kEveryExecutor && child.key.name == "executor";
      properties[std::string(child.key.name)] = selects ? selected() : described(child);
      if (child.key.need == Need::required) required.push_back(child.key.name);
    }
    if (!required.empty()) schema["required"] = std::move(required);
    for (const OneOf& rule : tree.one_of)
      if (rule.executors == executors_) schema["allOf"].push_back(described(rule));
    return schema;
  }

 private:
  [[nodiscard]] static Json described(const OneOf& rule) {
    if (!rule.needed) return {{"not", {{"required", {rule.first, rule.second}}}}};
    return {{"oneOf", {{{"required", {rule.first}}}, {{"required", {rule.second}}}}}};
  }

  // With the key's words for people in it.
  [[nodiscard]] Json described(const KeyTree& tree) const {
    const Key& key = tree.key;
    Json schema{{"description", key.doc}};
    const bool plain = key.type != ValueType::names && key.type != ValueType::choices &&
                       key.type != ValueType::fields && key.type != ValueType::list;
    if (plain && !key.fallback.empty()) schema["default"] = default_of(key);
    std::vector<Json> forms = forms_of(tree);
    if (key.need == Need::nullable || key.need == Need::or_none)
      forms.push_back({{"type", "null"}});
    schema.update(any_of(std::move(forms)));
    return schema;
  }

  [[nodiscard]] std::vector<Json> forms_of(const KeyTree& tree) const {
    switch (tree.key.type) {
      case ValueType::mapping:
        return {mapping(tree)};
      case ValueType::names:
      case ValueType::choices:
      case ValueType::fields:
        return {{{"type", "object"},
                 {"minProperties", tree.key.need == Need::or_none ? 0 : 1},
                 {"maxProperties", 64},
                 {"additionalProperties", named(tree.item())}}};
      case ValueType::list:
        return {{{"type", "array"}, {"items", described(tree.item())}}};
      default:
        std::vector<Json> forms = scalar_schemas(tree.key);
        if (!tree.children.empty()) forms.push_back(mapping(tree));
        return forms;
    }
  }

  // What stands under a free name: one of the executors' workloads, or the same under each.
  [[nodiscard]] Json named(const KeyTree& item) const {
    if (item.find("executor", kEveryExecutor) == nullptr) return described(item);
    std::vector<Json> forms;
    for (const ExecutorName& executor : executors())
      forms.push_back(SchemaWriter(executor.bit).described(item));
    return any_of(std::move(forms));
  }

  [[nodiscard]] Json selected() const {
    const ExecutorName& executor =
        executors()[static_cast<std::size_t>(std::countr_zero(unsigned{executors_}))];
    return {{"description", executor.doc}, {"const", executor.name}};
  }

  ExecutorBits executors_;
};

std::string range_text(const Key& key) {
  std::vector<std::string> words = key.words;
  if (!key.least.empty())
    words.push_back(key.least == key.most ? std::string(key.least)
                                          : fmt::format("{} to {}", key.least, key.most));
  return join_words(words);
}

std::string default_text(const Key& key) {
  if (key.need == Need::required) return "required";
  if (key.default_from == DefaultFrom::profile) return "the profile's";
  if (key.need == Need::nullable) return "null";
  return key.fallback.empty() ? "" : fmt::format("`{}`", key.fallback);
}

std::string doc_text(const Key& key) {
  if (key.executors == kEveryExecutor) return std::string(key.doc);
  std::vector<std::string_view> names;
  for (const ExecutorName& executor : executors())
    if ((executor.bit & key.executors) != 0) names.push_back(executor.name);
  return fmt::format("{} ({})", key.doc, fmt::join(names, ", "));
}

std::string key_table() {
  std::string text = "| key | type | values | default | meaning |\n|---|---|---|---|---|\n";
  for (const Key& key : keys())
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", key.path.substr(1),
                        words_of_type(key.type).name, range_text(key), default_text(key),
                        doc_text(key));
  return text;
}

std::string executor_table() {
  std::string text = "| executor | what it does |\n|---|---|\n";
  for (const ExecutorName& executor : executors())
    text += fmt::format("| `{}` | {} |\n", executor.name, executor.doc);
  return text;
}

std::string metric_table() {
  std::string text =
      "| metric | written as | selectors | abort | meaning |\n|---|---|---|---|---|\n";
  for (const Metric& metric : metrics())
    text += fmt::format("| `{}` | `{}` | {}{} | {} | {} |\n", metric.name, example_of(metric.unit),
                        metric.has(kByTime) ? "from, to" : "",
                        metric.has(kByWorkload) ? ", workload" : "", metric.has(kLive) ? "yes" : "",
                        metric.doc);
  return text;
}

}  // namespace

std::string json_schema(const KeyTree& tree, std::string_view title) {
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
  schema.update(SchemaWriter(kEveryExecutor).mapping(tree));
  if (tree.is_root()) schema["not"] = {{"required", {"stack", "target"}}};
  return schema.dump(2) + "\n";
}

std::string json_schema() {
  return json_schema(scenario_tree(), "A votebench scenario, version 1");
}

std::string target_json_schema() { return json_schema(target_tree(), "A votebench target"); }

std::string key_documentation() {
  return fmt::format(R"(# The keys of a scenario

Made from what the program itself reads (src/scenario/describe.h). `*` is any name, `[]` each
element of a list. A target file has the keys below `target`, without that level. `${{NAME}}`,
`${{NAME:-default}}` and `${{NAME:?message}}` stand for variables in any value, `$$` for a dollar sign.

{}
## Executors

{}
## Metrics of thresholds

`METRIC OP VALUE`, OP one of `<` `<=` `>` `>=` `==`; or `{{ expr: METRIC OP VALUE, abort: true,
severity: warn }}`. `METRIC{{workload=NAME,from=10s,to=1m}}` measures one workload's votes, or those
due in a part of the load; times count from its start. Without `from`, the warm-up is left out of
rates and times, not of `http.error_rate`, `http.unknown_rate` and `queue.depth.max`. A threshold
without a valid measurement makes the run inconclusive (exit 3), a missed one fails it (exit 4) or,
with `severity: warn`, is said. With `abort: true` it is also looked at once a second while the load
runs, as soon as 100 votes are measured: once it is missed, no further votes are sent, and what was
sent is drained and judged.

{})",
                     key_table(), executor_table(), metric_table());
}

}  // namespace votebench::scenario
