// Writes the fields of a record as YAML; the counterpart of Reader (scenario/reader.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/scenario.h"
#include "scenario/schema.h"

namespace votebench::scenario {

// A mapping that is being written. Keys appear in the order of the calls. An empty optional is
// written as null where the table allows it, and left out where not.
class Writer {
 public:
  // Appends to `out`, which must outlive the writer. `path` is the mapping's in the table of keys.
  Writer(std::string path, std::string& out, std::size_t indent = 0,
         std::uint8_t executors = kEveryExecutor);

  void operator()(std::string_view key, bool field) const;
  void operator()(std::string_view key, std::uint32_t field) const;
  void operator()(std::string_view key, std::uint64_t field) const;
  void operator()(std::string_view key, double field) const;
  void operator()(std::string_view key, Nanoseconds field) const;
  void operator()(std::string_view key, const std::string& field) const;
  void operator()(std::string_view key, const Secret& field) const;
  void operator()(std::string_view key, std::optional<std::uint32_t> field) const;
  void operator()(std::string_view key, std::optional<std::uint64_t> field) const;
  void operator()(std::string_view key, std::optional<Nanoseconds> field) const;
  void operator()(std::string_view key, const std::vector<std::string>& field) const;
  void operator()(std::string_view key, const std::vector<int>& field) const;
  void operator()(std::string_view key, const std::map<std::string, std::string>& field) const;
  void operator()(std::string_view key, const std::vector<Choice>& field) const;
  void operator()(std::string_view key, const std::vector<RampStage>& stages,
                  double start_per_s) const;
  void operator()(std::string_view key, Nanoseconds least, Nanoseconds most) const;
  void operator()(std::string_view key, const std::vector<Threshold>& field) const;

  template <typename Describe>
  void shorthand(std::string_view key, std::string_view, Describe describe) const {
    describe(section(key));
  }

  void words(std::string_view key, const std::vector<std::string>& field) const {
    if (!field.empty()) (*this)(key, field);
  }

  template <typename T, typename Describe>
  void each(std::string_view key, const std::vector<T>& field, Describe describe) const {
    if (field.empty()) return line(key, "[]");
    line(key, "");
    for (T element : field) {  // a copy: descriptions serve reading too
      const std::size_t begin = out_->size();
      describe(Writer(path_ + "/" + std::string(key) + "/[]", *out_, indent_ + 4, executors_),
               element);
      (*out_)[begin + indent_ + 2] = '-';
    }
  }

  template <typename Describe>
  void block(std::string_view key, bool there, Describe describe) const {
    if (there) describe(section(key));
  }

  // Writes "KEY:"; what the result writes stands below it.
  [[nodiscard]] Writer section(std::string_view key) const;
  // The same under a free name, for the row PATH/*.
  [[nodiscard]] Writer named(std::string_view name, std::uint8_t executors) const;

 private:
  void line(std::string_view key, std::string_view value) const;
  template <typename Field>
  void optional(std::string_view key, const std::optional<Field>& field) const;
  [[nodiscard]] const Key& row(std::string_view key) const;

  std::string path_;
  std::string* out_;
  std::size_t indent_;
  std::uint8_t executors_;
};

// Text as one YAML scalar, in quotes where it would otherwise mean something else.
[[nodiscard]] std::string yaml_text(std::string_view text);

}  // namespace votebench::scenario
