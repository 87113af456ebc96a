#include "stack/docker/stack_record.h"

#include <fmt/format.h>

#include "core/text.h"
#include "process/run.h"

namespace votebench::stack {
namespace {

std::string json_text(const std::string& value) {
  std::string text = "\"";
  for (const char c : printable(value)) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string json_list(const std::vector<std::string>& values) {
  std::vector<std::string> texts;
  for (const std::string& value : values) texts.push_back(json_text(value));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

}  // namespace

std::string to_json(const StackRecord& record) {
  std::string text = fmt::format("{{\n  \"kind\": {}", json_text(record.kind));
  for (const auto& [name, value] : record.facts)
    text += fmt::format(",\n  {}: {}", json_text(name), json_text(value));
  std::vector<std::string> services;
  for (const RunningImage& image : record.images)
    services.push_back(fmt::format("    {}: {{\"image\": {}, \"id\": {}, \"digests\": {}}}",
                                   json_text(image.service), json_text(image.name),
                                   json_text(image.id), json_list(image.digests)));
  return text + fmt::format(",\n  \"services\": {{\n{}\n  }}\n}}\n", fmt::join(services, ",\n"));
}

std::string revision_of(const std::string& directory) {
  const auto revision = process::output_of(
      {.argv = {"git", "-C", directory, "describe", "--always", "--dirty", "--abbrev=40"}});
  return revision ? *revision : "unknown";
}

}  // namespace votebench::stack
