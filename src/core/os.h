// Small helpers over the operating system: owned descriptors, whole files, random bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"

namespace votebench {

// Owns a file descriptor; -1 owns nothing. Move-only.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~FileDescriptor() { reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  void reset() noexcept;

 private:
  int fd_ = -1;
};

// "No such file or directory" for an errno value. Thread-safe.
[[nodiscard]] std::string os_error(int error_number);

// Error (environment): "cannot ACTION PATH: ..." with what the system says of `error_number`.
[[nodiscard]] Failure file_failure(std::string_view action, const std::filesystem::path& path,
                                   int error_number, std::string help = {});

// A connected socket whose peer has closed it, or that is broken. Asks nobody, waits for nothing.
[[nodiscard]] bool peer_has_closed(int socket);

// Fills `bytes` from getrandom(2).
void fill_random(std::span<std::uint8_t> bytes);

[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

// Writes all of `content` to a descriptor; `path` is for the error text.
[[nodiscard]] Result<> write_fully(int fd, std::string_view content,
                                   const std::filesystem::path& path);

// Makes the content of a file survive a crash of the host, whoever wrote it.
[[nodiscard]] Result<> sync_file(const std::filesystem::path& file);

// Makes what was created, renamed or removed in `directory` survive a crash of the host.
[[nodiscard]] Result<> sync_directory(const std::filesystem::path& directory);

// Survives a crash whole or not at all: temporary file, fsync, rename, fsync of the directory.
[[nodiscard]] Result<> write_file_durably(const std::filesystem::path& path,
                                          std::string_view content);

// For writing at the end of a file, which is made when it is not there.
[[nodiscard]] Result<FileDescriptor> open_to_append(const std::filesystem::path& path);

// Appends `text` in one write, so that lines of several processes never mix. Creates the file.
[[nodiscard]] Result<> append_to_file(const std::filesystem::path& path, std::string_view text);

}  // namespace votebench
