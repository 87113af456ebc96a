// Unix sockets with time limits, and lines over them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/os.h"
#include "core/result.h"

namespace votebench::stack {

// Every later send and recv on it fails after `limit`. Empty when nobody listens.
[[nodiscard]] FileDescriptor connect_unix(const std::filesystem::path& path, Nanoseconds limit);

// Only the owner may connect.
[[nodiscard]] Result<FileDescriptor> listen_unix(const std::filesystem::path& path);

void limit_waiting(int socket, Nanoseconds limit);

// False when the other side is gone. Never raises SIGPIPE.
bool send_text(int socket, std::string_view text);

// Up to the next newline (not included) or the end; nullopt: nothing came, or too much (64 KiB).
[[nodiscard]] std::optional<std::string> receive_line(int socket);

// One command to the Redis behind a Unix socket; the first line of its answer. nullopt: no answer
// within `limit`.
[[nodiscard]] std::optional<std::string> ask_redis(const std::filesystem::path& socket,
                                                   const std::vector<std::string>& command,
                                                   Nanoseconds limit);

}  // namespace votebench::stack
