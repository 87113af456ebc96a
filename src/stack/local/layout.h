// Where a local stack keeps its things, and how its services are addressed.
//
// The private directory is under /tmp (or a short TMPDIR) with a short name, because the path of a
// Unix socket has at most 107 bytes. Only its owner may look into it; when root owns it, the user
// that runs PostgreSQL may pass through.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.h"
#include "process/child.h"
#include "stack/ports.h"
#include "stack/stack_id.h"
#include "stack/variant.h"
#include "vote/target_settings.h"

namespace votebench::stack {

struct Layout {
  StackId id;
  std::filesystem::path private_directory;
  StackPorts ports;

  [[nodiscard]] std::filesystem::path control_socket() const;
  [[nodiscard]] std::filesystem::path redis_socket() const;
  // PostgreSQL's own directory: its data and its socket.
  [[nodiscard]] std::filesystem::path postgres_home() const;
  [[nodiscard]] std::filesystem::path postgres_data() const;
  [[nodiscard]] std::filesystem::path password_file() const;

  // How the services reach Redis and PostgreSQL: through the sockets, without a password.
  [[nodiscard]] std::string redis_address() const;
  [[nodiscard]] std::string postgres_uri() const;
};

// Makes a new private directory. `postgres_account` is the owner of PostgreSQL's part, if not us.
[[nodiscard]] Result<std::filesystem::path> make_private_directory(
    const StackId& id, const std::optional<process::Account>& postgres_account);

// Removes it if it is one that make_private_directory made; anything else is left alone.
void remove_private_directory(const std::filesystem::path& directory);

// The stack as a target: loopback addresses, so that people can reach the same ports. Reads the
// database password from the private directory.
[[nodiscard]] Result<TargetSettings> target_settings(const Layout& layout, std::string_view variant,
                                                     const WorkerKnobs& knobs);

}  // namespace votebench::stack
