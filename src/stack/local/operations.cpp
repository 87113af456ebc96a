#include "stack/local/operations.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <array>

#include "core/check.h"
#include "stack/local/local_socket.h"
#include "stack/local/message.h"

namespace votebench::stack {
namespace {

constexpr auto kServiceStop = std::chrono::seconds(5);
constexpr auto kStoreStop = std::chrono::seconds(10);
constexpr auto kRedisAnswer = std::chrono::seconds(2);

constexpr std::array<std::pair<std::string_view, ServiceAction>, 6> kActions{{
    {"kill", ServiceAction::kill},
    {"stop", ServiceAction::stop},
    {"pause", ServiceAction::pause},
    {"resume", ServiceAction::resume},
    {"start", ServiceAction::start},
    {"restart", ServiceAction::restart},
}};

bool is_store(const std::string& name) { return name == "redis" || name == "postgres"; }

std::vector<std::string> names_of(const std::vector<ServiceSpec>& specs) {
  std::vector<std::string> names;
  for (const ServiceSpec& spec : specs) names.push_back(spec.name);
  return names;
}

}  // namespace

std::optional<ServiceAction> parse_action(std::string_view word) {
  for (const auto& [known, action] : kActions)
    if (known == word) return action;
  return std::nullopt;
}

Operations::Operations(const Blueprint& blueprint, Attention& attention, Supervisor& supervisor)
    : blueprint_(blueprint), attention_(attention), supervisor_(supervisor) {
  services_ = worker_services(blueprint);
  for (ServiceSpec& spec : std::vector{vote_service(blueprint), result_service(blueprint),
                                       redis_service(blueprint), postgres_service(blueprint)})
    services_.push_back(std::move(spec));
}

void Operations::step(std::string_view text) const { attention_.tell_maker(step_line(text)); }

Result<> Operations::run_task(const ServiceSpec& task) {
  TRY(supervisor_.start(task));
  return supervisor_.await_success(task.name);
}

// initdb takes longest; Redis and the vote service come up beside it.
Result<> Operations::bring_up_stores() {
  const bool copied = holds_cluster(blueprint_.options.cluster);
  const ServiceSpec initdb = copied ? use_cluster_task(blueprint_) : initdb_task(blueprint_);
  const ServiceSpec postgres = postgres_service(blueprint_);
  step("starting redis, making a database");
  TRY(supervisor_.start(initdb));
  TRY(supervisor_.start(redis_service(blueprint_)));
  TRY(supervisor_.await_answer("redis"));
  TRY(supervisor_.start(vote_service(blueprint_)));
  TRY(supervisor_.await_success(initdb.name));
  if (!copied && !blueprint_.options.cluster.empty()) TRY(run_task(keep_cluster_task(blueprint_)));
  step("starting postgres");
  TRY(supervisor_.start(postgres));
  return supervisor_.await_answer(postgres.name);
}

Result<> Operations::bring_up() {
  TRY(bring_up_stores());
  step("starting vote, worker and result");
  for (const ServiceSpec& spec : services_)
    if (!supervisor_.running(spec.name)) TRY(supervisor_.start(spec));
  for (const ServiceSpec& spec : services_) TRY(supervisor_.await_answer(spec.name));
  return {};
}

std::vector<ServiceSpec> Operations::selected(std::string_view word) const {
  std::vector<ServiceSpec> specs;
  for (const ServiceSpec& spec : services_)
    if (selects(word, spec.name)) specs.push_back(spec);
  return specs;
}

Result<> Operations::start(const std::vector<ServiceSpec>& specs) {
  for (const ServiceSpec& spec : specs) {
    if (supervisor_.running(spec.name)) continue;
    // A killed PostgreSQL leaves its pid file, whose pid may be anybody's by now.
    std::error_code ignored;
    if (spec.name == "postgres")
      std::filesystem::remove(blueprint_.layout.postgres_data() / "postmaster.pid", ignored);
    TRY(supervisor_.start(spec));
  }
  for (const ServiceSpec& spec : specs) TRY(supervisor_.await_answer(spec.name));
  return {};
}

Result<> Operations::perform(ServiceAction action, std::string_view service) {
  const std::vector<ServiceSpec> specs = selected(service);
  if (specs.empty())
    return fail(ErrorKind::environment, fmt::format("this stack has no service '{}'", service),
                fmt::format("it has {}", fmt::join(names_of(services_), ", ")));
  const std::vector<std::string> names = names_of(specs);
  const bool any_runs = std::any_of(names.begin(), names.end(), [this](const std::string& name) {
    return supervisor_.running(name);
  });
  if (!any_runs && action != ServiceAction::start && action != ServiceAction::restart)
    return fail(ErrorKind::environment, fmt::format("{} does not run", service));
  switch (action) {
    case ServiceAction::kill:
      for (const std::string& name : names) supervisor_.kill(name);
      return {};
    case ServiceAction::stop:
      supervisor_.stop(names, kStoreStop);
      return {};
    case ServiceAction::pause:
      for (const std::string& name : names) supervisor_.signal_family(name, SIGSTOP);
      return {};
    case ServiceAction::resume:
      for (const std::string& name : names) supervisor_.signal_family(name, SIGCONT);
      return {};
    case ServiceAction::restart:
      supervisor_.stop(names, kStoreStop);
      return start(specs);
    case ServiceAction::start:
      return start(specs);
  }
  CHECK_THAT_HOLDS(false);
  return {};
}

Result<> Operations::empty_stores() {
  std::vector<std::string> command{"DEL", "votes"};
  const std::vector<std::string>& side_lists = blueprint_.behaviour.queue->in_flight;
  command.insert(command.end(), side_lists.begin(), side_lists.end());
  const auto answer = ask_redis(blueprint_.layout.redis_socket(), command, kRedisAnswer);
  if (!answer || !answer->starts_with(':'))
    return fail(ErrorKind::environment,
                fmt::format("redis did not empty the queue: {}", answer.value_or("no answer")),
                "is it running? `votebench stack status` tells");
  const ServiceSpec truncate = truncate_task(blueprint_);
  TRY(supervisor_.start(truncate));
  return supervisor_.await_success(truncate.name);
}

Result<> Operations::reset() {
  std::vector<ServiceSpec> workers;
  for (const ServiceSpec& spec : selected("worker"))
    if (supervisor_.running(spec.name)) workers.push_back(spec);
  supervisor_.stop(names_of(workers), kServiceStop);
  Result<> emptied = empty_stores();
  TRY(start(workers));
  return emptied;
}

void Operations::take_down() {
  supervisor_.enter(StackPhase::stopping);
  std::vector<std::string> stores;
  std::vector<std::string> others;
  for (const ServiceSpec& spec : services_)
    (is_store(spec.name) ? stores : others).push_back(spec.name);
  supervisor_.stop(others, kServiceStop);
  supervisor_.stop(stores, kStoreStop);
  supervisor_.kill_all();
}

}  // namespace votebench::stack
