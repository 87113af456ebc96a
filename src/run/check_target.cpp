#include "run/check_target.h"

#include <fmt/format.h>

#include "adapters/services.h"
#include "core/counted.h"
#include "core/text.h"
#include "run/preflight.h"
#include "run/reach.h"
#include "scenario/quick.h"
#include "vote/id_book.h"

namespace votebench::run {

namespace {

TargetCheck found_by(const Preflight& preflight, const TargetSettings& target) {
  TargetCheck check{preflight.probe_rows, preflight.facts, preflight.grounds, preflight.warnings};
  const auto& [queue, table] = adapters::services_of(target);
  for (const ServerClock& clock : preflight.clocks)
    check.facts.emplace_back(
        "clock of " + (clock.of == ServerClock::Of::queue ? queue.title : table.title),
        fmt::format("{} from ours, within {}", format_duration(clock.offset.offset),
                    format_duration(clock.offset.uncertainty)));
  if (preflight.in_hand_fall.most > 1)
    check.grounds.push_back(
        {Ground::Kind::measured, "workers",
         counted(preflight.in_hand_fall.most, "vote") +
             " were in hand at once: with fewer workers, each handles several"});
  return check;
}

}  // namespace

Result<scenario::Scenario> scenario_of_check(const std::vector<std::string>& settings) {
  scenario::ParseOptions options = scenario::process_options();
  options.overrides = settings;
  return scenario::quick_scenario({.votes = "1", .clients = {}, .rate = {}, .duration = {}},
                                  options);
}

Result<TargetCheck> check_target(TargetSettings target, const std::vector<std::string>& settings,
                                 const std::function<void(std::string_view)>& progress,
                                 const std::stop_token& stop) {
  TRY_ASSIGN(const scenario::Scenario scenario, scenario_of_check(settings));
  if (target.tunnel) progress(fmt::format("opening the tunnel via {}", target.tunnel->via));
  TRY_ASSIGN(const auto tunnel, open_tunnel(target));
  TRY_ASSIGN(const plan::RunPlan plan, plan::RunPlan::make(scenario));
  const VoterIds ids = target.vote.identity == IdentityMode::answered
                           ? VoterIds::of_new_run().told_by_answers(std::make_shared<IdBook>())
                           : VoterIds::of_new_run(target.vote.id_form);
  Preflight preflight;
  TRY(run_preflight({.target = target,
                     .scenario = scenario,
                     .plan = plan,
                     .ids = ids,
                     .clock = real_clock(),
                     .stop = stop,
                     .may_leave_rows = true,
                     .progress = progress},
                    preflight));
  if (stop.stop_requested())
    return fail(ErrorKind::environment, "interrupted: nothing is proven of the probe votes");
  return found_by(preflight, target);
}

}  // namespace votebench::run
