// What a drain says of itself when it has ended.
#include <algorithm>
#include <iterator>

#include "core/text.h"
#include "vote/advice.h"
#include "vote/settlement_words.h"
#include "watch/drain.h"

namespace votebench::watch {

// Of what was found of those who may hold votes.
std::vector<std::string> Drain::assumptions() const {
  if (why_nothing_is_held_ == SettleProof::none) return {};
  std::vector<std::string> all = why_nothing_is_held_ == SettleProof::quiet
                                     ? quiet_assumptions(task_.target, queue_.has_value())
                                     : empty_handed_assumptions(task_.target, hands_);
  if (trailing_.cast_count() == 0)
    all.emplace_back(
        "nobody holds votes back until more come: no trailing votes were cast behind them");
  else if (task_.queue_baseline->newest_first)
    all.emplace_back(
        "nobody holds votes back until more come: votes are pushed and taken at the same end, and "
        "trailing ones overtake what waits");
  std::ranges::copy(elsewhere_.assumptions(), std::back_inserter(all));
  if (counters() && queue_)
    all.emplace_back(
        "no vote waits in another place of the queue's server: without voter ids none "
        "could be told there");
  return all;
}

DrainFindings Drain::findings() const {
  DrainFindings found;
  if (!queue_) return found;
  found.serial_refuted = serial_.refuted();
  found.serial_samples = serial_.samples();
  found.consumers = queue_->consumers().size();
  found.hands_are_empty = why_nothing_is_held_ == SettleProof::empty_handed && !by_side_lists();
  if (by_side_lists()) found.side_lists = task_.target.queue->in_flight;
  found.shows_hands = queue_->history().last.delivered.has_value();
  found.settled_early = settled_early();
  found.settling_samples = settling_.samples();
  found.taken_bare = queue_->history().taken_bare;
  found.handed_over = queue_->history().handed_over;
  found.nothing_elsewhere =
      looked_elsewhere_ && elsewhere_.obstacle().empty() && elsewhere_.assumptions().empty();
  found.counters = counters();
  return found;
}

Settlement Drain::settlement(SettleProof proof) const {
  Settlement settlement;
  settlement.proof = proof;
  settlement.drain = elapsed();
  settlement.drain_rate_per_s = rate_.per_second();
  settlement.trailing_cast = trailing_.cast_count();
  settlement.trailing_rows = trailing_.arrived();
  if (rows_ && rows_->has_rows()) settlement.late = trailing_.late(rows_->missing());
  if (proof != SettleProof::none) settlement.assumptions = assumptions();
  settlement.grounds = grounds_of_drain(findings(), settlement);
  switch (proof) {
    case SettleProof::complete:
      settlement.reason = counters()
                              ? "the counters stand still, and say no less than the accepted votes"
                              : "every accepted vote is in the table and none is in a list";
      break;
    case SettleProof::empty_handed:
      settlement.reason = "the lists are empty and no worker holds a vote";
      break;
    case SettleProof::quiet:
      settlement.reason = (queue_ ? "the lists are empty and nothing moved for "
                                  : "the counters did not move for ") +
                          format_duration(*task_.target.settle_quiet);
      break;
    case SettleProof::none:
      if (position_.waiting > 0 && patience_.still_for(clock_.now()) < task_.timeout)
        settlement.still_needed = rate_.time_for_rest();
      settlement.reason = rows_ ? reason_of(state_when_given_up(), settlement)
                                : "no table is configured: what was stored is not known";
      settlement.advice = what_to_say();
      break;
  }
  return settlement;
}

GivenUp Drain::state_when_given_up() const {
  GivenUp state;
  state.interrupted = stop_.stop_requested();
  state.waiting = queue_ ? queue_->waiting() : 0;
  state.obstacle = obstacle_;
  if (queue_ && obstacle_.empty() && !queue_->clear_since())
    state.obstacle = queue_->obstacle().value_or("");
  if (elsewhere_.obstacle() != obstacle_) state.elsewhere = elsewhere_.obstacle();
  state.counters = counters();
  if (rows_->has_rows()) state.missing = rows_->missing().count;
  if (state.obstacle.empty() && state.waiting > 0 && state.missing == 0 && task_.target.queue)
    state.obstacle = left_in_lists(*task_.target.queue, queue_->history().last);
  if (rows_->has_rows() && !rows_->proves_absence())
    state.obstacle = "the table is another one than at the start, or a replica";
  if (!rows_->error().empty()) state.obstacle = rows_->error();
  if (queue_ && !queue_->error().empty()) {
    state.waiting = 0;
    state.obstacle = queue_->error();
  }
  return state;
}

// The line of the target that would have settled what stands still, if it is true.
std::string Drain::what_to_say() const {
  const bool readable = rows_ && rows_->has_rows() && rows_->proves_absence();
  if (stop_.stop_requested() || !readable || patience_.still_for(clock_.now()) < kStill) return {};
  if (hands_.obstacle && obstacle_ == *hands_.obstacle && !hands_.advice.empty())
    return hands_.advice;
  const bool clear = queue_ ? queue_->error().empty() && queue_->clear_since() : counters();
  if (!clear || task_.target.settle_quiet) return {};
  return advise<Help::say_quiet>().text();
}

void Drain::report_status() const {
  if (!task_.on_status) return;
  task_.on_status({elapsed(), position_.waiting, position_.missing, rate_.per_second()});
}

}  // namespace votebench::watch
