#include "core/os.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/check.h"

namespace votebench {
void FileDescriptor::reset() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::string os_error(int error_number) { return std::generic_category().message(error_number); }

Failure file_failure(std::string_view action, const std::filesystem::path& path, int error_number,
                     std::string help) {
  return fail(ErrorKind::environment,
              fmt::format("cannot {} {}: {}", action, path.string(), os_error(error_number)),
              std::move(help));
}

bool peer_has_closed(int socket) {
  constexpr short kEnds = POLLRDHUP | POLLHUP | POLLERR | POLLNVAL;
  pollfd look{socket, POLLRDHUP, 0};
  return ::poll(&look, 1, 0) > 0 && (look.revents & kEnds) != 0;
}

void fill_random(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    CHECK_THAT_HOLDS(got > 0);  // getrandom(2): cannot fail otherwise for a valid buffer
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

Result<std::string> read_file(const std::filesystem::path& path) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return file_failure("read", path, errno);
  std::string content;
  char block[65536];
  for (;;) {
    const ssize_t got = ::read(fd.get(), block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_failure("read", path, errno);
    if (got == 0) return content;
    content.append(block, static_cast<std::size_t>(got));
  }
}

Result<> write_fully(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_failure("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<> sync_file(const std::filesystem::path& file) {
  const FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return file_failure("sync", file, errno);
  return {};
}

Result<> sync_directory(const std::filesystem::path& directory) {
  const FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return file_failure("sync", directory, errno);
  return {};
}

Result<> write_file_durably(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
  const std::filesystem::path temporary = path.string() + ".tmp";
  {
    const FileDescriptor fd(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd) return file_failure("write", temporary, errno);
    TRY(write_fully(fd.get(), content, temporary));
    if (::fsync(fd.get()) != 0) return file_failure("sync", temporary, errno);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return file_failure("rename", path, errno);
  return sync_directory(directory);
}

Result<FileDescriptor> open_to_append(const std::filesystem::path& path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file) return file_failure("write", path, errno);
  return file;
}

Result<> append_to_file(const std::filesystem::path& path, std::string_view text) {
  TRY_ASSIGN(const FileDescriptor file, open_to_append(path));
  return write_fully(file.get(), text, path);
}

}  // namespace votebench
