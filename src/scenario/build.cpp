#include "scenario/build.h"

#include "scenario/fields.h"
#include "scenario/key_tree.h"
#include "scenario/profiles.h"
#include "scenario/reader.h"

namespace votebench::scenario {
namespace {

Executor executor_of(std::uint8_t bit) {
  switch (bit) {
    case kRampingArrivalRate:
      return RampingArrivalRate{};
    case kConstantClients:
      return ConstantClients{};
    case kBurst:
      return Burst{};
    default:
      return ConstantArrivalRate{};
  }
}

Workload build_workload(const Member& member) {
  Workload workload;
  workload.name = member.name;
  const Node* named = member.value.find("executor");
  const std::uint8_t bit = named != nullptr ? executor_bit(named->text) : std::uint8_t{0};
  workload.executor = executor_of(bit);
  const Reader at("/workloads/*", bit == 0 ? nullptr : &member.value,
                  bit == 0 ? std::uint8_t{kConstantArrivalRate} : bit);
  std::visit([&](auto& load) { describe(at, load); }, workload.executor);
  describe(at, workload);
  return workload;
}

// A part is there when its key is, and is not null.
template <typename Part>
std::optional<Part> build_part(const Reader& target, std::string_view key) {
  if (target.given(key) == nullptr) return std::nullopt;
  Part part;
  describe(target.section(key), part);
  return part;
}

}  // namespace

TargetSettings build_target(const Node& node) {
  const Reader at("/target", &node);
  std::string profile;
  at("profile", profile);
  TargetSettings target = profile_settings(*find_profile(profile));
  describe(at.section("vote"), target.vote);
  target.queue = build_part<QueueSettings>(at, "redis");
  target.rows = build_part<RowSettings>(at, "postgres");
  describe(at, target);
  if (target.queue) {
    target.queue->tls_verify = target.tls_verify;
    target.queue->tls_ca_file = target.tls_ca_file;
  }
  target.tunnel = build_part<TunnelSettings>(at, "tunnel");
  return target;
}

Scenario build_scenario(const Node& root) {
  Scenario scenario;
  const Reader at("", &root);
  at("name", scenario.name);
  if (at.given("stack") != nullptr) describe(at.section("stack"), scenario.stack.emplace());
  if (const Node* target = at.given("target")) scenario.target = build_target(*target);
  describe(at.section("preflight"), scenario.preflight);
  describe(at.section("voters"), scenario.voters);
  at("seed", scenario.seed);
  describe(at.section("http"), scenario.http);
  at("threads", scenario.threads);
  at("warm_up", scenario.warm_up);
  if (const Node* workloads = at.given("workloads"))
    for (const Member& member : workloads->members)
      scenario.workloads.push_back(build_workload(member));
  at.each("events", scenario.events,
          [](const Reader& event, ScheduledEvent& to) { describe(event, to); });
  at.section("drain")("timeout", scenario.drain_timeout);
  describe(at.section("audit"), scenario.audit);
  at("thresholds", scenario.thresholds);
  describe(at.section("report"), scenario.report);
  return scenario;
}

}  // namespace votebench::scenario
