#include "plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace votebench::plan {
namespace {

// The executors as one of two things: a curve of due times, or clients.
struct Shape {
  std::vector<RatePiece> pieces;
  std::optional<scenario::ConstantClients> closed;
  std::optional<std::uint64_t> total;  // where it is not the area of the curve
};

Shape shape_of(const scenario::ConstantArrivalRate& executor) {
  return {{{executor.rate_per_s, executor.rate_per_s, executor.duration}}, {}, {}};
}

Shape shape_of(const scenario::RampingArrivalRate& executor) {
  Shape shape;
  double rate = executor.start_per_s;
  for (const scenario::RampStage& stage : executor.stages) {
    shape.pieces.push_back({rate, stage.to_per_s, stage.over});
    rate = stage.to_per_s;
  }
  return shape;
}

Shape shape_of(const scenario::ConstantClients& executor) { return {{}, executor, executor.votes}; }

Shape shape_of(const scenario::Burst& executor) {
  if (!executor.within) {
    scenario::ConstantClients clients;
    clients.clients = executor.clients;
    clients.votes = executor.votes;
    return shape_of(clients);
  }
  Shape shape;
  shape.total = executor.votes;
  const double seconds = in_seconds(*executor.within);
  if (seconds > 0) {  // otherwise an empty curve: all are due at once
    const double rate = static_cast<double>(executor.votes) / seconds;
    shape.pieces.push_back({rate, rate, *executor.within});
  }
  return shape;
}

Result<std::uint64_t> rounded_area(const RateCurve& curve, const std::string& name) {
  if (curve.area() >= kFirstProbeIndex)
    return fail(ErrorKind::usage, fmt::format("workload '{}' plans {:.3g} votes; a run can hold {}",
                                              name, curve.area(), format_count(kFirstProbeIndex)));
  return static_cast<std::uint64_t>(std::llround(curve.area()));
}

}  // namespace

std::optional<Nanoseconds> WorkloadPlan::last_due() const {
  if (!closed_) return workload_.start_at + curve_.length();
  if (closed_->duration) return workload_.start_at + *closed_->duration;
  return std::nullopt;
}

double WorkloadPlan::rate_at(Nanoseconds time) const {
  return curve_.rate_at(time - workload_.start_at);
}

std::vector<Nanoseconds> WorkloadPlan::bends() const {
  std::vector<Nanoseconds> times = curve_.bends();
  for (Nanoseconds& time : times) time += workload_.start_at;
  return times;
}

VoteStream WorkloadPlan::votes() const { return VoteStream(*this); }

Result<WorkloadPlan> WorkloadPlan::make(const scenario::Scenario& scenario, std::size_t index) {
  WorkloadPlan plan;
  plan.workload_ = scenario.workloads[index];
  plan.index_ = static_cast<WorkloadIndex>(index);
  plan.seed_ = scenario.seed;
  plan.voters_ = scenario.voters;

  Shape shape =
      std::visit([](const auto& executor) { return shape_of(executor); }, plan.workload_.executor);
  plan.curve_ = RateCurve(shape.pieces);
  plan.closed_ = shape.closed;
  plan.total_ = shape.total;
  if (plan.open() && !plan.total_) {
    TRY_ASSIGN(plan.total_, rounded_area(plan.curve_, plan.workload_.name));
  }
  if (plan.total_ == 0)
    return fail(ErrorKind::usage, fmt::format("workload '{}' plans no vote", plan.workload_.name),
                "raise its rate or its duration");
  return plan;
}

Result<RunPlan> RunPlan::make(const scenario::Scenario& scenario) {
  constexpr std::size_t kMaxWorkloads = 256;
  if (scenario.workloads.size() > kMaxWorkloads)
    return fail(ErrorKind::usage, fmt::format("{} workloads; a run can hold {}",
                                              scenario.workloads.size(), kMaxWorkloads));
  RunPlan run;
  run.choices_ = scenario.voters.names();
  for (std::size_t i = 0; i < scenario.workloads.size(); ++i) {
    TRY_ASSIGN(WorkloadPlan workload, WorkloadPlan::make(scenario, i));
    workload.first_ = run.end();
    if (workload.reserved() > kFirstProbeIndex - workload.first_)
      return fail(
          ErrorKind::usage,
          fmt::format("the workloads up to '{}' need {} voters; a run can hold {}",
                      workload.workload().name, format_count(workload.first_ + workload.reserved()),
                      format_count(kFirstProbeIndex)),
          fmt::format("a workload of clients that ends by its duration reserves {}; give "
                      "it `votes` instead, or plan fewer votes",
                      format_count(kOpenEndedNumbers)));
    run.workloads_.push_back(std::move(workload));
  }
  return run;
}

std::uint64_t RunPlan::planned() const {
  std::uint64_t sum = 0;
  for (const WorkloadPlan& workload : workloads_) sum += workload.total().value_or(0);
  return sum;
}

AttemptNumber RunPlan::end() const {
  return workloads_.empty() ? 0 : workloads_.back().first() + workloads_.back().reserved();
}

double RunPlan::rate_at(Nanoseconds time) const {
  double sum = 0;
  for (const WorkloadPlan& workload : workloads_) sum += workload.rate_at(time);
  return sum;
}

// Straight lines are highest at their ends; where one ends with a jump, just before it counts too.
double RunPlan::peak_rate() const {
  double peak = 0;
  for (const WorkloadPlan& workload : workloads_)
    for (const Nanoseconds bend : workload.bends())
      peak = std::max({peak, rate_at(bend), rate_at(bend - Nanoseconds(1))});
  return peak;
}

std::optional<Nanoseconds> RunPlan::last_due() const {
  Nanoseconds last{};
  for (const WorkloadPlan& workload : workloads_) {
    const std::optional<Nanoseconds> due = workload.last_due();
    if (!due) return std::nullopt;
    last = std::max(last, *due);
  }
  return last;
}

}  // namespace votebench::plan
