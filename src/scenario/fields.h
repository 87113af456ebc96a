// Which key is which field. Each description serves both directions: applied to a Reader it fills a
// record from a checked tree, applied to a Writer it writes the record as YAML.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "scenario/scenario.h"
#include "scenario/urls.h"
#include "vote/target_settings.h"

namespace votebench::scenario {

// Placeholders of a vote's form and cookie.
inline constexpr std::string_view kChoicePlace = "{choice}";
inline constexpr std::string_view kVoterPlace = "{voter}";

template <typename Archive>
void describe(const Archive& at, PreflightSettings& preflight) {
  at("require_empty_queue", preflight.require_empty_queue);
  at("probe_votes", preflight.probe_votes);
  at("max_clock_skew", preflight.max_clock_skew);
}

template <typename Archive>
void describe(const Archive& at, Voters& voters) {
  at("choices", voters.choices);
  const auto& revote = at.section("revote");
  revote("ratio", voters.revote.ratio);
  revote("switch", voters.revote.switch_share);
  revote("gap", voters.revote.gap_min, voters.revote.gap_max);
}

template <typename Archive>
void describe(const Archive& at, HttpSettings& http) {
  at("keep_alive", http.keep_alive);
  at("requests_per_connection", http.requests_per_connection);
  at("connect_timeout", http.connect_timeout);
  at("timeout", http.timeout);
  at("max_idle", http.max_idle);
  at("source_addresses", http.source_addresses);
}

template <typename Archive>
void describe(const Archive& at, AuditLimits& audit) {
  at("lost", audit.lost);
  at("flipped", audit.flipped);
  at("duplicated", audit.duplicated);
  at("phantom", audit.phantom);
  at("stale", audit.stale);
  at("unknown", audit.unknown_share);
}

template <typename Archive>
void describe(const Archive& at, ReportSettings& report) {
  at("dir", report.directory);
  at.words("formats", report.formats);
  at.block("keep", report.keep_runs.has_value(), [&](const auto& keep) {
    keep("runs", report.keep_runs);
    keep("failed", report.keep_failed);
  });
}

template <typename Archive>
void describe(const Archive& at, StackChoice& stack) {
  at("name", stack.name);
  at("variant", stack.variant);
  at("workers", stack.workers);
  at("batch", stack.batch);
  at("poll", stack.poll);
  at("hold", stack.hold);
  at("order", stack.order);
}

template <typename Archive>
void describe(const Archive& at, ConstantArrivalRate& load) {
  at("rate", load.rate_per_s);
  at("duration", load.duration);
}

template <typename Archive>
void describe(const Archive& at, RampingArrivalRate& load) {
  at("start_rate", load.start_per_s);
  at("stages", load.stages, load.start_per_s);
}

template <typename Archive>
void describe(const Archive& at, Burst& load) {
  at("votes", load.votes);
  at("within", load.within);
  if (!load.within) at("clients", load.clients);
}

template <typename Archive>
void describe(const Archive& at, ConstantClients& load) {
  at("clients", load.clients);
  at("duration", load.duration);
  at("votes", load.votes);
  at.shorthand("think_time", "mean", [&](const Archive& think) {
    std::string distribution = load.think_exponential ? "exponential" : "constant";
    think("dist", distribution);
    think("mean", load.think_time);
    load.think_exponential = distribution == "exponential";
  });
}

// What every workload has besides its executor's own keys.
template <typename Archive>
void describe(const Archive& at, Workload& workload) {
  const bool rates = std::holds_alternative<ConstantArrivalRate>(workload.executor) ||
                     std::holds_alternative<RampingArrivalRate>(workload.executor);
  const auto* burst = std::get_if<Burst>(&workload.executor);
  std::string arrivals = workload.poisson ? "poisson" : "uniform";
  if (rates) at("arrivals", arrivals);
  workload.poisson = arrivals == "poisson";
  if (rates || (burst != nullptr && burst->within)) at("max_in_flight", workload.max_in_flight);
  at("start_at", workload.start_at);
}

template <typename Archive>
void describe_verbs(const Archive& at, Intervention& action) {
  for (const std::string_view verb : kFaultVerbs) {
    std::string service = action.verb == verb ? action.service : "";
    at(verb, service);
    if (service.empty()) continue;
    action.verb = verb;
    action.service = service;
  }
}

template <typename Archive>
void describe(const Archive& at, ScheduledEvent& event) {
  at("at", event.at);
  at("name", event.name);
  at.block("fault", event.action.is_fault(),
           [&](const Archive& fault) { describe_verbs(fault, event.action); });
  at.words("run", event.action.run);
  at.block("undo", event.undo.has_value(), [&](const Archive& undo) {
    if (!event.undo) event.undo.emplace();
    undo("at", event.undo->at);
    describe_verbs(undo, event.undo->action);
    undo.words("run", event.undo->action.run);
  });
}

template <typename Archive>
void describe(const Archive& at, VoteEndpoint& vote) {
  std::string url = vote.url();
  at("url", url);
  if (const auto parts = parse_http_url(url)) {
    vote.tls = parts->tls;
    vote.host = parts->host;
    vote.port = parts->port;
    if (!parts->path.empty()) vote.path = parts->path;
  }
  std::string connect_to = vote.connect_to ? vote.connect_to->text() : "";
  at("connect_to", connect_to);
  if (const auto place = parse_destination(connect_to)) vote.connect_to = *place;
  std::map<std::string, std::string> form = vote.extra_fields;
  form[vote.choice_field] = kChoicePlace;
  at("form", form);
  vote.extra_fields.clear();
  for (const auto& [name, value] : form)
    if (value == kChoicePlace)
      vote.choice_field = name;
    else
      vote.extra_fields[name] = value;
  std::map<std::string, std::string> cookie{{vote.cookie, std::string(kVoterPlace)}};
  at("cookie", cookie);
  vote.cookie = cookie.empty() ? "" : cookie.begin()->first;
  at("accept", vote.accepted);
  at("reject", vote.rejected);
  std::string identity = vote.identity == IdentityMode::echoed ? "echoed"
                         : vote.identity == IdentityMode::sent ? "sent"
                                                               : "none";
  at("identity", identity);
  vote.identity = identity == "echoed" ? IdentityMode::echoed
                  : identity == "sent" ? IdentityMode::sent
                                       : IdentityMode::none;
}

template <typename Archive>
void describe(const Archive& at, QueueSettings& queue) {
  std::string url = redis_url_of(queue);
  at("url", url);
  if (const auto parts = parse_redis_url(url)) {
    queue.tls = parts->tls;
    queue.host = parts->host;
    queue.port = parts->port;
    queue.socket_path = parts->socket_path;
    queue.database = parts->database;
    queue.user = parts->user;
  }
  at("password", queue.password);
  at("list", queue.list);
  at("in_flight", queue.in_flight);
  at("sample_every", queue.sample_every);
}

template <typename Archive>
void describe(const Archive& at, RowSettings& rows) {
  at("url", rows.url);
  at("password", rows.password);
  at("table", rows.table);
  const auto& columns = at.section("columns");
  columns("voter", rows.voter_column);
  columns("choice", rows.choice_column);
  at("sample_every", rows.sample_every);
}

template <typename Archive>
void describe(const Archive& at, TunnelSettings& tunnel) {
  at("ssh_config", tunnel.ssh_config);
  at("via", tunnel.via);
}

// Everything but `profile`, `redis`, `postgres` and `tunnel`.
template <typename Archive>
void describe(const Archive& at, TargetSettings& target) {
  at.section("result")("url", target.result_url);
  at.shorthand("worker", "model", [&](const Archive& worker) {
    std::string model = target.worker == WorkerModel::serial ? "serial" : "unknown";
    worker("model", model);
    worker("max_hold", target.worker_max_hold);
    target.worker = model == "serial" ? WorkerModel::serial : WorkerModel::unknown;
  });
  at.section("settle")("quiet", target.settle_quiet);
  const auto& tls = at.section("tls");
  tls("verify", target.tls_verify);
  tls("ca_file", target.tls_ca_file);
  std::string proxy = target.proxy ? "http://" + target.proxy->text() : "";
  at("proxy", proxy);
  if (const auto place = parse_proxy_url(proxy)) target.proxy = *place;
}

}  // namespace votebench::scenario
