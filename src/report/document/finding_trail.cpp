#include "report/document/finding_trail.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace votebench::report {
namespace {

std::string answer(const Attempt& attempt) {
  if (attempt.state != AttemptState::concluded) return "no conclusion: the generator ended first";
  const std::string after = " after " + format_duration(attempt.service_time());
  if ((attempt.flags & kTimedOut) != 0) return "no complete answer in time," + after;
  if ((attempt.flags & kConnectFailed) != 0) return "no connection" + after;
  if (attempt.status == 0) return "the connection ended without an answer" + after;
  const std::string_view meaning = attempt.outcome == Outcome::acked      ? ": accepted"
                                   : attempt.outcome == Outcome::rejected ? ": rejected"
                                                                          : ": no clear answer";
  return fmt::format("answered {}{}{}", attempt.status, after, meaning);
}

std::string at_the_end(const Report& report, const Finding& finding) {
  if (!finding.found.empty()) return "the table holds " + finding.found;
  if (!report.rows_configured) return "no table to look at";
  return report.queue_configured ? "not in the queue, no row in the table" : "no row in the table";
}

}  // namespace

std::vector<TrailStep> trail(const Report& report, const Finding& finding) {
  std::vector<TrailStep> steps;
  const auto witness =
      finding.attempt ? report.witnesses.find(*finding.attempt) : report.witnesses.end();
  if (witness != report.witnesses.end()) {
    const Attempt& attempt = witness->second;
    const std::string late =
        attempt.lag() > Nanoseconds(0) ? ", " + format_duration(attempt.lag()) + " late" : "";
    steps.push_back({attempt.started(), fmt::format("sent{}", late)});
    steps.push_back({attempt.started() + attempt.service_time(), answer(attempt)});
  } else if (finding.sent_at) {
    steps.push_back({*finding.sent_at, "sent"});
  }
  const RunEvent* event =
      finding.sent_at ? nearest_event(*finding.sent_at, report.events) : nullptr;
  if (event != nullptr) steps.push_back({event->at, "event: " + event->name});
  std::stable_sort(steps.begin(), steps.end(),
                   [](const TrailStep& a, const TrailStep& b) { return a.at < b.at; });
  steps.push_back({std::nullopt, at_the_end(report, finding)});
  if (!finding.note.empty()) steps.push_back({std::nullopt, finding.note});
  return steps;
}

}  // namespace votebench::report
