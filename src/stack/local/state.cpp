#include "stack/local/state.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace votebench::stack {

NLOHMANN_JSON_SERIALIZE_ENUM(StackPhase, {{StackPhase::absent, "absent"},
                                          {StackPhase::starting, "starting"},
                                          {StackPhase::up, "up"},
                                          {StackPhase::stopping, "stopping"}})

namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 2;  // 1 was lines of text

Json json_of(const process::Identity& process) {
  return {{"pid", process.pid}, {"start_ticks", process.start_ticks}};
}

process::Identity process_of(const Json& json) {
  return {json.at("pid").get<pid_t>(), json.at("start_ticks").get<std::uint64_t>()};
}

StackState state_of(const Json& json) {
  if (json.at("version") != kVersion) throw std::invalid_argument("of another version");
  StackState state;
  json.at("variant").get_to(state.variant);
  json.at("boot").get_to(state.boot);
  json.at("phase").get_to(state.phase);
  json.at("kept").get_to(state.kept);
  state.private_directory = json.at("private").get<std::string>();
  json.at("ports").get_to(state.port_base);
  state.guardian = process_of(json.at("guardian"));
  for (const Json& service : json.at("services"))
    state.services.push_back({service.at("name").get<std::string>(), process_of(service)});
  if (state.phase == StackPhase::absent || state.guardian.pid <= 0 ||
      state.private_directory.empty())
    throw std::invalid_argument("a value is wrong");
  return state;
}

}  // namespace

std::string format_state(const StackState& state) {
  Json services = Json::array();
  for (const ServiceRecord& service : state.services) {
    Json record{{"name", service.name}};
    record.update(json_of(service.process));
    services.push_back(std::move(record));
  }
  const Json json{{"version", kVersion},      {"variant", state.variant},
                  {"boot", state.boot},       {"phase", state.phase},
                  {"kept", state.kept},       {"private", state.private_directory.string()},
                  {"ports", state.port_base}, {"guardian", json_of(state.guardian)},
                  {"services", services}};
  return json.dump(2) + '\n';
}

Result<StackState> parse_state(std::string_view text) {
  try {
    return state_of(Json::parse(text));
  } catch (const std::exception& error) {
    return fail(ErrorKind::environment, fmt::format("not a stack's state: {}", error.what()));
  }
}

// No fsync: after a crash of the machine nothing of the stack is left that it could describe.
Result<> write_state(const StackId& id, const StackState& state) {
  const std::filesystem::path temporary = id.state_file().string() + ".tmp";
  std::ofstream file(temporary, std::ios::trunc);
  file << format_state(state);
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(temporary, id.state_file(), error);
  if (file && !error) return {};
  return fail(ErrorKind::environment, fmt::format("cannot write {}", id.state_file().string()),
              "is there space, and may you write there?");
}

std::optional<StackState> read_state(const StackId& id) {
  const auto text = read_file(id.state_file());
  if (!text) return std::nullopt;
  const auto state = parse_state(*text);
  return state ? std::optional(*state) : std::nullopt;
}

Result<> check_state(const StackId& id) {
  const auto text = read_file(id.state_file());
  if (!text || parse_state(*text)) return {};
  return fail(
      ErrorKind::environment,
      fmt::format("{} was written by another version of votebench", id.state_file().string()),
      "take the stack down with that version; when nothing of it runs any more, remove "
      "the file");
}

bool guardian_runs(const StackState& state) {
  return state.boot == process::boot_id() && process::is_running(state.guardian);
}

}  // namespace votebench::stack
