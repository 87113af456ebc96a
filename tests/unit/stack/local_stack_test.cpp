// Real processes: redis-server and PostgreSQL in private directories, votestack replaced by a
// stand-in. Nothing waits for a fixed time.
#include "stack/local/local_stack.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/os.h"
#include "process/run.h"
#include "scenario/parse.h"
#include "stack/doctor.h"
#include "stack/local/commands.h"
#include "stack/local/local_socket.h"
#include "stack/local/state.h"
#include "stack/log_tail.h"
#include "stack/programs.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::stack;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// An artifacts directory that goes with the test.
class Scratch {
 public:
  Scratch() {
    std::string path = "/tmp/vb-stack-test-XXXXXX";
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] StackId id(const std::string& name = "local") const { return {path_, name}; }

 private:
  fs::path path_;
};

LocalStackOptions options_for(const StackId& id) {
  LocalStackOptions options;
  options.id = id;
  options.votestack = SOURCE_DIR "/tests/support/votestack-stand-in";
  options.guardian = STACK_HOST;
  return options;
}

StackState state_of(const StackId& id) {
  const auto state = read_state(id);
  REQUIRE(state);
  return *state;
}

// Guardian, services and everything below them.
std::vector<process::Identity> processes_of(const StackState& state) {
  std::vector<process::Identity> all;
  for (const process::Identity& process : process::family(state.guardian.pid))
    all.push_back(process);
  return all;
}

void check_nothing_left(const StackId& id, const StackState& state,
                        const std::vector<process::Identity>& processes) {
  for (const process::Identity& process : processes) {
    INFO("pid " << process.pid);
    CHECK_FALSE(process::is_running(process));
  }
  CHECK_FALSE(fs::exists(state.private_directory));
  CHECK_FALSE(fs::exists(id.state_file()));
  CHECK_FALSE(fs::exists(id.target_file()));
}

pid_t pid_of(const StackId& id, const std::string& name) {
  const auto seen = status(id);
  REQUIRE(seen);
  const auto found = std::ranges::find(seen->services, name, &ServiceStatus::name);
  REQUIRE(found != seen->services.end());
  return found->pid;
}

std::string query(const StackId& id, const std::string& sql) {
  const Layout layout = layout_of(id, state_of(id));
  const auto directory = find_postgres();
  REQUIRE(directory);
  return process::output_of({.argv = {(*directory / "psql").string(), "-X", "-A", "-t", "-d",
                                      layout.postgres_uri(), "-c", sql}})
      .value_or("failed");
}

std::optional<std::string> redis(const StackId& id, const std::vector<std::string>& command) {
  return ask_redis(layout_of(id, state_of(id)).redis_socket(), command, 60s);
}

// stack_host as another process, so that it can be killed.
class Host {
 public:
  explicit Host(const StackId& id) {
    int in[2];
    int out[2];
    REQUIRE((::pipe2(in, O_CLOEXEC) == 0 && ::pipe2(out, O_CLOEXEC) == 0));
    stdin_ = FileDescriptor(in[1]);
    const FileDescriptor theirs(in[0]);
    const FileDescriptor answers(out[0]);
    FileDescriptor output(out[1]);
    auto host = process::Child::start({.argv = {STACK_HOST, "up", id.artifacts.string(), id.name,
                                                SOURCE_DIR "/tests/support/votestack-stand-in"},
                                       .input = theirs.get(),
                                       .output = output.get()});
    REQUIRE(host);
    host_.emplace(std::move(*host));
    output.reset();
    char line[3];
    REQUIRE(::read(answers.get(), line, sizeof line) == 3);  // "up\n"
  }
  ~Host() { end(SIGKILL); }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  void end(int signal) {
    process::send_signal(host_->identity(), signal);
    host_->wait();
  }

 private:
  std::optional<process::Child> host_;
  FileDescriptor stdin_;
};

}  // namespace

TEST_CASE("a stack comes up, is described truly, and leaves nothing") {
  const Scratch scratch;
  const StackId id = scratch.id();
  std::vector<std::string> steps;
  auto stack = bring_up(options_for(id), [&](std::string_view step) { steps.emplace_back(step); });
  if (!stack) FAIL(stack.error().message);
  CHECK(steps.size() == 3);
  const StackState state = state_of(id);
  const auto processes = processes_of(state);
  CHECK(processes.size() >= 6 + 5);  // five services, the guardian, PostgreSQL's own

  CHECK(redis(id, {"PING"}) == "+PONG");
  CHECK(query(id, "SHOW track_commit_timestamp") == "on");
  CHECK(stack->description.find("PostgreSQL 1") != std::string::npos);
  CHECK(status(id)->phase == StackPhase::up);
  CHECK_FALSE(status(id)->kept);

  const auto text = read_file(id.target_file());
  REQUIRE(text);
  CHECK(text->find(stack->target.rows->password.reveal()) == std::string::npos);
  const auto parsed =
      scenario::parse_target(*text, "target.yaml", scenario::process_options()).result();
  if (!parsed) FAIL(parsed.error().message);
  CHECK(*parsed == stack->target);

  CHECK(stack->take_down());
  check_nothing_left(id, state, processes);
  CHECK(fs::exists(id.log_file("postgres")));
  CHECK(logs(id, "redis", 5));
  CHECK_FALSE(logs(id, "elasticsearch", 5));
}

TEST_CASE("PostgreSQL is never root, its socket needs no password and its port does") {
  const Scratch scratch;
  const StackId id = scratch.id();
  auto stack = bring_up(options_for(id), {});
  if (!stack) FAIL(stack.error().message);
  struct stat owner {};
  const pid_t pid = pid_of(id, "postgres");
  REQUIRE(::stat(fmt::format("/proc/{}", pid).c_str(), &owner) == 0);
  CHECK(owner.st_uid != 0);
  const auto directory = find_postgres();
  const std::string program = (*directory / "psql").string();
  const std::string url = stack->target.rows->url;
  const process::Command ask{.argv = {program, "-X", "-w", "-d", url, "-c", "SELECT 1"}};
  CHECK_FALSE(process::output_of(ask));
  ::setenv("PGPASSWORD", stack->target.rows->password.reveal().c_str(), 1);
  CHECK(process::output_of(ask));
  ::unsetenv("PGPASSWORD");
}

TEST_CASE("services can be killed, paused, stopped and started again") {
  const Scratch scratch;
  const StackId id = scratch.id();
  LocalStackOptions options = options_for(id);
  options.worker.workers = 2;
  auto stack = bring_up(options, {});
  if (!stack) FAIL(stack.error().message);

  const pid_t worker = pid_of(id, "worker-1");
  CHECK(stack->control("kill", "worker-1"));
  CHECK(pid_of(id, "worker-1") == 0);
  CHECK(pid_of(id, "worker-2") != 0);
  CHECK_FALSE(stack->control("kill", "worker-1"));  // it does not run
  CHECK(stack->control("start", "worker"));
  CHECK(pid_of(id, "worker-1") != worker);
  CHECK(stack->control("restart", "worker"));

  CHECK(query(id, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)") != "failed");
  const auto backends = process::family(pid_of(id, "postgres"));
  CHECK(stack->control("pause", "postgres"));  // so that none ends by itself
  CHECK(stack->control("kill", "postgres"));
  for (const process::Identity& backend : backends) CHECK_FALSE(process::is_running(backend));
  CHECK(query(id, "SELECT n FROM kept") == "failed");
  CHECK(stack->control("start", "postgres"));
  CHECK(query(id, "SELECT n FROM kept") == "1");  // killed, and nothing committed is lost

  CHECK(redis(id, {"RPUSH", "votes", "x"}) == ":1");
  CHECK(stack->control("pause", "redis"));
  CHECK_FALSE(ask_redis(layout_of(id, state_of(id)).redis_socket(), {"PING"}, 50ms));
  CHECK(stack->control("resume", "redis"));
  CHECK(redis(id, {"LLEN", "votes"}) == ":1");
  CHECK(stack->control("restart", "redis"));
  CHECK(redis(id, {"LLEN", "votes"}) == ":0");  // back empty, as the stock deployment's

  const auto refused = stack->control("kill", "mongodb");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().help.find("worker-2") != std::string::npos);
  CHECK(stack->control("pause", "postgres"));  // a paused stack still comes down
  const StackState state = state_of(id);
  const auto processes = processes_of(state);
  CHECK(stack->take_down());
  // In order, not by the kill that follows after 10 s.
  CHECK(log_tail(id.log_file("postgres"), 1).at(0).find("system is shut down") !=
        std::string::npos);
  check_nothing_left(id, state, processes);
}

TEST_CASE("reset empties table, queue and side list") {
  const Scratch scratch;
  const StackId id = scratch.id();
  ::setenv("PGOPTIONS", "--nonsense", 1);  // the user's own settings do not reach the services
  auto stack = bring_up(options_for(id), {});
  ::unsetenv("PGOPTIONS");
  if (!stack) FAIL(stack.error().message);
  CHECK(reset(id));  // no table yet
  query(id, "CREATE TABLE votes (id text, vote text); INSERT INTO votes VALUES ('v', 'a')");
  redis(id, {"RPUSH", "votes", "x"});
  redis(id, {"RPUSH", "votes:processing", "x"});
  const Result<> done = reset(id);
  if (!done) FAIL(done.error().message);
  CHECK(query(id, "SELECT count(*) FROM votes") == "0");
  CHECK(redis(id, {"EXISTS", "votes", "votes:processing"}) == ":0");
  CHECK(pid_of(id, "worker") != 0);
}

TEST_CASE("when the maker is killed, the guardian takes the stack down") {
  const Scratch scratch;
  const StackId id = scratch.id();
  Host host(id);
  const StackState state = state_of(id);
  const auto processes = processes_of(state);
  REQUIRE(processes.size() > 6);
  host.end(SIGKILL);
  CHECK(process::wait_until_gone({state.guardian}, 100s));
  check_nothing_left(id, state, processes);
}

TEST_CASE("when the guardian is killed, the next look cleans up") {
  const Scratch scratch;
  const StackId id = scratch.id();
  Host host(id);
  const StackState state = state_of(id);
  const auto processes = processes_of(state);
  REQUIRE(process::send_signal(state.guardian, SIGKILL));
  REQUIRE(process::wait_until_gone({state.guardian}, 100s));
  const auto seen = status(id);
  REQUIRE(seen);
  CHECK(seen->phase == StackPhase::absent);
  check_nothing_left(id, state, processes);
  CHECK_FALSE(take_down(id));  // nothing is up
}

TEST_CASE("a stack that was left up is ended by anybody, by name") {
  const Scratch scratch;
  const StackId id = scratch.id();
  {
    auto stack = bring_up(options_for(id), {});
    if (!stack) FAIL(stack.error().message);
    CHECK(stack->leave_up());
  }
  const StackState state = state_of(id);
  CHECK(state.kept);
  const auto processes = processes_of(state);
  {
    const auto attached = attach(id);
    if (!attached) FAIL(attached.error().message);
    CHECK(attached->control("restart", "vote"));
    CHECK(attached->target.rows->url.find("postgresql://") == 0);
  }
  CHECK(status(id)->kept);
  const auto second = bring_up(options_for(id), {});
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find("up already") != std::string::npos);
  CHECK(redis(id, {"PING"}) == "+PONG");  // and the first is none the worse
  CHECK(take_down(id));
  check_nothing_left(id, state, processes);
  CHECK_FALSE(attach(id));
}

TEST_CASE("two stacks side by side do not disturb each other") {
  const Scratch scratch;
  auto first = bring_up(options_for(scratch.id("first")), {});
  if (!first) FAIL(first.error().message);
  auto second = bring_up(options_for(scratch.id("second")), {});
  if (!second) FAIL(second.error().message);
  CHECK(first->target.vote.port != second->target.vote.port);
  CHECK(first->take_down());
  CHECK(redis(scratch.id("second"), {"PING"}) == "+PONG");
  CHECK(query(scratch.id("second"), "SELECT 1") == "1");
}

TEST_CASE("a start that fails tears everything down and says what the service said") {
  const Scratch scratch;
  const StackId id = scratch.id();
  ::setenv("STAND_IN_FAILS", "worker", 1);
  const auto stack = bring_up(options_for(id), {});
  ::unsetenv("STAND_IN_FAILS");
  REQUIRE_FALSE(stack);
  CHECK(stack.error().kind == ErrorKind::environment);
  CHECK(stack.error().message.find("worker ended with status 3") != std::string::npos);
  CHECK(stack.error().message.find("no luck today") != std::string::npos);
  CHECK(stack.error().help.find("worker.log") != std::string::npos);
  CHECK(status(id)->phase == StackPhase::absent);
  CHECK_FALSE(fs::exists(id.state_file()));
}

TEST_CASE("a start can be interrupted") {
  const Scratch scratch;
  const StackId id = scratch.id();
  std::stop_source stop;
  const auto stack = bring_up(
      options_for(id), [&](std::string_view) { stop.request_stop(); }, stop.get_token());
  REQUIRE_FALSE(stack);
  CHECK(stack.error().message.find("interrupted") != std::string::npos);
  CHECK_FALSE(fs::exists(id.state_file()));
}

TEST_CASE("the doctor finds what this machine has, and names what it lacks") {
  const Examination examination = examine_machine(SOURCE_DIR "/tests/support/votestack-stand-in");
  CHECK(examination.healthy());
  CHECK(examination.install_line.empty());
  const Examination lacking = examine_machine("/nowhere/votestack");
  CHECK_FALSE(lacking.healthy());
  const auto missing = std::find_if(lacking.requirements.begin(), lacking.requirements.end(),
                                    [](const Requirement& r) { return !r.met; });
  REQUIRE(missing != lacking.requirements.end());
  CHECK(missing->name == "votestack");
  CHECK_FALSE(missing->help.empty());
}
