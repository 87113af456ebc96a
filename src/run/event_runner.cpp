#include "run/event_runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "process/run.h"

namespace votebench::run {
namespace {

constexpr Nanoseconds kCommandLimit = std::chrono::seconds(30);
constexpr std::size_t kMostOutput = 64U << 10U;

EventKind kind_of(const scenario::Intervention& action) {
  if (action.is_fault()) return EventKind::fault;
  return action.empty() ? EventKind::mark : EventKind::command;
}

// These faults last until they are undone; after the others (start, resume, restart) the service is
// as it should be.
bool lasts(const scenario::Intervention& action) {
  return action.verb == "kill" || action.verb == "stop" || action.verb == "pause";
}

// What a command printed, as lines that say whose they are.
std::string log_text(const std::string& name, const std::vector<std::string>& argv,
                     const process::Outcome& outcome, WallTime now) {
  std::string text = fmt::format("{} event {}: {} {}\n", format_utc(now), name, printable(argv[0]),
                                 outcome.words());
  std::string_view rest = outcome.output;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    text += "  " + printable(rest.substr(0, end), 1000) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (outcome.output_cut) text += fmt::format("  (cut after {} KiB)\n", kMostOutput / 1024);
  return text;
}

}  // namespace

EventRunner::EventRunner(EventRunnerInput input)
    : input_(std::move(input)), on_stop_(input_.stop, [this] { load_ended(true); }) {
  for (const scenario::ScheduledEvent& event : input_.events)
    threads_.emplace_back([this, &event] { perform(event); });
}

EventRunner::~EventRunner() {
  load_ended(true);
  finish();
}

void EventRunner::load_ended(bool cut_short) {
  if (!load_over_.stop_requested()) {
    cut_short_ = cut_short;
    load_end_ = elapsed();
  }
  load_over_.request_stop();
  if (!cut_short) return;
  hurry_.request_stop();
  give_up_.request_stop();
}

void EventRunner::finish() {
  load_ended(false);
  hurry_.request_stop();
  finished_.request_stop();
  threads_.clear();
}

bool EventRunner::wait_for(const scenario::ScheduledEvent& event) {
  if (input_.clock.sleep_until(input_.t0 + event.at, load_over_.get_token())) return true;
  return !cut_short_ && event.at <= load_end_.load();
}

void EventRunner::skip(const scenario::ScheduledEvent& event) {
  const std::string why =
      fmt::format("the load had ended after {}", format_duration(load_end_.load()));
  const RunEvent skipped{.at = event.at,
                         .name = event.name,
                         .detail = why,
                         .kind = kind_of(event.action),
                         .skipped = true,
                         .optional = event.optional};
  input_.recorder.add_event(skipped);
  if (skipped.missed()) return;  // then it is a reason of the verdict
  input_.recorder.warn(fmt::format("the event {} at {} did not happen: {}", printable(event.name),
                                   format_duration(event.at), why));
}

void EventRunner::perform(const scenario::ScheduledEvent& event) {
  if (!wait_for(event)) {
    if (!cut_short_) skip(event);
    return;
  }
  RunEvent happened{.at = elapsed(),
                    .name = event.name,
                    .detail = {},
                    .kind = kind_of(event.action),
                    .optional = event.optional};
  if (!event.action.empty()) {
    const Done done = act(event.name, event.action, give_up_.get_token());
    happened.detail = done.text;
    happened.failed = done.failed;
    if (!lasts(event.action)) happened.until = elapsed();
  }
  const std::size_t recorded = input_.recorder.add_event(happened);
  if (event.undo || (lasts(event.action) && !happened.failed))
    end_window(event, recorded, happened);
}

void EventRunner::end_window(const scenario::ScheduledEvent& event, std::size_t recorded,
                             RunEvent& happened) {
  if (event.undo) {
    // Undone also when it failed: it may have happened in part.
    input_.clock.sleep_until(input_.t0 + event.undo->at, hurry_.get_token());
    const Done undone = act(event.name, event.undo->action, {});
    happened.detail += "; undone: " + undone.text;
    happened.failed |= undone.failed;
    if (undone.failed)
      input_.recorder.warn(fmt::format("the undo of {} failed: {}", event.name, undone.text));
  } else {
    input_.clock.sleep_until(Instant::max(), finished_.get_token());
  }
  happened.until = elapsed();
  input_.recorder.update_event(recorded, happened);
}

EventRunner::Done EventRunner::act(const std::string& name, const scenario::Intervention& action,
                                   const std::stop_token& stop) {
  if (!action.is_fault()) return run(name, action.run, stop);
  const std::string text = fmt::format("{} {}", action.verb, action.service);
  const Result<> done = input_.target.control(action.verb, action.service);
  if (done) return {text, false};
  return {fmt::format("{} failed: {}", text, done.error().message), true};
}

EventRunner::Done EventRunner::run(const std::string& name, const std::vector<std::string>& argv,
                                   const std::stop_token& stop) {
  const auto outcome = process::run({.argv = argv}, {.limit = kCommandLimit,
                                                     .grace = Nanoseconds(0),
                                                     .stop = stop,
                                                     .most_output = kMostOutput,
                                                     .one_stream = true});
  if (!outcome) return {outcome.error().message, true};
  input_.recorder.log(log_text(name, argv, *outcome, input_.clock.wall_now()));
  const bool ended_by_us = stop.stop_requested() && !outcome->succeeded();
  return {fmt::format("ran {}: {}", printable(argv[0], 100), outcome->words()),
          !outcome->succeeded() && !ended_by_us};
}

}  // namespace votebench::run
