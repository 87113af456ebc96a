// Reads the fields of a record out of a checked tree. With Writer (scenario/writer.h) it is one of
// the two things that a description (scenario/fields.h) can be applied to.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/node.h"
#include "scenario/scenario.h"
#include "scenario/schema.h"

namespace votebench::scenario {

// A mapping of the tree. A key that is absent or not valid gives its field the table's default; a
// field whose key has none, or the profile's, stays as it is.
class Reader {
 public:
  // `path` is the mapping's in the table of keys; `node` may be nullptr: nothing is written there.
  Reader(std::string path, const Node* node, std::uint8_t executors = kEveryExecutor);

  void operator()(std::string_view key, bool& field) const;
  void operator()(std::string_view key, std::uint32_t& field) const;  // a word instead: 0
  void operator()(std::string_view key, std::uint64_t& field) const;
  void operator()(std::string_view key, double& field) const;
  void operator()(std::string_view key, Nanoseconds& field) const;
  void operator()(std::string_view key, std::string& field) const;
  void operator()(std::string_view key, Secret& field) const;
  void operator()(std::string_view key, std::optional<std::uint32_t>& field) const;
  void operator()(std::string_view key, std::optional<std::uint64_t>& field) const;
  void operator()(std::string_view key, std::optional<Nanoseconds>& field) const;
  void operator()(std::string_view key, std::vector<std::string>& field) const;
  void operator()(std::string_view key, std::vector<int>& field) const;
  void operator()(std::string_view key, std::map<std::string, std::string>& field) const;
  void operator()(std::string_view key, std::vector<Choice>& field) const;
  void operator()(std::string_view key, std::vector<RampStage>& stages, double start_per_s) const;
  void operator()(std::string_view key, Nanoseconds& least, Nanoseconds& most) const;
  void operator()(std::string_view key, std::vector<Threshold>& field) const;

  // A list of texts that may be absent.
  void words(std::string_view key, std::vector<std::string>& field) const { (*this)(key, field); }

  // A list of mappings; `describe(reader, element)` reads one.
  template <typename T, typename Describe>
  void each(std::string_view key, std::vector<T>& field, Describe describe) const {
    const Node* node = given(key);
    if (node == nullptr) return;
    for (const Node& item : node->items)
      describe(Reader(at(key) + "/[]", &item, executors_), field.emplace_back());
  }

  // A mapping that may be absent; `there` says so to a Writer.
  template <typename Describe>
  void block(std::string_view key, bool /*there*/, Describe describe) const {
    if (given(key) != nullptr) describe(section(key));
  }

  // A key that holds either the value of `main` or a mapping: { model: serial, max_hold: 10s }.
  template <typename Describe>
  void shorthand(std::string_view key, std::string_view main, Describe describe) const {
    const Node* node = given(key);
    if (node == nullptr || node->kind == Node::Kind::mapping) return describe(section(key));
    Node mapping;  // what the short form stands for
    mapping.kind = Node::Kind::mapping;
    mapping.valid = true;
    mapping.members.push_back({std::string(main), node->span, *node});
    describe(Reader(at(key), &mapping, executors_));
  }

  [[nodiscard]] Reader section(std::string_view key) const;
  // The valid value of a key; nullptr: absent, null or wrong.
  [[nodiscard]] const Node* given(std::string_view key) const;

 private:
  [[nodiscard]] std::string at(std::string_view key) const;
  // The value written, or the default; monostate: neither.
  [[nodiscard]] Value value(std::string_view key) const;
  template <typename T, typename Field>
  void assign(std::string_view key, Field& field) const;

  std::string path_;
  const Node* node_;
  std::uint8_t executors_;
};

}  // namespace votebench::scenario
