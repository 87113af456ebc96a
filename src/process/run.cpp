#include "process/run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/text.h"

namespace votebench::process {
namespace {

constexpr std::size_t kMostErrors = 8U << 10U;
constexpr int kLookMs = 50;  // between two looks at the limit and the stop

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

// Collects what a child prints, and asks it to end when its time is over.
class Attendant {
 public:
  Attendant(Child child, const RunOptions& options)
      : child_(std::move(child)), options_(options), end_at_(real_clock().now() + options.limit) {
    if (!options.log.empty()) log_ = open_to_append(options.log).value_or(FileDescriptor());
  }

  Outcome attend(FileDescriptor output, FileDescriptor errors) {
    bool runs = true;
    while ((runs || output || errors) && !kill_if_due()) {
      std::array<pollfd, 3> ready{{{output.get(), POLLIN, 0},  // -1 is ignored
                                   {errors.get(), POLLIN, 0},
                                   {runs ? child_.end_event() : -1, POLLIN, 0}}};
      if (::poll(ready.data(), ready.size(), kLookMs) <= 0) continue;
      if (ready[0].revents != 0) take_output(output);
      if (ready[1].revents != 0) take_errors(errors);
      if (ready[2].revents != 0) runs = false;
    }
    outcome_.wait_status = child_.wait();
    return std::move(outcome_);
  }

 private:
  // What is there now; closes the descriptor at the end of it.
  std::string_view take(FileDescriptor& from) {
    const ssize_t got = ::read(from.get(), block_.data(), block_.size());
    if (got == 0 || (got < 0 && errno != EINTR)) from.reset();
    const std::string_view fresh(block_.data(),
                                 static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (log_) static_cast<void>(write_fully(log_.get(), fresh, options_.log));
    return fresh;
  }

  void take_output(FileDescriptor& from) {
    const std::string_view fresh = take(from);
    const std::size_t room = options_.most_output - outcome_.output.size();
    outcome_.output += fresh.substr(0, room);
    outcome_.output_cut |= fresh.size() > room;
    if (options_.on_line) tell_lines();
  }

  void take_errors(FileDescriptor& from) {
    std::string& text = outcome_.errors;
    text += take(from);
    if (text.size() > kMostErrors) text.erase(0, text.size() - kMostErrors);
  }

  void tell_lines() {
    std::string& text = outcome_.output;
    for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
      options_.on_line(std::string_view(text).substr(0, end));
  }

  // True when it had to be killed.
  bool kill_if_due() {
    const Instant now = real_clock().now();
    if (outcome_.cut_short.empty()) {
      if (options_.stop.stop_requested())
        outcome_.cut_short = "was interrupted";
      else if (now >= end_at_)
        outcome_.cut_short = "did not end within " + format_duration(options_.limit);
      else
        return false;
      end_at_ = now + options_.grace;
      if (now < end_at_) child_.signal_group(SIGINT);
    }
    if (now < end_at_) return false;
    child_.signal_group(SIGKILL);
    return true;
  }

  Child child_;
  const RunOptions& options_;
  Instant end_at_;
  FileDescriptor log_;
  std::array<char, 16384> block_{};
  Outcome outcome_;
};

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const std::size_t before = text.rfind('\n');
  return printable(before == std::string::npos ? text : text.substr(before + 1), 400);
}

}  // namespace

int Outcome::exit_status() const {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

std::string Outcome::words() const {
  return cut_short.empty() ? how_it_ended(wait_status) : cut_short;
}

Result<Outcome> run(Command command, const RunOptions& options) {
  TRY_ASSIGN(Pipe output, make_pipe());
  Pipe errors;
  if (!options.one_stream) {
    TRY_ASSIGN(errors, make_pipe());
  }
  command.output = output.writer.get();
  command.errors = options.one_stream ? command.output : errors.writer.get();
  TRY_ASSIGN(Child child, Child::start(command));
  output.writer.reset();
  errors.writer.reset();
  return Attendant(std::move(child), options)
      .attend(std::move(output.reader), std::move(errors.reader));
}

Result<std::string> output_of(Command command, const RunOptions& options) {
  const std::string name = command.argv[0];
  TRY_ASSIGN(Outcome outcome, run(std::move(command), options));
  if (!outcome.succeeded()) {
    const std::string said = last_line(outcome.errors.empty() ? outcome.output : outcome.errors);
    return fail(ErrorKind::environment,
                fmt::format("{} {}{}", name, outcome.words(), said.empty() ? "" : ": " + said));
  }
  if (outcome.output_cut)
    return fail(ErrorKind::environment,
                fmt::format("{} printed more than {} bytes", name, options.most_output));
  if (!outcome.output.empty() && outcome.output.back() == '\n') outcome.output.pop_back();
  return std::move(outcome.output);
}

}  // namespace votebench::process
