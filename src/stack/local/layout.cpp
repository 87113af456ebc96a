#include "stack/local/layout.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "core/text.h"

namespace votebench::stack {
namespace {

constexpr const char* kAdvice = "is there space in /tmp, and may you write there?";

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "votebench-";
constexpr std::size_t kLongestRoot = 32;  // leaves room for the socket's name in 107 bytes

fs::path private_root() {
  const char* chosen = std::getenv("TMPDIR");
  // Root's TMPDIR may be closed to the user that runs PostgreSQL.
  const bool usable = ::geteuid() != 0 && chosen != nullptr && chosen[0] == '/' &&
                      std::string_view(chosen).size() <= kLongestRoot &&
                      is_valid_utf8(chosen) &&  // the path stands in JSON
                      ::access(chosen, W_OK | X_OK) == 0;
  return usable ? chosen : "/tmp";
}

Result<> give_to(const std::optional<process::Account>& account, const fs::path& path) {
  if (account && ::chown(path.c_str(), account->uid, account->gid) != 0)
    return file_failure("change the owner of", path, errno, kAdvice);
  return {};
}

Result<> make_owned_directory(const fs::path& path, const std::optional<process::Account>& owner) {
  if (::mkdir(path.c_str(), 0700) != 0) return file_failure("make", path, errno, kAdvice);
  return give_to(owner, path);
}

// Everybody on this machine can reach the loopback port, and a PostgreSQL superuser may run
// programs: so the port, unlike the socket in the private directory, asks for a password.
Result<> write_password(const fs::path& path, const std::optional<process::Account>& reader) {
  std::array<std::uint8_t, 16> random{};
  fill_random(random);
  std::string password;
  for (const std::uint8_t byte : random) password += fmt::format("{:02x}", byte);
  const FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd ||
      ::write(fd.get(), password.data(), password.size()) != static_cast<ssize_t>(password.size()))
    return file_failure("write", path, errno, kAdvice);
  return give_to(reader, path);
}

}  // namespace

fs::path Layout::control_socket() const { return private_directory / "control"; }
fs::path Layout::redis_socket() const { return private_directory / "redis"; }
fs::path Layout::postgres_home() const { return private_directory / "pg"; }
fs::path Layout::postgres_data() const { return postgres_home() / "data"; }
fs::path Layout::password_file() const { return private_directory / "password"; }

std::string Layout::redis_address() const { return "unix:" + redis_socket().string(); }

std::string Layout::postgres_uri() const {
  return fmt::format("postgresql://postgres@/postgres?host={}&port={}", postgres_home().string(),
                     ports.postgres());
}

Result<fs::path> make_private_directory(const StackId& id,
                                        const std::optional<process::Account>& postgres_account) {
  std::string path = (private_root() / fmt::format("{}{}-XXXXXX", kPrefix, id.name)).string();
  if (::mkdtemp(path.data()) == nullptr) return file_failure("make", path, errno, kAdvice);
  const fs::path directory = path;
  const Layout layout{id, directory, {}};
  if (postgres_account && ::chmod(path.c_str(), 0711) != 0)
    return file_failure("open", directory, errno, kAdvice);
  TRY(make_owned_directory(layout.postgres_home(), postgres_account));
  TRY(write_password(layout.password_file(), postgres_account));
  return directory;
}

void remove_private_directory(const fs::path& directory) {
  std::error_code error;
  const bool ours = directory.is_absolute() && directory.filename().string().starts_with(kPrefix) &&
                    fs::symlink_status(directory, error).type() == fs::file_type::directory;
  if (ours) fs::remove_all(directory, error);
}

Result<TargetSettings> target_settings(const Layout& layout, std::string_view variant,
                                       const WorkerKnobs& knobs) {
  TRY_ASSIGN(TargetSettings settings, variant_settings(variant, knobs));
  TRY_ASSIGN(std::string password, read_file(layout.password_file()));
  settings.vote.host = "127.0.0.1";
  settings.vote.port = layout.ports.vote();
  settings.queue->host = "127.0.0.1";
  settings.queue->port = layout.ports.redis();
  settings.rows->url =
      fmt::format("postgresql://postgres@127.0.0.1:{}/postgres", layout.ports.postgres());
  settings.rows->password =
      Secret(std::move(password), Secret::Origin::file, layout.password_file().string());
  settings.result_url = fmt::format("http://127.0.0.1:{}/", layout.ports.result());
  return settings;
}

}  // namespace votebench::stack
