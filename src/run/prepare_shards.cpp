#include "run/prepare_shards.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "core/assets.h"
#include "core/counted.h"
#include "core/os.h"
#include "load/workload_share.h"
#include "plan/plan.h"
#include "run/workload_ranges.h"
#include "scenario/write.h"
#include "shards/directory_clock.h"
#include "shards/ticket.h"

namespace votebench::run {
namespace {

namespace fs = std::filesystem;

// What starts the shards somewhere else: a file of infra/load, filled in.
struct Engine {
  const char* name;
  const char* asset;    // under infra/load; texts in it stand between single quotes
  const char* quote;    // a single quote within them
  const char* command;  // with the words __FILE__ and __DIR__
};
constexpr std::array kEngines{
    Engine{"Slurm", "slurm.sbatch", R"('\'')", "sbatch --chdir=__DIR__ __FILE__"},
    Engine{"Swarm", "swarm.sh", R"('\'')", "sh __FILE__"},
    Engine{"Kubernetes", "kubernetes.yaml", "''", "kubectl apply --filename __FILE__"}};

Failure usage(std::string message, std::string help) {
  return fail(ErrorKind::usage, std::move(message), std::move(help));
}

Result<> check_splits(const ShardsRequest& request, const plan::RunPlan& plan) {
  for (const plan::WorkloadPlan& workload : plan.workloads())
    if (load::slots_of(workload) < request.shards)
      return usage(
          fmt::format("{} of the workload '{}' cannot be split over {} shards",
                      counted(load::slots_of(workload), workload.closed() ? "client" : "vote"),
                      workload.workload().name, request.shards),
          workload.closed() ? "give it at least a client per shard"
                            : "give it a max_in_flight of at least one vote per shard");
  for (const scenario::Threshold& threshold : request.scenario.thresholds)
    if (threshold.abort)
      return usage(fmt::format("the threshold '{}' ends the load once it is missed, but no shard "
                               "sees the whole load",
                               threshold.text),
                   "leave `abort: true` out: the run is judged by it at its end");
  if (request.target.vote.identity == IdentityMode::answered)
    return usage(
        "this app makes the ids (vote.identity: answered): whoever looks into the queue "
        "has to know them at once, and shards tell theirs at the end",
        "send these votes from one process (`votebench run`)");
  return {};
}

Result<> check_events(const scenario::Scenario& scenario) {
  for (const scenario::ScheduledEvent& event : scenario.events)
    if (event.action.is_fault() || !event.action.run.empty())
      return usage(fmt::format("the event '{}' needs a run that stands on one machine", event.name),
                   "leave it out here");
  return {};
}

// The way to the vote page and nothing else.
std::string page_alone(TargetSettings target) {
  target.queue.reset();
  target.rows.reset();
  target.tunnel.reset();
  target.result_url.clear();
  return scenario::to_yaml(target);
}

// The plan and its limits, without what only the observer needs.
std::string without_places(scenario::Scenario scenario) {
  scenario.target.reset();
  scenario.stack.reset();
  return scenario::to_yaml(scenario);
}

shards::Ticket make_ticket(const ShardsRequest& request, const plan::RunPlan& plan,
                           WallTime start) {
  const VoterIds ids = VoterIds::of_new_run(request.target.vote.id_form);
  shards::Ticket ticket{.run = {}, .shards = request.shards};
  ledger::Manifest& run = ticket.run;
  run.votebench_version = VOTEBENCH_VERSION;
  run.run = ids.run();
  run.key = ids.key();
  run.seed = request.scenario.seed;
  run.tags = request.tags;
  run.scenario_name = request.scenario.name;
  run.scenario_source = request.scenario.source;
  run.resolved_text = without_places(request.scenario);
  run.target_text = page_alone(request.target);
  run.target = fmt::format("{} ({})", request.target.vote.url(), request.target.profile);
  run.choices = plan.choices();
  run.identity = request.target.vote.identity;
  run.id_form = ids.form();
  run.limits = request.scenario.audit;
  run.workloads = workload_ranges(plan);
  run.t0_wall = start;
  return ticket;
}

void replace_all(std::string& text, std::string_view what, const std::string& with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

// What stands for what in the files of infra/load; `__UID__` and `__GID__` own the directory.
Result<std::vector<std::pair<std::string, std::string>>> words_of(const ShardsRequest& request,
                                                                  const std::string& run) {
  const fs::path directory =
      (fs::absolute(request.directory) / "").lexically_normal().parent_path();
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) return file_failure("look at", directory, errno);
  return std::vector<std::pair<std::string, std::string>>{
      {"__DIR__", directory.string()},
      {"__NAME__", directory.filename().string()},
      {"__UID__", std::to_string(status.st_uid)},
      {"__GID__", std::to_string(status.st_gid)},
      {"__SHARDS__", std::to_string(request.shards)},
      {"__LAST__", std::to_string(request.shards - 1)},
      {"__RUN__", run},
      {"__VOTEBENCH__", own_program().string()}};
}

// Its file in the directory of the ticket, and the command that uses it; nothing where infra/load
// did not come with the program.
Result<std::optional<std::string>> fill_in(const Engine& engine, const ShardsRequest& request,
                                           const std::string& run) {
  const auto asset = find_asset(fs::path("infra/load") / engine.asset);
  if (!asset) return std::nullopt;
  TRY_ASSIGN(std::string text, read_file(*asset));
  TRY_ASSIGN(const auto words, words_of(request, run));
  for (auto [word, value] : words) {
    replace_all(value, "'", engine.quote);
    replace_all(text, word, value);
  }
  const fs::path file = request.directory / engine.asset;
  TRY(write_file_durably(file, text));
  std::string command = engine.command;
  replace_all(command, "__FILE__", shell_word(file.string()));
  replace_all(command, "__DIR__", shell_word(words.front().second));
  return command;
}

}  // namespace

Result<PreparedShards> prepare_shards(const ShardsRequest& request) {
  TRY_ASSIGN(const plan::RunPlan plan, plan::RunPlan::make(request.scenario));
  TRY(check_splits(request, plan));
  TRY(check_events(request.scenario));
  std::error_code error;
  fs::create_directories(request.directory, error);
  TRY_ASSIGN(const ClockOffset clock,
             shards::read_directory_clock(request.directory, real_clock()));
  const WallTime start = real_clock().wall_now() + request.start_in;
  const shards::Ticket ticket = make_ticket(request, plan, start + clock.offset);
  TRY(shards::write_ticket(request.directory, ticket));
  TRY(write_file_durably(request.directory / shards::kScenarioFile, request.scenario_text));
  TRY(write_file_durably(request.directory / shards::kTargetFile,
                         scenario::to_yaml(request.target)));
  PreparedShards prepared{
      .run_id = ticket.run.run.hex(), .start = start, .observe = {}, .engines = {}};
  const std::string directory = shell_word(request.directory.string());
  const std::string program = shell_word(request.invocation.program);
  prepared.observe = fmt::format("{} observe --ticket {}", program, directory);
  prepared.engines.emplace_back("by hand", fmt::format("{} run --ticket {} --shard 0 ... {}",
                                                       program, directory, request.shards - 1));
  for (const Engine& engine : kEngines) {
    TRY_ASSIGN(std::optional<std::string> command, fill_in(engine, request, prepared.run_id));
    if (command) prepared.engines.emplace_back(engine.name, *std::move(command));
  }
  return prepared;
}

}  // namespace votebench::run
