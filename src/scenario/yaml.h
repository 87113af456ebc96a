// YAML text as a tree with positions, refusing what YAML or yaml-cpp would silently bend.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/diagnostic.h"
#include "scenario/values.h"

namespace votebench::scenario {

// Larger texts are refused.
inline constexpr std::size_t kMaxTextBytes = std::size_t{256} * 1024;
inline constexpr std::size_t kMaxDepth = 16;
inline constexpr std::size_t kMaxValues = 10'000;

struct Member;

// A value of the text. Reading sets what is written; the later steps of a parse change `text`
// (scenario/resolve.h) and fill in what the checker finds (scenario/check.h).
struct Node {
  enum class Kind : std::uint8_t { null, scalar, list, mapping };

  Kind kind = Kind::null;
  Span owner;             // the key it stands under; without one, as `span`
  Span span;              // as written, quotes included; a list's or mapping's first byte
  bool quoted = false;    // scalar
  bool expanded = false;  // scalar: `text` contains values of variables
  bool broken = false;    // scalar: a variable is missing, which has been said
  std::string text;       // scalar: without quotes, escapes resolved
  std::vector<Node> items;
  std::vector<Member> members;  // in the order of the text

  bool valid = false;    // set by the checker
  bool complete = true;  // set by the checker, of a mapping: no key is missing or one too many
  Value value;           // set by the checker, of a valid scalar (or secret)

  // The value of a mapping's key; nullptr: there is none.
  [[nodiscard]] const Node* find(std::string_view name) const;
};

struct Member {
  std::string name;
  Span span;
  Node value;
};

inline const Node* Node::find(std::string_view name) const {
  for (const Member& member : members)
    if (member.name == name) return &member.value;
  return nullptr;
}

// The value under a path of keys; nullptr: one of them is not there.
[[nodiscard]] const Node* find(const Node& root, std::initializer_list<std::string_view> path);

// Every value of the tree is right: only then does what was built from it mean anything.
// REQUIRES: the tree has been checked.
[[nodiscard]] bool all_valid(const Node& node);

// The tree of a source's text from `begin` on. Its root is null when there is no value at all.
// nullopt: at least one diagnostic was added, and nothing of the tree can be trusted.
[[nodiscard]] std::optional<Node> read_yaml(std::size_t source, std::size_t begin,
                                            Diagnostics& diagnostics);

}  // namespace votebench::scenario
