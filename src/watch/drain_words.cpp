#include "watch/drain_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/queue.h"
#include "core/counted.h"
#include "core/text.h"
#include "vote/settlement_words.h"
#include "watch/queue_tracker.h"

namespace votebench::watch {
namespace {

std::string advice_of(const Settlement& settlement) {
  const std::string needed = time_needed(settlement);
  return needed.empty() ? "; nothing moves, is the worker running?" : " (" + needed + ")";
}

std::string what_is_left(const GivenUp& state, const Settlement& settlement) {
  const std::string after = " after " + format_duration(settlement.drain);
  const std::string obstacle = state.obstacle.empty() ? "" : ": " + state.obstacle;
  if (state.waiting > 0 && obstacle.empty())
    return counted(state.waiting, "vote") + " still queued" + after +
           (state.interrupted ? "" : advice_of(settlement));
  if (state.missing.value_or(0) == 0) return "not settled" + after + obstacle;
  const std::string elsewhere = state.elsewhere.empty() ? "" : "; " + state.elsewhere;
  return fmt::format("{} accepted but {}{}{}{}", counted(*state.missing, "vote"),
                     state.counters ? "not counted" : "without a row", after, obstacle, elsewhere);
}

}  // namespace

std::string reason_of(const GivenUp& state, const Settlement& settlement) {
  return (state.interrupted ? "the drain was interrupted, " : "") + what_is_left(state, settlement);
}

std::string left_in_lists(const QueueSettings& queue, const QueueSnapshot& look) {
  std::vector<std::string> lists;
  std::uint64_t left = 0;
  const auto add = [&](const std::string& name, std::uint64_t depth) {
    left += depth;
    if (depth > 0) lists.push_back(name);
  };
  add(adapters::place_of(queue), look.depth);
  for (std::size_t i = 0; i < std::min(queue.in_flight.size(), look.in_flight_depths.size()); ++i)
    add(queue.in_flight[i], look.in_flight_depths[i]);
  return fmt::format("every vote has its row, and {} left in {}",
                     counted(left, "element is", "elements are"), fmt::join(lists, ", "));
}

std::vector<std::string> empty_handed_assumptions(const TargetSettings& target,
                                                  const HandsFinding& hands) {
  std::vector<std::string> assumptions{"an accepted vote was pushed before it was answered"};
  if (hands.leans_on_side_lists) {
    std::string until = fmt::format("a vote in hand stands in {} until it is written",
                                    fmt::join(target.queue->in_flight, ", "));
    if (hands.leans_on_max_hold)
      until += fmt::format(", or is written within {}", format_duration(target.worker_max_hold));
    assumptions.push_back(until + " (declared by the target)");
    return assumptions;
  }
  if (hands.several_at_once) {
    assumptions.push_back(fmt::format("no worker holds a vote for longer than {} (worker.max_hold)",
                                      format_duration(target.worker_max_hold)));
    return assumptions;
  }
  assumptions.emplace_back(
      "a worker handles one vote at a time: it pops, writes and pops again (worker: serial)");
  assumptions.push_back(
      hands.leans_on_max_hold
          ? fmt::format("a worker that disconnected holds no vote for longer than {} "
                        "(worker.max_hold)",
                        format_duration(target.worker_max_hold))
          : fmt::format("a worker's connection to {} lasts longer than the {} between two looks",
                        adapters::queue_kind(target.queue).title, format_duration(kClientsEvery)));
  return assumptions;
}

namespace {

// What a queue that knows what workers have in hand has shown of that.
void add_hands(const DrainFindings& found, Grounds& grounds) {
  using enum Ground::Kind;
  if (!found.shows_hands) return;
  if (found.taken_bare > 0)
    grounds.push_back({measured, "in hand",
                       fmt::format("{} taken without being kept until done: what workers hold is "
                                   "not seen",
                                   counted(found.taken_bare, "vote was", "votes were"))});
  else if (!found.settled_early.empty())
    grounds.push_back({measured, "in hand", found.settled_early});
  else if (found.settling_samples > 0)
    grounds.push_back({looked_at, "in hand",
                       fmt::format("no row came after nothing was in hand any more, in {}",
                                   counted(found.settling_samples, "reading"))});
  if (found.handed_over > 0)
    grounds.push_back({looked_at, "handed over",
                       fmt::format("{} may have given a vote to a second worker: it is then "
                                   "written twice, which a table with one row per voter hides",
                                   counted(found.handed_over, "call"))});
}

}  // namespace

Grounds grounds_of_drain(const DrainFindings& found, const Settlement& settlement) {
  using enum Ground::Kind;
  Grounds grounds;
  if (settlement.trailing_cast > 0)
    grounds.push_back({measured, "trailing votes",
                       fmt::format("{} of {} that were cast behind the load came to the table",
                                   settlement.trailing_rows, settlement.trailing_cast)});
  if (!found.serial_refuted.empty())
    grounds.push_back({measured, "workers", "several votes at a time: " + found.serial_refuted});
  else if (found.hands_are_empty && found.serial_samples > 0)
    grounds.push_back({looked_at, "workers",
                       fmt::format("nothing in {} of the table speaks against one vote at a time",
                                   counted(found.serial_samples, "reading"))});
  if (found.hands_are_empty)
    grounds.push_back({looked_at, "clients",
                       fmt::format("{} took votes, none holds one any more",
                                   counted(found.consumers, "client"))});
  if (!found.side_lists.empty())
    grounds.push_back({looked_at, "side lists",
                       fmt::format("nothing stands in {}, and nothing was taken past it",
                                   fmt::join(found.side_lists, ", "))});
  add_hands(found, grounds);
  if (found.nothing_elsewhere)
    grounds.push_back({looked_at, "elsewhere",
                       std::string("no missing vote waits in another place of the queue's server") +
                           (found.counters ? "" : ", nor in another table of the database")});
  return grounds;
}

std::vector<std::string> quiet_assumptions(const TargetSettings& target, bool queue) {
  std::vector<std::string> assumptions;
  if (queue) assumptions.emplace_back("an accepted vote was pushed before it was answered");
  assumptions.push_back(
      fmt::format("a vote that has not moved for {} will not move any more (settle.quiet, "
                  "declared by the target)",
                  format_duration(target.settle_quiet.value_or(Nanoseconds(0)))));
  return assumptions;
}

}  // namespace votebench::watch
