#include "scenario/build.h"

#include <utility>

#include "scenario/describe.h"

namespace votebench::scenario {
namespace {

// A checked value into the field that it sets.
template <typename T>
void read(const Node& node, T& field) {
  if (const T* value = std::get_if<T>(&node.value)) field = *value;
}
void read(const Node& node, std::uint32_t& field) {
  if (const auto* value = std::get_if<std::uint64_t>(&node.value))
    field = static_cast<std::uint32_t>(*value);
  else
    field = 0;  // a word
}
void read(const Node& node, int& field) {
  if (const auto* value = std::get_if<std::uint64_t>(&node.value)) field = static_cast<int>(*value);
}
template <typename T>
void read(const Node& node, std::optional<T>& field) {
  read(node, field.emplace());
}
template <typename T>
void read(const Node& node, std::vector<T>& field) {
  field.clear();
  for (const Node& item : node.items)
    if (item.valid) read(item, field.emplace_back());
}
void read(const Node& node, std::map<std::string, std::string>& field) {
  field.clear();
  for (const Member& member : node.members)
    if (member.value.valid) read(member.value, field[member.name]);
}
void read(const Node& node, std::map<std::string, std::optional<std::string>>& field) {
  field.clear();
  for (const Member& member : node.members) {
    if (!member.value.valid) continue;
    std::optional<std::string>& value = field[member.name];
    if (member.value.kind != Node::Kind::null) read(member.value, value.emplace());
  }
}
void read(const Node& node, std::map<std::string, HeaderValue>& field) {
  field.clear();
  for (const Member& member : node.members) {
    if (!member.value.valid) continue;
    HeaderValue& value = field[member.name];
    read(member.value, value.text);
    read(member.value, value.secret);
  }
}
void read(const Node& node, std::vector<Choice>& field) {
  field.clear();
  for (const Member& member : node.members)
    if (member.value.valid) read(member.value, field.emplace_back(Choice{member.name, 1}).weight);
}

// The visitor (scenario/describe.h) that fills records from a checked tree. A key that is absent,
// null or not valid leaves its field as it is: at its default, or the profile's. Null of a key that
// may be none empties it.
class Reader {
 public:
  static constexpr bool kReads = true;

  // nullptr: nothing is written there.
  explicit Reader(const Node* node)
      : node_(node != nullptr && node->valid && node->kind == Node::Kind::mapping ? node
                                                                                  : nullptr) {}

  template <typename Field>
  void operator()(const Key& key, Field& field) const {
    if (const Node* node = given(key)) read(*node, field);
  }
  template <typename Field>
  void items(const Key& key, const Key&, Field& field) const {
    (*this)(key, field);
  }
  // An element that may also be a mapping may be a value.
  template <typename T, typename Describe>
  void each(const Key& key, const Key&, std::vector<T>& field, Describe describe) const {
    const Node* node = given(key);
    if (node == nullptr) return;
    field.clear();
    for (const Node& item : node->items) {
      T& element = field.emplace_back();
      if constexpr (std::is_constructible_v<Value, T>) read(item, element);
      describe(Reader(&item), element);
    }
  }
  template <typename T, typename Describe>
  void named(const Key& key, const Key&, std::vector<T>& field, Describe describe) const {
    const Node* node = given(key);
    if (node == nullptr) return;
    for (const Member& member : node->members) {
      field.emplace_back().name = member.name;
      describe(Reader(&member.value), field.back());
    }
  }
  [[nodiscard]] Reader section(const Key& key) const { return Reader(given(key)); }
  template <typename T, typename Describe>
  void part(const Key& key, std::optional<T>& field, Describe describe) const {
    if (given(key) == nullptr) return;
    field = T();
    describe(section(key), *field);
  }
  template <typename Describe>
  void block(const Key& key, bool, Describe describe) const {
    if (given(key) != nullptr) describe(section(key));
  }
  template <typename Field, typename Describe>
  void either(const Key& key, Field& field, Describe describe) const {
    const Node* node = given(key);
    if (node != nullptr && node->kind != Node::Kind::mapping) return read(*node, field);
    describe(section(key));
  }
  void exactly_one(std::string_view, std::string_view) const {}
  void at_most_one(std::string_view, std::string_view) const {}
  [[nodiscard]] bool visits(bool condition) const { return condition; }
  [[nodiscard]] bool stated(std::string_view name, bool& flag) const {
    const Node* node = node_ != nullptr ? node_->find(name) : nullptr;
    flag = node != nullptr && node->valid && node->kind != Node::Kind::null;
    return true;
  }

 private:
  // The valid value of a key; nullptr: absent, null or wrong.
  [[nodiscard]] const Node* given(const Key& key) const {
    const Node* node = node_ != nullptr ? node_->find(key.name) : nullptr;
    const bool says =
        node != nullptr && (node->kind != Node::Kind::null || key.need == Need::or_none);
    return says && node->valid ? node : nullptr;
  }

  const Node* node_;
};

}  // namespace

TargetSettings build_target(const Node& node) {
  TargetSettings target;
  description::describe(Reader(&node), target);
  return target;
}

Scenario build_scenario(const Node& root) {
  Scenario scenario;
  description::describe(Reader(&root), scenario);
  return scenario;
}

}  // namespace votebench::scenario
