#include "scenario/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "core/number.h"
#include "core/text.h"

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

// "NAME", "NAME:-default" or "NAME:?message": what stands between the braces.
struct Reference {
  std::string name;
  char action = '\0';  // '-', '?' or none
  std::string operand;
};

std::optional<Reference> parse_reference(std::string_view inside) {
  const auto in_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const auto end = static_cast<std::size_t>(
      std::find_if_not(inside.begin(), inside.end(), in_name) - inside.begin());
  if (end == 0 || (inside[0] >= '0' && inside[0] <= '9')) return std::nullopt;
  Reference reference{std::string(inside.substr(0, end)), '\0', ""};
  const std::string_view rest = inside.substr(end);
  if (rest.empty()) return reference;
  if (rest.size() < 2 || rest[0] != ':' || (rest[1] != '-' && rest[1] != '?')) return std::nullopt;
  reference.action = rest[1];
  reference.operand = rest.substr(2);
  if (reference.operand.find("${") != std::string::npos) return std::nullopt;
  return reference;
}

class Expansion {
 public:
  Expansion(Node& node, const std::string& path, Context& context)
      : node_(node), path_(path), context_(context) {}

  void run() {
    const std::string text = std::move(node_.text);
    node_.text.clear();
    node_.expanded = true;
    for (std::size_t at = 0; at < text.size();) {
      if (text.compare(at, 2, "$$") == 0) {
        node_.text += '$';
        at += 2;
      } else if (text.compare(at, 2, "${") == 0) {
        const std::size_t close = std::min(text.find('}', at), text.size());
        substitute(close == text.size() ? "" : text.substr(at + 2, close - at - 2));
        at = close + 1;
      } else {
        node_.text += text[at++];
      }
    }
  }

 private:
  void substitute(const std::string& inside) {
    const auto reference = parse_reference(inside);
    if (!reference) {
      node_.broken = true;
      context_.add(DiagnosticId::bad_expansion, node_.span, path_, "a '${' that names no variable",
                   "write ${NAME}, ${NAME:-default} or ${NAME:?message}, or $$ for a dollar sign");
      return;
    }
    const auto value =
        context_.options.environment ? context_.options.environment(reference->name) : std::nullopt;
    if (value && (!value->empty() || reference->action == '\0'))
      node_.text += *value;
    else if (reference->action == '-')
      node_.text += reference->operand;
    else
      unset(*reference);
  }

  void unset(const Reference& reference) {
    const bool told = reference.action == '?' && !reference.operand.empty();
    context_.add(DiagnosticId::unset_variable, node_.span, path_,
                 fmt::format("the variable {} is not set{}{}", reference.name, told ? ": " : "",
                             told ? printable(reference.operand) : ""),
                 fmt::format("set it, or give a default: ${{{}:-default}}", reference.name));
    node_.broken = true;
  }

  Node& node_;
  const std::string& path_;
  Context& context_;
};

constexpr std::string_view kForm =
    "write { env: NAME } or { file: PATH }, with optional: true if "
    "it may be absent";

struct SecretReference {
  Secret::Origin origin = Secret::Origin::unknown;
  const Node* name = nullptr;
  bool optional = false;
};

// Nothing when the mapping has another form.
std::optional<SecretReference> parse_secret_reference(const Node& node) {
  SecretReference reference;
  for (const Member& member : node.members) {
    if (member.value.kind != Node::Kind::scalar || member.value.text.empty()) return std::nullopt;
    if (member.name == "optional") {
      if (member.value.text != "true" && member.value.text != "false") return std::nullopt;
      reference.optional = member.value.text == "true";
      continue;
    }
    const bool environment = member.name == "env";
    if ((!environment && member.name != "file") || reference.name != nullptr) return std::nullopt;
    reference.origin = environment ? Secret::Origin::environment : Secret::Origin::file;
    reference.name = &member.value;
  }
  if (reference.name == nullptr) return std::nullopt;
  return reference;
}

// The secret, nothing when it is not there, or why it cannot be read.
Result<std::optional<std::string>> look_up(const SecretReference& reference,
                                           const ParseOptions& options) {
  const std::string& name = reference.name->text;
  if (reference.origin == Secret::Origin::environment)
    return options.environment ? options.environment(name) : std::nullopt;
  if (!options.read_secret_file) return std::nullopt;
  auto content = options.read_secret_file(name);
  if (!content || !*content) return content;
  while ((*content)->ends_with('\n') || (*content)->ends_with('\r')) (*content)->pop_back();
  return content;
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

void expand_variables(Node& node, const std::string& path, Context& context) {
  if (node.kind == Node::Kind::scalar && node.text.find('$') != std::string::npos)
    Expansion(node, path, context).run();
  for (std::size_t i = 0; i < node.items.size(); ++i)
    expand_variables(node.items[i], fmt::format("{}/{}", path, i), context);
  for (Member& member : node.members)
    expand_variables(member.value, fmt::format("{}/{}", path, member.name), context);
}

bool read_secret(Node& node, const std::string& path, Context& context) {
  if (node.kind != Node::Kind::mapping) {
    context.add(DiagnosticId::literal_secret, node.span, path,
                "a secret must not stand in a scenario", std::string(kForm));
    return false;
  }
  const auto reference = parse_secret_reference(node);
  if (!reference) {
    context.add(DiagnosticId::secret_reference, node.span, path, "this does not refer to a secret",
                std::string(kForm));
    return false;
  }
  if (reference->name->broken) return false;
  const auto found = look_up(*reference, context.options);
  if (!found || (!*found && !reference->optional)) {
    const bool variable = reference->origin == Secret::Origin::environment;
    context.add(DiagnosticId::secret_unavailable, reference->name->span, path,
                !found     ? "the secret cannot be read: " + printable(found.error().message)
                : variable ? "the variable of the secret is not set"
                           : "the file of the secret does not exist",
                "provide it, or add optional: true if it may be absent");
    return false;
  }
  node.value = Secret(found->value_or(""), reference->origin, reference->name->text);
  return true;
}

}  // namespace votebench::scenario
