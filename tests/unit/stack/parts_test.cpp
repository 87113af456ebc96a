// The pieces of the local stack that need no other process.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "stack/local/guardian.h"
#include "stack/local/local_stack.h"
#include "stack/local/message.h"
#include "stack/local/services.h"
#include "stack/local/state.h"
#include "stack/log_tail.h"
#include "stack/ports.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::stack;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

StackState sample_state() {
  StackState state;
  state.variant = "prefetch";
  state.boot = "5f0c1c3e";
  state.phase = StackPhase::stopping;
  state.kept = true;
  state.private_directory = "/tmp/votebench-with space-x1";
  state.port_base = 20480;
  state.guardian = {4711, 123456789012345};
  state.services = {{"redis", {1, 2}}, {"worker-1", {0, 0}}};
  return state;
}

Blueprint sample_blueprint() {
  Blueprint blueprint;
  blueprint.options.variant = "prefetch";
  blueprint.options.worker.workers = 2;
  blueprint.options.worker.hold = 90ms;
  blueprint.programs = {"/usr/bin/redis-server", "/pg/bin", "/opt/votestack"};
  blueprint.layout.id = {"artifacts", "local"};
  blueprint.layout.private_directory = "/tmp/votebench-local-abc";
  blueprint.layout.ports = {20480};
  return blueprint;
}

bool has_pair(const std::vector<std::string>& argv, const std::string& flag,
              const std::string& value) {
  const auto at = std::find(argv.begin(), argv.end(), flag);
  return at != argv.end() && at + 1 != argv.end() && *(at + 1) == value;
}

bool can_bind(std::uint16_t port) {
  const FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

TEST_CASE("a stack's name cannot leave the artifacts directory") {
  for (const char* good : {"local", "a", "second-2", "0"}) CHECK(check_name(good));
  for (const char* bad :
       {"", "..", "a/b", "-x", "Local", "a b", "a\nb", "a23456789012345678901234567890123"}) {
    INFO(bad);
    CHECK_FALSE(check_name(bad));
  }
}

TEST_CASE("the command that makes a stack names its kind and, if it has another one, its name") {
  CHECK(up_command({"artifacts", "compose"}, "compose") == "votebench stack up compose");
  CHECK(up_command({"artifacts", "two"}, "compose") == "votebench stack up compose --as two");
  CHECK(up_command({"artifacts", "local"}) == "votebench stack up local");
  CHECK(up_command({"artifacts", "two"}) == "votebench stack up local --as two");
  CHECK(up_command({"artifacts", "aws"}) == "votebench stack up aws");
}

TEST_CASE("a state reads back as it was written") {
  const auto state = parse_state(format_state(sample_state()));
  REQUIRE(state);
  CHECK(format_state(*state) == format_state(sample_state()));
  CHECK(state->private_directory == "/tmp/votebench-with space-x1");
  CHECK(state->phase == StackPhase::stopping);
  CHECK(state->guardian == process::Identity{4711, 123456789012345});
  REQUIRE(state->services.size() == 2);
  CHECK(state->services[1].name == "worker-1");
}

TEST_CASE("a damaged state is refused, not half understood") {
  const std::string whole = format_state(sample_state());
  CHECK_FALSE(parse_state(""));
  const auto with = [&whole](const std::string& text, const std::string& other) {
    std::string changed = whole;
    return changed.replace(changed.find(text), text.size(), other);
  };
  CHECK(parse_state(whole));
  CHECK_FALSE(parse_state(with("\"version\": 2", "\"version\": 3")));
  CHECK_FALSE(parse_state(with("\"pid\": 1", "\"pid\": \"one\"")));
  CHECK_FALSE(parse_state(with("stopping", "resting")));
  CHECK_FALSE(parse_state(whole.substr(0, whole.find("guardian"))));
}

TEST_CASE("options survive the guardian's command line") {
  LocalStackOptions options;
  options.id = {"/some where/artifacts", "second"};
  options.variant = "dockersamples";
  options.votestack = "/opt/vote stack";
  options.truth_log = true;
  options.worker = {3, 64, 1s + 500ms, 90ms, "pop-before-write"};
  const auto arguments = to_arguments(options);
  const auto again = from_arguments(arguments);
  REQUIRE(again);
  CHECK(to_arguments(*again) == arguments);
  CHECK(again->id.artifacts == options.id.artifacts);
  CHECK(again->truth_log);
  CHECK(again->worker.poll == options.worker.poll);
  CHECK(again->worker.order == options.worker.order);
}

TEST_CASE("a guardian refuses arguments that are not for it") {
  for (const std::string bad : {"--help", "--workers=2x", "--poll=5"}) {
    INFO(bad);
    CHECK_FALSE(from_arguments(std::vector{bad}));
  }
}

TEST_CASE("failures keep their lines and their help on the way from the guardian") {
  const std::string line = failure_line({ErrorKind::environment, "first\n  second", "do\nthis"});
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  const Error error = parse_failure(line.substr(0, line.size() - 1));
  CHECK(error.kind == ErrorKind::environment);
  CHECK(error.message == "first\n  second");
  CHECK(error.help == "do\nthis");
  CHECK(parse_failure("nonsense\x1b[1m").message.find('\x1b') == std::string::npos);
  CHECK(parse_failure("failed").message.find("failed") != std::string::npos);
  CHECK(step_text("step starting redis") == "starting redis");
  CHECK(step_text("up").empty());
}

TEST_CASE("ports are nobody else's until they are given back") {
  std::vector<PortReservation> held;
  std::set<std::uint16_t> bases;
  for (int i = 0; i < 32; ++i) {
    auto reserved = reserve_ports();
    REQUIRE(reserved);
    CHECK(bases.insert(reserved->ports.base).second);
    CHECK(reserved->ports.postgres() < 32768);
    CHECK_FALSE(can_bind(reserved->ports.base));
    held.push_back(std::move(*reserved));
  }
  held.front().reservation.reset();
  CHECK(can_bind(held.front().ports.base));
}

TEST_CASE("the end of a log is safe to print") {
  const auto path = fs::temp_directory_path() / fmt::format("vb-log-{}", ::getpid());
  std::ofstream(path) << "old\none\ntwo \x1b[31m\nthree\n";
  CHECK(log_tail(path, 2) == std::vector<std::string>{"two \\x1b[31m", "three"});
  CHECK(log_tail(path, 9, 4).front() == "one");
  fs::remove(path);
  CHECK(log_tail(path, 2).empty());
}

TEST_CASE("an unknown variant is answered with the closest one") {
  const auto settings = variant_settings("prefetsh", {});
  REQUIRE_FALSE(settings);
  CHECK(settings.error().kind == ErrorKind::usage);
  CHECK(settings.error().help == "did you mean 'prefetch'?");
  CHECK_FALSE(variant_settings("reference", {0, {}, {}, {}, {}}));
  CHECK_FALSE(variant_settings("reference", {{}, {}, {}, {}, "backwards"}));
}

TEST_CASE("what may be assumed of each variant's worker") {
  for (const std::string& name : variant_names()) {
    INFO(name);
    const auto settings = variant_settings(name, {});
    REQUIRE(settings);
    const bool stock = name != "reference" && name != "prefetch";
    CHECK((settings->worker == WorkerModel::serial) == stock);
    CHECK(settings->settle_quiet.has_value() == !stock);
    CHECK(settings->queue->in_flight.empty() == (name != "reference"));
    CHECK(settings->vote.path == (name == "always-200" ? "/vote" : "/"));
  }
  const auto batching = variant_settings("dockersamples", {{}, 8, {}, 4s, {}});
  REQUIRE(batching);
  CHECK(batching->worker == WorkerModel::unknown);
  CHECK(batching->settle_quiet == Nanoseconds(9s));
}

TEST_CASE("the services are started as votestack wants it") {
  const Blueprint blueprint = sample_blueprint();
  const auto vote = vote_service(blueprint).command.argv;
  CHECK(has_pair(vote, "--listen", "127.0.0.1:20481"));
  CHECK(has_pair(vote, "--redis", "unix:/tmp/votebench-local-abc/redis"));
  CHECK(has_pair(vote, "--profile", "prefetch"));
  const auto workers = worker_services(blueprint);
  REQUIRE(workers.size() == 2);
  CHECK(workers[1].name == "worker-2");
  CHECK(has_pair(workers[1].command.argv, "--profile", "prefetch"));
  CHECK(has_pair(workers[1].command.argv, "--hold", "90ms"));
  CHECK(selects("worker", "worker-2"));
  CHECK(selects("worker-2", "worker-2"));
  CHECK_FALSE(selects("worker-2", "worker-1"));
}
