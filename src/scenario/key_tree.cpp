#include "scenario/key_tree.h"

#include <algorithm>

#include "core/check.h"

namespace votebench::scenario {
namespace {

// The place for the row: its parent stands above it in the table.
void insert(KeyTree& tree, std::string_view rest, const Key& key) {
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view name = rest.substr(0, end);
  KeyTree* place = nullptr;
  if (name == "*" || name == "[]") {
    auto& owner = name == "*" ? tree.any : tree.element;
    if (!owner) owner = std::make_unique<KeyTree>();
    place = owner.get();
  } else {
    const auto known =
        std::find_if(tree.children.begin(), tree.children.end(), [&](const KeyTree& child) {
          return child.name == name && (child.key->executors & key.executors) != 0;
        });
    place = known != tree.children.end() ? &*known : &tree.children.emplace_back();
  }
  place->name = name;
  if (end < rest.size())
    insert(*place, rest.substr(end + 1), key);
  else
    place->key = &key;
}

KeyTree make_tree() {
  KeyTree root;
  for (const Key& key : keys()) insert(root, key.path.substr(1), key);
  return root;
}

}  // namespace

const KeyTree* KeyTree::find(std::string_view child, std::uint8_t executors) const {
  for (const KeyTree& candidate : children)
    if (candidate.name == child && (candidate.key->executors & executors) != 0) return &candidate;
  return nullptr;
}

const KeyTree& scenario_tree() {
  static const KeyTree tree = make_tree();
  return tree;
}

const KeyTree& target_tree() { return *scenario_tree().find("target", kEveryExecutor); }

std::uint8_t executor_bit(std::string_view name) {
  for (const ExecutorName& executor : executors())
    if (executor.name == name) return executor.bit;
  return 0;
}

const Key& key_at(std::string_view path, std::uint8_t executors) {
  const auto all = keys();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Key& key) {
    return key.path == path && (key.executors & executors) != 0;
  });
  CHECK_THAT_HOLDS(found != all.end());
  return *found;
}

}  // namespace votebench::scenario
