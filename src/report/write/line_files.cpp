// The files of one line per thing: samples, anomalies, runs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "report/write/render.h"

namespace votebench::report {
namespace {

using Json = nlohmann::ordered_json;

std::string line_text(std::string_view value) { return printable(value, 1000); }

Json attempt_json(const Attempt& attempt) {
  const bool concluded = attempt.state == AttemptState::concluded;
  return {{"due_s", in_seconds(attempt.started() - attempt.lag())},
          {"sent_s", in_seconds(attempt.started())},
          {"outcome", to_string(attempt.outcome)},
          {"status", attempt.status == 0 ? Json(nullptr) : Json(attempt.status)},
          {"cause", attempt.outcome == Outcome::acked ? "none" : to_string(cause_of(attempt))},
          {"answered_s", concluded ? Json(in_seconds(attempt.started() + attempt.service_time()))
                                   : Json(nullptr)}};
}

Json finding_json(const Report& report, const Finding& finding) {
  Json json{{"class", to_string(finding.vote_class)},
            {"voter", line_text(finding.voter_id)},
            {"attempt", finding.attempt ? Json(*finding.attempt) : Json(nullptr)},
            {"sent_s", finding.sent_at ? Json(in_seconds(*finding.sent_at)) : Json(nullptr)},
            {"expected", line_text(finding.expected)},
            {"found", finding.found.empty() ? Json(nullptr) : Json(line_text(finding.found))}};
  if (finding.vote_class == VoteClass::lost) json["hop"] = to_string(finding.hop);
  if (!finding.note.empty()) json["note"] = line_text(finding.note);
  const RunEvent* event = event_near(report, finding);
  json["near_event"] = event != nullptr ? Json(line_text(event->name)) : Json(nullptr);
  if (const Attempt* witness = witness_of(report, finding)) json["vote"] = attempt_json(*witness);
  return json;
}

Json p99_us(const Latency& latency) {
  const auto value = latency.percentile(0.99);
  if (!value) return nullptr;
  return std::chrono::duration<double, std::micro>(value->value).count();
}

}  // namespace

std::string timeseries_csv(const Report& report) {
  std::string csv =
      "at_s,sent,accepted,not_accepted,queue_depth,queue_in_flight,queue_pushed,rows_written\n";
  for (const Sample& sample : report.record.samples) {
    csv += fmt::format("{:.6f},{},{},{},", in_seconds(sample.at), sample.sent, sample.acked,
                       sample.failed);
    csv += sample.has_queue
               ? fmt::format("{},{},{},", sample.queue_depth, sample.in_flight, sample.pushed)
               : ",,,";
    csv += sample.has_rows ? fmt::format("{}\n", sample.rows_written) : "\n";
  }
  return csv;
}

std::string anomalies_ndjson(const Report& report) {
  std::string lines;
  for (const Finding& finding : report.audit.findings)
    lines += finding_json(report, finding).dump() + "\n";
  return lines;
}

std::string index_line(const Report& report) {
  const Verdict& audit = report.audit;
  const Json json{{"run", line_text(report.shown.run_id)},
                  {"scenario", line_text(report.scenario.name)},
                  {"started", format_utc(report.record.load.started)},
                  {"ended", format_utc(report.record.load.ended)},
                  {"verdict", to_string(report.verdict)},
                  {"exit_code", static_cast<int>(report.exit)},
                  {"headline", line_text(report.headline)},
                  {"planned", audit.accounting.planned},
                  {"acked", audit.accounting.acked},
                  {"lost", audit.lost.count},
                  {"http_response_p99_us", p99_us(report.measured.response)},
                  {"end_to_end_p99_us", p99_us(report.measured.stored)},
                  {"version", line_text(report.record.begin.votebench_version)}};
  return json.dump() + "\n";
}

}  // namespace votebench::report
