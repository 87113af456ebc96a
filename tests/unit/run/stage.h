// A recorder of a run in which nothing is sent.
#pragma once

#include "run/recorder.h"
#include "unit/ledger/fixtures.h"
#include "unit/plan/builders.h"

namespace votebench::run::test {

struct Stage {
  explicit Stage(Clock& of_run) : clock(of_run) {}

  Clock& clock;
  ledger::test::TemporaryDirectory reports;
  ledger::RunDirectory directory = ledger::test::new_run(reports.path(), {});
  std::unique_ptr<ledger::AttemptStore> attempts = *directory.create_attempts({});
  scenario::Scenario scenario = plan::test::scenario_of(scenario::ConstantClients{1, {}, 1});
  plan::RunPlan plan = plan::test::plan_of(scenario);
  std::stop_source arrivals;
  TargetSettings target;
  load::LoadCounters counters;
  Display display{ProgressMode::none};
  Recorder recorder{{.run = {},
                     .directory = directory,
                     .attempts = *attempts,
                     .plan = plan,
                     .scenario = scenario,
                     .target = target,
                     .counters = counters,
                     .arrivals = arrivals,
                     .display = display,
                     .metrics = nullptr,
                     .clock = clock,
                     .t0 = clock.now()}};
};

}  // namespace votebench::run::test
