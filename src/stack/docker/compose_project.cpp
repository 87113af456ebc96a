#include "stack/docker/compose_project.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "core/assets.h"
#include "core/check.h"
#include "core/number.h"
#include "core/os.h"
#include "core/text.h"
#include "stack/infra_folder.h"
#include "stack/ports.h"
#include "stack/variant.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

constexpr char kProject[] = "COMPOSE_PROJECT_NAME";
constexpr char kInfra[] = "VOTEBENCH_INFRA";
constexpr char kImages[] = "VOTEBENCH_IMAGES";
constexpr char kVariant[] = "VOTES_PROFILE";
constexpr char kContext[] = "BUILD_CONTEXT";
constexpr char kBaseImage[] = "BASE_IMAGE";
constexpr char kComposeFile[] = "compose/compose.yaml";
// The original images have this user and password built in.
constexpr char kOriginalPassword[] = "postgres";

fs::path secrets_of(const StackId& id) { return id.directory() / "secrets"; }

std::string random_hex(std::size_t bytes) {
  std::vector<std::uint8_t> random(bytes);
  fill_random(random);
  return to_hex(random);
}

// Only the owner may enter the folder; the file itself is readable, because it is mounted into
// containers whose user is another one.
Result<> write_secret(const fs::path& path, std::string_view value) {
  const FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0444));
  if (!fd) return file_failure("write", path, errno);
  TRY(write_fully(fd.get(), value, path));
  if (::fchmod(fd.get(), 0444) != 0) return file_failure("open up", path, errno);
  return {};
}

Result<> write_secrets(const ComposeProject& project) {
  const fs::path folder = secrets_of(project.id);
  std::error_code error;
  fs::remove_all(folder, error);
  if (::mkdir(folder.c_str(), 0700) != 0) return file_failure("make", folder, errno);
  const bool ours = project.images() == ImageSet::ours;
  TRY(write_secret(folder / "redis_password", ours ? random_hex(16) : ""));
  return write_secret(folder / "db_password", ours ? random_hex(16) : kOriginalPassword);
}

// The image of this machine's release of Debian, whose libraries the installed programs need;
// empty: it is none.
std::string base_image() {
  std::istringstream lines(read_file("/etc/os-release").value_or(""));
  std::string release;
  bool debian = false;
  for (std::string line; std::getline(lines, line);) {
    debian |= line == "ID=debian";
    if (line.starts_with("VERSION_CODENAME=")) release = line.substr(line.find('=') + 1);
  }
  return debian && !release.empty() ? fmt::format("debian:{}-slim", release) : "";
}

// Where there is no source beside `infra`, images are made of the programs that are there.
std::map<std::string, std::string> build_variables(const StackId& id, const fs::path& infra) {
  std::error_code error;
  if (fs::exists(infra.parent_path() / "CMakeLists.txt", error)) return {};
  std::map<std::string, std::string> variables{{kContext, (id.directory() / "images").string()},
                                               {"BINARIES", "ready"}};
  if (const std::string image = base_image(); !image.empty() && std::getenv(kBaseImage) == nullptr)
    variables[kBaseImage] = image;
  return variables;
}

Result<ComposeProject> make(const ComposeChoice& choice) {
  TRY_ASSIGN(const fs::path infra, find_infra(choice.infra, kComposeFile));
  TRY(variant_settings(choice.variant, {}));
  TRY_ASSIGN(const PortReservation reserved, reserve_ports());
  const StackPorts& ports = reserved.ports;
  ComposeProject project{choice.id, {}};
  project.variables = {
      {kProject, fmt::format("votebench-{}-{}", choice.id.name, random_hex(2))},
      {kInfra, infra.string()},
      {kImages, std::string(word_of(choice.images))},
      {kVariant, choice.variant},
      {"SECRETS", secrets_of(choice.id).string()},
      {"BIND_ADDRESS", "127.0.0.1"},
      {"APP_PORT", choice.images == ImageSet::ours ? "8080" : "80"},
      {"VOTE_PORT", std::to_string(ports.vote())},
      {"RESULT_PORT", std::to_string(ports.result())},
      {"REDIS_PORT", std::to_string(ports.redis())},
      {"DB_PORT", std::to_string(ports.postgres())},
  };
  project.variables.merge(build_variables(choice.id, infra));
  TRY(write_secrets(project));
  std::string text;
  for (const auto& [name, value] : project.variables) text += fmt::format("{}={}\n", name, value);
  TRY(write_file_durably(variables_file(choice.id), text));
  return project;
}

Result<> check_same(const ComposeProject& project, const ComposeChoice& choice) {
  if (project.images() == choice.images && project.value(kVariant) == choice.variant) return {};
  return fail(
      ErrorKind::usage,
      fmt::format("stack '{}' is there already, with images {} and variant {}", choice.id.name,
                  word_of(project.images()), project.value(kVariant)),
      fmt::format("stop it ({}) or name another one with --as", command_on(choice.id, "down")));
}

std::uint16_t port_of(const ComposeProject& project, const char* name) {
  return whole_number<std::uint16_t>(project.value(name)).value_or(0);
}

}  // namespace

std::optional<ImageSet> parse_image_set(std::string_view word) {
  for (const ImageSet images : {ImageSet::ours, ImageSet::dockersamples})
    if (word_of(images) == word) return images;
  return std::nullopt;
}

std::string_view word_of(ImageSet images) {
  return images == ImageSet::ours ? "ours" : "dockersamples";
}

const std::string& ComposeProject::value(const std::string& name) const {
  static const std::string none;
  const auto found = variables.find(name);
  return found == variables.end() ? none : found->second;
}

ImageSet ComposeProject::images() const {
  return parse_image_set(value(kImages)).value_or(ImageSet::ours);
}

fs::path ComposeProject::compose_folder() const { return fs::path(value(kInfra)) / "compose"; }

process::Command ComposeProject::context_command() const {
  const std::string& context = value(kContext);
  if (context.empty()) return {};
  return {.argv = {(fs::path(value(kInfra)) / "images/ready-context").string(),
                   own_program().parent_path().string(), context}};
}

fs::path variables_file(const StackId& id) { return id.directory() / "stack.env"; }

Result<ComposeProject> make_or_resume(const ComposeChoice& choice) {
  std::error_code error;
  if (!fs::exists(variables_file(choice.id), error)) return make(choice);
  TRY_ASSIGN(ComposeProject project, load_project(choice.id));
  TRY(check_same(project, choice));
  return project;
}

Result<ComposeProject> load_project(const StackId& id) {
  TRY(check_name(id.name));
  const Result<std::string> text = read_file(variables_file(id));
  if (!text)
    return fail(ErrorKind::environment, fmt::format("no stack '{}' is up", id.name),
                "votebench stack up compose starts one");
  ComposeProject project{id, {}};
  std::error_code error;
  project.id.artifacts = fs::absolute(id.artifacts, error);
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);)
    if (const std::size_t equals = line.find('='); equals != std::string::npos)
      project.variables[line.substr(0, equals)] = line.substr(equals + 1);
  if (project.name().empty())
    return fail(ErrorKind::environment,
                fmt::format("{} names no project", variables_file(id).string()),
                "it was changed by hand; `docker ps` shows what runs");
  return project;
}

Result<TargetSettings> target_settings(const ComposeProject& project) {
  TRY_ASSIGN(TargetSettings settings, variant_settings(project.value(kVariant), {}));
  const auto secret = [&](const char* name) -> Result<Secret> {
    const fs::path file = secrets_of(project.id) / name;
    TRY_ASSIGN(std::string value, read_file(file));
    if (value.empty()) return Secret();
    return Secret(std::move(value), Secret::Origin::file, file.string());
  };
  settings.vote.host = "127.0.0.1";
  settings.vote.port = port_of(project, "VOTE_PORT");
  settings.queue->host = "127.0.0.1";
  settings.queue->port = port_of(project, "REDIS_PORT");
  TRY_ASSIGN(settings.queue->password, secret("redis_password"));
  settings.rows->url =
      fmt::format("postgresql://postgres@127.0.0.1:{}/postgres", port_of(project, "DB_PORT"));
  TRY_ASSIGN(settings.rows->password, secret("db_password"));
  settings.result_url = fmt::format("http://127.0.0.1:{}/", port_of(project, "RESULT_PORT"));
  return settings;
}

void forget_project(const ComposeProject& project) {
  std::error_code ignored;
  fs::remove(project.id.target_file(), ignored);
  fs::remove(project.id.record_file(), ignored);
  fs::remove_all(secrets_of(project.id), ignored);
  if (const fs::path context = project.value(kContext); !context.empty())
    fs::remove_all(context, ignored);
  fs::remove(variables_file(project.id), ignored);
}

}  // namespace votebench::stack
