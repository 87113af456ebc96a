#include "scenario/overrides.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "core/number.h"
#include "scenario/read_yaml.h"

namespace votebench::scenario {
namespace {

struct Segment {
  std::string name;
  Span span;
};

// Nothing when one of them is empty.
std::optional<std::vector<Segment>> split_key(std::size_t source, std::string_view key) {
  std::vector<Segment> segments;
  for (std::size_t begin = 0; begin <= key.size();) {
    const std::size_t end = std::min(key.find('.', begin), key.size());
    if (end == begin) return std::nullopt;
    segments.push_back({std::string(key.substr(begin, end - begin)), {source, begin, end - begin}});
    begin = end + 1;
  }
  return segments;
}

// The element of a list; nullptr: there is none with this number.
Node* element(Node& list, const std::string& number) {
  const auto index = whole_number<std::size_t>(number);
  return index && *index < list.items.size() ? &list.items[*index] : nullptr;
}

// The value under `segment`, made if need be.
Node& member(Node& node, const Segment& segment) {
  if (node.kind != Node::Kind::mapping) {
    node = Node{};
    node.kind = Node::Kind::mapping;
    node.span = segment.span;
    node.owner = segment.span;
  }
  for (Member& known : node.members)
    if (known.name == segment.name) {
      known.span = segment.span;
      return known.value;
    }
  node.members.push_back({segment.name, segment.span, Node{}});
  node.members.back().value.span = segment.span;
  return node.members.back().value;
}

}  // namespace

void apply_override(const std::string& setting, Node& root, Context& context) {
  const std::size_t source = context.diagnostics.add_source("--set", setting, true);
  const std::size_t equals = setting.find('=');
  const auto segments = equals == std::string::npos
                            ? std::nullopt
                            : split_key(source, std::string_view(setting).substr(0, equals));
  if (!segments) {
    mask_lines(source, context.diagnostics);
    context.diagnostics.add({DiagnosticId::bad_override,
                             {source, 0, std::min(equals, setting.size())},
                             "",
                             "this does not say which key to set",
                             "write --set KEY=VALUE: --set workloads.peak.duration=10s"});
    return;
  }
  auto value = read_yaml(source, equals + 1, context.diagnostics);
  if (!value) return mask_lines(source, context.diagnostics);
  if (value->kind == Node::Kind::null && value->span.length == 0) value->span = {source, 0, equals};

  Node* place = &root;
  for (const Segment& segment : *segments) {
    Node* next =
        place->kind == Node::Kind::list ? element(*place, segment.name) : &member(*place, segment);
    if (next == nullptr) {
      mask_lines(source, context.diagnostics);
      context.diagnostics.add({DiagnosticId::bad_override, segment.span, "",
                               fmt::format("the list has no element '{}'", segment.name),
                               fmt::format("it has {}, counted from 0", place->items.size())});
      return;
    }
    place = next;
  }
  value->owner = segments->back().span;
  *place = std::move(*value);
}

}  // namespace votebench::scenario
