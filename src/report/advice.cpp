#include "report/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace votebench::report {
namespace {

// What keeps the votes that a service of this name has in hand when it ends.
struct Remedy {
  std::string_view service;  // as a fault of the scenario names it
  std::string_view text;
};
constexpr std::array<Remedy, 2> kRemedies{{
    {"worker",
     "a worker loses none that takes a vote out of the queue only once its row is written"},
    {"vote", "an app loses none that answers only once the vote is queued"},
}};
constexpr std::string_view kOfStores = "a store loses none that puts on disk what it accepts";

// The scenario's own fault that came near all votes that are known to be lost; null: there is none.
const RunEvent* own_fault(const std::vector<Coincidence>& near, std::uint64_t lost) {
  for (const Coincidence& one : near)
    if (one.vote_class == VoteClass::lost && one.votes == lost &&
        one.event.kind == EventKind::fault && !one.event.failed && !one.event.skipped)
      return &one.event;
  return nullptr;
}

std::string advice_on_loss(const Report& report) {
  const Verdict& audit = report.audit;
  const auto& hops = audit.lost_by_hop;
  if (audit.lost.passed() || (hops.size() == 1 && hops.contains({Hop::vote, Hop::vote}))) return {};
  const RunEvent* fault = own_fault(report.coincidences, audit.lost.count);
  if (fault == nullptr)
    return fmt::format("look for restarts of worker, {} and database when the lost votes were sent",
                       report.record.begin.services.queue.title);
  const auto remedy = std::ranges::find_if(kRemedies, [&](const Remedy& one) {
    return fault->detail.find(one.service) != std::string::npos;
  });
  return fmt::format("the lost votes were on their way when {} came ({}): {}", fault->name,
                     fault->detail, remedy == kRemedies.end() ? kOfStores : remedy->text);
}

}  // namespace

std::vector<std::string> advice_of(const Report& report) {
  if (report.record.unfit) {
    if (report.record.unfit->help.empty()) return {};
    return {report.record.unfit->help};
  }
  std::vector<std::string> all = report.audit.advice;
  if (std::string text = advice_on_loss(report); !text.empty()) all.push_back(std::move(text));
  return all;
}

}  // namespace votebench::report
