#include "run/check_target.h"

#include <fmt/format.h>

#include "run/preflight.h"
#include "run/reach.h"
#include "scenario/quick.h"

namespace votebench::run {

Result<TargetCheck> check_target(TargetSettings target,
                                 const std::function<void(std::string_view)>& progress,
                                 const std::stop_token& stop) {
  if (target.tunnel) progress(fmt::format("opening the tunnel via {}", target.tunnel->via));
  TRY_ASSIGN(const auto tunnel, open_tunnel(target));
  scenario::QuickRun one;
  one.votes = "1";
  TRY_ASSIGN(const scenario::Scenario scenario, scenario::quick_scenario(one));
  TRY_ASSIGN(const plan::RunPlan plan, plan::RunPlan::make(scenario));
  const VoterIds ids = VoterIds::of_new_run();
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
  return TargetCheck{preflight.probe_rows, preflight.facts, preflight.grounds, preflight.warnings};
}

}  // namespace votebench::run
