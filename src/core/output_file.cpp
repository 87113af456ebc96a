#include "core/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/os.h"
#include "core/print.h"
#include "core/text.h"

namespace votebench {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel
constexpr int kStreamPatienceMs = 10'000;
constexpr int kReaderPauseMs = 20;  // between two looks for a FIFO's reader
constexpr mode_t kNewFile = 0644;

bool is_same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Links below /proc are no paths: they lead to what a process has open, and are only followed by
// opening them.
bool is_open_descriptor(const fs::path& link) {
  std::error_code error;
  return fs::canonical(link.parent_path(), error).string().starts_with("/proc/");
}

// The file that a chain of links ends at, whether it is there or not; nothing for a descriptor.
Result<std::optional<fs::path>> behind_links(const fs::path& path) {
  std::error_code error;
  fs::path file = fs::absolute(path, error);
  for (int links = 0; links < kMostLinks; ++links) {
    if (is_open_descriptor(file)) return std::nullopt;
    const fs::path next = fs::read_symlink(file, error);
    if (error) return file;
    file = file.parent_path() / next;
  }
  return file_failure("write", path, ELOOP);
}

// In the folder of `file`, so that it can be renamed over it; never one that exists.
fs::path temporary_for(const fs::path& file) {
  std::uint8_t token[6];
  fill_random(token);
  return file.parent_path() / fmt::format(".votebench-{}.tmp", to_hex(token));
}

Result<> fill(const fs::path& temporary, std::string_view content, const struct stat* replaced) {
  const FileDescriptor fd(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kNewFile));
  if (!fd) return file_failure("write", temporary, errno);
  if (replaced != nullptr) {
    (void)!::fchown(fd.get(), replaced->st_uid, replaced->st_gid);  // root may, others need not
    if (::fchmod(fd.get(), replaced->st_mode & 0777) != 0)
      return file_failure("set the permissions of", temporary, errno);
  }
  TRY(write_fully(fd.get(), content, temporary));
  if (::fsync(fd.get()) != 0) return file_failure("sync", temporary, errno);
  return {};
}

Result<> replace_file(const fs::path& file, std::string_view content) {
  struct stat old {};
  const bool exists = ::stat(file.c_str(), &old) == 0;
  const fs::path temporary = temporary_for(file);
  Result<> written = fill(temporary, content, exists ? &old : nullptr);
  if (written && ::rename(temporary.c_str(), file.c_str()) != 0)
    written = file_failure("write", file, errno);
  if (written) return sync_directory(file.parent_path());
  ::unlink(temporary.c_str());
  return written;
}

// A FIFO can be opened for writing only while somebody reads it: who was started together with us
// may need a moment.
Result<FileDescriptor> open_stream(const fs::path& path) {
  const Instant deadline = real_clock().now() + std::chrono::milliseconds(kStreamPatienceMs);
  for (;;) {
    FileDescriptor fd(
        ::open(path.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (fd) return fd;
    if (errno != ENXIO && errno != EINTR) return file_failure("write", path, errno);
    if (real_clock().now() > deadline)
      return fail(ErrorKind::environment, fmt::format("nobody reads {}", path.string()));
    (void)::poll(nullptr, 0, kReaderPauseMs);
  }
}

Result<> write_through(const fs::path& path, std::string_view content) {
  TRY_ASSIGN(const FileDescriptor fd, open_stream(path));
  while (!content.empty()) {
    const ssize_t written = ::write(fd.get(), content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd room{.fd = fd.get(), .events = POLLOUT, .revents = 0};
      if (::poll(&room, 1, kStreamPatienceMs) == 0)
        return fail(ErrorKind::environment, fmt::format("nobody reads {}", path.string()));
    } else if (errno != EINTR) {
      return file_failure("write", path, errno);
    }
  }
  return {};
}

}  // namespace

OutputKind output_kind(const fs::path& path) {
  if (path == "-") return OutputKind::standard_output;
  struct stat named {};
  struct stat ours {};
  if (::stat(path.c_str(), &named) != 0) return OutputKind::file;
  if (::fstat(STDOUT_FILENO, &ours) == 0 && is_same_file(named, ours))
    return OutputKind::standard_output;
  if (!S_ISREG(named.st_mode) && !S_ISDIR(named.st_mode)) return OutputKind::stream;
  const auto file = behind_links(path);
  return file && !*file ? OutputKind::stream : OutputKind::file;
}

Result<> write_output(const fs::path& path, std::string_view content) {
  switch (output_kind(path)) {
    case OutputKind::standard_output:
      write_out(content);
      return {};
    case OutputKind::stream:
      return write_through(path, content);
    case OutputKind::file:
      break;
  }
  TRY_ASSIGN(const auto file, behind_links(path));
  return replace_file(*file, content);
}

}  // namespace votebench
