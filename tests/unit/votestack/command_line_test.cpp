#include "votestack/command_line.h"

#include <sstream>

#include "support/catch.h"

using namespace votebench;
using namespace votebench::votestack;
using std::chrono::milliseconds;

namespace {

Result<Command> parse(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

std::string help(const std::string& subcommand) {
  return std::get<ShowText>(parse("votestack " + subcommand + " --help").value()).text;
}

WorkerBehaviour worker(const std::string& options) {
  const auto command = parse("votestack worker --redis h:1 --postgres postgresql:///d " + options);
  return std::get<WorkerCommand>(command.value()).settings.behaviour;
}

}  // namespace

TEST_CASE("every help begins with examples, and they parse") {
  for (const char* subcommand : {"", "vote", "worker", "result"}) {
    std::istringstream lines(help(subcommand));
    std::string line;
    std::getline(lines, line);
    CHECK(line == "Examples:");
    int examples = 0;
    for (; std::getline(lines, line) && line.starts_with("  votestack"); ++examples)
      CHECK(parse(line));
    CHECK(examples > 0);
  }
}

TEST_CASE("a profile presets the worker") {
  const WorkerBehaviour reference = worker("");
  CHECK(reference.order == WriteOrder::ack_after_write);
  CHECK(reference.batch == 256);
  CHECK(reference.poll == milliseconds(0));
  const WorkerBehaviour stock = worker("--profile dockersamples");
  CHECK(stock.order == WriteOrder::pop_before_write);
  CHECK(stock.batch == 1);
  CHECK(stock.poll == milliseconds(100));
  CHECK(stock.table_model == TableModel::last_wins);
  const WorkerBehaviour prefetch = worker("--profile prefetch");
  CHECK(prefetch.order == WriteOrder::pop_before_write);
  CHECK(prefetch.batch == 64);
  CHECK(prefetch.poll == milliseconds(100));
  CHECK(prefetch.hold == milliseconds(90));
  CHECK(worker("--profile append-table").table_model == TableModel::append);
}

TEST_CASE("options override the preset") {
  const WorkerBehaviour changed = worker(
      "--profile prefetch --batch 3 --poll 1s --hold 0s --order ack-after-write "
      "--table-model append");
  CHECK(changed.batch == 3);
  CHECK(changed.poll == milliseconds(1000));
  CHECK(changed.hold == milliseconds(0));
  CHECK(changed.order == WriteOrder::ack_after_write);
  CHECK(changed.table_model == TableModel::append);
}

TEST_CASE("the vote service is set up from its options") {
  const auto command = std::get<VoteCommand>(
      parse("votestack vote --listen [::1]:0 --redis unix:/r --list other --profile always-200 "
            "--threads 2 --silent-after 5 --truth-log /t --request json,id-in-header")
          .value());
  CHECK(command.settings.shape.json);
  CHECK(command.settings.shape.id == RequestShape::IdPlace::header);
  CHECK(command.listen.host == "::1");
  CHECK(command.settings.redis.socket_path == "/r");
  CHECK(command.settings.list == "other");
  CHECK(command.settings.contract.always_200);
  CHECK(command.settings.silent_after == 5U);
  CHECK(command.threads == 2);
  CHECK(command.truth_log == "/t");
}

TEST_CASE("what is wrong with a command line is a usage error") {
  for (const char* line :
       {"votestack", "votestack nix", "votestack vote", "votestack vote --listen x --redis h:1",
        "votestack vote --listen unix:/x --redis h:1", "votestack vote --listen h:1 --redis h",
        "votestack vote --listen h:1 --redis h:1 --threads 0",
        "votestack vote --listen h:1 --redis h:1 --profile nix",
        "votestack vote --listen h:1 --redis h:1 --silent-after -1",
        "votestack vote --listen h:1 --redis h:1 --request json,xml",
        "votestack worker --redis h:1 --postgres postgresql:///d --batch 0",
        "votestack worker --redis h:1 --postgres postgresql:///d --hold 5",
        "votestack worker --redis h:1 --postgres postgresql:///d --order nix",
        "votestack worker --redis h:1 --postgres postgresql://u:p@h/d",
        "votestack result --listen h:1 --postgres postgresql:///d --threads 1"}) {
    const auto command = parse(line);
    INFO(line);
    REQUIRE_FALSE(command);
    CHECK(command.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("shapes, habits and plants are words of their tables") {
  const std::string worker_base = "votestack worker --redis h:1 --postgres postgresql:///d ";
  const std::string vote_base = "votestack vote --listen h:1 --redis h:1 ";
  const auto shaped =
      parse(worker_base + "--profile dockersamples --shape staging --plant lost@db:2");
  CHECK(std::get<WorkerCommand>(shaped.value()).settings.shape == "staging");
  CHECK(std::get<WorkerCommand>(shaped.value()).settings.plant->count == 2);
  const auto late = parse(vote_base + "--push async --push-delay 3s --plant flipped@queue:1");
  CHECK(std::get<VoteCommand>(late.value()).settings.push == "async");
  CHECK(std::get<VoteCommand>(late.value()).settings.push_delay == std::chrono::seconds(3));
  for (const std::string& wrong :
       {worker_base + "--profile dockersamples --shape round", worker_base + "--shape staging",
        worker_base + "--plant lost@worker:1",  // the reliable worker has none
        worker_base + "--profile dockersamples --plant lost@vote:1",
        vote_base + "--plant lost@worker:1", vote_base + "--plant lost", vote_base + "--push never",
        vote_base + "--push-delay soon"}) {
    INFO(wrong);
    const auto command = parse(wrong);
    REQUIRE_FALSE(command);
    CHECK(command.error().kind == ErrorKind::usage);
  }
}
