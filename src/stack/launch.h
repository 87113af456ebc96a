// Starting programs.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/os.h"
#include "core/result.h"
#include "stack/process.h"

namespace votebench::stack {

// The user that a service runs as when we are root and the service must not be.
struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
};

struct Launch {
  std::vector<std::string> argv;          // argv[0] is the path of the program
  std::filesystem::path log;              // stdout and stderr, appended
  std::filesystem::path directory = "/";  // working directory
  std::optional<Account> account;         // none: our own
};

// A child that exists but waits at a gate before it becomes its program. Its identity can be
// written down first; if this process dies meanwhile, the child ends by itself.
class GatedChild {
 public:
  // The child has a session of its own, no signal blocked, /dev/null as its input. This process
  // must have one thread only.
  [[nodiscard]] static Result<GatedChild> create(const Launch& launch);

  [[nodiscard]] const ProcessIdentity& identity() const { return identity_; }
  // Error (environment): the program could not be executed.
  [[nodiscard]] Result<> open_gate();

 private:
  ProcessIdentity identity_;
  FileDescriptor gate_;
  std::string program_;
};

// Runs a short-lived program and returns what it printed on stdout; nullopt unless it ended with
// status 0 within 5 s.
[[nodiscard]] std::optional<std::string> output_of(const std::vector<std::string>& argv);

}  // namespace votebench::stack
