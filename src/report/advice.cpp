#include "report/advice.h"

#include <string_view>

#include "vote/advice.h"

namespace votebench::report {
namespace {

// The scenario's own fault that came near all votes that are known to be lost; null: there is none.
const RunEvent* own_fault(const std::vector<Coincidence>& near, std::uint64_t lost) {
  for (const Coincidence& one : near)
    if (one.vote_class == VoteClass::lost && one.votes == lost &&
        one.event.kind == EventKind::fault && !one.event.failed && !one.event.skipped)
      return &one.event;
  return nullptr;
}

// What keeps the votes that a service has in hand when the fault ends it. `detail` names it.
Advice advice_on(const RunEvent& fault) {
  const auto names = [&](std::string_view service) {
    return fault.detail.find(service) != std::string::npos;
  };
  if (names("worker")) return advise<Help::write_then_take>(fault.name, fault.detail);
  if (names("vote")) return advise<Help::queue_then_answer>(fault.name, fault.detail);
  return advise<Help::store_on_disk>(fault.name, fault.detail);
}

// Nothing where it is known already why they have no row: not queued, or under another id.
Advice advice_on_loss(const Report& report) {
  const Verdict& audit = report.audit;
  const auto& hops = audit.lost_by_hop;
  const bool all_unqueued = hops.size() == 1 && hops.contains({Hop::vote, Hop::vote});
  if (audit.lost.passed() || all_unqueued || audit.altered_ids >= audit.lost.count) return {};
  if (const RunEvent* fault = own_fault(report.coincidences, audit.lost.count))
    return advice_on(*fault);
  return advise<Help::find_restarts>(report.record.begin.services.queue.title);
}

}  // namespace

std::vector<std::string> advice_of(const Report& report) {
  if (report.record.unfit) {
    if (report.record.unfit->help.empty()) return {};
    return {report.record.unfit->help};
  }
  std::vector<std::string> all = report.audit.advice;
  if (const Advice loss = advice_on_loss(report); !loss.empty()) all.push_back(loss.text());
  return all;
}

}  // namespace votebench::report
