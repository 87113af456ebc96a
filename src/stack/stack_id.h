// The name of a stack, where its files are, and the state it is in.
#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"
#include "vote/target_settings.h"

namespace votebench::stack {

inline constexpr char kRecordFile[] = "provisioning.json";

// `name` is [a-z0-9][a-z0-9-]{0,31}; everything that outlives the stack is in artifacts/name.
struct StackId {
  std::filesystem::path artifacts = "artifacts";
  std::string name = "local";

  [[nodiscard]] std::filesystem::path directory() const { return artifacts / name; }
  [[nodiscard]] std::filesystem::path target_file() const { return directory() / "target.yaml"; }
  // What it was provisioned with, beside the target file; not every stack writes it.
  [[nodiscard]] std::filesystem::path record_file() const { return directory() / kRecordFile; }
  [[nodiscard]] std::filesystem::path state_file() const { return directory() / "state"; }
  [[nodiscard]] std::filesystem::path lock_file() const { return directory() / "lock"; }
  [[nodiscard]] std::filesystem::path logs() const { return directory() / "logs"; }
  [[nodiscard]] std::filesystem::path log_file(const std::string& service) const {
    return logs() / (service + ".log");
  }
  [[nodiscard]] std::filesystem::path truth() const { return directory() / "truth"; }
};

// What its target file says, with its secrets. Error (environment): there is none.
[[nodiscard]] Result<TargetSettings> read_target(const StackId& id);

// Error (usage): a name that could leave the artifacts directory or that no shell likes.
[[nodiscard]] Result<> check_name(const std::string& name);

// "votebench stack down NAME", with the --artifacts of the stack.
[[nodiscard]] std::string command_on(const StackId& id, const std::string& verb,
                                     const std::string& program = "votebench");

// "votebench stack up compose --as NAME": the command that makes the stack, or completes one that
// was interrupted. Without --as a stack has the name of its kind.
[[nodiscard]] std::string up_command(const StackId& id, const std::string& kind);
// Where the kind is not known: the one of that name, else the first kind.
[[nodiscard]] std::string up_command(const StackId& id);

enum class StackPhase {
  absent,  // nothing runs under this name
  starting,
  up,
  stopping,
};

}  // namespace votebench::stack
