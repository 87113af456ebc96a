#include "stack/docker/stack_record.h"

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "process/run.h"

namespace votebench::stack {

std::string to_json(const StackRecord& record) {
  using Json = nlohmann::ordered_json;
  Json json{{"kind", record.kind}};
  for (const auto& [name, value] : record.facts) json[name] = printable(value);
  Json& services = json["services"] = Json::object();
  for (const RunningImage& image : record.images)
    services[image.service] = {
        {"image", printable(image.name)}, {"id", printable(image.id)}, {"digests", image.digests}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string revision_of(const std::string& directory) {
  const auto revision = process::output_of(
      {.argv = {"git", "-C", directory, "describe", "--always", "--dirty", "--abbrev=40"}});
  return revision ? *revision : "unknown";
}

}  // namespace votebench::stack
