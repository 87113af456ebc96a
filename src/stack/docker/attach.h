// A target file for a compose project or a Swarm stack that somebody else runs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "stack/docker/roles.h"

namespace votebench::stack {

struct AttachRequest {
  std::string project;  // or stack; empty: the only one that runs
  // Empty: artifacts/PROJECT/target.yaml. As of write_output; passwords of what is no file go to
  // artifacts/PROJECT/secrets.
  std::filesystem::path file;
  std::filesystem::path artifacts = "artifacts";
  ChosenServices services;  // who is who, where the user says so
  bool force = false;       // replace a file that exists
};

struct Attached {
  std::string project;
  std::filesystem::path file;
  std::vector<std::string> notes;              // what was guessed or not found; also in the file
  std::vector<std::filesystem::path> secrets;  // written beside the file, mode 0600
};

// Reads what Docker knows, changes nothing in it. The file holds no password: one that stands in a
// container's environment or command goes to a file of its own in secrets/, one that is mounted
// from a file of this machine is read from there. Errors: usage (several projects run, no such
// project or service, the file exists), environment (no Docker, nothing that looks like a voting
// stack, several services that look the same).
[[nodiscard]] Result<Attached> attach_compose(const AttachRequest& request);

// The same of a stack that is deployed on a Swarm; this node is one of its managers. Of a password
// that is a Swarm secret, which Docker shows nobody, the file names an environment variable. Errors
// (environment) also: no swarm, no manager, a service of the voting stack does not run.
[[nodiscard]] Result<Attached> attach_swarm(const AttachRequest& request);

}  // namespace votebench::stack
