#include "stack/local/local_stack.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/counted.h"
#include "core/number.h"
#include "stack/local/attention.h"
#include "stack/local/commands.h"
#include "stack/local/guardian_process.h"
#include "stack/local/local_socket.h"
#include "stack/local/message.h"
#include "stack/programs.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

// votestack's services name their Redis connections "votestack-<pid>".
constexpr std::string_view kServiceName = "votestack-";
constexpr auto kKeepLimit = std::chrono::seconds(30);

std::string describe_state(const StackId& id, const StackState& state) {
  const auto services = service_list(state);
  const auto workers = std::count_if(services.begin(), services.end(), [](const auto& service) {
    return service.name.starts_with("worker");
  });
  const auto redis = find_redis();
  const auto postgres = find_postgres();
  return fmt::format("{}: redis {}, PostgreSQL {}, vote 127.0.0.1:{}, {} ({})", id.name,
                     redis ? program_version(*redis) : "unknown",
                     postgres ? program_version(*postgres / "postgres") : "unknown",
                     StackPorts{state.port_base}.vote(),
                     counted(static_cast<std::uint64_t>(workers), "worker"), state.variant);
}

Result<> make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (!error) return {};
  return fail(ErrorKind::environment,
              fmt::format("cannot make {}: {}", directory.string(), error.message()));
}

// Everything that can be wrong with the options is found here, before any process is started.
Result<LocalStackOptions> completed(LocalStackOptions options) {
  TRY(check_name(options.id.name));
  TRY(variant_settings(options.variant, options.worker));
  TRY_ASSIGN(const Programs programs, find_programs(options.votestack));
  options.votestack = programs.votestack;
  std::error_code error;
  options.id.artifacts = fs::absolute(options.id.artifacts, error);
  TRY(make_directory(options.id.logs()));
  if (options.truth_log) TRY(make_directory(options.id.truth()));
  return options;
}

// The guardian is our child: its entry in the process table goes when we have asked for its end.
void collect(const process::Identity& guardian) {
  while (::waitpid(guardian.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<> end_guardian(const StackId& id, GuardianProcess& guardian) {
  guardian.lifeline.reset();
  Result<> ended = await_guardian_end(id, guardian.identity);
  collect(guardian.identity);
  return ended;
}

}  // namespace

Result<LocalStackOptions> local_options(const OptionValues& given) {
  LocalStackOptions options;
  if (given.contains("--variant")) options.variant = value_of(given, "--variant");
  TRY_ASSIGN(options.worker, knobs_of(given));
  options.truth_log = given.contains("--truth-log");
  options.vote_flags = value_of(given, "--vote-flags");
  options.worker_flags = value_of(given, "--worker-flags");
  options.cluster = value_of(given, "--cluster");
  return options;
}

Result<LocalStack> bring_up(const LocalStackOptions& options, const Progress& progress,
                            const std::stop_token& stop) {
  TRY_ASSIGN(const LocalStackOptions complete, completed(options));
  TRY_ASSIGN(GuardianProcess guardian, spawn_guardian(complete));
  const Result<> up = await_up(complete.id, guardian, progress, stop);
  if (!up) {
    static_cast<void>(end_guardian(complete.id, guardian));
    return fail(up.error());
  }
  LocalStack stack;
  stack.guardian_ = guardian.identity;
  stack.lifeline_ = std::move(guardian.lifeline);  // from here on ~LocalStack takes it down
  TRY_ASSIGN(const StackState state, live_state(complete.id));
  TRY_ASSIGN(stack.target,
             target_settings(layout_of(complete.id, state), options.variant, options.worker));
  stack.id_ = options.id;
  stack.description = describe_state(options.id, state);
  return stack;
}

Result<LocalStack> attach(const StackId& id) {
  TRY_ASSIGN(const StackState state, live_state(id));
  if (state.phase != StackPhase::up) return not_up(id);
  LocalStack stack;
  TRY_ASSIGN(stack.target, read_target(id));
  stack.id_ = id;
  stack.made_here = false;
  stack.description = describe_state(id, state);
  return stack;
}

LocalStack::~LocalStack() { static_cast<void>(take_down()); }

Result<> LocalStack::control(std::string_view verb, std::string_view service) const {
  return command(id_, fmt::format("{} {}", verb, service));
}

bool LocalStack::client_is_dead(const std::string& name) const {
  if (!name.starts_with(kServiceName)) return false;
  const auto pid = whole_number<pid_t>(std::string_view(name).substr(kServiceName.size()));
  if (!pid || *pid <= 0) return false;
  const auto state = live_state(id_);
  return state && std::ranges::count(service_list(*state), *pid, &ServiceStatus::pid) == 0;
}

Result<> LocalStack::leave_up() {
  if (!lifeline_) return {};
  limit_waiting(lifeline_.get(), kKeepLimit);
  if (!send_text(lifeline_.get(), std::string_view(&kKeep, 1)) ||
      receive_line(lifeline_.get()) != kOk)
    return not_up(id_);
  lifeline_.reset();
  return {};
}

Result<> LocalStack::take_down() {
  if (!lifeline_) return {};
  GuardianProcess guardian{guardian_, std::move(lifeline_)};
  return end_guardian(id_, guardian);
}

}  // namespace votebench::stack
