#include "stack/local/state.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <sstream>

namespace votebench::stack {
namespace {

constexpr std::string_view kHeader = "votebench-stack 1";
constexpr std::array<std::string_view, 4> kPhases{"absent", "starting", "up", "stopping"};

std::optional<StackPhase> parse_phase(std::string_view word) {
  for (std::size_t i = 0; i < kPhases.size(); ++i)
    if (kPhases[i] == word) return static_cast<StackPhase>(i);
  return std::nullopt;
}

bool read_process(std::istringstream& fields, process::Identity& process) {
  return static_cast<bool>(fields >> process.pid >> process.start_ticks);
}

bool read_private(std::istringstream& fields, StackState& state) {
  std::string path;
  std::getline(fields >> std::ws, path);
  state.private_directory = path;
  return !path.empty();
}

bool read_phase(std::istringstream& fields, StackState& state) {
  std::string word;
  fields >> word;
  const auto phase = parse_phase(word);
  state.phase = phase.value_or(StackPhase::absent);
  return phase.has_value();
}

bool read_kept(std::istringstream& fields, StackState& state) {
  std::string word;
  fields >> word;
  state.kept = word == "yes";
  return state.kept || word == "no";
}

bool read_service(std::istringstream& fields, StackState& state) {
  ServiceRecord service;
  fields >> service.name;
  const bool complete = read_process(fields, service.process);
  state.services.push_back(std::move(service));
  return complete;
}

bool read_line(const std::string& line, StackState& state) {
  std::istringstream fields(line);
  std::string key;
  fields >> key;
  if (key == "variant") return static_cast<bool>(fields >> state.variant);
  if (key == "boot") return static_cast<bool>(fields >> state.boot);
  if (key == "phase") return read_phase(fields, state);
  if (key == "kept") return read_kept(fields, state);
  if (key == "private") return read_private(fields, state);
  if (key == "ports") return static_cast<bool>(fields >> state.port_base);
  if (key == "guardian") return read_process(fields, state.guardian);
  if (key == "service") return read_service(fields, state);
  return false;
}

}  // namespace

std::string format_state(const StackState& state) {
  std::string text = fmt::format(
      "{}\nvariant {}\nboot {}\nphase {}\nkept {}\nprivate {}\nports {}\nguardian {} {}\n", kHeader,
      state.variant, state.boot, kPhases[static_cast<std::size_t>(state.phase)],
      state.kept ? "yes" : "no", state.private_directory.string(), state.port_base,
      state.guardian.pid, state.guardian.start_ticks);
  for (const ServiceRecord& service : state.services)
    text += fmt::format("service {} {} {}\n", service.name, service.process.pid,
                        service.process.start_ticks);
  return text;
}

Result<StackState> parse_state(std::string_view text) {
  std::istringstream lines{std::string(text)};
  std::string line;
  StackState state;
  bool valid = std::getline(lines, line) && line == kHeader;
  while (valid && std::getline(lines, line)) valid = read_line(line, state);
  if (!valid || state.guardian.pid == 0 || state.private_directory.empty())
    return fail(ErrorKind::environment, fmt::format("not a stack's state: '{}'", line));
  return state;
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

bool guardian_runs(const StackState& state) {
  return state.boot == process::boot_id() && process::is_running(state.guardian);
}

}  // namespace votebench::stack
