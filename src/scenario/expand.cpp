#include "scenario/expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/text.h"

namespace votebench::scenario {
namespace {

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

}  // namespace

void expand_variables(Node& node, const std::string& path, Context& context) {
  if (node.kind == Node::Kind::scalar && node.text.find('$') != std::string::npos)
    Expansion(node, path, context).run();
  for (std::size_t i = 0; i < node.items.size(); ++i)
    expand_variables(node.items[i], fmt::format("{}/{}", path, i), context);
  for (Member& member : node.members)
    expand_variables(member.value, fmt::format("{}/{}", path, member.name), context);
}

}  // namespace votebench::scenario
