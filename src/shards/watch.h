// Waiting for the shards of a run, from the moment that they may begin until nothing more is to be
// expected of them.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>

#include "core/clock.h"
#include "plan/plan.h"
#include "shards/progress.h"
#include "shards/ticket.h"

namespace votebench::shards {

// A shard that is ready so much after the start sends nothing: its votes would come when the
// others' load is over.
inline constexpr Nanoseconds kLatestStart = std::chrono::seconds(1);

struct Watch {
  const std::filesystem::path& directory;
  const Ticket& ticket;
  const plan::RunPlan& plan;
  Nanoseconds answer_timeout;  // of a vote
  Instant t0;
  Clock& clock;
};

struct WatchStop {
  std::stop_token arrivals;  // the shards are asked to stop; they conclude what is under way
  std::stop_token at_once;
};

// Tells the sum of all shards' progress several times a second. Returns when every shard has
// closed its ledger, cannot be late any more, or has ended without a word; and when those that are
// left have not gone on for the longest that a vote takes and a spare time, beyond the plan's end.
// They are asked to stop then.
void watch_shards(const Watch& watch, const std::function<void(const Progress&)>& told,
                  const WatchStop& stop);

}  // namespace votebench::shards
