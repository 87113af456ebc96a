// CPU per vote of the senders with everything on (identity, ledger, clock), as a ratio to wrk doing
// the same work (load_bench.lua), in paired rounds against one server. Then: the accuracy of open
// models, and the price of pacing slowly.
//
//   bench_load [rounds]            needs wrk; pins the client to one processor, the server to
//                                  another
//   bench_load channels [rounds]   the plain channel against libcurl's (a tunnel through the same
//                                  server), and plain against TLS (both to nginx)
//   bench_load requests [rounds]   a form with the id in the cookie against an id in a header,
//                                  JSON, and several ids
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/check.h"
#include "ledger/attempt_store.h"
#include "load/load.h"

using namespace votebench;
using namespace std::chrono_literals;

namespace {

void pin_to(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  (void)::sched_setaffinity(0, sizeof set, &set);
}

// --- the server: answers each vote with a page of 1.2 KB and the cookie it came with -------------

std::atomic<std::uint64_t>* shared_counter() {
  void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK_THAT_HOLDS(page != MAP_FAILED);
  return new (page) std::atomic<std::uint64_t>(0);
}

int listen_on_loopback(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  CHECK_THAT_HOLDS(::bind(fd, generic, length) == 0 && ::listen(fd, 4096) == 0);
  CHECK_THAT_HOLDS(::getsockname(fd, generic, &length) == 0);
  port = ntohs(address.sin_port);
  return fd;
}

void watch(int epoll_fd, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  CHECK_THAT_HOLDS(::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0);
}

// Requests come whole in this benchmark. False: the connection is over.
bool answer_one(int fd, std::atomic<std::uint64_t>& requests) {
  static const std::string page(1200, 'x');
  char block[4096];
  const ssize_t got = ::recv(fd, block, sizeof block, 0);
  if (got <= 0) return false;
  const std::string_view request(block, static_cast<std::size_t>(got));
  if (request.starts_with("CONNECT ")) {
    constexpr std::string_view kReady = "HTTP/1.1 200 OK\r\n\r\n";
    return ::send(fd, kReady.data(), kReady.size(), MSG_NOSIGNAL) > 0;
  }
  const std::size_t cookie = std::min(request.find("Cookie: voter_id="), request.size());
  const bool close = request.find("Connection: close") != std::string_view::npos;
  const std::string answer = fmt::format(
      "HTTP/1.1 200 OK\r\nSet-{}; Path=/\r\n{}Content-Length: {}\r\n\r\n{}",
      cookie < request.size() ? request.substr(cookie, 17 + length_of(IdForm::votebench))
                              : "Cookie: none=",
      close ? "Connection: close\r\n" : "", page.size(), page);
  requests.fetch_add(1, std::memory_order_relaxed);
  (void)::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  return !close;
}

[[noreturn]] void serve(int listener, std::atomic<std::uint64_t>& requests) {
  pin_to(1);
  const int epoll_fd = ::epoll_create1(0);
  watch(epoll_fd, listener);
  epoll_event events[128];
  for (;;) {
    const int ready = ::epoll_wait(epoll_fd, events, 128, -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd != listener) {
        if (!answer_one(fd, requests)) ::close(fd);
        continue;
      }
      for (int client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK); client >= 0;
           client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK))
        watch(epoll_fd, client);
    }
  }
}

// --- the clients ---------------------------------------------------------------------------------

struct Lags final : AttemptSink {
  bool intend(AttemptNumber, const Intent& intent) noexcept override {
    lags.push_back(intent.lag);
    return true;
  }
  void conclude(AttemptNumber, const Conclusion&) noexcept override {}
  std::vector<Nanoseconds> lags;
};

scenario::Scenario scenario_of(scenario::Executor executor, bool keep_alive) {
  scenario::Scenario scenario;
  scenario.name = "bench";
  scenario.threads = 1;
  scenario.http.keep_alive = keep_alive;
  scenario::Workload workload;
  workload.name = "bench";
  workload.executor = std::move(executor);
  scenario.workloads = {workload};
  return scenario;
}

TargetSettings plain_at(std::uint16_t port) {
  TargetSettings target;
  target.vote.host = "127.0.0.1";
  target.vote.port = port;
  return target;
}

load::LoadSummary send(const scenario::Scenario& scenario, const TargetSettings& target,
                       AttemptSink& sink) {
  const auto plan = plan::RunPlan::make(scenario).value();
  const auto box =
      adapters::open_vote_box(target, scenario.http, VoterIds({7}, {}), plan.choices()).value();
  load::LoadCounters counters;
  const load::LoadInput input{plan, scenario, *box, sink, real_clock().now(), real_clock()};
  auto summary = load::run_load(input, counters, {}).value();
  CHECK_THAT_HOLDS(summary.total.acked == summary.total.planned);
  return summary;
}

std::uint64_t send_recorded(const TargetSettings& target, bool keep_alive) {
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / fmt::format("load-bench-{}", ::getpid());
  const auto store =
      ledger::AttemptStore::create(
          directory, {{.name = "bench", .first = 0, .reserved = 1U << 22U, .total = std::nullopt}},
          {})
          .value();
  const scenario::ConstantClients clients{64, 2s, std::nullopt, Nanoseconds(0), false};
  const auto summary = send(scenario_of(clients, keep_alive), target, *store);
  std::filesystem::remove_all(directory);
  return summary.total.acked;
}

[[noreturn]] void run_wrk(std::uint16_t port, bool keep_alive) {
  if (!keep_alive) ::setenv("LOAD_BENCH_CONNECTION", "close", 1);
  const int null = ::open("/dev/null", O_WRONLY);
  ::dup2(null, 1);
  const std::string url = fmt::format("http://127.0.0.1:{}/", port);
  ::execlp("wrk", "wrk", "-t1", "-c64", "-d2s", "-s", SOURCE_DIR "/tests/bench/load_bench.lua",
           url.c_str(), nullptr);
  std::perror("wrk");
  ::_exit(1);
}

// --- measuring -----------------------------------------------------------------------------------

struct Cost {
  double us_per_vote = 0;
  double votes_per_s = 0;
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

Cost measure(const std::function<void()>& client, const std::atomic<std::uint64_t>& requests) {
  const std::uint64_t before = requests.load();
  const Instant start = real_clock().now();
  const pid_t child = ::fork();
  if (child == 0) {
    pin_to(0);
    client();
    ::_exit(0);
  }
  int status = 0;
  rusage usage{};
  CHECK_THAT_HOLDS(::wait4(child, &status, 0, &usage) == child && status == 0);
  const auto votes = static_cast<double>(requests.load() - before);
  const double wall = std::chrono::duration<double>(real_clock().now() - start).count();
  return {(seconds(usage.ru_utime) + seconds(usage.ru_stime)) * 1e6 / votes, votes / wall};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void compare(int rounds, std::uint16_t port, bool keep_alive,
             const std::atomic<std::uint64_t>& requests) {
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const Cost ours = measure([&] { (void)send_recorded(plain_at(port), keep_alive); }, requests);
    const Cost theirs = measure([&] { run_wrk(port, keep_alive); }, requests);
    ratios.push_back(ours.us_per_vote / theirs.us_per_vote);
    fmt::print("  round {}: {:5.2f} us/vote at {:6.0f}/s, wrk {:5.2f} at {:6.0f}/s, ratio {:.2f}\n",
               round + 1, ours.us_per_vote, ours.votes_per_s, theirs.us_per_vote,
               theirs.votes_per_s, ratios.back());
  }
  fmt::print("{}: median ratio {:.2f}\n", keep_alive ? "keep-alive" : "a connection per vote",
             median(ratios));
}

void report_pacing(std::uint16_t port, double rate) {
  Lags sink;
  const auto summary =
      send(scenario_of(scenario::ConstantArrivalRate{rate, 5s}, true), plain_at(port), sink);
  std::sort(sink.lags.begin(), sink.lags.end());
  const auto at = [&](double q) {
    const auto index = static_cast<std::size_t>(q * static_cast<double>(sink.lags.size() - 1));
    return std::chrono::duration<double, std::micro>(sink.lags[index]).count();
  };
  const auto wall = std::chrono::duration<double>(summary.finished - summary.started).count();
  fmt::print(
      "{:.0f}/s: {} sent, lag p50 {:.0f} us, p99 {:.0f} us, max {:.0f} us, {:.1f} % of a core\n",
      rate, summary.total.started, at(0.5), at(0.99), at(1),
      100 * std::chrono::duration<double>(summary.cpu).count() / wall);
}

// --- the channels --------------------------------------------------------------------------------

// nginx on one processor, answering as our own server does, over TCP and over TLS.
class Nginx {
 public:
  Nginx() {
    std::filesystem::create_directory(directory_);
    const std::string command = fmt::format(
        "cd {} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key "
        "-out cert -subj /CN=bench -days 1 2>openssl.log",
        directory_.string());
    CHECK_THAT_HOLDS(std::system(command.c_str()) == 0);
    for (std::uint16_t* port : {&plain_, &tls_}) ::close(listen_on_loopback(*port));
    std::ofstream(directory_ / "nginx.conf") << configuration();
    pid_ = ::fork();
    if (pid_ == 0) {
      const std::string file = directory_ / "nginx.conf";
      ::execl("/usr/sbin/nginx", "nginx", "-e", "stderr", "-c", file.c_str(), nullptr);
      ::_exit(1);
    }
    while (!adapters::open_vote_box(over_tls(), {}, VoterIds({7}, {}), {"a"}))
      CHECK_THAT_HOLDS(::waitpid(pid_, nullptr, WNOHANG) == 0);
  }
  ~Nginx() {
    ::kill(pid_, SIGTERM);
    (void)::waitpid(pid_, nullptr, 0);
    std::filesystem::remove_all(directory_);
  }
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  [[nodiscard]] TargetSettings over_tcp() const { return plain_at(plain_); }
  [[nodiscard]] TargetSettings over_tls() const {
    TargetSettings target = plain_at(tls_);
    target.vote.tls = true;
    target.tls_verify = false;
    return target;
  }

 private:
  [[nodiscard]] std::string configuration() const {
    std::string temporary;
    for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
      temporary += fmt::format("{}_temp_path {}/{};\n", name, directory_.string(), name);
    return fmt::format(
        "daemon off; pid {0}/pid; error_log stderr; worker_cpu_affinity 10;\n"
        "events {{ worker_connections 4096; }}\n"
        "http {{ access_log off; keepalive_requests 1000000000; {1}"
        "server {{ listen 127.0.0.1:{2}; listen 127.0.0.1:{3} ssl; ssl_certificate {0}/cert;\n"
        "ssl_certificate_key {0}/key; ssl_protocols TLSv1.3;\n"
        "location / {{ add_header Set-Cookie \"$http_cookie; Path=/\"; return 200 {4}; }} }} }}\n",
        directory_.string(), temporary, plain_, tls_, std::string(1200, 'x'));
  }

  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / fmt::format("load-bench-nginx-{}", ::getpid());
  std::uint16_t plain_ = 0;
  std::uint16_t tls_ = 0;
  pid_t pid_ = -1;
};

// The cost of `other` as a ratio to that of `plain`; the clients count their votes themselves.
void compare_ways(int rounds, const TargetSettings& plain, const TargetSettings& other,
                  std::string_view name) {
  std::atomic<std::uint64_t>& votes = *shared_counter();
  for (const bool keep_alive : {true, false}) {
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
      const auto cost = [&](const TargetSettings& target) {
        return measure([&] { votes += send_recorded(target, keep_alive); }, votes).us_per_vote;
      };
      const double base = cost(plain);
      const double price = cost(other);
      ratios.push_back(price / base);
      fmt::print("  round {}: {:6.2f} us/vote, plain {:6.2f}, ratio {:.2f}\n", round + 1, price,
                 base, ratios.back());
    }
    fmt::print("{}, {}: median ratio {:.2f}\n", name,
               keep_alive ? "keep-alive" : "a connection per vote", median(ratios));
  }
}

void compare_channels(int rounds, std::uint16_t port) {
  TargetSettings tunnel = plain_at(port);
  tunnel.proxy = HostPort{"127.0.0.1", port};
  compare_ways(rounds, plain_at(port), tunnel, "libcurl's channel");
  const Nginx nginx;
  compare_ways(rounds, nginx.over_tcp(), nginx.over_tls(), "TLS");
}

void compare_requests(int rounds, std::uint16_t port) {
  TargetSettings form = plain_at(port);
  form.vote.identity = IdentityMode::sent;  // else it alone would look for its id in the answer
  compare_ways(rounds, form, form, "the form itself");
  TargetSettings other = form;
  other.vote.cookie.clear();
  other.vote.headers["X-Voter-Id"].text = "{voter}";
  compare_ways(rounds, form, other, "an id in a header");
  other.vote.headers.clear();
  other.vote.form.clear();
  other.vote.json = R"({"vote": "{choice}", "voter_id": "{voter}"})";
  compare_ways(rounds, form, other, "JSON");
  other.vote.path = "/{voter}?voter_id={voter}";
  compare_ways(rounds, form, other, "JSON and ids in path and query");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  const bool named = mode == "channels" || mode == "requests";
  const int rounds = argc > (named ? 2 : 1) ? std::atoi(argv[argc - 1]) : 5;
  std::atomic<std::uint64_t>* requests = shared_counter();
  std::uint16_t port = 0;
  const int listener = listen_on_loopback(port);
  const pid_t server = ::fork();
  if (server == 0) serve(listener, *requests);
  ::close(listener);
  if (mode == "channels") {
    compare_channels(rounds, port);
  } else if (mode == "requests") {
    compare_requests(rounds, port);
  } else {
    compare(rounds, port, true, *requests);
    compare(rounds, port, false, *requests);
    pin_to(0);
    for (const double rate : {100.0, 1000.0, 10000.0}) report_pacing(port, rate);
  }
  ::kill(server, SIGTERM);
  (void)::waitpid(server, nullptr, 0);
}
