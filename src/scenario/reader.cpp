#include "scenario/reader.h"

#include <utility>

#include "scenario/key_tree.h"
#include "scenario/values.h"

namespace votebench::scenario {
namespace {

bool is_scalar(ValueType type) {
  switch (type) {
    case ValueType::mapping:
    case ValueType::names:
    case ValueType::list:
    case ValueType::secret:
      return false;
    default:
      return true;
  }
}

// The valid values of a list.
template <typename T, typename Visit>
void for_each_item(const Node* list, Visit visit) {
  if (list == nullptr) return;
  for (const Node& item : list->items)
    if (item.valid) visit(std::get<T>(item.value));
}

}  // namespace

Reader::Reader(std::string path, const Node* node, std::uint8_t executors)
    : path_(std::move(path)),
      node_(node != nullptr && node->valid && node->kind == Node::Kind::mapping ? node : nullptr),
      executors_(executors) {}

std::string Reader::at(std::string_view key) const { return path_ + "/" + std::string(key); }

const Node* Reader::given(std::string_view key) const {
  const Node* node = node_ != nullptr ? node_->find(key) : nullptr;
  return node != nullptr && node->valid && node->kind != Node::Kind::null ? node : nullptr;
}

Reader Reader::section(std::string_view key) const { return {at(key), given(key), executors_}; }

Value Reader::value(std::string_view key) const {
  const Key& row = key_at(at(key), executors_);
  if (const Node* node = given(key)) return node->value;
  if (row.fallback.empty() || row.fallback == kProfileDefault || !is_scalar(row.type)) return {};
  return convert(row, row.fallback, false).value();
}

template <typename T, typename Field>
void Reader::assign(std::string_view key, Field& field) const {
  const Value found = value(key);
  if (const T* typed = std::get_if<T>(&found)) field = static_cast<Field>(*typed);
}

void Reader::operator()(std::string_view key, bool& field) const { assign<bool>(key, field); }
void Reader::operator()(std::string_view key, std::uint32_t& field) const {
  if (std::holds_alternative<std::string>(value(key))) field = 0;
  assign<std::uint64_t>(key, field);
}
void Reader::operator()(std::string_view key, std::uint64_t& field) const {
  assign<std::uint64_t>(key, field);
}
void Reader::operator()(std::string_view key, double& field) const { assign<double>(key, field); }
void Reader::operator()(std::string_view key, Nanoseconds& field) const {
  assign<Nanoseconds>(key, field);
}
void Reader::operator()(std::string_view key, std::string& field) const {
  assign<std::string>(key, field);
}
void Reader::operator()(std::string_view key, Secret& field) const { assign<Secret>(key, field); }
void Reader::operator()(std::string_view key, std::optional<std::uint32_t>& field) const {
  assign<std::uint64_t>(key, field);
}
void Reader::operator()(std::string_view key, std::optional<std::uint64_t>& field) const {
  assign<std::uint64_t>(key, field);
}
void Reader::operator()(std::string_view key, std::optional<Nanoseconds>& field) const {
  assign<Nanoseconds>(key, field);
}

void Reader::operator()(std::string_view key, std::vector<std::string>& field) const {
  for_each_item<std::string>(given(key), [&](const std::string& text) { field.push_back(text); });
}

void Reader::operator()(std::string_view key, std::vector<int>& field) const {
  if (given(key) == nullptr) return;
  field.clear();
  for_each_item<std::uint64_t>(
      given(key), [&](std::uint64_t number) { field.push_back(static_cast<int>(number)); });
}

void Reader::operator()(std::string_view key, std::map<std::string, std::string>& field) const {
  const Node* node = given(key);
  if (node == nullptr) return;
  field.clear();
  for (const Member& member : node->members)
    if (member.value.valid) field[member.name] = std::get<std::string>(member.value.value);
}

void Reader::operator()(std::string_view key, std::vector<Choice>& field) const {
  const Node* node = given(key);
  if (node == nullptr) return;
  field.clear();
  for (const Member& member : node->members)
    if (member.value.valid) field.push_back({member.name, std::get<double>(member.value.value)});
}

void Reader::operator()(std::string_view key, std::vector<RampStage>& stages,
                        double start_per_s) const {
  const Node* node = given(key);
  if (node == nullptr) return;
  double rate = start_per_s;
  for (const Node& item : node->items) {
    const Reader stage(at(key) + "/[]", &item, executors_);
    stage("ramp_to", rate);
    Nanoseconds over{};
    stage(stage.given("hold") != nullptr ? "hold" : "over", over);
    stages.push_back({rate, over});
  }
}

void Reader::operator()(std::string_view key, Nanoseconds& least, Nanoseconds& most) const {
  const Value found = value(key);
  if (const auto* range = std::get_if<DurationRange>(&found)) std::tie(least, most) = *range;
}

void Reader::operator()(std::string_view key, std::vector<Threshold>& field) const {
  const Node* node = given(key);
  if (node == nullptr) return;
  for (const Node& item : node->items) {
    const bool mapping = item.kind == Node::Kind::mapping;
    const Node* expression = mapping ? item.find("expr") : &item;
    if (expression == nullptr || !expression->valid) continue;
    Threshold threshold = std::get<Threshold>(expression->value);
    if (mapping) {
      const Reader options(at(key) + "/[]", &item, executors_);
      std::string severity;
      options("abort", threshold.abort);
      options("severity", severity);
      threshold.warn = severity == "warn";
    }
    field.push_back(std::move(threshold));
  }
}

}  // namespace votebench::scenario
