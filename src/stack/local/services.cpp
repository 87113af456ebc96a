#include "stack/local/services.h"

#include <fmt/format.h>
#include <signal.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "core/text.h"
#include "stack/local/local_socket.h"

namespace votebench::stack {
namespace {

namespace fs = std::filesystem;

constexpr auto kPing = std::chrono::milliseconds(100);

ServiceSpec service(const Blueprint& blueprint, std::string name) {
  ServiceSpec spec;
  spec.log = blueprint.layout.id.log_file(name);
  spec.command.directory = blueprint.layout.private_directory;
  spec.name = std::move(name);
  spec.stop_signal = SIGTERM;
  return spec;
}

ServiceSpec postgres_program(const Blueprint& blueprint, std::string name) {
  ServiceSpec spec = service(blueprint, std::move(name));
  spec.command.account = blueprint.postgres_account;
  spec.command.directory = blueprint.layout.postgres_home();
  return spec;
}

// votestack prints a line "ready" when it can serve.
ServiceSpec votestack_service(const Blueprint& blueprint, std::string name,
                              std::vector<std::string> arguments) {
  ServiceSpec spec = service(blueprint, std::move(name));
  spec.command.argv = {blueprint.programs.votestack.string()};
  spec.command.argv.insert(spec.command.argv.end(), arguments.begin(), arguments.end());
  if (blueprint.options.truth_log && spec.name != "result") {
    spec.command.argv.insert(
        spec.command.argv.end(),
        {"--truth-log", (blueprint.layout.id.truth() / (spec.name + ".log")).string()});
  }
  spec.answers = [log = spec.log](const Beginning& beginning) {
    std::ifstream lines(log);
    lines.seekg(static_cast<std::streamoff>(beginning.log_size));
    for (std::string line; std::getline(lines, line);)
      if (line == "ready" && !lines.eof()) return true;
    return false;
  };
  return spec;
}

// The eighth line of postmaster.pid is the server's status; pg_ctl waits for the same word.
bool postgres_is_ready(const fs::path& data, pid_t pid) {
  std::ifstream file(data / "postmaster.pid");
  std::string line;
  for (int number = 1; number <= 8; ++number) {
    if (!std::getline(file, line)) return false;
    if (number == 1 && line != std::to_string(pid)) return false;
  }
  return line.starts_with("ready");
}

std::string loopback(std::uint16_t port) { return fmt::format("127.0.0.1:{}", port); }

// Each of the words of `text`, which are apart by blanks.
void add_words(std::vector<std::string>& arguments, const std::string& text) {
  std::istringstream words(text);
  for (std::string word; words >> word;) arguments.push_back(word);
}

}  // namespace

// Nothing is written to disk: this Redis lives as long as the stack, and a killed one comes back
// empty, as the stock deployment's does.
ServiceSpec redis_service(const Blueprint& blueprint) {
  const Layout& layout = blueprint.layout;
  ServiceSpec spec = service(blueprint, "redis");
  spec.command.argv = {blueprint.programs.redis.string(),
                       "--bind",
                       "127.0.0.1",
                       "--port",
                       std::to_string(layout.ports.redis()),
                       "--protected-mode",
                       "yes",
                       "--unixsocket",
                       layout.redis_socket().string(),
                       "--unixsocketperm",
                       "700",
                       "--dir",
                       layout.private_directory.string(),
                       "--daemonize",
                       "no",
                       "--save",
                       "",
                       "--appendonly",
                       "no",
                       "--maxmemory-policy",
                       "noeviction"};
  spec.answers = [socket = layout.redis_socket()](const Beginning&) {
    return ask_redis(socket, {"PING"}, kPing) == "+PONG";
  };
  return spec;
}

ServiceSpec initdb_task(const Blueprint& blueprint) {
  const Layout& layout = blueprint.layout;
  ServiceSpec spec = postgres_program(blueprint, "initdb");
  spec.command.argv = {(blueprint.programs.postgres_directory / "initdb").string(),
                       "--pgdata",
                       layout.postgres_data().string(),
                       "--username",
                       "postgres",
                       "--auth-local",
                       "trust",
                       "--auth-host",
                       "scram-sha-256",
                       "--pwfile",
                       layout.password_file().string(),
                       "--encoding",
                       "UTF8",
                       "--locale",
                       "C",
                       "--no-sync",
                       "--no-instructions"};
  return spec;
}

// What is kept has the form of a private directory: the password belongs to the cluster.
bool holds_cluster(const fs::path& kept) {
  std::error_code none;
  return !kept.empty() && fs::exists(Layout{{}, kept, {}}.postgres_home(), none);
}

ServiceSpec use_cluster_task(const Blueprint& blueprint) {
  ServiceSpec spec = service(blueprint, "cluster");
  spec.command.argv = {"cp", "-a", (blueprint.options.cluster / ".").string(),
                       blueprint.layout.private_directory.string()};
  return spec;
}

ServiceSpec keep_cluster_task(const Blueprint& blueprint) {
  const Layout& layout = blueprint.layout;
  ServiceSpec spec = service(blueprint, "cluster");
  spec.command.argv = {"cp", "-a", layout.password_file().string(), layout.postgres_home().string(),
                       blueprint.options.cluster.string()};
  return spec;
}

// fsync=off cannot change a verdict: it matters only when the machine itself stops, and then this
// stack is gone with it. A killed PostgreSQL loses nothing by it, because what it has written is
// with the kernel. synchronous_commit stays on: without it a commit would be acknowledged while it
// is still in the server's own memory.
ServiceSpec postgres_service(const Blueprint& blueprint) {
  const Layout& layout = blueprint.layout;
  ServiceSpec spec = postgres_program(blueprint, "postgres");
  spec.command.argv = {(blueprint.programs.postgres_directory / "postgres").string(), "-D",
                       layout.postgres_data().string()};
  for (const std::string& setting :
       {fmt::format("port={}", layout.ports.postgres()), std::string("listen_addresses=127.0.0.1"),
        fmt::format("unix_socket_directories={}", layout.postgres_home().string()),
        std::string("unix_socket_permissions=0700"), std::string("track_commit_timestamp=on"),
        std::string("fsync=off"), std::string("synchronous_commit=on"),
        std::string("shared_buffers=64MB"), std::string("max_wal_size=256MB")})
    spec.command.argv.insert(spec.command.argv.end(), {"-c", setting});
  spec.stop_signal = SIGINT;  // a fast shutdown: does not wait for clients to leave
  spec.answers = [data = layout.postgres_data()](const Beginning& beginning) {
    return postgres_is_ready(data, beginning.process.pid);
  };
  return spec;
}

ServiceSpec vote_service(const Blueprint& blueprint) {
  const LocalStackOptions& options = blueprint.options;
  std::vector<std::string> arguments{"vote",
                                     "--listen",
                                     loopback(blueprint.layout.ports.vote()),
                                     "--redis",
                                     blueprint.layout.redis_address(),
                                     "--profile",
                                     options.variant};
  add_words(arguments, options.vote_flags);
  return votestack_service(blueprint, "vote", std::move(arguments));
}

ServiceSpec result_service(const Blueprint& blueprint) {
  return votestack_service(blueprint, "result",
                           {"result", "--listen", loopback(blueprint.layout.ports.result()),
                            "--postgres", blueprint.layout.postgres_uri()});
}

std::vector<ServiceSpec> worker_services(const Blueprint& blueprint) {
  const WorkerKnobs& knobs = blueprint.options.worker;
  const std::uint32_t count = knobs.workers.value_or(1);
  std::vector<std::string> arguments{"worker",
                                     "--redis",
                                     blueprint.layout.redis_address(),
                                     "--postgres",
                                     blueprint.layout.postgres_uri(),
                                     "--profile",
                                     blueprint.options.variant};
  for (const auto& [flag, value] : knob_options(knobs))
    if (flag != "--workers") arguments.insert(arguments.end(), {flag, value});
  add_words(arguments, blueprint.options.worker_flags);
  std::vector<ServiceSpec> workers;
  for (std::uint32_t i = 1; i <= count; ++i)
    workers.push_back(votestack_service(
        blueprint, count == 1 ? "worker" : fmt::format("worker-{}", i), arguments));
  return workers;
}

ServiceSpec truncate_task(const Blueprint& blueprint) {
  static constexpr const char* kTruncate =
      "SET lock_timeout = '5s'; DO $$ BEGIN IF to_regclass('votes') IS NOT NULL THEN TRUNCATE "
      "votes; END IF; END $$";
  ServiceSpec spec = postgres_program(blueprint, "reset");
  spec.command.argv = {(blueprint.programs.postgres_directory / "psql").string(),
                       "--no-psqlrc",
                       "--dbname",
                       blueprint.layout.postgres_uri(),
                       "--set",
                       "ON_ERROR_STOP=1",
                       "--command",
                       kTruncate};
  return spec;
}

bool selects(std::string_view word, std::string_view service) {
  return service == word || (word == "worker" && service.starts_with("worker-"));
}

}  // namespace votebench::stack
