#include "scenario/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/text.h"
#include "scenario/thresholds.h"
#include "scenario/values.h"

namespace votebench::scenario {
namespace {

// How long the load lasts.

// Nothing when only the target decides when it ends.
std::optional<Nanoseconds> end_of(const Workload& workload) {
  Nanoseconds length{};
  if (const auto* constant = std::get_if<ConstantArrivalRate>(&workload.executor)) {
    length = constant->duration;
  } else if (const auto* ramp = std::get_if<RampingArrivalRate>(&workload.executor)) {
    for (const RampStage& stage : ramp->stages) length += stage.over;
  } else if (const auto* burst = std::get_if<Burst>(&workload.executor)) {
    if (!burst->within) return std::nullopt;
    length = *burst->within;
  } else {
    const auto& clients = std::get<ConstantClients>(workload.executor);
    if (!clients.duration) return std::nullopt;
    length = *clients.duration;
  }
  return workload.start_at + length;
}

// After the start of the load; nothing where the target decides when it ends.
std::optional<Nanoseconds> planned_end(const Scenario& scenario) {
  Nanoseconds end{};
  for (const Workload& workload : scenario.workloads) {
    const auto own = end_of(workload);
    if (!own) return std::nullopt;
    end = std::max(end, *own);
  }
  return end;
}

// Targets, workloads and voters.

// Votes under the rate curve of an open workload; nothing for the others.
std::optional<double> area(const Workload& workload) {
  if (const auto* load = std::get_if<ConstantArrivalRate>(&workload.executor))
    return load->rate_per_s * in_seconds(load->duration);
  const auto* load = std::get_if<RampingArrivalRate>(&workload.executor);
  if (load == nullptr) return std::nullopt;
  double votes = 0;
  double rate = load->start_per_s;
  for (const RampStage& stage : load->stages) {
    votes += (rate + stage.to_per_s) / 2 * in_seconds(stage.over);
    rate = stage.to_per_s;
  }
  return votes;
}

void check_stack(const Node& root, Context& context) {
  const Node* stack = root.find("stack");
  const Node* target = root.find("target");
  if (stack != nullptr && target != nullptr)
    context.add(DiagnosticId::stack_and_target, target->owner, "",
                "there is a stack and a target; votes can go to one of them only",
                "remove 'stack' to use what is there, or 'target' to have it stood up");
}

void check_votes(const Node& workloads, const Scenario& scenario, Context& context) {
  for (std::size_t i = 0; i < scenario.workloads.size(); ++i) {
    const Member& member = workloads.members[i];
    const auto votes = area(scenario.workloads[i]);
    // The plan rounds to the nearest number of votes.
    if (all_valid(member.value) && votes && *votes < 0.5)
      context.add(DiagnosticId::no_votes, member.span, "/workloads/" + member.name,
                  "this workload plans no vote", "raise its rate or let it last longer");
  }
}

void check_warm_up(const Node& root, const Scenario& scenario, Context& context) {
  const Node* warm_up = root.find("warm_up");
  const auto end = planned_end(scenario);
  const Node* workloads = root.find("workloads");
  if (warm_up != nullptr && warm_up->valid && workloads != nullptr && all_valid(*workloads) &&
      end && scenario.warm_up > Nanoseconds(0) && scenario.warm_up >= *end)
    context.add(DiagnosticId::warm_up_too_long, warm_up->span, "/warm_up",
                fmt::format("the warm-up leaves nothing to measure: the load ends after {}",
                            duration_literal(*end)),
                "make it shorter");
}

void check_revotes(const Node& root, const Scenario& scenario, Context& context) {
  const Node* revote = find(root, {"voters", "revote"});
  const Voters& voters = scenario.voters;
  if (revote != nullptr && voters.choices.size() == 1 && voters.revote.ratio > 0 &&
      voters.revote.switch_share > 0)
    context.add(DiagnosticId::revote_one_choice, revote->owner, "/voters/revote",
                "re-votes cannot change a choice when there is only one",
                "add a choice, or write switch: 0%");
}

// Text as a JSON pointer has it: "/" before each of its parts, "~" only in "~0" and "~1".
bool is_json_pointer(std::string_view text) {
  if (!text.starts_with('/')) return false;
  for (std::size_t at = text.find('~'); at != text.npos; at = text.find('~', at + 1))
    if (const auto next = text.substr(at + 1); !next.starts_with('0') && !next.starts_with('1'))
      return false;
  return true;
}

// Where the answer tells the id: asked for, and written as a place of JSON.
void check_answer_id(const Node& target, const std::string& path, Context& context) {
  const Node* where = find(target, {"vote", "answer_id"});
  if (where == nullptr || !all_valid(*where)) return;
  const Node* identity = find(target, {"vote", "identity"});
  if (identity == nullptr || identity->text != to_string(IdentityMode::answered))
    context.add(DiagnosticId::bad_answer_id, where->owner, path,
                "no answer is looked into for an id unless the app makes the ids",
                "say identity: answered beside it, or remove it");
  const Node* json = where->find("json");
  if (json != nullptr && !is_json_pointer(json->text))
    context.add(DiagnosticId::bad_answer_id, json->span, path + "/json",
                fmt::format("'{}' is no JSON pointer", printable(json->text, 60)),
                "write /NAME for a member of the body, /NAME/OTHER for one inside it");
}

// What the table says must tell the choices apart.
void check_stored_choices(const Node* node, const std::string& path, Context& context) {
  if (node == nullptr || !all_valid(*node)) return;
  for (std::size_t i = 0; i < node->members.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (node->members[i].value.text == node->members[j].value.text)
        return context.add(DiagnosticId::shared_word, node->members[i].value.span, path,
                           fmt::format("the table cannot say '{}' for two choices",
                                       printable(node->members[i].value.text)),
                           "write another word for each choice");
}

void check_pointers(const Node* pointers, const std::string& path, Context& context) {
  if (pointers == nullptr || !all_valid(*pointers)) return;
  for (const Member& member : pointers->members)
    if (!is_json_pointer(member.value.text))
      context.add(DiagnosticId::not_text, member.value.span, path,
                  fmt::format("'{}' is no JSON pointer", printable(member.value.text, 60)),
                  "write each step behind a '/', as in /votes/cats");
}

// One source, whose counters can be told apart; and nobody's vote can be followed by its id there.
void check_counters(const Node& target, const std::string& path, Context& context) {
  const Node* counters = target.find("counters");
  if (counters == nullptr || !counters->valid || counters->kind == Node::Kind::null) return;
  const std::string place = path + "/counters";
  std::size_t sources = 0;
  for (const std::string_view source : {"redis", "postgres", "page"}) {
    const Node* block = counters->find(source);
    if (block == nullptr || block->kind == Node::Kind::null) continue;
    ++sources;
    for (const std::string_view words : {"keys", "choices", "pointer"})
      check_stored_choices(block->find(words), fmt::format("{}/{}/{}", place, source, words),
                           context);
    check_pointers(block->find("pointer"), fmt::format("{}/{}/pointer", place, source), context);
  }
  if (sources != 1)
    context.add(DiagnosticId::exactly_one_of, counters->owner, place,
                fmt::format("exactly one of redis, postgres and page is needed, {} there",
                            sources == 0 ? "none is" : "several are"));
  const Node* identity = find(target, {"vote", "identity"});
  if (identity != nullptr && identity->valid && identity->text != "none")
    context.add(DiagnosticId::exactly_one_of, identity->span, path + "/vote/identity",
                "a counter does not say whose votes it counted: ids cannot be followed",
                "leave vote.identity out, or name a table with a row per vote (postgres)");
}

// Events.

std::size_t verbs_in(const Node* mapping) {
  if (mapping == nullptr) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(
      kFaultVerbs, [&](const FaultVerb& verb) { return mapping->find(verb.name) != nullptr; }));
}

std::string verb_list() {
  std::string list;
  for (const FaultVerb& verb : kFaultVerbs)
    list += fmt::format("{}{}", list.empty() ? "" : ", ", verb.name);
  return list;
}

// `$$` is a dollar sign, `${` begins a variable.
bool names_a_variable(std::string_view raw) {
  for (std::size_t at = 0; at + 1 < raw.size(); ++at) {
    if (raw[at] != '$') continue;
    if (raw[at + 1] == '{') return true;
    ++at;
  }
  return false;
}

constexpr std::size_t kMaxEvents = 64;

// The rules of `events`: times that fit the load and each other, one thing that happens per event,
// names that tell them apart, faults only on a stack that votebench made, and no variable in a
// command (what it stands for would be in reports and in the process list).
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
      if (!all_valid(list.items[i])) continue;
      check_times(list.items[i], scenario_.events[i]);
      check_faults(list.items[i], scenario_.events[i]);
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

  void check_faults(const Node& node, const ScheduledEvent& event) {
    if (event.action.is_fault()) check_fault(*node.find("fault"), event.action);
    if (event.undo && event.undo->action.is_fault())
      check_fault(*node.find("undo"), event.undo->action);
  }

  // With a target this is a mistake of another kind.
  void check_fault(const Node& node, const Intervention& fault) {
    const Node* service = node.find(fault.verb);
    if (!context_.options.check_fault || scenario_.target || service == nullptr) return;
    const std::string stack = scenario_.stack.value_or(StackChoice{}).name;
    if (const auto can = context_.options.check_fault(stack, fault); !can)
      context_.add(DiagnosticId::event_on_target, service->span, path_, can.error().message,
                   can.error().help);
  }

  const Scenario& scenario_;
  Context& context_;
  std::optional<Nanoseconds> load_end_;
  std::string path_;
};

void check_events(const Node& root, const Scenario& scenario, Context& context) {
  const Node* events = root.find("events");
  const Node* workloads = root.find("workloads");
  if (events == nullptr || !events->valid) return;
  EventRules rules(scenario, context);
  if (workloads != nullptr && all_valid(*workloads)) rules.rely_on_load();
  rules.check_all(*events);
}

// Thresholds.

void check_workload(const Node& node, const Threshold& threshold, const std::string& path,
                    const Scenario& scenario, Context& context) {
  std::vector<std::string> names;
  for (const Workload& workload : scenario.workloads) names.push_back(workload.name);
  if (threshold.workload.empty() || std::ranges::count(names, threshold.workload) > 0) return;
  context.add(DiagnosticId::unknown_workload, context.span_in(node, threshold.workload), path,
              fmt::format("there is no workload '{}'", threshold.workload),
              suggest(threshold.workload, names));
}

void check_from(const Node& node, const Threshold& threshold, const std::string& path,
                Nanoseconds load_end, Context& context) {
  if (threshold.from.value_or(Nanoseconds(0)) < load_end) return;
  context.add(DiagnosticId::bad_threshold, node.span, path,
              fmt::format("the load ends after {}, before 'from'", duration_literal(load_end)),
              "there would be nothing to measure");
}

void check_abort(const Node& item, const std::string& path, Context& context) {
  const Node* abort = item.find("abort");
  const Node* expression = item.find("expr");
  if (abort == nullptr || !abort->valid || !std::get<bool>(abort->value)) return;
  if (expression == nullptr || !expression->valid) return;
  const auto& threshold = std::get<Threshold>(expression->value);
  const Metric* metric = find_metric(threshold.metric);
  if (metric->has(kLive)) return;
  context.add(DiagnosticId::bad_threshold, abort->owner, path,
              fmt::format("{} is known only at the end of the run", threshold.metric),
              "abort on http.*, lag.* or queue.depth.max");
}

// The rules of `thresholds` that concern the rest of the scenario: a workload that does not exist,
// a time after the end of the load, and an abort on something that only the end of the run tells.
void check_thresholds(const Node& root, const Scenario& scenario, Context& context) {
  const Node* thresholds = root.find("thresholds");
  const Node* workloads = root.find("workloads");
  if (thresholds == nullptr || !thresholds->valid) return;
  const bool reliable = workloads != nullptr && all_valid(*workloads);
  const auto load_end = reliable ? planned_end(scenario) : std::nullopt;
  for (std::size_t i = 0; i < thresholds->items.size(); ++i) {
    const Node& item = thresholds->items[i];
    const std::string path = fmt::format("/thresholds/{}", i);
    const bool mapping = item.kind == Node::Kind::mapping;
    const Node* expression = mapping ? item.find("expr") : &item;
    if (mapping) check_abort(item, path, context);
    if (expression == nullptr || !expression->valid) continue;
    const auto& threshold = std::get<Threshold>(expression->value);
    if (workloads != nullptr && workloads->valid)
      check_workload(*expression, threshold, path, scenario, context);
    if (load_end) check_from(*expression, threshold, path, *load_end, context);
  }
}

}  // namespace

void check_target_rules(const Node& node, const TargetSettings& target, const TargetRules& rules,
                        Context& context) {
  if (const Node* vote = node.find("vote"); vote != nullptr && all_valid(*vote))
    check_request(*vote, target.vote, rules, context);
  check_answer_id(node, rules.path + "/vote/answer_id", context);
  for (const Member& block : node.members)  // whatever store's block it is
    check_stored_choices(block.value.find("choices"), rules.path + "/" + block.name + "/choices",
                         context);
  check_counters(node, rules.path, context);
}

void check_rules(const Node& root, const Scenario& scenario, Context& context) {
  check_stack(root, context);
  if (const Node* target = root.find("target"); target != nullptr && scenario.target)
    check_target_rules(*target, *scenario.target, {"/target", scenario.voters.names()}, context);
  check_warm_up(root, scenario, context);
  check_revotes(root, scenario, context);
  check_events(root, scenario, context);
  check_thresholds(root, scenario, context);
  const Node* workloads = root.find("workloads");
  if (workloads == nullptr || !workloads->valid) return;
  check_votes(*workloads, scenario, context);
}

}  // namespace votebench::scenario
