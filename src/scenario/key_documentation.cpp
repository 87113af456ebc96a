// The table of keys as Markdown.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "scenario/schema.h"
#include "scenario/thresholds.h"
#include "scenario/values.h"

namespace votebench::scenario {
namespace {

std::string type_text(const Key& key) {
  switch (key.type) {
    case ValueType::mapping:
      return "mapping";
    case ValueType::names:
      return "mapping of names";
    case ValueType::list:
      return "list";
    case ValueType::boolean:
      return "true or false";
    case ValueType::count:
      return "count";
    case ValueType::number:
      return "number";
    case ValueType::duration:
      return "time";
    case ValueType::duration_range:
      return "time..time";
    case ValueType::rate:
      return "rate";
    case ValueType::share:
      return "percentage";
    case ValueType::text:
      return "text";
    case ValueType::name:
      return "name";
    case ValueType::word:
      return "word";
    case ValueType::http_url:
      return "URL";
    case ValueType::proxy_url:
      return "URL";
    case ValueType::destination:
      return "HOST:PORT";
    case ValueType::redis_url:
      return "URL";
    case ValueType::postgres_uri:
      return "URI";
    case ValueType::address:
      return "IP address";
    case ValueType::secret:
      return "{ env: NAME } or { file: PATH }";
    case ValueType::threshold:
      return "threshold";
  }
  return "";
}

std::string range_text(const Key& key) {
  std::vector<std::string> words = split_words(key.words);
  if (!key.least.empty())
    words.push_back(key.least == key.most ? std::string(key.least)
                                          : fmt::format("{} to {}", key.least, key.most));
  return join_words(words);
}

std::string default_text(const Key& key) {
  if (key.need == Need::required) return "required";
  if (key.fallback == kProfileDefault) return "the profile's";
  if (key.need == Need::nullable) return "null";
  return key.fallback.empty() ? "" : fmt::format("`{}`", key.fallback);
}

std::string doc_text(const Key& key) {
  std::vector<std::string> names;
  for (const ExecutorName& executor : executors())
    if ((executor.bit & key.executors) != 0) names.emplace_back(executor.name);
  if (key.executors == kEveryExecutor) return std::string(key.doc);
  return fmt::format("{} ({})", key.doc, fmt::join(names, ", "));
}

std::string key_table() {
  std::string text = "| key | type | values | default | meaning |\n|---|---|---|---|---|\n";
  for (const Key& key : keys())
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", key.path.substr(1), type_text(key),
                        range_text(key), default_text(key), doc_text(key));
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

std::string key_documentation() {
  return fmt::format(R"(# The keys of a scenario

Made from the table that the program itself reads (src/scenario/keys.cpp). `*` is any name, `[]` each
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
