#include "scenario/write.h"

#include <fmt/format.h>

#include "scenario/describe.h"

namespace votebench::scenario {
namespace {

struct Output {
  std::string yaml;
  std::vector<std::pair<std::string, std::string>> settings;
};

// The visitor (scenario/describe.h) that writes a record. Keys appear in the order of the visit; a
// field without a literal (scenario/values.h) is left out.
class Writer {
 public:
  static constexpr bool kReads = false;

  // Appends to `out`, which must outlive the writer. `path` as in settings, empty at the root.
  explicit Writer(Output& out, std::string path = {}, std::size_t indent = 0)
      : out_(&out), path_(std::move(path)), indent_(indent) {}

  template <typename Field>
  void operator()(const Key& key, const Field& field) const {
    if (const Literal value = literal(key, field)) line(key.name, *value);
  }
  template <typename Field>
  void items(const Key& key, const Key&, const Field& field) const {
    (*this)(key, field);
  }
  template <typename T, typename Describe>
  void each(const Key& key, const Key& item, std::vector<T>& field, Describe describe) const {
    if (field.empty()) return line(key.name, "[]");
    line(key.name, "");
    for (std::size_t i = 0; i < field.size(); ++i) {
      const std::string path = fmt::format("{}[{}]", path_of(key.name), i);
      const std::size_t begin = out_->yaml.size();
      const Writer element(*out_, path, indent_ + 4);
      if constexpr (HasLiteral<T>)
        element.text(path, literal(item, field[i]).value());
      else
        describe(element, field[i]);
      out_->yaml[begin + indent_ + 2] = '-';
    }
  }
  template <typename T, typename Describe>
  void named(const Key& key, const Key&, std::vector<T>& field, Describe describe) const {
    const Writer names = section(key);
    for (T& element : field) describe(names.open(yaml_text(element.name)), element);
  }
  [[nodiscard]] Writer section(const Key& key) const { return open(key.name); }
  template <typename T, typename Describe>
  void part(const Key& key, std::optional<T>& field, Describe describe) const {
    if (field) describe(section(key), *field);
  }
  template <typename Describe>
  void block(const Key& key, bool there, Describe describe) const {
    if (there) describe(section(key));
  }
  template <typename Field, typename Describe>
  void either(const Key& key, const Field&, Describe describe) const {
    describe(section(key));
  }
  void exactly_one(std::string_view, std::string_view) const {}
  void at_most_one(std::string_view, std::string_view) const {}
  [[nodiscard]] bool visits(bool condition) const { return condition; }
  [[nodiscard]] bool stated(std::string_view /*name*/, bool flag) const { return flag; }

 private:
  [[nodiscard]] std::string path_of(std::string_view key) const {
    return fmt::format("{}{}{}", path_, path_.empty() ? "" : ".", key);
  }
  // A line of its own and, if it says something, a setting.
  void text(std::string path, std::string_view value) const {
    out_->yaml += fmt::format("{:{}}{}\n", "", indent_, value);
    out_->settings.emplace_back(std::move(path), value);
  }
  void line(std::string_view key, std::string_view value) const {
    if (value.empty())
      out_->yaml += fmt::format("{:{}}{}:\n", "", indent_, key);
    else {
      out_->yaml += fmt::format("{:{}}{}: {}\n", "", indent_, key, value);
      out_->settings.emplace_back(path_of(key), value);
    }
  }
  // Writes "KEY:"; what the result writes stands below it.
  [[nodiscard]] Writer open(std::string_view key) const {
    line(key, "");
    return Writer(*out_, path_of(key), indent_ + 2);
  }

  Output* out_;
  std::string path_;
  std::size_t indent_;
};

template <typename Record>
Output write(Record record) {
  Output out;
  description::describe(Writer(out), record);
  return out;
}

}  // namespace

std::string to_yaml(const Scenario& scenario) { return write(scenario).yaml; }

std::string to_yaml(const TargetSettings& target) { return write(target).yaml; }

std::vector<std::pair<std::string, std::string>> settings_of(const Scenario& original) {
  Scenario scenario = original;
  scenario.stack.reset();
  scenario.target.reset();
  auto settings = write(std::move(scenario)).settings;
  std::erase_if(settings, [](const auto& setting) {
    return setting.first == "name" || setting.first.starts_with("report.");
  });
  return settings;
}

}  // namespace votebench::scenario
