#include "support/memory_stack.h"

#include <algorithm>

namespace votebench::support {
namespace {

constexpr VoterIndex kVoters = 40;
constexpr VoterIndex kFirstNeverSent = 1'000'000;  // phantoms
constexpr std::uint64_t kVictims = 3;

bool concerns_votes(Fault fault) {
  return fault >= Fault::loss_at_vote && fault <= Fault::duplicate;
}

}  // namespace

std::string_view to_string(Fault fault) {
  constexpr std::string_view kNames[] = {
      "none",       "loss at vote", "loss in queue", "loss at worker", "loss in table",
      "restart",    "stale",        "flip",          "duplicate",      "phantom",
      "carry-over", "foreign",      "other run",     "invalid own"};
  return kNames[static_cast<int>(fault)];
}

MemoryStack::MemoryStack(std::uint64_t seed, const Script& script)
    : script_(script), rng_(seed), worker_share_(0.2 + 1.2 * rng_.uniform()) {
  seen_.model(script.model);
  if (script.fault == Fault::restart) worker_share_ = 0.2;  // so that votes stand in the queue
}

void MemoryStack::plan_votes() {
  const bool revotes = script_.fault != Fault::restart;
  for (VoterIndex voter = 0; voter < kVoters; ++voter)
    plan_.push_back({voter, static_cast<ChoiceIndex>(rng_.below(2)), 0, true});
  for (VoterIndex voter = 0; revotes && voter < kVoters; ++voter) {
    const bool must = script_.fault == Fault::stale && is_victim(voter);
    if (!must && (is_victim(voter) || !chance(0.3))) continue;
    const ChoiceIndex before = plan_[voter].choice;
    plan_.push_back({voter, static_cast<ChoiceIndex>(1 - before), 0, true});
    if (!must && chance(0.3)) plan_.push_back({voter, before, 0, true});
  }
  for (std::size_t i = 0; i < plan_.size(); ++i) plan_[i].number = i;
}

void MemoryStack::choose_victims() {
  if (!concerns_votes(script_.fault) || script_.fault == Fault::restart) return;
  while (truth_.victims.size() < kVictims)
    truth_.victims.insert(static_cast<VoterIndex>(rng_.below(kVoters)));
}

Outcome MemoryStack::serve(const Element& element) {
  const double fate = script_.without_chaos || is_victim(element.voter) ? 1 : rng_.uniform();
  if (fate < 0.02) return Outcome::not_sent;
  if (fate < 0.04) return Outcome::rejected;
  if (fate < 0.06) return Outcome::ambiguous;  // a timeout; never pushed
  if (fate < 0.11) {                           // a timeout; pushed when Redis comes round
    late_.push_back({now_ + rng_.below(80), element});
    return chance(0.5) ? Outcome::ambiguous : Outcome::none;
  }
  if (script_.fault == Fault::loss_at_vote && is_victim(element.voter)) return Outcome::acked;
  push(element);
  if (script_.fault == Fault::duplicate && is_victim(element.voter)) push(element);
  return fate < 0.13 ? Outcome::ambiguous : Outcome::acked;  // the answer was cut off
}

void MemoryStack::cast(AttemptNumber number) {
  const Element& element = plan_[number];
  seen_.vote(element.voter, element.choice, serve(element));
}

void MemoryStack::push(const Element& element) {
  ++pushed_;
  queue_.push_back(element);
  if (script_.fault == Fault::loss_in_queue && is_victim(element.voter)) queue_.pop_back();
}

void MemoryStack::push_late() {
  const auto due = std::partition(late_.begin(), late_.end(),
                                  [&](const LatePush& late) { return late.due > now_; });
  for (auto late = due; late != late_.end(); ++late) push(late->element);
  late_.erase(due, late_.end());
}

// A serial worker: writes what it holds, then pops one.
void MemoryStack::work() {
  if (!hand_.empty()) {
    write(hand_.front());
    hand_.pop_front();
  }
  if (queue_.empty() || !chance(worker_share_)) return;
  const Element element = queue_.front();
  queue_.pop_front();
  const bool victim = element.ours && is_victim(element.voter);
  if (script_.fault == Fault::loss_at_worker && victim) return;
  if (script_.fault == Fault::stale && victim && element.number < kVoters) {
    held_back_.push_back(element);
    return;
  }
  hand_.push_back(element);
}

void MemoryStack::write(Element element) {
  if (!element.ours) {
    ++stranger_rows_;
    return;
  }
  if (script_.fault == Fault::flip && is_victim(element.voter))
    element.choice = chance(0.5) ? static_cast<ChoiceIndex>(1 - element.choice) : kOtherChoice;
  if (script_.model == TableModel::last_wins) table_.erase(element.voter);
  table_.emplace(element.voter, element.choice);
}

void MemoryStack::restart_queue() {
  const auto acked = [&](const Element& element) {
    return seen_.attempts[element.number].outcome == Outcome::acked;
  };
  for (const Element& element : queue_)
    if (acked(element)) truth_.victims.insert(element.voter);
  queue_.clear();
  seen_.queue.same_server = false;
  seen_.queue.restarts = 1;
}

void MemoryStack::drain() {
  const std::uint64_t patience = script_.settles ? 1'000'000 : rng_.below(20);
  for (std::uint64_t i = 0; i < patience && !(queue_.empty() && hand_.empty()); ++i, ++now_) {
    if (chance(0.9)) push_late();  // some pushes come later than anybody waits
    work();
  }
  for (const Element& element : held_back_) write(element);
}

// What happens in the table itself.
void MemoryStack::spoil_table() {
  if (script_.fault == Fault::loss_in_table)
    for (const VoterIndex victim : truth_.victims) table_.erase(victim);
  if (script_.fault != Fault::phantom) return;
  for (VoterIndex i = 0; i < kVictims; ++i) {
    truth_.victims.insert(kFirstNeverSent + i * 7);
    table_.emplace(kFirstNeverSent + i * 7, ChoiceIndex{0});
  }
}

void MemoryStack::gather_evidence() {
  RowSet& rows = seen_.rows.rows;
  for (const auto& [voter, choice] : table_) rows.own.push_back({voter, choice, 0});
  truth_.strangers = stranger_rows_;
  switch (script_.fault) {
    case Fault::carry_over:
      rows.carry_over = stranger_rows_;
      break;
    case Fault::foreign:
      rows.foreign = truth_.strangers = kVictims;
      break;
    case Fault::other_run:
      rows.other_run = truth_.strangers = kVictims;
      break;
    case Fault::invalid_own:
      rows.invalid_own = truth_.strangers = kVictims;
      break;
    default:
      break;
  }
  rows.total = rows.own.size() + truth_.strangers;
  seen_.queue.depth_end = queue_.size();
  for (const Element& element : queue_)
    if (element.ours) seen_.queue.own_listed.push_back(element.voter);
  if (seen_.queue.same_server) seen_.queue.pushed = pushed_;
  if (!script_.settles) seen_.unsettled();
}

void MemoryStack::run() {
  choose_victims();
  plan_votes();
  if (script_.fault == Fault::carry_over)
    for (std::uint64_t i = 0; i < kVictims; ++i) queue_.push_back({0, 0, 0, false});
  seen_.queue.depth_start = queue_.size();
  for (AttemptNumber number = 0; number < plan_.size(); ++number, ++now_) {
    cast(number);
    push_late();
    work();
    if (script_.fault == Fault::restart && number == plan_.size() / 2) restart_queue();
  }
  drain();
  spoil_table();
  gather_evidence();
}

}  // namespace votebench::support
