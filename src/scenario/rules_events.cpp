#include "scenario/rules_events.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "scenario/extent.h"

namespace votebench::scenario {
namespace {

std::size_t verbs_in(const Node* mapping) {
  if (mapping == nullptr) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(
      kFaultVerbs, [&](std::string_view verb) { return mapping->find(verb) != nullptr; }));
}

std::string verb_list() { return fmt::format("{}", fmt::join(kFaultVerbs, ", ")); }

// `$$` is a dollar sign, `${` begins a variable.
bool names_a_variable(std::string_view raw) {
  for (std::size_t at = 0; at + 1 < raw.size(); ++at) {
    if (raw[at] != '$') continue;
    if (raw[at + 1] == '{') return true;
    ++at;
  }
  return false;
}

class EventRules {
 public:
  EventRules(const Scenario& scenario, Context& context) : scenario_(scenario), context_(context) {}

  // Only a load whose every value is right has an end that events can be compared with.
  void rely_on_load() { load_end_ = planned_end(scenario_); }

  void check_all(const Node& list) {
    if (list.items.size() > kMaxEvents)
      context_.add(DiagnosticId::out_of_range, list.owner, "/events",
                   fmt::format("{} events are too many", list.items.size()),
                   fmt::format("at most {}", kMaxEvents));
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      path_ = fmt::format("/events/{}", i);
      check_form(list.items[i]);
      check_name(list, i);
      if (all_valid(list.items[i])) check_times(list.items[i], scenario_.events[i]);
    }
  }

 private:
  void check_form(const Node& event) {
    const Node* fault = event.find("fault");
    const Node* run = event.find("run");
    const Node* undo = event.find("undo");
    if (fault != nullptr && fault->valid && verbs_in(fault) != 1)
      context_.add(DiagnosticId::exactly_one_of, fault->owner, path_ + "/fault",
                   fmt::format("exactly one of {} is needed", verb_list()));
    if (fault != nullptr && run != nullptr)
      context_.add(DiagnosticId::exactly_one_of, run->owner, path_,
                   "an event is a fault or a command, not both", "write two events");
    if (fault != nullptr && scenario_.target)
      context_.add(DiagnosticId::event_on_target, fault->owner, path_,
                   "a fault needs a stack that votebench made, and this scenario names a target",
                   "remove 'target' to have a stack stood up, or use 'run' to do it your way");
    check_command(run, "/run");
    if (undo != nullptr && undo->valid) check_undo(*undo, fault, run);
  }

  void check_undo(const Node& undo, const Node* fault, const Node* command) {
    if (fault == nullptr && command == nullptr)
      context_.add(DiagnosticId::nothing_to_undo, undo.owner, path_,
                   "a mark does nothing that could be undone", "remove 'undo', or add a fault");
    const Node* run = undo.find("run");
    if (verbs_in(&undo) + (run != nullptr ? 1 : 0) != 1)
      context_.add(DiagnosticId::exactly_one_of, undo.owner, path_ + "/undo",
                   fmt::format("exactly one of {} and run is needed", verb_list()));
    if (verbs_in(&undo) > 0 && scenario_.target && fault == nullptr)
      context_.add(DiagnosticId::event_on_target, undo.owner, path_,
                   "a fault needs a stack that votebench made, and this scenario names a target",
                   "use 'run' in 'undo' as well");
    check_command(run, "/undo/run");
  }

  void check_command(const Node* run, const std::string& where) {
    if (run == nullptr || !run->valid) return;
    if (run->items.empty())
      context_.add(DiagnosticId::missing_value, run->owner, path_ + where, "the program is missing",
                   "write run: [PROGRAM, ARGUMENT, ...]");
    for (const Node& word : run->items) {
      const std::string_view raw =
          context_.diagnostics.text(word.span.source).substr(word.span.offset, word.span.length);
      if (names_a_variable(raw))
        context_.add(DiagnosticId::variable_in_command, word.span, path_ + where,
                     "a command takes no variables: its words stand in reports and in the process "
                     "list",
                     "let a script of yours read the variable; it inherits the environment");
    }
  }

  void check_name(const Node& list, std::size_t index) {
    const Node* name = list.items[index].find("name");
    if (name == nullptr || !name->valid) return;
    for (std::size_t i = 0; i < index; ++i) {
      const Node* other = list.items[i].find("name");
      if (other != nullptr && other->text == name->text)
        return context_.add(DiagnosticId::duplicate_event, name->span, path_,
                            fmt::format("another event is called '{}'", name->text),
                            "reports tell events apart by their names");
    }
  }

  void check_times(const Node& node, const ScheduledEvent& event) {
    if (load_end_ && event.at >= *load_end_)
      context_.add(
          DiagnosticId::bad_event_time, node.find("at")->span, path_ + "/at",
          fmt::format("the load ends after {}, before this happens", duration_literal(*load_end_)),
          "let it happen earlier, or the load last longer");
    if (!event.undo) return;
    const Span& span = node.find("undo")->find("at")->span;
    if (event.undo->at <= event.at)
      context_.add(DiagnosticId::bad_event_time, span, path_ + "/undo/at",
                   fmt::format("undone before it happens at {}", duration_literal(event.at)),
                   "times count from the start of the load");
    else if (load_end_ && event.undo->at > *load_end_ + scenario_.drain_timeout)
      context_.add(
          DiagnosticId::bad_event_time, span, path_ + "/undo/at",
          fmt::format("the load ends after {} and the drain {} later", duration_literal(*load_end_),
                      duration_literal(scenario_.drain_timeout)),
          "undo it earlier");
  }

  const Scenario& scenario_;
  Context& context_;
  std::optional<Nanoseconds> load_end_;
  std::string path_;
};

}  // namespace

void check_events(const Node& root, const Scenario& scenario, Context& context) {
  const Node* events = root.find("events");
  const Node* workloads = root.find("workloads");
  if (events == nullptr || !events->valid) return;
  EventRules rules(scenario, context);
  if (workloads != nullptr && all_valid(*workloads)) rules.rely_on_load();
  rules.check_all(*events);
}

}  // namespace votebench::scenario
