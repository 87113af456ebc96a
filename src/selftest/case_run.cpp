#include "selftest/case_run.h"

#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "core/os.h"
#include "ledger/manifest.h"
#include "process/run.h"
#include "scenario/write.h"
#include "stack/local/commands.h"
#include "stack/local/local_socket.h"
#include "stack/local/local_stack.h"
#include "vote/voter_id.h"

namespace votebench::selftest {
namespace {

namespace fs = std::filesystem;

constexpr auto kLongestRun = std::chrono::seconds(120);
constexpr auto kGrace = std::chrono::seconds(5);
constexpr auto kPause = std::chrono::seconds(2);
constexpr std::uint64_t kMiddle = 80;  // pushed votes, probes too
constexpr auto kLook = std::chrono::milliseconds(20);
constexpr auto kRedisLimit = std::chrono::seconds(1);
constexpr auto kBetweenCrowds = std::chrono::milliseconds(10);
constexpr int kCrowd = 50;
constexpr RunId kFormerRun{0x0f0f0f0f};
constexpr VoterIndex kNobody = 0x00F00000;  // far above every planned voter

// "--plant lost@vote:5", for another number.
std::string planting(std::string_view flags, std::uint64_t count) {
  const std::string usual = fmt::format(":{}", kPlanted);
  const auto at = flags.find(usual);
  std::string text(flags);
  return at == flags.npos ? text : text.replace(at, usual.size(), fmt::format(":{}", count));
}

stack::LocalStackOptions stack_of(const Case& which, const Place& place) {
  stack::LocalStackOptions options;
  options.id = {place.directory / "artifacts", std::string(which.name)};
  options.cluster = place.cluster;
  options.variant = which.variant;
  if (which.workers > 1) options.worker.workers = which.workers;
  options.vote_flags = planting(which.vote_flags, place.planted);
  options.worker_flags = planting(which.worker_flags, place.planted);
  options.truth_log = true;
  return options;
}

TargetSettings target_of(const Case& which, TargetSettings target) {
  target.worker = which.statement.model;
  target.worker_max_hold = which.statement.max_hold;
  target.worker_stated = target.max_hold_stated = which.statement.said;
  target.settle_quiet = which.statement.quiet.count() > 0
                            ? std::optional<Nanoseconds>(which.statement.quiet)
                            : std::nullopt;
  target.queue->list = which.statement.list;
  target.queue->in_flight.clear();
  if (which.statement.side_list) target.queue->in_flight = {"votes:processing"};
  return target;
}

// The one file of this name two directories below `reports`; empty: there is none.
fs::path find_in_run(const fs::path& reports, std::string_view name) {
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(reports, none))
    if (entry.path().filename() == name && !fs::is_symlink(entry.path().parent_path(), none))
      return entry.path();
  return {};
}

Result<fs::path> queue_socket(const stack::StackId& id) {
  TRY_ASSIGN(const stack::StackState state, stack::live_state(id));
  return stack::layout_of(id, state).redis_socket();
}

Result<> tell(const fs::path& queue, const std::vector<std::string>& command) {
  const auto answer = stack::ask_redis(queue, command, kRedisLimit);
  if (answer && (answer->starts_with(':') || answer->starts_with('+'))) return {};
  return fail(ErrorKind::environment,
              fmt::format("redis refused {}: {}", command.front(), answer.value_or("no answer")));
}

Result<> push_votes(const stack::StackId& id, const VoterIds& ids, std::uint64_t count) {
  TRY_ASSIGN(const fs::path queue, queue_socket(id));
  for (VoterIndex i = 0; i < count; ++i) {
    const std::string voter = ids.make(kNobody + i);
    TRY(tell(queue,
             {"RPUSH", "votes", fmt::format(R"({{"voter_id": "{}", "vote": "a"}})", voter)}));
  }
  return {};
}

Result<> crowd(const stack::StackId& id, const std::stop_token& over) {
  TRY_ASSIGN(const fs::path queue, queue_socket(id));
  for (Instant due = real_clock().now(); !over.stop_requested(); due += kBetweenCrowds) {
    for (int i = 0; i < kCrowd; ++i) TRY(tell(queue, {"RPUSH", "others", "x"}));
    real_clock().sleep_until(due + kBetweenCrowds, over);
  }
  return {};
}

// It is written before the run's first vote, when what was there before is known.
Result<ledger::Manifest> await_manifest(const fs::path& reports, const std::stop_token& over) {
  while (!over.stop_requested()) {
    const auto text = read_file(find_in_run(reports, "manifest.json"));
    if (text)
      if (auto manifest = ledger::parse_manifest(*text)) return manifest;
    real_clock().sleep_until(real_clock().now() + kLook, over);
  }
  return fail(ErrorKind::environment, "the run ended before it began to vote");
}

std::uint64_t events_in(const fs::path& truth, std::string_view event) {
  const std::string wanted = fmt::format(R"("event":"{}")", event);
  std::uint64_t count = 0;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(truth, none)) {
    std::ifstream lines(entry.path());
    for (std::string line; std::getline(lines, line);)
      if (line.find(wanted) != line.npos) ++count;
  }
  return count;
}

// When the load is half over.
Result<> interrupt(const stack::LocalStack& stack, const stack::StackId& id, Meddling meddling,
                   const std::stop_token& over) {
  while (events_in(id.truth(), "pushed") < kMiddle) {
    if (over.stop_requested()) return fail(ErrorKind::environment, "the run ended too early");
    real_clock().sleep_until(real_clock().now() + kLook, over);
  }
  TRY_ASSIGN(const fs::path queue, queue_socket(id));
  switch (meddling) {
    case Meddling::restarts_worker:
      return stack.control("restart", "worker");
    case Meddling::restarts_queue:  // one with a save point saves when it ends
      TRY(tell(queue, {"CONFIG", "SET", "save", "3600 1"}));
      return stack.control("restart", "redis");
    case Meddling::cuts_connections:
      return tell(queue, {"CLIENT", "KILL", "TYPE", "normal"});
    default:
      TRY(stack.control("pause", "postgres"));
      real_clock().sleep_until(real_clock().now() + kPause, over);
      return stack.control("resume", "postgres");
  }
}

// Beside the run, until `over` is requested: then the run has ended.
Result<> meddle(const Case& which, const stack::LocalStack& stack, const Place& place,
                const std::stop_token& over) {
  if (which.meddling == Meddling::none) return {};
  const stack::StackId id = stack_of(which, place).id;
  if (which.meddling == Meddling::crowds_queue_server) return crowd(id, over);
  TRY_ASSIGN(const ledger::Manifest manifest, await_manifest(place.directory / "reports", over));
  switch (which.meddling) {
    case Meddling::pushes_former_votes:
      return stack.control("resume", "worker");
    case Meddling::pushes_forged_votes:
      return push_votes(id, manifest.ids(), place.planted);
    case Meddling::pushes_others_votes:
      return push_votes(id, VoterIds(kFormerRun, {}), place.planted);
    default:
      return interrupt(stack, id, which.meddling, over);
  }
}

Result<process::Outcome> votebench_run(const fs::path& directory, const std::stop_token& stop) {
  process::Command command{.argv = {"votebench", "run", (directory / "scenario.yaml").string(),
                                    "--target", (directory / "target.yaml").string(), "--reports",
                                    (directory / "reports").string(), "--progress", "none"},
                           .program = "/proc/self/exe",
                           .directory = directory};
  return process::run(std::move(command), {.limit = kLongestRun,
                                           .grace = kGrace,
                                           .stop = stop,
                                           .log = directory / "run.log",
                                           .one_stream = true});
}

Result<> write_files(const Case& which, const fs::path& directory, const TargetSettings& target) {
  TRY(write_file_durably(directory / "target.yaml", scenario::to_yaml(target_of(which, target))));
  return write_file_durably(directory / "scenario.yaml", scenario_of(which));
}

Result<Seen> result_of(const fs::path& directory, const process::Outcome& outcome) {
  const fs::path file = find_in_run(directory / "reports", "result.json");
  if (file.empty()) {
    const std::string said = outcome.output.substr(0, outcome.output.find('\n'));
    return fail(ErrorKind::environment, fmt::format("{}: {}", outcome.words(), said));
  }
  TRY_ASSIGN(const std::string text, read_file(file));
  return read_seen(text);
}

// The votes that were planted, by those who planted them.
std::uint64_t planted(const Case& which, const Place& place) {
  const bool by_us = which.meddling == Meddling::pushes_former_votes ||
                     which.meddling == Meddling::pushes_forged_votes;
  return by_us ? place.planted : events_in(stack_of(which, place).id.truth(), which.log_event);
}

Result<Seen> try_case(const Case& which, const Place& place, const std::stop_token& stop) {
  const fs::path& directory = place.directory;
  const stack::LocalStackOptions options = stack_of(which, place);
  TRY_ASSIGN(stack::LocalStack stack, stack::bring_up(options, {}, stop));
  TRY(write_files(which, directory, stack.target));
  if (which.meddling == Meddling::pushes_former_votes) {
    TRY(stack.control("pause", "worker"));
    TRY(push_votes(options.id, VoterIds(kFormerRun, {}), place.planted));
  }
  Result<> meddled;
  std::jthread meddler(
      [&](const std::stop_token& over) { meddled = meddle(which, stack, place, over); });
  const auto outcome = votebench_run(directory, stop);
  meddler.request_stop();
  meddler.join();
  TRY(stack.take_down());
  TRY(meddled);
  if (!outcome) return fail(outcome.error());
  TRY_ASSIGN(Seen seen, result_of(directory, *outcome));
  if (which.log_event == kPlantEvent) seen.asked = place.planted;
  seen.planted = planted(which, place);
  return seen;
}

}  // namespace

Result<> make_cluster(const Place& place, const std::stop_token& stop) {
  std::error_code error;
  fs::remove_all(place.cluster, error);
  fs::create_directories(place.cluster, error);
  if (error) return file_failure("make", place.cluster, error.value());
  stack::LocalStackOptions options;
  options.id = {place.directory / "artifacts", "cluster"};
  options.cluster = place.cluster;
  TRY_ASSIGN(stack::LocalStack stack, stack::bring_up(options, {}, stop));
  return stack.take_down();
}

Seen run_case(const Case& which, const Place& place, const std::stop_token& stop) {
  const Instant begin = real_clock().now();
  Result<Seen> seen = try_case(which, place, stop);
  Seen result = seen ? std::move(*seen) : Seen{};
  if (!seen) result.trouble = seen.error().message;
  result.took = real_clock().now() - begin;
  return result;
}

}  // namespace votebench::selftest
