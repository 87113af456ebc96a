#include "stack/local/local_socket.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace votebench::stack {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} * 1024;

struct UnixAddress {
  sockaddr_un address{};

  explicit UnixAddress(const std::filesystem::path& path) {
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.size() < sizeof address.sun_path)
      std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  }
  [[nodiscard]] bool valid() const { return address.sun_path[0] != '\0'; }
  [[nodiscard]] const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&address);  // the sockets API has it so
  }
};

FileDescriptor stream_socket() {
  return FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

// Redis's own framing: *COUNT, then $LENGTH and the bytes of each word.
std::string framed(const std::vector<std::string>& command) {
  std::string text = fmt::format("*{}\r\n", command.size());
  for (const std::string& word : command) text += fmt::format("${}\r\n{}\r\n", word.size(), word);
  return text;
}

}  // namespace

void limit_waiting(int socket, Nanoseconds limit) {
  using std::chrono::duration_cast;
  const auto whole = duration_cast<std::chrono::seconds>(limit);
  const auto rest = duration_cast<std::chrono::microseconds>(limit - whole);
  const timeval value{whole.count(), rest.count()};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}

FileDescriptor connect_unix(const std::filesystem::path& path, Nanoseconds limit) {
  const UnixAddress address(path);
  FileDescriptor fd = stream_socket();
  if (!fd || !address.valid()) return {};
  limit_waiting(fd.get(), limit);
  if (::connect(fd.get(), address.get(), sizeof address.address) != 0) return {};
  return fd;
}

Result<FileDescriptor> listen_unix(const std::filesystem::path& path) {
  const UnixAddress address(path);
  FileDescriptor fd = stream_socket();
  const mode_t before = ::umask(0177);
  const bool listening = fd && address.valid() &&
                         ::bind(fd.get(), address.get(), sizeof address.address) == 0 &&
                         ::listen(fd.get(), 16) == 0;
  const int error = errno;
  ::umask(before);
  if (listening) return fd;
  return fail(ErrorKind::environment,
              fmt::format("cannot listen at {}: {}", path.string(), os_error(error)));
}

bool send_text(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::optional<std::string> receive_line(int socket) {
  std::string line;
  while (line.size() < kLongestLine) {
    char byte = 0;
    const ssize_t got = ::recv(socket, &byte, 1, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || (got == 0 && line.empty())) return std::nullopt;
    if (got == 0 || byte == '\n') return line;
    line += byte;
  }
  return std::nullopt;
}

std::optional<std::string> ask_redis(const std::filesystem::path& socket,
                                     const std::vector<std::string>& command, Nanoseconds limit) {
  const FileDescriptor fd = connect_unix(socket, limit);
  if (!fd || !send_text(fd.get(), framed(command))) return std::nullopt;
  auto line = receive_line(fd.get());
  if (line && !line->empty() && line->back() == '\r') line->pop_back();
  return line;
}

}  // namespace votebench::stack
