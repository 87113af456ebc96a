// The table of keys as the tree that files have.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "scenario/schema.h"

namespace votebench::scenario {

// What may stand at one place of a file.
struct KeyTree {
  const Key* key = nullptr;  // nullptr: the root
  std::string_view name;     // the last part of its path
  // A mapping's keys, in the table's order. Executors may give one name different meanings.
  std::vector<KeyTree> children;
  std::unique_ptr<KeyTree> any;      // of ValueType::names
  std::unique_ptr<KeyTree> element;  // of ValueType::list

  // The child that `executors` (a set of ExecutorBit) know; nullptr: none.
  [[nodiscard]] const KeyTree* find(std::string_view child, std::uint8_t executors) const;
  [[nodiscard]] ValueType type() const { return key ? key->type : ValueType::mapping; }
};

[[nodiscard]] const KeyTree& scenario_tree();
[[nodiscard]] const KeyTree& target_tree();  // the subtree of /target

// 0: no such executor.
[[nodiscard]] std::uint8_t executor_bit(std::string_view name);

// The row with this path; a bug if there is none.
[[nodiscard]] const Key& key_at(std::string_view path, std::uint8_t executors = kEveryExecutor);

}  // namespace votebench::scenario
