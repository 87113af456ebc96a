#include "stack/docker/attach.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/os.h"
#include "core/output_file.h"
#include "core/text.h"
#include "scenario/write.h"
#include "stack/docker/docker.h"
#include "stack/docker/recognise.h"
#include "stack/stack_id.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

Result<std::string> choose_project(const std::string& wanted) {
  TRY_ASSIGN(const std::vector<std::string> projects, running_projects());
  if (projects.empty())
    return fail(ErrorKind::environment, "no compose project runs here",
                "`docker compose up -d` in its folder starts one; `votebench stack up compose` "
                "starts ours");
  const std::string list = fmt::format("running: {}", fmt::join(projects, ", "));
  if (wanted.empty() && projects.size() > 1)
    return fail(ErrorKind::usage, "several compose projects run here",
                fmt::format("name one: votebench attach compose PROJECT; {}", list));
  if (wanted.empty()) return projects.front();
  if (std::ranges::find(projects, wanted) != projects.end()) return wanted;
  return fail(ErrorKind::usage,
              fmt::format("no container of a compose project '{}' runs", printable(wanted)), list);
}

// A project's name becomes a folder's. Compose allows what is no name of a stack of ours: '_' and
// any length.
Result<> check_project(const std::string& project) {
  constexpr std::size_t kLongest = 200;  // a file's name has 255, with "-postgres" behind it
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  if (project.size() <= kLongest && project.find_first_not_of(kLetters) == std::string::npos)
    return {};
  return fail(ErrorKind::usage,
              fmt::format("the name of the project '{}' cannot be a folder's", printable(project)),
              "name the file with -o FILE");
}

Result<fs::path> choose_file(const AttachRequest& request, const std::string& project) {
  const bool is_file = output_kind(request.file) == OutputKind::file;
  if (request.file.empty() || !is_file) TRY(check_project(project));
  if (!is_file) return request.file;
  const StackId id{request.artifacts, project};
  const fs::path file = request.file.empty() ? id.target_file() : request.file;
  std::error_code error;
  if (fs::exists(file, error) && !request.force)
    return fail(ErrorKind::usage, fmt::format("{} exists already", file.string()),
                "name another file with -o, or say --force to replace it");
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  if (error)
    return fail(ErrorKind::environment,
                fmt::format("cannot make {}: {}", file.parent_path().string(), error.message()));
  return file;
}

// In a folder and a file that only we may read.
Result<> write_private(const fs::path& path, const std::string& value) {
  std::error_code error;
  fs::create_directories(path.parent_path().parent_path(), error);
  if (::mkdir(path.parent_path().c_str(), 0700) != 0 && errno != EEXIST)
    return file_failure("make", path.parent_path(), errno);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return file_failure("replace", path, errno);
  const FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return file_failure("write", path, errno);
  return write_fully(fd.get(), value, path);
}

// Beside a file; what is no file has no beside.
fs::path folder_of_secrets(const AttachRequest& request, const Attached& attached) {
  const bool is_file = output_kind(attached.file) == OutputKind::file;
  const fs::path stack = StackId{request.artifacts, attached.project}.directory();
  std::error_code error;
  return (is_file ? fs::absolute(attached.file, error).parent_path() : fs::absolute(stack, error)) /
         "secrets";
}

// A reference to the password, which is written down first where it has no file yet.
Result<Secret> keep(const FoundPassword& found, const char* store, const fs::path& folder,
                    Attached& attached) {
  if (found.empty()) return Secret();
  if (!found.file.empty()) return Secret(found.value, Secret::Origin::file, found.file);
  const fs::path path = folder / fmt::format("{}-{}", attached.project, store);
  TRY(write_private(path, found.value));
  attached.secrets.push_back(path);
  return Secret(found.value, Secret::Origin::file, path.string());
}

std::string file_text(const Attached& attached, const TargetSettings& target) {
  std::string text = fmt::format(
      "# The compose project {}, as its containers were when `votebench attach compose` looked.\n"
      "# Addresses may change when they are made anew: attach again then.\n",
      attached.project);
  for (const std::string& note : attached.notes) text += fmt::format("# {}\n", note);
  return text + scenario::to_yaml(target);
}

}  // namespace

Result<Attached> attach_compose(const AttachRequest& request) {
  TRY_ASSIGN(const std::string project, choose_project(request.project));
  TRY_ASSIGN(const std::string inspection, inspect_project(project));
  TRY_ASSIGN(const std::vector<ContainerFacts> containers, parse_inspection(inspection));
  TRY_ASSIGN(Recognised found, recognise(containers, request.services));
  Attached attached{.project = project, .file = {}, .notes = std::move(found.notes), .secrets = {}};
  TRY_ASSIGN(attached.file, choose_file(request, project));
  const fs::path folder = folder_of_secrets(request, attached);
  if (found.target.queue) {
    TRY_ASSIGN(found.target.queue->password, keep(found.redis, "redis", folder, attached));
  }
  if (found.target.rows) {
    TRY_ASSIGN(found.target.rows->password, keep(found.postgres, "postgres", folder, attached));
  }
  TRY(write_output(attached.file, file_text(attached, found.target)));
  return attached;
}

}  // namespace votebench::stack
