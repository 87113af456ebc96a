#include "stack/lock.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

namespace votebench::stack {

// A lock of the open file (OFD), not of the process: it ends with its last descriptor, and closing
// an unrelated descriptor of the same file does not drop it.
Result<std::optional<FileDescriptor>> try_lock(const StackId& id) {
  FileDescriptor fd(::open(id.lock_file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (fd && ::fcntl(fd.get(), F_OFD_SETLK, &whole) == 0) return std::optional(std::move(fd));
  if (fd && (errno == EAGAIN || errno == EACCES)) return std::optional<FileDescriptor>();
  return file_failure("lock", id.lock_file(), errno);
}

Result<FileDescriptor> lock_or_refuse(const StackId& id) {
  TRY_ASSIGN(std::optional<FileDescriptor> lock, try_lock(id));
  if (lock) return std::move(*lock);
  return fail(ErrorKind::environment,
              fmt::format("another votebench is working on stack '{}'", id.name),
              "wait for it, or name another stack with --as");
}

}  // namespace votebench::stack
