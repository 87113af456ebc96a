#include "scenario/write.h"

#include <fmt/format.h>

#include "scenario/fields.h"
#include "scenario/key_tree.h"
#include "scenario/writer.h"

namespace votebench::scenario {
namespace {

// In the order of the variant's alternatives.
constexpr std::uint8_t kBits[] = {kConstantArrivalRate, kRampingArrivalRate, kBurst,
                                  kConstantClients};

std::string name_of(std::uint8_t bit) {
  for (const ExecutorName& executor : executors())
    if (executor.bit == bit) return std::string(executor.name);
  return "";
}

void write_workload(const Writer& workloads, Workload workload) {
  const std::uint8_t bit = kBits[workload.executor.index()];
  const Writer at = workloads.named(workload.name, bit);
  at("executor", name_of(bit));
  std::visit([&](auto& load) { describe(at, load); }, workload.executor);
  describe(at, workload);
}

template <typename Part>
void write_part(const Writer& at, std::string_view key, std::optional<Part> part) {
  if (part) describe(at.section(key), *part);
}

void write_target(const Writer& at, TargetSettings target) {
  at("profile", target.profile);
  describe(at.section("vote"), target.vote);
  write_part(at, "redis", target.queue);
  write_part(at, "postgres", target.rows);
  describe(at, target);
  write_part(at, "tunnel", target.tunnel);
}

}  // namespace

std::string to_yaml(const Scenario& original) {
  Scenario scenario = original;  // descriptions serve reading too, so they want to write
  std::string text;
  const Writer at("", text);
  at("version", static_cast<std::uint32_t>(scenario.version));
  at("name", scenario.name);
  if (scenario.stack) describe(at.section("stack"), *scenario.stack);
  if (scenario.target) write_target(at.section("target"), *scenario.target);
  describe(at.section("preflight"), scenario.preflight);
  describe(at.section("voters"), scenario.voters);
  at("seed", scenario.seed);
  describe(at.section("http"), scenario.http);
  at("threads", scenario.threads);
  at("warm_up", scenario.warm_up);
  const Writer workloads = at.section("workloads");
  for (const Workload& workload : scenario.workloads) write_workload(workloads, workload);
  at.each("events", scenario.events,
          [](const Writer& event, ScheduledEvent& from) { describe(event, from); });
  at.section("drain")("timeout", scenario.drain_timeout);
  describe(at.section("audit"), scenario.audit);
  at("thresholds", scenario.thresholds);
  describe(at.section("report"), scenario.report);
  return text;
}

std::string to_yaml(const TargetSettings& target) {
  std::string text;
  write_target(Writer("/target", text), target);
  return text;
}

}  // namespace votebench::scenario
