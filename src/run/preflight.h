// Is the target fit for a run? Everything that can be known before the first vote is sent:
// the adapters answer, the stores are what the settings say, probe votes travel to their rows, and
// this machine has the ports and descriptors that the plan needs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/http/vote_box.h"
#include "adapters/queue.h"
#include "adapters/store.h"
#include "core/clock.h"
#include "core/result.h"
#include "plan/plan.h"
#include "scenario/scenario.h"
#include "vote/evidence.h"
#include "vote/grounds.h"
#include "vote/server_clocks.h"
#include "watch/serial_check.h"

namespace votebench::run {

// The open connections to one target; a store that the target does not name is null.
struct Adapters {
  std::unique_ptr<adapters::VoteBox> votes;
  std::unique_ptr<adapters::QueueProbe> queue;
  std::unique_ptr<adapters::RowStore> rows;
};

struct PreflightInput {
  const TargetSettings& target;
  const scenario::Scenario& scenario;
  const plan::RunPlan& plan;
  const VoterIds& ids;
  const Clock& clock;
  std::stop_token stop;
  bool may_leave_rows = false;  // the user agreed to rows in a database that is not loopback's
  std::function<void(std::string_view)> progress;  // one short line per step
};

struct Preflight {
  Adapters adapters;
  // Taken after the probe votes have settled; empty where the store is absent.
  std::optional<QueueBaseline> queue;
  std::optional<RowBaseline> rows;
  std::optional<Nanoseconds> queue_client_timeout;  // see QueueBaseline
  std::vector<ServerClock> clocks;                  // one reading per store
  std::uint64_t probe_rows = 0;                     // rows that the probe votes left in the table
  std::optional<double> drain_rate_per_s;  // from the probes; nothing when faster than we can see
  std::vector<std::pair<std::string, std::string>> facts;  // "table" -> "append"
  watch::InHandFall in_hand_fall;  // of the probes, on their way to the table
  Grounds grounds;  // what probes have shown of the target, and what is only said or likely
  std::vector<std::string> warnings;
};

// Blocks until the target is proven fit, or says why it is not (environment) with advice; `found`
// is what was learned until then. Sends scenario.preflight.probe_votes votes and nothing else.
[[nodiscard]] Result<> run_preflight(const PreflightInput& input, Preflight& found);

}  // namespace votebench::run
