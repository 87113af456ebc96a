#include "stack/local/guardian.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "core/invocation.h"
#include "core/print.h"
#include "scenario/write.h"
#include "stack/local/leftovers.h"
#include "stack/local/local_socket.h"
#include "stack/local/message.h"
#include "stack/local/operations.h"
#include "stack/lock.h"

namespace votebench::stack {
namespace {

constexpr auto kLockPatience = std::chrono::seconds(10);
constexpr auto kRequestLimit = std::chrono::seconds(2);
constexpr auto kNothingToDo = std::chrono::seconds(60);
constexpr rlim_t kOpenFiles = 65536;

// The environment of the services. Variables that libpq, PostgreSQL or votestack obey must not
// reach them from the user's shell.
void prepare_environment() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.starts_with("PG") || text.starts_with("REDIS_"))
      names.emplace_back(text.substr(0, text.find('=')));
  }
  for (const std::string& name : names) ::unsetenv(name.c_str());
  ::setenv("LC_ALL", "C", 1);
}

// Orphans of the services come to us; services may open as many files as the machine allows.
void prepare_process() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  ::umask(022);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = std::min(files.rlim_max, std::max(files.rlim_cur, kOpenFiles));
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  prepare_environment();
}

// The maker gave us the lifeline as standard input; no service may inherit it.
FileDescriptor take_lifeline() {
  FileDescriptor lifeline(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  const FileDescriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ::dup2(null.get(), STDIN_FILENO);
  return lifeline;
}

Failure name_in_use(const StackId& id) {
  const auto state = read_state(id);
  if (state && !state->kept)
    return fail(ErrorKind::environment,
                fmt::format("the stack '{}' belongs to a run that is going on", id.name),
                "wait for its end, or name another stack with --as");
  return fail(
      ErrorKind::environment, fmt::format("the stack '{}' is up already", id.name),
      fmt::format("use it with --target {}, end it with `{}`, or name another one with --as",
                  shell_word(id.target_file().string()), command_on(id, "down")));
}

// Somebody who looks at the stack or cleans up may hold the lock for a moment.
Result<FileDescriptor> lock_name(const StackId& id, Attention& attention) {
  const Instant deadline = real_clock().now() + kLockPatience;
  while (real_clock().now() < deadline && !attention.end_requested()) {
    TRY_ASSIGN(auto lock, try_lock(id));
    if (lock) return std::move(*lock);
    const auto state = read_state(id);
    if (state && guardian_runs(*state)) break;
    attention.wait(std::chrono::milliseconds(20));
  }
  return name_in_use(id);
}

void empty_directory(const std::filesystem::path& directory, const std::string& except) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error))
    if (entry.path().filename() != except) std::filesystem::remove(entry.path(), error);
}

Result<Blueprint> draw(const LocalStackOptions& options, StackPorts ports) {
  Blueprint blueprint;
  blueprint.options = options;
  blueprint.layout = {options.id, {}, ports};
  TRY_ASSIGN(blueprint.behaviour, variant_settings(options.variant, options.worker));
  TRY_ASSIGN(blueprint.programs, find_programs(options.votestack));
  TRY_ASSIGN(blueprint.postgres_account, postgres_account());
  TRY_ASSIGN(blueprint.layout.private_directory,
             make_private_directory(options.id, blueprint.postgres_account));
  return blueprint;
}

Result<> write_target_file(const Blueprint& blueprint) {
  const LocalStackOptions& options = blueprint.options;
  TRY_ASSIGN(const TargetSettings settings,
             target_settings(blueprint.layout, options.variant, options.worker));
  return write_file_durably(options.id.target_file(), scenario::to_yaml(settings));
}

Result<> obey(Operations& operations, std::string_view command) {
  if (command == "reset") return operations.reset();
  const std::size_t space = command.find(' ');
  const auto action = parse_action(command.substr(0, space));
  if (!action || space == std::string_view::npos)
    return fail(ErrorKind::internal, "not a command for a guardian");
  return operations.perform(*action, command.substr(space + 1));
}

void answer(const FileDescriptor& client, Operations& operations) {
  limit_waiting(client.get(), kRequestLimit);
  const auto command = receive_line(client.get());
  if (!command) return;
  const Result<> done = obey(operations, *command);
  send_text(client.get(), done ? fmt::format("{}\n", kOk) : failure_line(done.error()));
}

void serve(Attention& attention, Supervisor& supervisor, Operations& operations,
           const FileDescriptor& control) {
  while (!attention.end_requested()) {
    const bool called = attention.wait(kNothingToDo, control.get());
    supervisor.refresh();
    if (!called) continue;
    const FileDescriptor client(::accept4(control.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client) answer(client, operations);
  }
}

Result<> live(const Blueprint& blueprint, Attention& attention, Supervisor& supervisor) {
  Operations operations(blueprint, attention, supervisor);
  Result<> started = operations.bring_up();
  if (started) started = write_target_file(blueprint);
  auto control = listen_unix(blueprint.layout.control_socket());
  if (started && !control) started = fail(control.error());
  if (started) {
    supervisor.enter(StackPhase::up);
    attention.tell_maker(fmt::format("{}\n", kUp));
    serve(attention, supervisor, operations, *control);
  }
  operations.take_down();
  return started;
}

Result<> guard(const LocalStackOptions& options, Attention& attention) {
  const StackId& id = options.id;
  TRY_ASSIGN(const FileDescriptor lock, lock_name(id, attention));
  clean_up_after_guardian(id);
  empty_directory(id.logs(), "guardian.log");
  empty_directory(id.truth(), {});
  TRY_ASSIGN(const PortReservation reserved, reserve_ports());
  TRY_ASSIGN(const Blueprint blueprint, draw(options, reserved.ports));
  StackState state;
  state.variant = options.variant;
  state.boot = process::boot_id();
  state.private_directory = blueprint.layout.private_directory;
  state.port_base = reserved.ports.base;
  state.guardian = process::identify(::getpid()).value_or(process::Identity{});
  Supervisor supervisor(id, attention, state);
  supervisor.enter(StackPhase::starting);
  Result<> lived = live(blueprint, attention, supervisor);
  clean_up_after_guardian(id);  // of our own processes none is left: directory and files
  return lived;
}

}  // namespace

std::vector<std::string> to_arguments(const LocalStackOptions& options) {
  OptionValues values = knob_options(options.worker);
  values["--as"] = options.id.name;
  values["--artifacts"] = options.id.artifacts.string();
  values["--variant"] = options.variant;
  values["--votestack"] = options.votestack.string();
  if (options.truth_log) values["--truth-log"] = "yes";
  if (!options.vote_flags.empty()) values["--vote-flags"] = options.vote_flags;
  if (!options.worker_flags.empty()) values["--worker-flags"] = options.worker_flags;
  if (!options.cluster.empty()) values["--cluster"] = options.cluster.string();
  std::vector<std::string> arguments;
  for (const auto& [flag, value] : values) arguments.push_back(fmt::format("{}={}", flag, value));
  return arguments;
}

Result<LocalStackOptions> from_arguments(std::span<const std::string> arguments) {
  OptionValues values;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos)
      return fail(ErrorKind::internal, fmt::format("not for a guardian: '{}'", argument));
    values[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
  TRY_ASSIGN(LocalStackOptions options, local_options(values));
  options.id = {value_of(values, "--artifacts"), value_of(values, "--as")};
  options.votestack = value_of(values, "--votestack");
  return options;
}

int guardian_main(int argc, char** argv) {
  prepare_process();
  auto attention = Attention::begin(take_lifeline());
  const std::vector<std::string> arguments(argv + std::min(argc, 2), argv + argc);
  const auto options = from_arguments(arguments);
  if (!attention || !options) return 70;
  const Result<> guarded = guard(*options, *attention);
  if (guarded) return 0;
  print_err("{}\n", guarded.error().message);
  attention->tell_maker(failure_line(guarded.error()));
  return 1;
}

}  // namespace votebench::stack
