#include "core/output_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <string>

#include "core/os.h"
#include "support/catch.h"

using namespace votebench;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    char path[] = "/tmp/vbtest-XXXXXX";
    REQUIRE(::mkdtemp(path) != nullptr);
    path_ = path;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path operator/(const char* name) const { return path_ / name; }
  [[nodiscard]] auto entries() const {
    return std::distance(fs::directory_iterator(path_), fs::directory_iterator());
  }

 private:
  fs::path path_;
};

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode;
}

}  // namespace

TEST_CASE("a file is replaced whole, keeps its permissions and leaves nothing beside it") {
  const Folder folder;
  const fs::path file = folder / "a";
  REQUIRE(write_output(file, "a long first text"));
  CHECK((mode_of(file) & 0777) == 0644);
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  const FileDescriptor before(::open(file.c_str(), O_RDONLY));
  REQUIRE(write_output(file, "new"));
  CHECK(*read_file(file) == "new");
  CHECK((mode_of(file) & 0777) == 0600);
  CHECK(folder.entries() == 1);
  char old[64];  // who reads the old one reads it to its end
  CHECK(::read(before.get(), old, sizeof old) == 17);
}

TEST_CASE("a link stays a link and its target is replaced, also one that is not there yet") {
  const Folder folder;
  REQUIRE(write_output(folder / "target", "old"));
  fs::create_symlink("target", folder / "link");
  fs::create_symlink("link", folder / "second");
  REQUIRE(write_output(folder / "second", "new"));
  CHECK(*read_file(folder / "target") == "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(fs::is_symlink(folder / "second"));

  fs::create_symlink("later", folder / "dangling");
  REQUIRE(write_output(folder / "dangling", "x"));
  CHECK(fs::is_symlink(folder / "dangling"));
  CHECK(*read_file(folder / "later") == "x");

  fs::create_symlink("loop", folder / "loop");
  CHECK_FALSE(write_output(folder / "loop", "x"));
  CHECK(fs::is_symlink(folder / "loop"));
}

TEST_CASE("a device is written through and is a device afterwards") {
  const Folder folder;
  const fs::path device = folder / "null";
  if (::mknod(device.c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) {
    WARN("only root can make a device");
    return;
  }
  fs::create_symlink("null", folder / "link");
  for (const fs::path& path : {device, folder / "link"}) {
    CHECK(output_kind(path) == OutputKind::stream);
    CHECK(write_output(path, "x"));
  }
  CHECK(S_ISCHR(mode_of(device)));
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(folder.entries() == 2);
}

TEST_CASE("a FIFO gets everything, however slow its reader") {
  const Folder folder;
  const fs::path fifo = folder / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const std::string text(300'000, 'x');  // more than a pipe holds
  auto read = std::async(std::launch::async, [&] { return read_file(fifo); });
  CHECK(write_output(fifo, text));
  CHECK(*read.get() == text);
  CHECK(S_ISFIFO(mode_of(fifo)));
}

TEST_CASE("an open descriptor's file is added to, not replaced") {
  const Folder folder;
  const FileDescriptor fd(::open((folder / "log").c_str(), O_WRONLY | O_CREAT, 0644));
  REQUIRE(write_fully(fd.get(), "first\n", folder / "log"));
  const std::string path = "/dev/fd/" + std::to_string(fd.get());
  CHECK(output_kind(path) == OutputKind::stream);
  REQUIRE(write_output(path, "second\n"));
  CHECK(*read_file(folder / "log") == "first\nsecond\n");
}

TEST_CASE("standard output has two names") {
  CHECK(output_kind("-") == OutputKind::standard_output);
  CHECK(output_kind("/dev/stdout") == OutputKind::standard_output);
  CHECK(output_kind("./-") == OutputKind::file);
}

TEST_CASE("what cannot be written is an error and stays as it was") {
  const Folder folder;
  fs::create_directory(folder / "directory");
  CHECK_FALSE(write_output(folder / "directory", "x"));
  CHECK(fs::is_directory(folder / "directory"));
  CHECK_FALSE(write_output(folder / "no-folder/file", "x"));
  CHECK(folder.entries() == 1);
}
