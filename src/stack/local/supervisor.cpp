#include "stack/local/supervisor.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "core/print.h"
#include "stack/local/message.h"
#include "stack/log_tail.h"

namespace votebench::stack {
namespace {

constexpr auto kStartLook =
    std::chrono::milliseconds(5);  // between two looks at a starting service
constexpr auto kAnswerLimit = std::chrono::seconds(30);
constexpr auto kTaskLimit = std::chrono::seconds(60);
constexpr auto kKillLimit = std::chrono::seconds(5);
constexpr std::size_t kQuotedLines = 6;

Failure told_to_end() {
  return fail(ErrorKind::environment, "the stack was told to end while it was starting");
}

Result<process::Child> start_gated(const ServiceSpec& spec) {
  TRY_ASSIGN(const FileDescriptor log, open_to_append(spec.log));
  process::Command command = spec.command;
  command.own_session = true;
  command.output = command.errors = log.get();
  command.tether = process::Tether::gate;
  return process::Child::start(command);
}

}  // namespace

Supervisor::Supervisor(const StackId& id, Attention& attention, StackState state)
    : id_(id), attention_(attention), state_(std::move(state)) {}

Result<> Supervisor::start(const ServiceSpec& spec) {
  std::error_code error;
  const std::uintmax_t log_size = std::filesystem::file_size(spec.log, error);
  TRY_ASSIGN(process::Child gated, start_gated(spec));
  Child child{spec, {gated.identity(), error ? 0 : log_size}, true, false, 0};
  children_.insert_or_assign(spec.name, std::move(child));
  TRY(write_down());
  return gated.open_gate();
}

Result<> Supervisor::await_answer(const std::string& name) {
  const Child& child = children_.at(name);
  const Instant deadline = real_clock().now() + kAnswerLimit;
  while (!child.spec.answers(child.beginning)) {
    attention_.wait(kStartLook);
    refresh();
    if (attention_.end_requested()) return told_to_end();
    if (!child.running) return failure(child, process::how_it_ended(child.status));
    if (real_clock().now() > deadline) return failure(child, "did not answer within 30 s");
  }
  return {};
}

Result<> Supervisor::await_success(const std::string& name) {
  const Child& child = children_.at(name);
  const Instant deadline = real_clock().now() + kTaskLimit;
  while (child.running) {
    attention_.wait(deadline - real_clock().now());
    refresh();
    if (attention_.end_requested()) return told_to_end();
    if (real_clock().now() > deadline) return failure(child, "did not end within 60 s");
  }
  if (child.status != 0) return failure(child, process::how_it_ended(child.status));
  return {};
}

Failure Supervisor::failure(const Child& child, const std::string& what) const {
  const std::filesystem::path& log = child.spec.log;
  std::string message = fmt::format("{} {}; the end of its log:", child.spec.name, what);
  for (const std::string& line : log_tail(log, kQuotedLines, child.beginning.log_size))
    message += fmt::format("\n  {}", line);
  return fail(
      ErrorKind::environment, std::move(message),
      fmt::format("all of it is in {}; `votebench doctor` looks at this machine", log.string()));
}

void Supervisor::stop(const std::vector<std::string>& names, Nanoseconds limit) {
  for (const std::string& name : names) {
    if (!running(name)) continue;
    Child& child = children_.at(name);
    child.expected_to_end = true;
    signal_family(name, SIGCONT);  // a paused process could not obey
    process::send_signal(child.beginning.process, child.spec.stop_signal);
  }
  if (await_end(names, limit)) return;
  for (const std::string& name : names)
    if (running(name)) kill(name);
}

void Supervisor::kill(const std::string& name) {
  if (!running(name)) return;
  Child& child = children_.at(name);
  child.expected_to_end = true;
  // Stopped first, so that it cannot start another process between the look and the kill.
  process::send_signal(child.beginning.process, SIGSTOP);
  const auto members = process::family(child.beginning.process.pid);
  for (const process::Identity& member : members) process::send_signal(member, SIGKILL);
  static_cast<void>(process::wait_until_gone(members, kKillLimit));
  await_end({name}, kKillLimit);
}

void Supervisor::signal_family(const std::string& name, int signal) {
  if (!running(name)) return;
  for (const process::Identity& member : process::family(children_.at(name).beginning.process.pid))
    process::send_signal(member, signal);
}

void Supervisor::kill_all() {
  const process::Identity self = process::identify(::getpid()).value_or(process::Identity{});
  for (int round = 0; round < 3; ++round) {
    auto members = process::family(::getpid());
    std::erase(members, self);
    for (const process::Identity& member : members) process::send_signal(member, SIGKILL);
    static_cast<void>(process::wait_until_gone(members, kKillLimit));
    refresh();
    if (members.empty()) return;
  }
}

bool Supervisor::running(const std::string& name) const {
  const auto child = children_.find(name);
  return child != children_.end() && child->second.running;
}

bool Supervisor::await_end(const std::vector<std::string>& names, Nanoseconds limit) {
  const Instant deadline = real_clock().now() + limit;
  const auto any_runs = [&] {
    return std::any_of(names.begin(), names.end(),
                       [this](const std::string& name) { return running(name); });
  };
  refresh();
  while (any_runs() && real_clock().now() < deadline) {
    attention_.wait(deadline - real_clock().now());
    refresh();
  }
  return !any_runs();
}

void Supervisor::enter(StackPhase phase) {
  state_.phase = phase;
  if (const auto written = write_down(); !written) print_err("{}\n", written.error().message);
}

void Supervisor::refresh() {
  const bool kept_from_now = attention_.kept() && !state_.kept;
  bool changed = kept_from_now;
  state_.kept = attention_.kept();
  int status = 0;
  for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0;
       pid = ::waitpid(-1, &status, WNOHANG)) {
    end_of(pid, status);
    changed = true;
  }
  if (changed) enter(state_.phase);
  if (kept_from_now) attention_.tell_maker(fmt::format("{}\n", kOk));
}

void Supervisor::end_of(pid_t pid, int status) {
  for (auto& [name, child] : children_) {
    if (!child.running || child.beginning.process.pid != pid) continue;
    child.running = false;
    child.status = status;
    const bool is_service = static_cast<bool>(child.spec.answers);
    if (is_service && !child.expected_to_end)
      print_err("{} {}\n", name, process::how_it_ended(status));
  }
}

Result<> Supervisor::write_down() {
  state_.services.clear();
  for (const auto& [name, child] : children_) {
    const bool over = !child.running && !child.spec.answers;  // a task leaves nothing behind
    if (!over)
      state_.services.push_back(
          {name, child.running ? child.beginning.process : process::Identity{}});
  }
  return write_state(id_, state_);
}

}  // namespace votebench::stack
