#include "stack/tool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/os.h"
#include "core/text.h"

namespace votebench::stack {
namespace {

constexpr std::size_t kMostOutput = 4U << 20U;
constexpr std::size_t kMostErrors = 8U << 10U;
constexpr auto kOutputLook = std::chrono::milliseconds(50);

struct Pipe {
  FileDescriptor reader;
  FileDescriptor writer;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return fail(ErrorKind::environment, "cannot make a pipe: " + os_error(errno));
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// Our environment with the call's variables in place of ours.
std::vector<std::string> environment_of(const ToolCall& call) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const bool replaced =
        std::any_of(call.environment.begin(), call.environment.end(),
                    [&](const auto& own) { return text.substr(0, text.find('=')) == own.first; });
    if (!replaced) variables.emplace_back(text);
  }
  for (const auto& [name, value] : call.environment) variables.push_back(name + '=' + value);
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Result<pid_t> spawn(const ToolCall& call, int output, int errors) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &pipe);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::vector<std::string> argv = call.argv;
  std::vector<std::string> variables = environment_of(call);
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, argv[0].c_str(), &actions, &attributes,
                                   pointers_to(argv).data(), pointers_to(variables).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error == 0) return pid;
  return fail(ErrorKind::environment,
              fmt::format("cannot start {}: {}", call.argv[0], os_error(error)));
}

// Collects what a tool prints, and asks it to end when its time is over.
class Attendant {
 public:
  Attendant(const ToolCall& call, pid_t pid, int log)
      : call_(call), pid_(pid), log_(log), end_at_(real_clock().now() + call.limit) {}

  void attend(const FileDescriptor& output, const FileDescriptor& errors) {
    bool output_open = true;
    bool errors_open = true;
    while (output_open || errors_open) {
      std::array<pollfd, 2> ready{pollfd{output_open ? output.get() : -1, POLLIN, 0},
                                  pollfd{errors_open ? errors.get() : -1, POLLIN, 0}};
      ::poll(ready.data(), ready.size(),
             static_cast<int>(kOutputLook / std::chrono::milliseconds(1)));
      if (ready[0].revents != 0) {
        output_open = take(output.get(), end_.output, kMostOutput);
        tell_lines();
      }
      if (ready[1].revents != 0) errors_open = take(errors.get(), end_.errors, kMostErrors);
      if (!end_if_due()) return;
    }
  }

  // What attend() saw is complete when the tool has ended.
  Result<ToolEnd> finish() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    end_.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    if (why_ended_.empty()) return std::move(end_);
    return fail(ErrorKind::environment, fmt::format("{} {}", call_.argv[0], why_ended_));
  }

 private:
  bool take(int fd, std::string& text, std::size_t most) const {
    std::array<char, 16384> block;
    const ssize_t got = ::read(fd, block.data(), block.size());
    if (got <= 0) return got < 0 && (errno == EINTR || errno == EAGAIN);
    const std::string_view fresh(block.data(), static_cast<std::size_t>(got));
    if (log_ >= 0) static_cast<void>(write_fully(log_, fresh, call_.log));
    text += fresh;
    if (text.size() > most) text.erase(0, text.size() - most);
    return true;
  }

  void tell_lines() {
    if (!call_.on_line) return;
    for (std::size_t end; (end = end_.output.find('\n')) != std::string::npos;
         end_.output.erase(0, end + 1))
      call_.on_line(std::string_view(end_.output).substr(0, end));
  }

  // False when it had to be killed.
  bool end_if_due() {
    const Instant now = real_clock().now();
    if (why_ended_.empty()) {
      if (call_.stop.stop_requested())
        why_ended_ = "was interrupted";
      else if (now >= end_at_)
        why_ended_ = fmt::format("did not end within {}", format_duration(call_.limit));
      if (why_ended_.empty()) return true;
      ::kill(-pid_, SIGINT);
      end_at_ = now + call_.grace;
    }
    if (now < end_at_) return true;
    ::kill(-pid_, SIGKILL);
    return false;
  }

  const ToolCall& call_;
  pid_t pid_;
  int log_;
  Instant end_at_;
  std::string why_ended_;
  ToolEnd end_;
};

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const std::size_t before = text.rfind('\n');
  return printable(before == std::string::npos ? text : text.substr(before + 1), 400);
}

}  // namespace

Result<ToolEnd> run_tool(const ToolCall& call) {
  FileDescriptor log;
  if (!call.log.empty())
    log = FileDescriptor(::open(call.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  TRY_ASSIGN(Pipe output, make_pipe());
  TRY_ASSIGN(Pipe errors, make_pipe());
  TRY_ASSIGN(const pid_t pid, spawn(call, output.writer.get(), errors.writer.get()));
  output.writer.reset();
  errors.writer.reset();
  Attendant attendant(call, pid, log.get());
  attendant.attend(output.reader, errors.reader);
  return attendant.finish();
}

Result<std::string> tool_output(const ToolCall& call) {
  TRY_ASSIGN(ToolEnd end, run_tool(call));
  if (end.status != 0) {
    const std::string said = last_line(end.errors.empty() ? end.output : end.errors);
    return fail(ErrorKind::environment, fmt::format("{} ended with status {}{}", call.argv[0],
                                                    end.status, said.empty() ? "" : ": " + said));
  }
  if (!end.output.empty() && end.output.back() == '\n') end.output.pop_back();
  return std::move(end.output);
}

}  // namespace votebench::stack
