#include "scenario/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <type_traits>

#include "core/check.h"
#include "scenario/describe.h"
#include "scenario/values.h"

namespace votebench::scenario {
namespace {

constexpr std::array<ExecutorName, std::variant_size_v<Executor>> kExecutors{{
    {1, "constant-arrival-rate", "votes are due at a constant rate"},
    {2, "ramping-arrival-rate", "the rate ramps and holds, stage by stage"},
    {4, "constant-clients", "each client waits for its answer, then votes again"},
    {8, "burst", "a number of votes within a time, or as fast as clients can"},
}};

// The visitor (scenario/describe.h) that makes the tree of keys. It is applied to records with
// default values, whose fields are the defaults of their keys.
class Catalogue {
 public:
  static constexpr bool kReads = false;

  explicit Catalogue(KeyTree& tree, ExecutorBits executors = kEveryExecutor)
      : tree_(&tree), executors_(executors) {}

  template <typename Field>
  void operator()(const Key& key, const Field& field) const {
    add_with_default(key, field);
  }
  template <typename Field>
  void items(const Key& key, const Key& item, const Field& field) const {
    below(add_with_default(key, field)).add(item);
  }
  template <typename T, typename Describe>
  void each(const Key& key, const Key& item, const std::vector<T>&, Describe describe) const {
    T element;
    describe(below(below(add(key)).add(item)), element);
  }
  template <typename Describe>
  void named(const Key& key, const Key& item, const std::vector<Workload>&,
             Describe describe) const {
    KeyTree& one = below(add(key)).add(item);
    for (const ExecutorName& executor : executors()) {
      Workload workload;
      workload.executor = make_executor(executor.bit);
      describe(Catalogue(one, executor.bit), workload);
    }
    // Behind `executor`: first what one executor alone knows, then what several share.
    std::stable_partition(
        std::next(one.children.begin()), one.children.end(),
        [](const KeyTree& child) { return std::has_single_bit(unsigned{child.key.executors}); });
  }
  [[nodiscard]] Catalogue section(const Key& key) const { return below(add(key)); }
  template <typename T, typename Describe>
  void part(const Key& key, const std::optional<T>&, Describe describe) const {
    T absent;
    describe(section(key), absent);
  }
  template <typename Describe>
  void block(const Key& key, bool, Describe describe) const {
    describe(section(key));
  }
  template <typename Field, typename Describe>
  void either(const Key& key, const Field& field, Describe describe) const {
    describe(below(add_with_default(key, field)));
  }
  void exactly_one(std::string_view first, std::string_view second) const {
    tree_->one_of.push_back({first, second, true, executors_});
  }
  void at_most_one(std::string_view first, std::string_view second) const {
    tree_->one_of.push_back({first, second, false, executors_});
  }
  [[nodiscard]] bool visits(bool) const { return true; }
  [[nodiscard]] bool stated(std::string_view, bool) const { return true; }

 private:
  [[nodiscard]] Catalogue below(KeyTree& child) const { return Catalogue(child, executors_); }

  // The place for a key. What executors describe alike is one key.
  KeyTree& add(Key key) const {  // NOLINT(modernize-use-nodiscard): most keys have no children
    key.path = fmt::format("{}/{}", tree_->key.path, key.name);
    for (KeyTree& known : tree_->children) {
      key.executors = known.key.executors;
      if (known.key != key) continue;
      known.key.executors |= executors_;
      return known;
    }
    key.executors = executors_;
    return tree_->children.emplace_back(KeyTree{std::move(key), {}, {}});
  }

  template <typename Field>
  // NOLINTNEXTLINE(modernize-use-nodiscard): most keys have no children
  KeyTree& add_with_default(Key key, const Field& field) const {
    const bool optional = (key.need == Need::optional || key.need == Need::or_none) &&
                          key.default_from == DefaultFrom::record;
    if constexpr (std::is_same_v<Field, std::string>)
      key.fallback = optional ? field : "";  // without the quotes of YAML
    else
      key.fallback = optional ? literal(key, field).value_or("") : "";
    return add(std::move(key));
  }

  KeyTree* tree_;
  ExecutorBits executors_;
};

std::atomic<bool> tree_made = false;

StackWords& told_words() {
  static StackWords words;
  return words;
}

KeyTree make_tree() {
  tree_made = true;
  KeyTree root;
  Scenario defaults;
  description::describe(Catalogue(root), defaults);
  return root;
}

void collect(const KeyTree& tree, std::vector<Key>& all) {
  if (!tree.is_root()) all.push_back(tree.key);
  for (const KeyTree& child : tree.children) collect(child, all);
}

}  // namespace

void set_stack_words(StackWords words) {
  CHECK_THAT_HOLDS(!tree_made);
  told_words() = std::move(words);
}

const StackWords& stack_words() { return told_words(); }

const KeyTree* KeyTree::find(std::string_view child, ExecutorBits executors) const {
  for (const KeyTree& candidate : children)
    if (candidate.key.name == child && (candidate.key.executors & executors) != 0)
      return &candidate;
  return nullptr;
}

const KeyTree& scenario_tree() {
  static const KeyTree tree = make_tree();
  return tree;
}

const KeyTree& target_tree() { return *scenario_tree().find("target", kEveryExecutor); }

std::span<const Key> keys() {
  static const std::vector<Key> all = [] {
    std::vector<Key> found;
    collect(scenario_tree(), found);
    return found;
  }();
  return all;
}

const Key& key_at(std::string_view path) {
  const auto found = std::ranges::find(keys(), path, &Key::path);
  CHECK_THAT_HOLDS(found != keys().end());
  return *found;
}

std::span<const ExecutorName> executors() { return kExecutors; }

const ExecutorName* find_executor(std::string_view name) {
  const auto* found = std::ranges::find(kExecutors, name, &ExecutorName::name);
  return found != kExecutors.end() ? found : nullptr;
}

Executor make_executor(ExecutorBits bit) {
  switch (std::countr_zero(bit)) {
    case 0:
      return ConstantArrivalRate{};
    case 1:
      return RampingArrivalRate{};
    case 2:
      return ConstantClients{};
    default:
      return Burst{};
  }
}

}  // namespace votebench::scenario
