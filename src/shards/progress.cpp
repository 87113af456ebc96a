// progress.json := { "started", "acked", "rejected", "ambiguous", "not_sent" }
#include "shards/progress.h"

#include <nlohmann/json.hpp>

#include "core/os.h"

namespace votebench::shards {
namespace {

constexpr const char* kProgressFile = "progress.json";

// The fields, named once for both directions.
template <typename Field, typename Votes>
void fields(Field&& field, Votes& progress) {
  field("started", progress.started);
  field("acked", progress.acked);
  field("rejected", progress.rejected);
  field("ambiguous", progress.ambiguous);
  field("not_sent", progress.not_sent);
}

}  // namespace

Progress& Progress::operator+=(const Progress& other) {
  started += other.started;
  acked += other.acked;
  rejected += other.rejected;
  ambiguous += other.ambiguous;
  not_sent += other.not_sent;
  return *this;
}

Result<> write_progress(const std::filesystem::path& shard, const Progress& progress) {
  nlohmann::ordered_json json;
  fields([&](const char* name, std::uint64_t votes) { json[name] = votes; }, progress);
  return write_file_durably(shard / kProgressFile, json.dump() + '\n');
}

Progress read_progress(const std::filesystem::path& shard) {
  const Result<std::string> content = read_file(shard / kProgressFile);
  if (!content) return {};
  try {
    const auto json = nlohmann::ordered_json::parse(*content);
    Progress progress;
    fields([&](const char* name, std::uint64_t& votes) { json.at(name).get_to(votes); }, progress);
    return progress;
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace votebench::shards
