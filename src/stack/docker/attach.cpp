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
#include "stack/docker/inspection.h"
#include "stack/docker/recognise.h"
#include "stack/docker/swarm.h"
#include "stack/docker/swarm_facts.h"
#include "stack/stack_id.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

// How a user of each manager speaks of what belongs together.
struct Words {
  const char* kind;       // "compose project"
  const char* when;       // "as its containers were"
  const char* to_start;   // what to do where there is none
  const char* parameter;  // of `votebench attach`
};

constexpr Words words_of(Manager manager) {
  if (manager == Manager::swarm)
    return {
        "Swarm stack", "as its tasks were",
        "`docker stack deploy -c FILE STACK` starts one; of a compose project: votebench attach "
        "compose",
        "STACK"};
  return {
      "compose project", "as its containers were",
      "`docker compose up -d` in its folder starts one; `votebench stack up compose` starts ours",
      "PROJECT"};
}

Result<std::string> choose(Manager manager, const std::string& wanted,
                           const std::vector<std::string>& names) {
  const Words words = words_of(manager);
  if (names.empty())
    return fail(ErrorKind::environment, fmt::format("no {} runs here", words.kind), words.to_start);
  const std::string list = fmt::format("running: {}", fmt::join(names, ", "));
  if (wanted.empty() && names.size() > 1)
    return fail(ErrorKind::usage, fmt::format("several {}s run here", words.kind),
                fmt::format("name one: votebench attach {} {}; {}", to_string(manager),
                            words.parameter, list));
  if (wanted.empty()) return names.front();
  if (std::ranges::find(names, wanted) != names.end()) return wanted;
  return fail(ErrorKind::usage, fmt::format("no {} '{}' runs here", words.kind, printable(wanted)),
              list);
}

// A project's name becomes a folder's. Docker allows what is no name of a stack of ours: '_',
// capitals and any length.
Result<> check_project(const std::string& project) {
  constexpr std::size_t kLongest = 200;  // a file's name has 255, with "-postgres" behind it
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  if (project.size() <= kLongest && project.find_first_not_of(kLetters) == std::string::npos)
    return {};
  return fail(ErrorKind::usage,
              fmt::format("the name '{}' cannot be a folder's", printable(project)),
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

struct Store {
  const char* name;
  const char* variable;  // where a password is looked for that nobody can read
};
constexpr Store kRedis{"redis", "REDIS_PASSWORD"};
constexpr Store kPostgres{"postgres", "PGPASSWORD"};

// A reference to the password, which is written down first where it has no file yet.
Result<Secret> keep(const FoundPassword& found, const Store& store, const fs::path& folder,
                    Attached& attached) {
  if (found.empty()) return Secret();
  if (!found.file.empty()) return Secret(found.value, Secret::Origin::file, found.file);
  if (!found.secret.empty()) {
    attached.notes.push_back(
        fmt::format("{}: its password is the Swarm secret {}, which Docker shows nobody: set {}",
                    store.name, printable(found.secret, 60), store.variable));
    // Only the reference is written; an empty one would be optional.
    return Secret(found.secret, Secret::Origin::environment, store.variable);
  }
  const fs::path path = folder / fmt::format("{}-{}", attached.project, store.name);
  TRY(write_private(path, found.value));
  attached.secrets.push_back(path);
  return Secret(found.value, Secret::Origin::file, path.string());
}

// Nobody votes while we look, so no hold is seen that the line could be made of.
std::string max_hold_lines(const TargetSettings& target) {
  if (target.max_hold_stated) return "";
  return fmt::format(
      "# worker.max_hold, the longest time between a worker's pop and its write, is not known: "
      "attach\n"
      "# casts no votes, so it saw none. Ten times the longest that was ever seen is a good "
      "value:\n"
      "#worker: {{ model: {}, max_hold: {} }}   # in place of `worker:` above\n",
      target.worker == WorkerModel::serial ? "serial" : "unknown",
      duration_literal(target.worker_max_hold));
}

std::string file_text(Manager manager, const Attached& attached, const TargetSettings& target) {
  const Words words = words_of(manager);
  std::string text = fmt::format(
      "# The {} {}, {} when `votebench attach {}` looked.\n"
      "# Addresses may change when they are made anew: attach again then.\n",
      words.kind, attached.project, words.when, to_string(manager));
  for (const std::string& note : attached.notes) text += fmt::format("# {}\n", note);
  return text + scenario::to_yaml(target) + max_hold_lines(target);
}

// Writes what was found among the containers of `project`.
Result<Attached> write_target(const AttachRequest& request, const std::string& project,
                              const std::vector<ContainerFacts>& containers) {
  TRY_ASSIGN(Recognised found, recognise(containers, request.services));
  Attached attached{.project = project, .file = {}, .notes = std::move(found.notes), .secrets = {}};
  TRY_ASSIGN(attached.file, choose_file(request, project));
  const fs::path folder = folder_of_secrets(request, attached);
  if (found.target.queue) {
    TRY_ASSIGN(found.target.queue->password, keep(found.redis, kRedis, folder, attached));
  }
  if (found.target.rows) {
    TRY_ASSIGN(found.target.rows->password, keep(found.postgres, kPostgres, folder, attached));
  }
  const Manager manager = containers.front().manager;
  TRY(write_output(attached.file, file_text(manager, attached, found.target)));
  return attached;
}

}  // namespace

Result<Attached> attach_compose(const AttachRequest& request) {
  TRY_ASSIGN(const auto projects, running_projects());
  TRY_ASSIGN(const std::string project, choose(Manager::compose, request.project, projects));
  TRY_ASSIGN(const std::string inspection, inspect_project(project));
  TRY_ASSIGN(const auto containers, parse_inspection(inspection));
  return write_target(request, project, containers);
}

Result<Attached> attach_swarm(const AttachRequest& request) {
  TRY_ASSIGN(const auto stacks, deployed_stacks());
  TRY_ASSIGN(const std::string stack, choose(Manager::swarm, request.project, stacks));
  TRY_ASSIGN(const SwarmAnswers answers, inspect_stack(stack));
  TRY_ASSIGN(const auto containers, facts_of_stack(stack, answers));
  return write_target(request, stack, containers);
}

}  // namespace votebench::stack
