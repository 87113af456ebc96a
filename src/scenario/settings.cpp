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
    const std::size_t depth = indent / kIndent;
    text.remove_prefix(indent);
    if (path_.size() > depth) path_.resize(depth);
    if (text.starts_with("- ")) return item(text.substr(2));
    const std::size_t end = text.find(':');  // no key holds one
    path_.emplace_back(text.substr(0, end));
    items_ = 0;
    if (end + 2 < text.size()) settings_.emplace_back(joined(), text.substr(end + 2));
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::string>> take() && {
    return std::move(settings_);
  }

 private:
  void item(std::string_view value) {
    settings_.emplace_back(fmt::format("{}[{}]", joined(), items_++), value);
  }
  [[nodiscard]] std::string joined() const { return fmt::format("{}", fmt::join(path_, ".")); }

  std::vector<std::string> path_;
  std::size_t items_ = 0;
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
