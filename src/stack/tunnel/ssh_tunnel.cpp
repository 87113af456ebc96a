#include "stack/tunnel/ssh_tunnel.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/os.h"
#include "core/text.h"
#include "process/child.h"
#include "stack/programs.h"

namespace votebench::stack {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanoseconds kTunnelLook = milliseconds(50);
constexpr Nanoseconds kOpenLimit = seconds(30);
constexpr Nanoseconds kShortestPause = milliseconds(200);
constexpr Nanoseconds kLongestPause = seconds(5);
constexpr std::size_t kKeptWords = 4096;

// An address of 127.0.0.0/8 and a port that nobody else picks by chance: so that the ends stay ours
// while ssh is away. ssh binds them itself and ends when it cannot.
TunnelEnd random_tunnel_end(const HostPort& far) {
  std::array<std::uint8_t, 5> random{};
  fill_random(random);
  const unsigned port = 10'000U + (random[3] * 256U + random[4]) % 50'000U;
  return {fmt::format("127.{}.{}.{}", 1 + random[0] % 254, random[1], 1 + random[2] % 254),
          static_cast<std::uint16_t>(port), far.text()};
}

// What the configuration may not change: nobody is asked, nothing goes to the background or is
// shared with another ssh, a dead connection is noticed, no file of the user's is written.
constexpr std::array kOptions{"BatchMode=yes",
                              "ClearAllForwardings=no",
                              "ConnectTimeout=10",
                              "ControlMaster=no",
                              "ControlPath=none",
                              "ExitOnForwardFailure=yes",
                              "ForkAfterAuthentication=no",
                              "GatewayPorts=no",
                              "LogLevel=INFO",
                              "PermitLocalCommand=no",
                              "RemoteCommand=none",
                              "ServerAliveCountMax=2",
                              "ServerAliveInterval=5",
                              "UpdateHostKeys=no"};

std::vector<std::string> ssh_arguments(const std::filesystem::path& ssh,
                                       const SshTunnel::Request& request,
                                       const std::vector<TunnelEnd>& ends) {
  std::vector<std::string> argv{ssh.string(), "-F", request.settings.ssh_config, "-N", "-T"};
  for (const char* option : kOptions) argv.insert(argv.end(), {"-o", option});
  for (std::size_t i = 0; i < ends.size(); ++i)
    argv.insert(argv.end(), {"-L", fmt::format("{}:{}:{}", ends[i].address, ends[i].port,
                                               request.far_ends[i].text())});
  argv.insert(argv.end(), {"--", request.settings.via});
  return argv;
}

bool accepts(const TunnelEnd& end) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(end.port);
  ::inet_pton(AF_INET, end.address.c_str(), &address.sin_addr);
  const FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return fd &&
         ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::string read_what_is_there(int fd) {
  std::string text;
  char block[4096];
  for (;;) {
    const ssize_t got = ::read(fd, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(block, static_cast<std::size_t>(got));
  }
}

struct Explanation {
  std::string_view said;  // in one of ssh's lines
  std::string_view means;
  std::string_view help;
};

constexpr std::array kExplanations{
    Explanation{"administratively prohibited", "it does not allow forwarding",
                "AllowTcpForwarding and PermitOpen of its sshd must let this through"},
    Explanation{"open failed", "it cannot reach the server behind it",
                "check the address of the store as that host sees it"},
    Explanation{"Host key verification failed", "its host key is not the known one",
                "compare the key with the one its operator names, then put that into the "
                "known_hosts file of the ssh_config; votebench accepts none by itself"},
    Explanation{"Permission denied", "the login is refused",
                "check User and IdentityFile in the ssh_config; ssh must not need to ask"},
    Explanation{"Could not resolve hostname", "there is no such host",
                "check `via` against the Host lines of the ssh_config"},
    Explanation{"Connection refused", "nothing listens for ssh there",
                "check HostName and Port in the ssh_config"},
    Explanation{"onnection timed out", "it cannot be reached",
                "check the way to it, and its firewall"},
    Explanation{"open user config file", "the ssh_config cannot be read",
                "check tunnel.ssh_config"},
    Explanation{"terminating,", "the ssh_config has an error", "correct the line that it names"}};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    if (end > 0) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

Error explain_ssh(const TunnelSettings& settings, std::string_view words) {
  const std::vector<std::string_view> lines = lines_of(words);
  const auto line_with = [&](std::string_view part) {
    return std::ranges::find_if(
        lines, [&](std::string_view line) { return line.find(part) != std::string_view::npos; });
  };
  const std::string via = fmt::format("tunnel via '{}'", printable(settings.via));
  for (const Explanation& known : kExplanations)
    if (const auto line = line_with(known.said); line != lines.end())
      return {ErrorKind::environment,
              fmt::format("{}: {}; ssh says: {}", via, known.means, printable(*line)),
              std::string(known.help)};
  if (lines.empty()) return {ErrorKind::environment, via + ": ssh ended without a word", {}};
  return {
      ErrorKind::environment, fmt::format("{}: ssh says: {}", via, printable(lines.back())), {}};
}

namespace {

class Supervised final : public SshTunnel {
 public:
  Supervised(Request request, std::filesystem::path ssh)
      : request_(std::move(request)), ssh_(std::move(ssh)) {
    for (const HostPort& far : request_.far_ends) ends_.push_back(random_tunnel_end(far));
  }
  ~Supervised() override {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  Result<> start() {
    std::promise<Result<>> first;
    auto opened = first.get_future();
    thread_ = std::jthread([this, first = std::move(first)](const std::stop_token& stop) mutable {
      Result<> open = open_once(stop);
      const bool up = open.has_value();
      first.set_value(std::move(open));
      if (up) keep_open(stop);
      forget_process();
    });
    return opened.get();
  }

  [[nodiscard]] const std::vector<TunnelEnd>& ends() const override { return ends_; }

  void on_event(std::function<void(const TunnelEvent&)> listener) override {
    const std::scoped_lock lock(listener_mutex_);
    listener_ = std::move(listener);
  }

  [[nodiscard]] std::string complaint() override {
    const std::scoped_lock lock(mutex_);
    take_words();
    return words_.empty() ? "" : explain_ssh(request_.settings, words_).message;
  }

 private:
  // With mutex_ held.
  void take_words() {
    if (!process_) return;
    words_ += read_what_is_there(ssh_words_.get());
    if (words_.size() > kKeptWords) words_.erase(kKeptWords);
  }

  bool running() {
    const std::scoped_lock lock(mutex_);
    const bool runs = process_->running();
    take_words();
    return runs;
  }

  Error explain() {
    const std::scoped_lock lock(mutex_);
    return explain_ssh(request_.settings, words_);
  }

  void forget_process() {
    const std::scoped_lock lock(mutex_);
    process_.reset();
  }

  // With mutex_ held.
  Result<> start_ssh() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
      return fail(ErrorKind::environment, "cannot make a pipe: " + os_error(errno));
    ssh_words_ = FileDescriptor(ends[0]);
    const FileDescriptor words(ends[1]);
    TRY_ASSIGN(process::Child ssh,
               process::Child::start({.argv = ssh_arguments(ssh_, request_, ends_),
                                      .withheld = request_.withheld,
                                      .output = words.get(),
                                      .errors = words.get(),
                                      .tether = process::Tether::thread}));
    process_.emplace(std::move(ssh));
    return {};
  }

  Result<> open_once(const std::stop_token& stop) {
    {
      const std::scoped_lock lock(mutex_);
      process_.reset();
      words_.clear();
      TRY(start_ssh());
    }
    Clock& clock = real_clock();
    const Instant limit = clock.now() + kOpenLimit;
    while (clock.now() < limit && !stop.stop_requested()) {
      if (!running()) return fail(explain());
      if (accepts(ends_.back())) return {};  // they are bound in order
      clock.sleep_until(clock.now() + kTunnelLook, stop);
    }
    return fail(ErrorKind::environment,
                fmt::format("tunnel via '{}': not open after {}", request_.settings.via,
                            format_duration(kOpenLimit)));
  }

  void keep_open(const std::stop_token& stop) {
    Clock& clock = real_clock();
    while (!stop.stop_requested()) {
      while (running() && clock.sleep_until(clock.now() + kTunnelLook, stop)) {
      }
      if (stop.stop_requested()) return;
      const Instant cut = clock.now();
      announce("tunnel-cut", explain().message);
      reopen(stop);
      if (!stop.stop_requested())
        announce("tunnel-back",
                 fmt::format("tunnel via '{}' is open again after {}", request_.settings.via,
                             format_duration(clock.now() - cut)));
    }
  }

  void reopen(const std::stop_token& stop) {
    Clock& clock = real_clock();
    for (Nanoseconds pause = kShortestPause; !stop.stop_requested();
         pause = std::min(pause * 2, kLongestPause)) {
      clock.sleep_until(clock.now() + pause, stop);
      if (!stop.stop_requested() && open_once(stop)) return;
    }
  }

  void announce(std::string name, std::string detail) {
    const std::scoped_lock lock(listener_mutex_);
    if (listener_) listener_({real_clock().now(), std::move(name), std::move(detail)});
  }

  const Request request_;
  const std::filesystem::path ssh_;
  std::vector<TunnelEnd> ends_;
  std::mutex mutex_;  // of process_ and words_
  std::optional<process::Child> process_;
  FileDescriptor ssh_words_;  // where this ssh writes; never waits
  std::string words_;         // the beginning of what this ssh said
  std::mutex listener_mutex_;
  std::function<void(const TunnelEvent&)> listener_;
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<SshTunnel>> SshTunnel::open(Request request) {
  const auto ssh = find_program("ssh");
  if (!ssh)
    return fail(ErrorKind::environment, "a tunnel needs the OpenSSH client: not found",
                "apt-get install openssh-client");
  auto tunnel = std::make_unique<Supervised>(std::move(request), *ssh);
  TRY(tunnel->start());
  return std::unique_ptr<SshTunnel>(std::move(tunnel));
}

}  // namespace votebench::stack
