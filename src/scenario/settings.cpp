#include "scenario/settings.h"

#include <fmt/format.h>

#include <string_view>

#include "scenario/write.h"

namespace votebench::scenario {
namespace {

constexpr std::size_t kIndent = 2;  // of scenario/writer.h

class Flattener {
 public:
  void line(std::string_view text) {
    const std::size_t indent = text.find_first_not_of(' ');
    if (indent == std::string_view::npos) return;
    std::size_t depth = indent / kIndent;
    text.remove_prefix(indent);
    if (text.starts_with("- ")) {
      begin_item(depth++);
      text.remove_prefix(2);
      if (!begins_mapping(text)) return add(text);
    }
    path_.resize(depth);
    items_.resize(depth + 1);
    const std::size_t end = text.find(':');  // no key holds one
    path_.emplace_back(text.substr(0, end));
    if (end + 2 < text.size()) add(text.substr(end + 2));
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::string>> take() && {
    return std::move(settings_);
  }

 private:
  // "at: 60s", not "{ hold: 7s }" or a text in quotes.
  static bool begins_mapping(std::string_view item) {
    const std::size_t end = item.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
    return end != 0 && end != std::string_view::npos && item[end] == ':';
  }

  void begin_item(std::size_t depth) {
    path_.resize(depth);
    items_.resize(depth + 1);
    path_.push_back(fmt::format("[{}]", items_[depth]++));
  }

  void add(std::string_view value) {
    std::string path;
    for (const std::string& part : path_)
      path += (path.empty() || part.starts_with('[') ? "" : ".") + part;
    settings_.emplace_back(std::move(path), value);
  }

  std::vector<std::string> path_;
  std::vector<std::size_t> items_;  // of the list at each depth, so far
  std::vector<std::pair<std::string, std::string>> settings_;
};

bool is_told(std::string_view path) {
  return path != "name" && !path.starts_with("report.") && path != "report";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> settings_of(const Scenario& original) {
  Scenario scenario = original;
  scenario.stack.reset();
  scenario.target.reset();
  const std::string text = to_yaml(scenario);
  Flattener flat;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    flat.line(std::string_view(text).substr(from, end - from));
    from = end + 1;
  }
  auto settings = std::move(flat).take();
  std::erase_if(settings, [](const auto& setting) { return !is_told(setting.first); });
  return settings;
}

}  // namespace votebench::scenario
