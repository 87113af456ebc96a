// The voting stack as Docker containers: its row in the table of kinds, and a thin driver of
// `docker compose` over infra/compose/.
//
// artifacts/NAME/ holds stack.env and secrets/ (stack/docker/compose_project.h), target.yaml,
// provisioning.json (which images and which revision of this repository run) and logs/compose.log
// (what the tools printed). Only the log is left after `down`.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "core/os.h"
#include "core/print.h"
#include "core/text.h"
#include "process/run.h"
#include "scenario/write.h"
#include "stack/docker/compose_project.h"
#include "stack/docker/docker.h"
#include "stack/docker/stack_record.h"
#include "stack/kind.h"
#include "stack/lock.h"
#include "stack/log_tail.h"
#include "stack/variant.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

constexpr auto kStart = std::chrono::minutes(30);  // the first time, images are built or pulled
constexpr auto kHealth = std::chrono::minutes(3);
constexpr auto kStop = std::chrono::minutes(3);
constexpr auto kHealthLook = std::chrono::milliseconds(500);
constexpr std::size_t kServices = 5;

constexpr KindOption kComposeOptions[] = {
    {.flag = "--variant",
     .help = "How the stack behaves",
     .default_text = "reference",
     .words = [] { return variant_names(); }},
    {.flag = "--images",
     .help = "ours, or the original dockersamples",
     .in_run = false,
     .default_text = "ours",
     .words =
         [] {
           return std::vector<std::string>{"ours", "dockersamples"};
         }},
    {.flag = "--infra", .help = "this repository's folder infra", .in_run = false}};

Result<ComposeChoice> compose_choice(const Wanted& wanted) {
  const OptionValues& given = wanted.options;
  ComposeChoice choice{.id = wanted.id, .infra = value_of(given, "--infra")};
  if (given.contains("--images")) {
    const auto images = parse_image_set(value_of(given, "--images"));
    if (!images)
      return fail(ErrorKind::usage, fmt::format("no images '{}'", value_of(given, "--images")));
    choice.images = *images;
  }
  const bool original = choice.images == ImageSet::dockersamples;
  if (original && given.contains("--variant"))
    return fail(ErrorKind::usage, "the original images have no variants",
                "leave out --variant, or --images");
  if (original) choice.variant = "dockersamples";
  if (given.contains("--variant")) choice.variant = value_of(given, "--variant");
  return choice;
}

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
  } else if (const process::Command context = driver.project.context_command();
             !context.argv.empty()) {
    TRY(process::output_of(context, {.limit = kStop, .stop = stop}));
  }
  progress("starting containers (what is missing of our images is built: minutes)");
  return drive(driver, up, kStart, std::move(stop));
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

// True when artifacts/NAME is a compose stack's, up or half up.
bool is_compose(const StackId& id) {
  std::error_code error;
  return check_name(id.name) && fs::exists(variables_file(id), error);
}

// A fault: `docker kill`, stop, pause, unpause, start or restart of a service's container. After a
// start returns when it is healthy. Error (environment): Docker's own words.
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

// Containers, networks and volumes are gone when it returns, and proven to be. May be repeated.
// Error (environment): something is left (named), or Docker does not answer.
Result<> compose_down(const StackId& id, const Progress& progress) {
  TRY_ASSIGN(const ComposeProject project, load_project(id));
  TRY_ASSIGN(const FileDescriptor lock, lock_or_refuse(project.id));
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

class RunningCompose final : public RunningStack {
 public:
  RunningCompose(const ComposeProject& project, TargetSettings settings) : id_(project.id) {
    target = std::move(settings);
    description =
        fmt::format("{}: vote {}, result {} (images: {}, variant {})", id_.name, target.vote.url(),
                    target.result_url, word_of(project.images()), project.value("VOTES_PROFILE"));
  }

  [[nodiscard]] Result<> control(std::string_view verb, std::string_view service) const override {
    return compose_control(id_, verb, service);
  }
  [[nodiscard]] Result<> take_down() override {
    return compose_down(id_, [](std::string_view) {});
  }

 private:
  StackId id_;
};

// Returns when every container is healthy; about 15 s when the images are there. A stack that an
// interrupted call left half up is completed. On failure it stays as it is, to be looked at.
// Errors: usage (another one of this name is up), environment (no Docker, an unhealthy service).
Result<std::unique_ptr<RunningStack>> make_up(ComposeChoice choice, const Hooks& hooks) {
  std::error_code error;
  choice.id.artifacts = fs::absolute(choice.id.artifacts, error);
  TRY(check_name(choice.id.name));
  fs::create_directories(choice.id.logs(), error);
  TRY_ASSIGN(const FileDescriptor lock, lock_or_refuse(choice.id));
  TRY_ASSIGN(const ComposeProject project, make_or_resume(choice));
  TRY_ASSIGN(const Driver driver, driver_for(project));
  TRY(start_containers(driver, hooks.progress, hooks.stop));
  TRY_ASSIGN(const std::vector<Container> containers,
             await_health(project, hooks.progress, hooks.stop));
  TRY(write_record(project, containers));
  TRY_ASSIGN(TargetSettings target, target_settings(project));
  TRY(write_file_durably(project.id.target_file(), scenario::to_yaml(target)));
  return std::make_unique<RunningCompose>(project, std::move(target));
}

Result<std::unique_ptr<RunningStack>> compose_up(const Wanted& wanted, const Hooks& hooks) {
  TRY_ASSIGN(const ComposeChoice choice, compose_choice(wanted));
  const bool was_there = is_compose(choice.id);
  auto running = make_up(choice, hooks);
  if (running) (*running)->made_here = !was_there;
  if (!running && wanted.for_run && !was_there && is_compose(choice.id))
    if (const auto ended = compose_down(choice.id, [](std::string_view) {}); !ended)
      print_err("votebench: error: {}\n", ended.error().message);
  return running;
}

Result<> compose_take_down(const StackId& id, const Hooks& hooks) {
  return compose_down(id, hooks.progress);
}

Result<> compose_status(const StackId& id, const Progress& print) {
  TRY_ASSIGN(const ComposeProject project, load_project(id));
  TRY_ASSIGN(const std::vector<Container> containers, containers_of(project.name()));
  print(fmt::format("{}: {} containers (compose)", id.name, containers.size()));
  for (const Container& container : containers)
    print(fmt::format("  {:<10} {}", container.service, printable(container.status)));
  return {};
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

// The workers are stopped meanwhile.
Result<> compose_reset(const StackId& id, const Progress& progress) {
  TRY_ASSIGN(const ComposeProject project, load_project(id));
  TRY_ASSIGN(const FileDescriptor lock, lock_or_refuse(project.id));
  TRY_ASSIGN(const Driver driver, driver_for(project));
  TRY(drive(driver, {"stop", "worker"}, kStop));
  Result<> emptied = empty_stores(driver);
  TRY(drive(driver, {"start", "worker"}, kStop));
  if (emptied) progress(fmt::format("{}: table and queue are empty", id.name));
  return emptied;
}

}  // namespace

extern const Kind kComposeKind;
const Kind kComposeKind{.name = "compose",
                        .options = kComposeOptions,
                        .faults = scenario::kFaultVerbs,
                        .is_there = is_compose,
                        .bring_up = compose_up,
                        .down = compose_take_down,
                        .status = compose_status,
                        .check = nullptr,
                        .logs = compose_logs,
                        .reset = compose_reset};

}  // namespace votebench::stack
