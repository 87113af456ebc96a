// A YAML text as a tree with positions: what read_yaml makes and the checker reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "scenario/diagnostic.h"
#include "scenario/scenario.h"
#include "vote/target_settings.h"

namespace votebench::scenario {

using DurationRange = std::pair<Nanoseconds, Nanoseconds>;
// What a scalar means once the checker has found it right; monostate until then.
using Value = std::variant<std::monostate, bool, std::uint64_t, double, Nanoseconds, DurationRange,
                           std::string, Secret, Threshold>;

struct Member;

struct Node {
  enum class Kind : std::uint8_t { null, scalar, list, mapping };

  Kind kind = Kind::null;
  Span owner;             // the key it stands under; without one, as `span`
  Span span;              // as written, quotes included; a list's or mapping's first byte
  bool quoted = false;    // scalar
  bool expanded = false;  // scalar: `text` contains values of variables
  bool broken = false;    // scalar: a variable is missing, which has been said
  std::string text;       // scalar
  std::vector<Node> items;
  std::vector<Member> members;  // in the order of the text

  bool valid = false;    // set by the checker
  bool complete = true;  // set by the checker, of a mapping: no key is missing or one too many
  Value value;           // set by the checker, of a valid scalar (or secret)

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

}  // namespace votebench::scenario
