#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "report/document/audit_lines.h"
#include "report/write/render.h"

namespace votebench::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxExamples = 20;
constexpr std::size_t kLongestText = 4000;

// dump() throws on invalid UTF-8, so such bytes become "\xNN" here.
std::string text(std::string_view value) {
  if (value.size() <= kLongestText && is_valid_utf8(value)) return std::string(value);
  return printable(value, kLongestText);
}

Json texts(const std::vector<std::string>& values) {
  Json list = Json::array();
  for (const std::string& value : values) list.push_back(text(value));
  return list;
}

// Rounded to `decimals`; null where there is no finite number.
Json number(const std::optional<double>& value, int decimals) {
  if (!value || !std::isfinite(*value)) return nullptr;
  const double scale = std::pow(10, decimals);
  const double rounded = std::round(*value * scale) / scale;
  return std::isfinite(rounded) ? rounded : *value;
}

Json seconds_json(Nanoseconds time) { return number(in_seconds(time), 6); }

Json microseconds_json(Nanoseconds time) {
  return number(std::chrono::duration<double, std::micro>(time).count(), 1);
}

template <typename Number>
Json or_null(const std::optional<Number>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::string_view name_of(scenario::MetricUnit unit) {
  switch (unit) {
    case scenario::MetricUnit::share:
      return "share";
    case scenario::MetricUnit::time:
      return "s";
    case scenario::MetricUnit::per_second:
      return "1/s";
    case scenario::MetricUnit::count:
      break;
  }
  return "count";
}

Json run(const Report& report) {
  Json environment = Json::object();
  for (const auto& [name, value] : report.record.begin.environment)
    environment[text(name)] = text(value);
  return {{"id", text(report.shown.run_id)},
          {"scenario", text(report.scenario.name)},
          {"seed", report.scenario.seed},
          {"started", format_utc(report.record.load.started)},
          {"ended", format_utc(report.record.load.ended)},
          {"interrupted", report.record.load.stopped != StopCause::none},
          {"stopped_by", to_string(report.record.load.stopped)},
          {"load_s", seconds_json(report.record.load.length)},
          {"warm_up_s", seconds_json(report.scenario.warm_up)},
          {"source", text(report.scenario.source)},
          {"target", text(report.record.begin.target)},
          {"votebench", text(report.record.begin.votebench_version)},
          {"environment", std::move(environment)}};
}

Json accounting(const Accounting& sum) {
  return {{"planned", sum.planned},   {"acked", sum.acked},
          {"rejected", sum.rejected}, {"ambiguous", sum.ambiguous},
          {"not_sent", sum.not_sent}, {"never_started", sum.never_started}};
}

Json unaccepted(const Report& report) {
  Json list = Json::array();
  for (const Unaccepted& votes : report.audit.unaccepted)
    list.push_back({{"outcome", to_string(votes.outcome)},
                    {"cause", to_string(votes.cause)},
                    {"status", votes.status == 0 ? Json(nullptr) : Json(votes.status)},
                    {"count", votes.count},
                    {"longest_s", seconds_json(votes.longest)},
                    {"words", words_of(votes)}});
  return list;
}

Json levels(const Report& report) {
  const Measured& at = report.measured;
  const Pushes pushes = pushes_of(report.record.evidence);
  Json queue = {{"pushed", or_null(pushes.count)},
                {"popped", or_null(pushes.count ? report.queue().popped : std::nullopt)},
                {"depth_start", report.queue().depth_start},
                {"depth_end", report.queue().depth_end},
                {"depth_max", report.queue().depth_max},
                {"rate_mean_per_s", number(at.queued.mean_per_s, 3)},
                {"rate_peak_per_s", number(at.queued.peak_per_s, 3)}};
  if (!pushes.why_not.empty()) queue["not_known"] = text(pushes.why_not);
  return {{"http",
           {{"sent", at.sent.votes},
            {"sent_rate_mean_per_s", number(at.sent.mean_per_s, 3)},
            {"accepted", at.accepted.votes},
            {"rate_mean_per_s", number(at.accepted.mean_per_s, 3)},
            {"rate_peak_per_s", number(at.accepted.peak_per_s, 3)}}},
          {"queue", std::move(queue)},
          {"db",
           {{"rows_start", report.rows().rows_start},
            {"rows_end", report.rows().rows_end},
            {"written", at.written.votes},
            {"updates", or_null(report.rows().updates)},
            {"rate_mean_per_s", number(at.written.mean_per_s, 3)},
            {"rate_peak_per_s", number(at.written.peak_per_s, 3)},
            {"rate_best_10s_per_s", number(at.written_best_10s_per_s, 3)}}}};
}

Json example(const Finding& finding) {
  Json json = {{"voter", text(finding.voter_id)},
               {"attempt", or_null(finding.attempt)},
               {"sent_s", finding.sent_at ? seconds_json(*finding.sent_at) : Json(nullptr)},
               {"expected", text(finding.expected)},
               {"found", text(finding.found)}};
  if (finding.vote_class == VoteClass::lost) json["hop"] = to_string(finding.hop);
  if (!finding.note.empty()) json["note"] = text(finding.note);
  return json;
}

Json examples(const Verdict& audit, VoteClass wanted) {
  Json list = Json::array();
  for (const Finding& finding : audit.findings)
    if (finding.vote_class == wanted && list.size() < kMaxExamples)
      list.push_back(example(finding));
  return list;
}

// A range of hops counts as "unknown" and is named in by_hop_range. by_hop_if: what has to hold for
// both, and cannot be seen.
void add_hops(Json& lost, const Verdict& audit) {
  std::array<std::uint64_t, 5> counts{};
  Json ranges = Json::object();
  for (const auto& [range, count] : audit.lost_by_hop) {
    const bool exact = range.first == range.last;
    counts.at(static_cast<std::size_t>(exact ? range.first : Hop::unknown)) += count;
    if (!exact) ranges[to_string(range)] = count;
  }
  Json by_hop = Json::object();
  for (std::size_t hop = 0; hop < counts.size(); ++hop)
    by_hop[std::string(to_string(static_cast<Hop>(hop)))] = counts[hop];
  lost["by_hop"] = std::move(by_hop);
  if (!ranges.empty()) lost["by_hop_range"] = std::move(ranges);
  if (!audit.hop_condition.empty()) lost["by_hop_if"] = text(audit.hop_condition);
}

// Send times count from the beginning of the event; negative: before.
Json near_events(const Report& report, VoteClass wanted) {
  Json list = Json::array();
  for (const Coincidence& near : report.coincidences)
    if (near.vote_class == wanted)
      list.push_back({{"event", text(near.event.name)},
                      {"at_s", seconds_json(near.event.at)},
                      {"count", near.votes},
                      {"first_s", seconds_json(near.first)},
                      {"last_s", seconds_json(near.last)}});
  return list;
}

Json tally(const Report& report, const ClassTally& count, VoteClass vote_class) {
  Json json = {{"count", count.count}, {"allowed", count.allowed}, {"passed", count.passed()}};
  if (vote_class == VoteClass::phantom && !report.audit.phantom_provable) json["count"] = nullptr;
  if (vote_class == VoteClass::lost) add_hops(json, report.audit);
  if (Json near = near_events(report, vote_class); !near.empty())
    json["near_events"] = std::move(near);
  json["examples"] = examples(report.audit, vote_class);
  return json;
}

Json unknown(const Report& report) {
  const Accounting& sum = report.audit.accounting;
  const double share = unknown_share(sum, report.record.load.stopped);
  return {{"count", sum.ambiguous},
          {"share", number(share, 9)},
          {"allowed_share", number(report.scenario.audit.unknown_share, 9)},
          {"passed", share <= report.scenario.audit.unknown_share}};
}

// By choice, where votes can only be counted.
Json counts(const Verdict& verdict) {
  Json list = Json::array();
  for (const ChoiceCount& choice : verdict.counts)
    list.push_back({{"choice", text(choice.choice)},
                    {"accepted", choice.acked},
                    {"unknown", choice.ambiguous},
                    {"counted", choice.rows}});
  return list;
}

Json audit(const Report& report) {
  const Verdict& verdict = report.audit;
  return {{"verdict", to_string(verdict.kind)},
          {"counts_only", verdict.counts_only},
          {"counts", counts(verdict)},
          {"voters", verdict.voters},
          {"persisted", verdict.persisted},
          {"superseded", verdict.superseded},
          {"blind", verdict.blind},
          {"recovered", verdict.recovered},
          {"absent_ambiguous", verdict.absent_ambiguous},
          {"pending", verdict.pending},
          {"queued", verdict.queued},
          {"in_flight", verdict.in_flight},
          {"probes", verdict.probes},
          {"carry_over", verdict.carry_over},
          {"other_run", verdict.other_run},
          {"foreign", verdict.foreign},
          {"invalid_own", verdict.invalid_own},
          {"altered_ids", verdict.altered_ids},
          {"lost", tally(report, verdict.lost, VoteClass::lost)},
          {"flipped", tally(report, verdict.flipped, VoteClass::flipped)},
          {"duplicated", tally(report, verdict.duplicated, VoteClass::duplicated)},
          {"stale", tally(report, verdict.stale, VoteClass::stale)},
          {"phantom", tally(report, verdict.phantom, VoteClass::phantom)},
          {"contradiction", tally(report, verdict.contradiction, VoteClass::contradiction)},
          {"unknown", unknown(report)},
          {"self_check", {{"passed", verdict.canaries_passed}, {"total", verdict.canaries_total}}},
          {"assumptions", texts(verdict.assumptions)},
          {"notes", texts(verdict.notes)}};
}

// Three lists, one for each kind.
Json proof(const Report& report) {
  Json json;
  for (const std::string_view kind : names_of(Ground::Kind{})) json[kind] = Json::array();
  for (const Ground& ground : grounds_of(report))
    json[to_string(ground.kind)].push_back(
        {{"what", ground.what.empty() ? Json(nullptr) : Json(text(ground.what))},
         {"text", text(ground.text)}});
  return json;
}

Json settled(const Settlement& settlement) {
  return {
      {"settled", settlement.settled()},
      {"proof", to_string(settlement.proof)},
      {"reason", text(settlement.reason)},
      {"assumptions", texts(settlement.assumptions)},
      {"drain_s", seconds_json(settlement.drain)},
      {"drain_rate_per_s",
       settlement.drain_rate_per_s > 0 ? number(settlement.drain_rate_per_s, 3) : Json(nullptr)},
      {"still_needed_s",
       settlement.still_needed ? seconds_json(*settlement.still_needed) : Json(nullptr)}};
}

Json tallies(const Tallies& counts) {
  Json json = Json::object();
  for (const auto& [choice, count] : counts) json[text(choice)] = count;
  return json;
}

Json result_page(const PageEvidence& page) {
  if (!page.compared) return {{"compared", false}, {"reason", text(page.why_not)}};
  return {{"compared", true},
          {"difference", difference(page)},
          {"shown", tallies(page.shown)},
          {"stored", tallies(page.stored)}};
}

struct NamedShare {
  const char* name;
  double share;
};
constexpr std::array<NamedShare, 5> kShares{
    {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1.0}}};

using PercentileOf = std::optional<Percentile> (Latency::*)(double) const;

// "at_least" names the percentiles that are lower bounds.
void add_percentiles(Json& json, const Latency& latency, PercentileOf percentile) {
  Json at_least = Json::array();
  for (const auto& [name, share] : kShares) {
    const auto value = (latency.*percentile)(share);
    json[name] = value ? microseconds_json(value->value) : Json(nullptr);
    if (value && value->at_least) at_least.push_back(name);
  }
  if (!at_least.empty()) json["at_least"] = std::move(at_least);
}

Json latency(const Latency& value) {
  Json json = {
      {"unit", "us"},
      {"kind", value.kind == LatencyKind::none ? Json(nullptr) : Json(to_string(value.kind))},
      {"count", value.count()},
      {"unfinished", value.unfinished.count()}};
  add_percentiles(json, value, &Latency::percentile);
  if (value.uncertainty > Nanoseconds(0))
    json["uncertainty"] = microseconds_json(value.uncertainty);
  if (value.kind == LatencyKind::bounded)
    add_percentiles(json["lower_bound"], value, &Latency::lower_percentile);
  if (!value.note.empty()) json["note"] = text(value.note);
  return json;
}

Json generator(const Report& report) {
  const ledger::LoadRecord& facts = report.record.load;
  const Validity& validity = report.validity;
  const std::uint64_t votes = report.audit.accounting.started();
  std::optional<double> cpu_per_vote;
  if (votes > 0)
    cpu_per_vote =
        std::chrono::duration<double, std::micro>(facts.cpu).count() / static_cast<double>(votes);
  Json lag = {{"count", report.measured.lag.count()}};
  for (const auto& [name, share] : kShares) {
    const auto value = report.measured.lag.percentile(share);
    lag[name] = value ? microseconds_json(*value) : Json(nullptr);
  }
  return {{"valid", validity.all()},
          {"load_valid", validity.load},
          {"samples_valid", validity.samples},
          {"clocks_valid", validity.clocks},
          {"reasons", texts(validity.reasons)},
          {"notes", texts(validity.notes)},
          {"lag_us", std::move(lag)},
          {"cpu_us_per_vote", number(cpu_per_vote, 3)},
          {"threads", facts.threads},
          {"standstill_s", seconds_json(facts.standstill)},
          {"steal_share", number(facts.steal_share, 6)},
          {"in_flight_exhausted_share", number(facts.exhausted_share, 6)}};
}

Json shards(const Report& report) {
  Json list = Json::array();
  for (const ledger::ShardRecord& shard : report.record.shards) {
    Json json = {{"index", shard.index},
                 {"state", votebench::to_string(shard.state)},
                 {"detail", text(shard.detail)},
                 {"host", text(shard.host)},
                 {"planned", shard.planned},
                 {"sent", shard.started},
                 {"accepted", shard.acked},
                 {"unknown", shard.unknown},
                 {"lag_max", microseconds_json(shard.lag_max)}};
    json["began"] = shard.began == WallTime{} ? Json(nullptr) : Json(format_utc(shard.began));
    json["ended"] = shard.ended == WallTime{} ? Json(nullptr) : Json(format_utc(shard.ended));
    if (shard.clock)
      json["clock"] = {{"ahead", microseconds_json(-shard.clock->offset)},
                       {"uncertainty", microseconds_json(shard.clock->uncertainty)}};
    list.push_back(std::move(json));
  }
  return list;
}

Json thresholds(const Report& report) {
  Json list = Json::array();
  for (const ThresholdResult& threshold : report.thresholds) {
    Json json = {{"expr", text(threshold.expression)},
                 {"value", number(threshold.value, 9)},
                 {"unit", name_of(threshold.unit)},
                 {"passed", or_null(threshold.passed)}};
    if (threshold.at_least) json["at_least"] = true;
    if (threshold.warn) json["severity"] = "warn";
    if (!threshold.passed)
      json["reason"] = "no valid measurement: " + text(threshold.why);
    else if (!threshold.why.empty())
      json["reason"] = text(threshold.why);
    list.push_back(std::move(json));
  }
  return list;
}

Json events(const Report& report) {
  Json list = Json::array();
  for (const RunEvent& event : report.events)
    list.push_back({{"at_s", seconds_json(event.at)},
                    {"until_s", event.until ? seconds_json(*event.until) : Json(nullptr)},
                    {"name", text(event.name)},
                    {"kind", to_string(event.kind)},
                    {"failed", event.failed},
                    {"detail", text(event.detail)}});
  return list;
}

Json verified(const Report& report) {
  return {{"at", format_utc(report.shown.verification->at)},
          {"how", text(report.shown.verification->how)},
          {"arrived_late", report.audit.arrived_late},
          {"gone_since",
           {{"count", report.audit.gone_since},
            {"examples", examples(report.audit, VoteClass::gone_since)}}}};
}

Json document(const Report& report) {
  Json json = {{"schema", "votebench.result/1"},
               {"verdict", to_string(report.verdict)},
               {"reasons", texts(report.reasons)},
               {"exit_code", static_cast<int>(report.exit)},
               {"headline", text(report.headline)},
               {"advice", texts(report.advice)},
               {"warnings", texts(report.record.warnings)},
               {"run", run(report)},
               {"accounting", accounting(report.audit.accounting)},
               {"not_accepted", unaccepted(report)},
               {"levels", levels(report)},
               {"audit", audit(report)},
               {"settled", settled(report.settlement())},
               {"proof", proof(report)},
               {"latency",
                {{"http_response", latency(report.measured.response)},
                 {"http_service", latency(report.measured.service)},
                 {"end_to_end", latency(report.measured.stored)}}},
               {"generator", generator(report)},
               {"thresholds", thresholds(report)},
               {"events", events(report)}};
  if (!report.record.shards.empty()) json["shards"] = shards(report);
  if (report.page().configured) json["result_page"] = result_page(report.page());
  if (report.shown.verification) json["verified"] = verified(report);
  if (report.record.unfit)
    json["error"] = {{"message", text(report.record.unfit->message)},
                     {"help", text(report.record.unfit->help)}};
  return json;
}

}  // namespace

std::string result_json(const Report& report) { return document(report).dump(2) + "\n"; }

}  // namespace votebench::report
