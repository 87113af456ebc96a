#include "ledger/segment_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/number.h"
#include "core/os.h"
#include "ledger/files.h"

namespace votebench::ledger {
namespace {

constexpr std::string_view kSuffix = ".seg";

std::optional<std::size_t> segment_number(const std::filesystem::path& file) {
  if (file.extension() != kSuffix) return std::nullopt;
  return whole_number<std::size_t>(file.stem().string());
}

}  // namespace

std::filesystem::path segment_file(const std::filesystem::path& directory, std::size_t segment) {
  return directory / fmt::format("{:05}{}", segment, kSuffix);
}

Failure segment_failure(std::string_view action, const std::filesystem::path& file, int error) {
  return file_failure(
      action, file, error,
      error == ENOSPC ? "free some disk space, or write the reports to another disk" : "");
}

Result<std::set<std::size_t>> segments_in(const std::filesystem::path& directory) {
  std::set<std::size_t> numbers;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error))
    if (const auto number = segment_number(entry.path())) numbers.insert(*number);
  if (error) return segment_failure("read", directory, error.value());
  return numbers;
}

Result<void*> make_segment(const std::filesystem::path& file, std::size_t bytes) {
  const std::filesystem::path unfinished = file.string() + ".tmp";
  const FileDescriptor fd(::open(unfinished.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd) return segment_failure("create", unfinished, errno);
  int error = EINTR;
  while (error == EINTR) error = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(bytes));
  if (error != 0) {
    ::unlink(unfinished.c_str());
    return segment_failure("reserve space for", file, error);
  }
  // Populated, or the senders would pay for every page's first touch.
  void* memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd.get(), 0);
  if (memory == MAP_FAILED) return segment_failure("map", file, errno);
  if (::rename(unfinished.c_str(), file.c_str()) != 0) {
    const int rename_error = errno;
    ::munmap(memory, bytes);
    return segment_failure("name", file, rename_error);
  }
  return memory;
}

Result<void*> map_segment(const std::filesystem::path& file, std::size_t bytes) {
  const FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return segment_failure("read", file, errno);
  if (static_cast<std::size_t>(status.st_size) != bytes)
    return damaged(file, fmt::format("{} bytes instead of {}", status.st_size, bytes));
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd.get(), 0);
  if (memory == MAP_FAILED) return segment_failure("map", file, errno);
  return memory;
}

}  // namespace votebench::ledger
