// A plan in words.
#include <fmt/format.h>

#include "core/counted.h"
#include "core/text.h"
#include "plan/plan.h"

namespace votebench::plan {
namespace {

std::string rate_text(double per_s) {
  std::string text = fmt::format("{:.2f}", per_s);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + "/s";
}

std::string piece_text(double from_per_s, double to_per_s) {
  if (from_per_s == to_per_s) return "hold " + rate_text(to_per_s);
  std::string from = rate_text(from_per_s);
  from.resize(from.size() - 2);  // the unit is said once
  return fmt::format("ramp {} -> {}", from, rate_text(to_per_s));
}

struct Describe {
  std::uint64_t total;  // 0: not known beforehand

  std::string operator()(const scenario::ConstantArrivalRate& executor) const {
    return fmt::format("{} for {}; {}", rate_text(executor.rate_per_s),
                       format_duration(executor.duration), counted(total, "vote"));
  }

  std::string operator()(const scenario::RampingArrivalRate& executor) const {
    std::string text;
    double rate = executor.start_per_s;
    for (const scenario::RampStage& stage : executor.stages) {
      text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", piece_text(rate, stage.to_per_s),
                          rate == stage.to_per_s ? "for" : "over", format_duration(stage.over));
      rate = stage.to_per_s;
    }
    return fmt::format("{}; {}", text, counted(total, "vote"));
  }

  std::string operator()(const scenario::Burst& executor) const {
    if (!executor.within)
      return fmt::format("{} by {}", counted(total, "vote"), counted(executor.clients, "client"));
    return fmt::format("{} within {}", counted(total, "vote"), format_duration(*executor.within));
  }

  std::string operator()(const scenario::ConstantClients& executor) const {
    std::string text =
        executor.votes
            ? fmt::format("{} by {}", counted(total, "vote"), counted(executor.clients, "client"))
            : fmt::format("{} for {}", counted(executor.clients, "client"),
                          format_duration(*executor.duration));
    if (executor.think_time > Nanoseconds(0))
      text += fmt::format(", thinking {}{}", format_duration(executor.think_time),
                          executor.think_exponential ? " on average" : "");
    return text;
  }
};

}  // namespace

std::string WorkloadPlan::summary() const {
  std::string text = fmt::format("{}: {}", workload_.name,
                                 std::visit(Describe{total_.value_or(0)}, workload_.executor));
  if (workload_.poisson && open()) text += ", poisson";
  if (workload_.start_at > Nanoseconds(0))
    text += fmt::format(", from {} on", format_duration(workload_.start_at));
  return text;
}

std::string WorkloadPlan::stage_at(Nanoseconds time) const {
  const std::optional<Nanoseconds> end = last_due();
  if (time < workload_.start_at || (end && time >= *end)) return {};
  if (closed_) return counted(closed_->clients, "client");
  const Nanoseconds since = time - workload_.start_at;
  const RatePiece& piece = curve_.piece_at(since);
  return piece_text(piece.from_per_s, piece.to_per_s);
}

}  // namespace votebench::plan
