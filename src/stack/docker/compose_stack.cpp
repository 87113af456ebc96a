#include "stack/docker/compose_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "core/os.h"
#include "core/text.h"
#include "process/run.h"
#include "scenario/write.h"
#include "stack/docker/stack_record.h"
#include "stack/lock.h"
#include "stack/log_tail.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

constexpr auto kStart = std::chrono::minutes(30);  // the first time, images are built or pulled
constexpr auto kHealth = std::chrono::minutes(3);
constexpr auto kStop = std::chrono::minutes(3);
constexpr auto kHealthLook = std::chrono::milliseconds(500);
constexpr std::size_t kServices = 5;

// `docker compose` for one project, in the way in which this stack was made.
struct Driver {
  const ComposeProject& project;
  std::vector<std::string> client;

  [[nodiscard]] process::Command command(const std::vector<std::string>& verb) const {
    const fs::path folder = project.compose_folder();
    process::Command command{.argv = client};
    const auto add = [&](std::vector<std::string> more) {
      command.argv.insert(command.argv.end(), more.begin(), more.end());
    };
    add({"--project-name", project.name(), "--file", (folder / "compose.yaml").string()});
    if (project.images() == ImageSet::dockersamples)
      add({"--file", (folder / "compose.dockersamples.yaml").string()});
    add(verb);
    command.environment.assign(project.variables.begin(), project.variables.end());
    command.environment.emplace_back("DOCKER_BUILDKIT", "1");
    command.environment.emplace_back("COMPOSE_DOCKER_CLI_BUILD", "1");
    return command;
  }
};

Result<Driver> driver_for(const ComposeProject& project) {
  TRY_ASSIGN(std::vector<std::string> client, find_compose());
  return Driver{project, std::move(client)};
}

// Compose says the same of each image that it cannot get: once is enough.
Failure with_log(const ComposeProject& project, std::string what) {
  std::vector<std::string> lines = log_tail(project.log(), 5);
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  for (const std::string& line : lines) what += "\n  " + line;
  return fail(ErrorKind::environment, std::move(what),
              fmt::format("all of it is in {}; `{}` shows the services; go on with the same "
                          "command, or `{}` ends it",
                          project.log().string(), command_on(project.id, "logs"),
                          command_on(project.id, "down")));
}

Result<> drive(const Driver& driver, const std::vector<std::string>& verb, Nanoseconds limit,
               std::stop_token stop = {}) {
  TRY_ASSIGN(const process::Outcome outcome,
             process::run(driver.command(verb),
                          {.limit = limit, .stop = std::move(stop), .log = driver.project.log()}));
  if (outcome.succeeded()) return {};
  return with_log(driver.project, fmt::format("docker compose {} {}:", verb[0], outcome.words()));
}

Result<FileDescriptor> lock_name(const StackId& id) {
  TRY_ASSIGN(std::optional<FileDescriptor> lock, try_lock(id));
  if (lock) return std::move(*lock);
  return fail(ErrorKind::environment,
              fmt::format("another votebench is working on stack '{}'", id.name),
              "wait for it, or name another stack with --as");
}

std::string unhealthy_among(const std::vector<Container>& containers) {
  std::vector<std::string> names;
  for (const Container& container : containers)
    if (!container.healthy())
      names.push_back(fmt::format("{} ({})", container.service, printable(container.status)));
  return fmt::format("{}", fmt::join(names, ", "));
}

// A container that was healthy may not be so any more: all of them count at the same look.
Result<std::vector<Container>> await_health(const ComposeProject& project, const Progress& progress,
                                            const std::stop_token& stop) {
  const Instant deadline = real_clock().now() + kHealth;
  std::string told;
  for (;;) {
    TRY_ASSIGN(std::vector<Container> containers, containers_of(project.name()));
    const auto healthy = std::ranges::count_if(containers, &Container::healthy);
    if (healthy == static_cast<std::ptrdiff_t>(containers.size()) && containers.size() >= kServices)
      return containers;
    const std::string news = fmt::format("{} of {} services healthy", healthy, containers.size());
    if (news != told) progress(news);
    told = news;
    if (real_clock().now() >= deadline)
      return with_log(project, fmt::format("not healthy after {}: {}", format_duration(kHealth),
                                           unhealthy_among(containers)));
    if (!real_clock().sleep_until(real_clock().now() + kHealthLook, stop))
      return fail(
          ErrorKind::environment, "interrupted while the stack was starting",
          fmt::format("the same command goes on, `{}` ends it", command_on(project.id, "down")));
  }
}

Result<> write_record(const ComposeProject& project, const std::vector<Container>& containers) {
  StackRecord record{.kind = "compose",
                     .facts = {{"project", project.name()},
                               {"images", std::string(word_of(project.images()))},
                               {"variant", project.value("VOTES_PROFILE")},
                               {"revision", revision_of(project.value("VOTEBENCH_INFRA"))},
                               {"up_at", format_utc(real_clock().wall_now())}},
                     .images = {}};
  TRY_ASSIGN(record.images, images_of(containers));
  return write_file_durably(project.id.record_file(), to_json(record));
}

// Compose builds an image that is missing; the original ones are to be pulled instead.
Result<> start_containers(const Driver& driver, const Progress& progress, std::stop_token stop) {
  std::vector<std::string> up{"up", "--detach", "--remove-orphans"};
  if (driver.project.images() == ImageSet::dockersamples) {
    progress("pulling images");
    TRY(drive(driver, {"pull"}, kStart, stop));
    up.emplace_back("--no-build");
  }
  progress("starting containers (what is missing of our images is built: minutes)");
  return drive(driver, up, kStart, std::move(stop));
}

std::string describe(const ComposeProject& project, const TargetSettings& target) {
  return fmt::format("{}: vote {}, result {} (images: {}, variant {})", project.id.name,
                     target.vote.url(), target.result_url, word_of(project.images()),
                     project.value("VOTES_PROFILE"));
}

// A command inside a container, without input; passwords are read there, from their files.
constexpr char kEmptyQueue[] =
    "if [ -s /run/secrets/redis_password ]; then "
    "REDISCLI_AUTH=$(cat /run/secrets/redis_password); export REDISCLI_AUTH; fi; "
    "exec redis-cli -e del \"$@\"";
constexpr char kEmptyTable[] =
    "PGPASSWORD=$(cat /run/secrets/db_password); export PGPASSWORD; "
    "exec psql -h 127.0.0.1 -U postgres -qc 'truncate votes'";

Result<> empty_stores(const Driver& driver) {
  TRY_ASSIGN(const TargetSettings target, target_settings(driver.project));
  std::vector<std::string> command{"exec", "-T",        "redis", "sh",
                                   "-c",   kEmptyQueue, "sh",    target.queue->list};
  command.insert(command.end(), target.queue->in_flight.begin(), target.queue->in_flight.end());
  TRY(drive(driver, command, kStop));
  return drive(driver, {"exec", "-T", "db", "sh", "-c", kEmptyTable}, kStop);
}

Result<> await_health(const ComposeProject& project, std::string_view service) {
  const Instant deadline = real_clock().now() + kHealth;
  do {
    TRY_ASSIGN(const std::vector<Container> containers, containers_of(project.name()));
    const bool healthy = std::ranges::all_of(containers, [&](const Container& container) {
      return container.service != service || container.healthy();
    });
    if (healthy) return {};
    real_clock().sleep_until(real_clock().now() + kHealthLook, {});
  } while (real_clock().now() < deadline);
  return fail(ErrorKind::environment,
              fmt::format("{} is not healthy after {}", service, format_duration(kHealth)));
}

}  // namespace

Result<ComposeStack> ComposeStack::bring_up(const ComposeChoice& choice, const Progress& progress,
                                            std::stop_token stop) {
  ComposeChoice complete = choice;
  std::error_code error;
  complete.id.artifacts = fs::absolute(choice.id.artifacts, error);
  TRY(check_name(complete.id.name));
  fs::create_directories(complete.id.logs(), error);
  TRY_ASSIGN(const FileDescriptor lock, lock_name(complete.id));
  TRY_ASSIGN(const ComposeProject project, make_or_resume(complete));
  TRY_ASSIGN(const Driver driver, driver_for(project));
  ComposeStack stack;
  TRY(start_containers(driver, progress, stop));
  TRY_ASSIGN(const std::vector<Container> containers, await_health(project, progress, stop));
  TRY(write_record(project, containers));
  TRY_ASSIGN(stack.target_, target_settings(project));
  TRY(write_file_durably(project.id.target_file(), scenario::to_yaml(stack.target_)));
  stack.id_ = choice.id;
  stack.description_ = stack::describe(project, stack.target_);
  return stack;
}

bool is_compose(const StackId& id) {
  std::error_code error;
  return check_name(id.name) && fs::exists(variables_file(id), error);
}

Result<> compose_down(const StackId& id, const Progress& progress) {
  TRY_ASSIGN(const ComposeProject project, load_project(id));
  TRY_ASSIGN(const FileDescriptor lock, lock_name(project.id));
  TRY_ASSIGN(const Driver driver, driver_for(project));
  progress("removing containers, networks and volumes");
  TRY(drive(driver, {"down", "--volumes", "--remove-orphans"}, kStop));
  TRY_ASSIGN(const std::vector<std::string> left, belongings_of(project.name()));
  if (!left.empty())
    return with_log(project, fmt::format("still there: {}", fmt::join(left, ", ")));
  forget_project(project);
  progress("nothing of it is left");
  return {};
}

Result<std::vector<Container>> compose_status(const StackId& id) {
  TRY_ASSIGN(const ComposeProject project, load_project(id));
  return containers_of(project.name());
}

Result<> compose_logs(const StackId& id, const LogRequest& request, const Progress& print) {
  TRY_ASSIGN(const ComposeProject project, load_project(id));
  TRY_ASSIGN(const Driver driver, driver_for(project));
  std::vector<std::string> verb{"logs", "--no-color", "--tail", std::to_string(request.lines)};
  if (!request.service.empty()) verb.push_back(request.service);
  const auto tell = [&print](std::string_view line) {
    if (!line.starts_with("Attaching to ")) print(printable(line, 500));
  };
  TRY(process::output_of(driver.command(verb), {.on_line = tell}));
  return {};
}

Result<> compose_reset(const StackId& id) {
  TRY_ASSIGN(const ComposeProject project, load_project(id));
  TRY_ASSIGN(const FileDescriptor lock, lock_name(project.id));
  TRY_ASSIGN(const Driver driver, driver_for(project));
  TRY(drive(driver, {"stop", "worker"}, kStop));
  const Result<> emptied = empty_stores(driver);
  TRY(drive(driver, {"start", "worker"}, kStop));
  return emptied;
}

Result<> compose_control(const StackId& id, std::string_view verb, std::string_view service) {
  TRY_ASSIGN(const ComposeProject project, load_project(id));
  TRY_ASSIGN(std::vector<Container> containers, containers_of(project.name()));
  const std::string_view name = service == "postgres" ? "db" : service;  // in compose.yaml
  std::erase_if(containers,
                [name](const Container& container) { return container.service != name; });
  if (containers.empty())
    return fail(ErrorKind::environment, fmt::format("there is no container of {}", service));
  std::vector<std::string> argv{"docker", verb == "resume" ? "unpause" : std::string(verb)};
  for (const Container& container : containers) argv.push_back(container.id);
  TRY(process::output_of({.argv = argv}, {.limit = kStop}));
  if (verb != "start" && verb != "restart") return {};
  return await_health(project, name);
}

}  // namespace votebench::stack
