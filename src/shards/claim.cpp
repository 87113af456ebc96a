// claim.json := { "host", "boot_id", "at_ns", "offset_ns", "uncertainty_ns" (both may be absent) }
#include "shards/claim.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/number.h"
#include "core/os.h"
#include "core/text.h"
#include "shards/ticket.h"

namespace votebench::shards {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kClaimFile = "claim.json";

// An engine's variable, and the one that says what it counts from; null: from 0.
struct Engine {
  const char* variable;
  const char* first_in;
};
constexpr std::array kEngines{
    Engine{"JOB_COMPLETION_INDEX", nullptr}, Engine{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN"},
    Engine{"AWS_BATCH_JOB_ARRAY_INDEX", nullptr}, Engine{"VOTEBENCH_SLOT", nullptr}};

Failure no_index(const std::string& what) {
  return fail(ErrorKind::usage, what,
              "say --shard N, or run it as an array of an engine: JOB_COMPLETION_INDEX, "
              "SLURM_ARRAY_TASK_ID, AWS_BATCH_JOB_ARRAY_INDEX or VOTEBENCH_SLOT");
}

Result<std::uint32_t> number_in(const Environment& environment, const std::string& variable) {
  const std::string text = environment(variable).value_or("");
  if (const auto number = whole_number<std::uint32_t>(text)) return *number;
  return no_index(fmt::format("{} is '{}', no number", variable, printable(text)));
}

std::string text_of(const Claim& claim) {
  Json json{{"host", printable(claim.host)},
            {"boot_id", claim.boot_id},
            {"at_ns", claim.at.time_since_epoch().count()}};
  if (claim.clock) {
    json["offset_ns"] = claim.clock->offset.count();
    json["uncertainty_ns"] = claim.clock->uncertainty.count();
  }
  return json.dump() + '\n';
}

}  // namespace

Result<std::uint32_t> index_of_engine(const Environment& environment, std::uint32_t shards) {
  for (const Engine& engine : kEngines) {
    if (!environment(engine.variable)) continue;
    TRY_ASSIGN(const std::uint32_t number, number_in(environment, engine.variable));
    std::uint32_t first = 0;
    if (engine.first_in != nullptr && environment(engine.first_in)) {
      TRY_ASSIGN(first, number_in(environment, engine.first_in));
    }
    if (number >= first && number - first < shards) return number - first;
    return no_index(fmt::format("{} is {}, but the ticket is for {} shards from {} on",
                                engine.variable, number, shards, first));
  }
  return no_index("no engine says which shard this is");
}

fs::path shard_directory(const fs::path& directory, std::uint32_t index) {
  return directory / kShardsDirectory / std::to_string(index);
}

Result<Claiming> claim_shard(const fs::path& directory, std::uint32_t index, const Claim& claim) {
  const fs::path shard = shard_directory(directory, index);
  if (::mkdir(shard.c_str(), 0755) == 0) {
    TRY(write_file_durably(shard / kClaimFile, text_of(claim)));
    TRY(sync_directory(directory / kShardsDirectory));
    return Claiming{.ours = true};
  }
  if (errno != EEXIST) return file_failure("create", shard, errno);
  return Claiming{.before = read_claim(shard)};
}

std::optional<Claim> read_claim(const fs::path& shard) {
  const Result<std::string> content = read_file(shard / kClaimFile);
  if (!content) return std::nullopt;
  try {
    const Json json = Json::parse(*content);
    Claim claim;
    claim.host = printable(json.at("host").get<std::string>());
    json.at("boot_id").get_to(claim.boot_id);
    claim.at = WallTime(Nanoseconds(json.at("at_ns").get<std::int64_t>()));
    if (json.contains("offset_ns"))
      claim.clock = ClockOffset{Nanoseconds(json.at("offset_ns").get<std::int64_t>()),
                                Nanoseconds(json.at("uncertainty_ns").get<std::int64_t>())};
    return claim;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace votebench::shards
