// The rules that concern more than one value.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/text.h"
#include "scenario/build.h"
#include "scenario/extent.h"
#include "scenario/fields.h"
#include "scenario/rules_events.h"
#include "scenario/rules_thresholds.h"

namespace votebench::scenario {
namespace {

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

const Node* at(const Node& root, std::initializer_list<std::string_view> path) {
  const Node* node = &root;
  for (const std::string_view name : path)
    if (node != nullptr) node = node->find(name);
  return node;
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
  const Node* revote = at(root, {"voters", "revote"});
  const Voters& voters = scenario.voters;
  if (revote != nullptr && voters.choices.size() == 1 && voters.revote.ratio > 0 &&
      voters.revote.switch_share > 0)
    context.add(DiagnosticId::revote_one_choice, revote->owner, "/voters/revote",
                "re-votes cannot change a choice when there is only one",
                "add a choice, or write switch: 0%");
}

// A mapping in which exactly one value is `place`; with `others`, further values are allowed.
void check_placeholder(const Node* node, std::string_view place, bool others,
                       const std::string& path, Context& context) {
  if (node == nullptr || !all_valid(*node)) return;
  const auto places =
      std::count_if(node->members.begin(), node->members.end(),
                    [&](const Member& member) { return member.value.text == place; });
  if (places == 1 && (others || node->members.size() == 1)) return;
  context.add(DiagnosticId::bad_placeholder, node->owner, path,
              fmt::format("exactly one value must be \"{}\"{}", place,
                          others ? "" : ", and there must be no other"),
              fmt::format("write {{ NAME: \"{}\" }}", place));
}

}  // namespace

void check_target_rules(const Node& node, const std::string& path, Context& context) {
  check_placeholder(at(node, {"vote", "form"}), kChoicePlace, true, path + "/vote/form", context);
  check_placeholder(at(node, {"vote", "cookie"}), kVoterPlace, false, path + "/vote/cookie",
                    context);
}

void check_rules(const Node& root, const Scenario& scenario, Context& context) {
  check_stack(root, context);
  if (const Node* target = root.find("target")) check_target_rules(*target, "/target", context);
  check_warm_up(root, scenario, context);
  check_revotes(root, scenario, context);
  check_events(root, scenario, context);
  check_thresholds(root, scenario, context);
  const Node* workloads = root.find("workloads");
  if (workloads == nullptr || !workloads->valid) return;
  check_votes(*workloads, scenario, context);
}

}  // namespace votebench::scenario
