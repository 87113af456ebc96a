#include "scenario/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/text.h"
#include "scenario/resolve.h"
#include "scenario/unread_services.h"
#include "scenario/values.h"

namespace votebench::scenario {
namespace {

std::string_view kind_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "no value";
    case Node::Kind::scalar:
      return "a value";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::mapping:
      return "a mapping";
  }
  return "";
}

constexpr std::size_t kLongestFreeName = 255;

class Checker {
 public:
  explicit Checker(Context& context) : context_(context) {}

  void check(const KeyTree& tree, Node& node, const std::string& path) {
    if (node.broken) return;
    if (node.kind == Node::Kind::null) return check_null(tree, node, path);
    switch (tree.key.type) {
      case ValueType::mapping:
        return check_mapping(tree, node, path);
      case ValueType::names:
      case ValueType::choices:
      case ValueType::fields:
        return check_names(tree, node, path);
      case ValueType::list:
        return check_list(tree, node, path);
      case ValueType::secret:
        node.valid = read_secret(node, path, context_);
        return;
      case ValueType::text_or_secret:
        if (node.kind != Node::Kind::mapping) return check_value(tree, node, path);
        node.valid = read_secret(node, path, context_);
        return;
      default:
        return check_value(tree, node, path);
    }
  }

 private:
  void add(DiagnosticId id, const Span& span, const std::string& path, std::string message,
           std::string help = {}) {
    context_.add(id, span, path, std::move(message), std::move(help));
  }

  void check_null(const KeyTree& tree, Node& node, const std::string& path) {
    if (tree.key.need == Need::nullable || tree.key.need == Need::or_none)
      node.valid = true;
    else
      add(DiagnosticId::missing_value, node.span, path, "the value is missing",
          "write one, or remove the key");
  }

  // True: the node is of this kind.
  bool is(Node::Kind kind, std::string_view name, const Node& node, const std::string& path) {
    if (node.kind == kind) return true;
    add(DiagnosticId::wrong_kind, node.span, path,
        fmt::format("{} is needed here, this is {}", name, kind_of(node)));
    return false;
  }

  void check_mapping(const KeyTree& tree, Node& node, const std::string& path) {
    if (!is(Node::Kind::mapping, "a mapping", node, path)) return;
    const ExecutorBits executors = executors_of(tree, node);
    for (Member& member : node.members) {
      const KeyTree* child = tree.find(member.name, executors);
      if (child == nullptr) {
        node.complete = false;
        unknown_key(tree, member, executors, path);
      } else {
        check(*child, member.value, path + "/" + member.name);
      }
    }
    check_required(tree, node, path, executors);
    check_one_of(tree, node, path);
    node.valid = true;
  }

  void check_required(const KeyTree& tree, Node& node, const std::string& path,
                      ExecutorBits executors) {
    for (const KeyTree& child : tree.children) {
      const bool required =
          child.key.need == Need::required && (child.key.executors & executors) == executors;
      if (!required || node.find(child.key.name) != nullptr) continue;
      node.complete = false;
      add(DiagnosticId::missing_key, node.owner, path,
          fmt::format("the key '{}' is missing", child.key.name),
          fmt::format("{}: {}", child.key.name, child.key.doc));
    }
  }

  // Which executors' keys a workload may have: its own; all of them while it names none.
  ExecutorBits executors_of(const KeyTree& tree, const Node& node) {
    if (tree.key.path == "/workloads/*") {
      const Node* named = node.find("executor");
      const auto* known = named != nullptr ? find_executor(named->text) : nullptr;
      executors_ = known != nullptr ? known->bit : kEveryExecutor;
    }
    return executors_;
  }

  void unknown_key(const KeyTree& tree, const Member& member, ExecutorBits executors,
                   const std::string& path) {
    const std::string shown = printable(member.name, 60);
    std::vector<std::string> others;
    for (const ExecutorName& executor : votebench::scenario::executors())
      if (tree.find(member.name, executor.bit) != nullptr) others.emplace_back(executor.name);
    if (!others.empty())
      return add(DiagnosticId::key_of_other_executor, member.span, path,
                 fmt::format("the key '{}' does not belong to this executor", shown),
                 fmt::format("it belongs to {}", join_words(others)));
    std::vector<std::string> known;
    for (const KeyTree& child : tree.children)
      if ((child.key.executors & executors) != 0) known.emplace_back(child.key.name);
    const std::string_view unread =
        &tree == &target_tree() ? advice_on_unread(member.name) : std::string_view();
    add(DiagnosticId::unknown_key, member.span, path, fmt::format("unknown key '{}'", shown),
        unread.empty() ? suggest(member.name, known) : std::string(unread));
  }

  // Null says what leaving the key out says.
  static bool is_given(const Node& node, std::string_view key) {
    const Node* value = node.find(key);
    return value != nullptr && value->kind != Node::Kind::null;
  }

  void check_one_of(const KeyTree& tree, Node& node, const std::string& path) {
    for (const OneOf& rule : tree.one_of) {
      if ((rule.executors & executors_) != executors_) continue;
      const bool first = is_given(node, rule.first);
      const bool second = is_given(node, rule.second);
      if (first != second || (!first && !rule.needed)) continue;
      node.complete = false;
      add(DiagnosticId::exactly_one_of, node.owner, path,
          fmt::format("{} of '{}' and '{}' {}, {} there", rule.needed ? "exactly one" : "only one",
                      rule.first, rule.second, rule.needed ? "is needed" : "may be given",
                      first ? "both are" : "none is"));
    }
  }

  // Whatever an app may take for one; but no bytes that no report could show.
  void check_free_name(std::string_view what, const Member& member, const std::string& path) {
    if (member.name.size() <= kLongestFreeName && is_plain_text(member.name)) return;
    add(DiagnosticId::bad_name, member.span, path,
        fmt::format("'{}' cannot be used as a {}", printable(member.name, 60), what),
        fmt::format("write 1 to {} bytes of UTF-8 without control characters", kLongestFreeName));
  }

  void check_names(const KeyTree& tree, Node& node, const std::string& path) {
    if (!is(Node::Kind::mapping, "a mapping", node, path)) return;
    if (node.members.empty() && tree.key.need != Need::or_none)
      return add(DiagnosticId::missing_value, node.owner, path, "at least one name is needed");
    if (node.members.size() > 64)
      return add(DiagnosticId::out_of_range, node.owner, path,
                 fmt::format("{} names are too many", node.members.size()), "from 1 to 64");
    for (Member& member : node.members) {
      if (tree.key.type == ValueType::choices)
        check_free_name("choice", member, path);
      else if (tree.key.type == ValueType::fields)
        check_free_name("field of a form", member, path);
      else if (!is_name(member.name))
        add(DiagnosticId::bad_name, member.span, path,
            fmt::format("'{}' cannot be used as a name", printable(member.name, 60)),
            "write letters, digits, '_', '-' and '.', at most 64, starting with a letter, a digit "
            "or '_'");
      check(tree.item(), member.value, path + "/" + member.name);
    }
    node.valid = true;
  }

  void check_list(const KeyTree& tree, Node& node, const std::string& path) {
    if (!is(Node::Kind::list, "a list", node, path)) return;
    for (std::size_t i = 0; i < node.items.size(); ++i)
      check(tree.item(), node.items[i], fmt::format("{}/{}", path, i));
    node.valid = true;
  }

  void check_value(const KeyTree& tree, Node& node, const std::string& path) {
    if (node.kind == Node::Kind::mapping && !tree.children.empty())
      return check_mapping(tree, node, path);
    if (!is(Node::Kind::scalar, tree.children.empty() ? "a value" : "a value or a mapping", node,
            path))
      return;
    auto value = convert(tree.key, node.text, node.quoted && !node.expanded);
    if (!value) return context_.add(value.error(), node, path);
    node.value = std::move(*value);
    node.valid = true;
  }

  Context& context_;
  ExecutorBits executors_ = kEveryExecutor;  // of the workload that is being checked
};

}  // namespace

void check_tree(const KeyTree& tree, Node& node, const std::string& path, Context& context) {
  Checker(context).check(tree, node, path);
}

}  // namespace votebench::scenario
