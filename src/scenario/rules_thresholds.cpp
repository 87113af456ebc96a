#include "scenario/rules_thresholds.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "scenario/extent.h"
#include "scenario/thresholds.h"
#include "scenario/values.h"

namespace votebench::scenario {
namespace {

// The part of a scalar that says `words`, or all of it.
Span span_of(const Node& node, std::string_view words, const Context& context) {
  const std::string_view raw =
      context.diagnostics.text(node.span.source).substr(node.span.offset, node.span.length);
  const std::size_t at = raw.find(words);
  if (at == std::string_view::npos) return node.span;
  return {node.span.source, node.span.offset + at, words.size()};
}

void check_workload(const Node& node, const Threshold& threshold, const std::string& path,
                    const Scenario& scenario, Context& context) {
  std::vector<std::string> names;
  for (const Workload& workload : scenario.workloads) names.push_back(workload.name);
  if (threshold.workload.empty() || std::ranges::count(names, threshold.workload) > 0) return;
  context.add(DiagnosticId::unknown_workload, span_of(node, threshold.workload, context), path,
              fmt::format("there is no workload '{}'", threshold.workload),
              suggest(threshold.workload, names));
}

void check_times(const Node& node, const Threshold& threshold, const std::string& path,
                 Nanoseconds load_end, Context& context) {
  if (threshold.from.value_or(Nanoseconds(0)) < load_end) return;
  context.add(DiagnosticId::bad_threshold, node.span, path,
              fmt::format("the load ends after {}, before 'from'", duration_literal(load_end)),
              "there would be nothing to measure");
}

void check_abort(const Node& item, const std::string& path, Context& context) {
  const Node* abort = item.find("abort");
  const Node* expression = item.find("expr");
  if (abort == nullptr || !abort->valid || !std::get<bool>(abort->value)) return;
  if (expression == nullptr || !expression->valid) return;
  const auto& threshold = std::get<Threshold>(expression->value);
  const Metric* metric = find_metric(threshold.metric);
  if (metric->has(kLive)) return;
  context.add(DiagnosticId::bad_threshold, abort->owner, path,
              fmt::format("{} is known only at the end of the run", threshold.metric),
              "abort on http.*, lag.* or queue.depth.max");
}

}  // namespace

void check_thresholds(const Node& root, const Scenario& scenario, Context& context) {
  const Node* thresholds = root.find("thresholds");
  const Node* workloads = root.find("workloads");
  if (thresholds == nullptr || !thresholds->valid) return;
  const bool reliable = workloads != nullptr && all_valid(*workloads);
  const auto load_end = reliable ? planned_end(scenario) : std::nullopt;
  for (std::size_t i = 0; i < thresholds->items.size(); ++i) {
    const Node& item = thresholds->items[i];
    const std::string path = fmt::format("/thresholds/{}", i);
    const bool mapping = item.kind == Node::Kind::mapping;
    const Node* expression = mapping ? item.find("expr") : &item;
    if (mapping) check_abort(item, path, context);
    if (expression == nullptr || !expression->valid) continue;
    const auto& threshold = std::get<Threshold>(expression->value);
    if (workloads != nullptr && workloads->valid)
      check_workload(*expression, threshold, path, scenario, context);
    if (load_end) check_times(*expression, threshold, path, *load_end, context);
  }
}

}  // namespace votebench::scenario
