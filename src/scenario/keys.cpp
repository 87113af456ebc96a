// The table of keys, in the order in which files are written and documented.
#include <array>

#include "scenario/schema.h"

namespace votebench::scenario {
namespace {

constexpr std::string_view kProfileWords = "dockersamples append-table always-200 keep-alive";
constexpr std::string_view kVariantWords =
    "reference dockersamples append-table always-200 keep-alive prefetch";
constexpr std::string_view kExecutorWords =
    "constant-arrival-rate ramping-arrival-rate constant-clients burst";

constexpr std::string_view kServiceWords = "worker vote redis postgres";

constexpr std::uint8_t kRates = kConstantArrivalRate | kRampingArrivalRate;
constexpr std::uint8_t kOpen = kRates | kBurst;

// The start of a row; each following function fills one more column.
constexpr Key key(std::string_view path, ValueType type, std::string_view doc) {
  return {path, type, "", "", "", Need::optional, "", kEveryExecutor, doc};
}
constexpr Key range(std::string_view least, std::string_view most, Key row) {
  row.least = least;
  row.most = most;
  return row;
}
constexpr Key by_default(std::string_view fallback, Key row) {
  row.fallback = fallback;
  return row;
}
constexpr Key required(Key row) {
  row.need = Need::required;
  return row;
}
constexpr Key nullable(Key row) {
  row.need = Need::nullable;
  return row;
}
constexpr Key words(std::string_view list, Key row) {
  row.words = list;
  return row;
}
constexpr Key only(std::uint8_t executors, Key row) {
  row.executors = executors;
  return row;
}
constexpr Key section(std::string_view path, std::string_view doc) {
  return key(path, ValueType::mapping, doc);
}
constexpr Key service(std::string_view path, std::string_view doc) {
  return words(kServiceWords, key(path, ValueType::word, doc));
}

using enum ValueType;

constexpr auto kKeys = std::to_array<Key>({
    required(range("1", "1", key("/version", count, "the version of this format"))),
    key("/name", name, "names the directory of the run's report; default: the file's name"),

    section("/stack", "a stack that votebench stands up, uses and tears down"),
    by_default("local", words("local compose", key("/stack/name", word, "which stack"))),
    by_default("reference",
               words(kVariantWords, key("/stack/variant", word, "how its services behave"))),
    range("1", "64", key("/stack/workers", count, "worker processes")),
    range("1", "10000", key("/stack/batch", count, "votes that a worker writes at once")),
    range("1ms", "1m", key("/stack/poll", duration, "a worker's pause before an empty queue")),
    range("0s", "10m", key("/stack/hold", duration, "a worker's pause between pop and write")),
    words("ack-after-write pop-before-write",
          key("/stack/order", word, "when a vote leaves the queue")),

    section("/target", "a stack that is already there"),
    by_default("dockersamples",
               words(kProfileWords,
                     key("/target/profile", word, "the app's contract; fills the defaults below"))),
    section("/target/vote", "where votes are sent"),
    by_default(kProfileDefault, key("/target/vote/url", http_url,
                                    "the vote page; without a path, the profile's path")),
    nullable(
        key("/target/vote/connect_to", destination,
            "where connections go instead; the URL's name stays in requests and certificates")),
    by_default("{ vote: \"{choice}\" }",
               key("/target/vote/form", names, "the form fields of a vote")),
    key("/target/vote/form/*", text, "`{choice}` in exactly one field, others as they are"),
    by_default("{ voter_id: \"{voter}\" }",
               key("/target/vote/cookie", names, "the cookie that carries the voter's id")),
    key("/target/vote/cookie/*", text, "`{voter}`"),
    by_default(kProfileDefault,
               key("/target/vote/accept", list, "statuses that mean: this vote counts")),
    range("100", "599", key("/target/vote/accept/[]", count, "an HTTP status")),
    by_default(kProfileDefault, key("/target/vote/reject", list,
                                    "statuses decided before a vote is queued: it does not count")),
    range("100", "599", key("/target/vote/reject/[]", count, "an HTTP status")),
    by_default("echoed", words("echoed sent none",
                               key("/target/vote/identity", word,
                                   "whether answers show the voter's id (echoed), it only travels "
                                   "(sent), or no cookie is sent and votes are only counted"))),
    nullable(section("/target/redis", "the queue; left out: there is none to look at")),
    by_default("redis://127.0.0.1:6379/0", key("/target/redis/url", redis_url,
                                               "redis://[USER@]HOST[:PORT][/DB], rediss:// "
                                               "over TLS, or unix:///PATH[?db=DB]")),
    key("/target/redis/password", secret, "its password"),
    by_default("votes", key("/target/redis/list", text, "the list that votes are pushed to")),
    by_default("[]", key("/target/redis/in_flight", list, "side lists of a reliable worker")),
    key("/target/redis/in_flight/[]", text, "a list"),
    by_default("100ms", range("10ms", "1m",
                              key("/target/redis/sample_every", duration,
                                  "between two looks at the queue"))),
    nullable(section("/target/postgres", "the table; left out: there is none to look at")),
    by_default("postgresql://postgres@127.0.0.1/postgres",
               key("/target/postgres/url", postgres_uri, "a libpq URI without a password")),
    key("/target/postgres/password", secret, "its password"),
    by_default("votes", key("/target/postgres/table", text, "TABLE or SCHEMA.TABLE")),
    section("/target/postgres/columns", "the names of its columns"),
    by_default("id", key("/target/postgres/columns/voter", text, "the voter's id")),
    by_default("vote", key("/target/postgres/columns/choice", text, "the choice")),
    by_default("250ms", range("10ms", "1m",
                              key("/target/postgres/sample_every", duration,
                                  "between two looks at the table"))),
    section("/target/result", "the result page"),
    nullable(key("/target/result/url", http_url,
                 "where it is; its numbers are compared with the table's after the "
                 "drain (JSON at api/scores, or Socket.IO); left out: not looked at")),
    by_default(kProfileDefault,
               words("serial unknown",
                     key("/target/worker", word,
                         "what may be assumed of the worker: `serial` pops one vote, writes it, "
                         "pops again; or a mapping"))),
    by_default(kProfileDefault,
               words("serial unknown", key("/target/worker/model", word, "as above"))),
    by_default("10s", range("0s", "1h",
                            key("/target/worker/max_hold", duration,
                                "the longest time between a worker's pop and write"))),
    section("/target/settle", "when absent votes may be called lost"),
    nullable(range("1s", "1h",
                   key("/target/settle/quiet", duration,
                       "your own assumption, printed with the verdict: when nothing "
                       "moved for so long, nothing is under way"))),
    section("/target/tls", "for https and rediss"),
    by_default("true", key("/target/tls/verify", boolean, "check the server's certificate")),
    nullable(key("/target/tls/ca_file", text,
                 "PEM file of authorities to trust instead of the system's")),
    nullable(key("/target/proxy", proxy_url,
                 "an HTTP proxy that votes are tunnelled through; left out: none, whatever the "
                 "environment says")),
    nullable(section("/target/tunnel",
                     "the way to redis and postgres leads through another host, by OpenSSH")),
    required(key("/target/tunnel/ssh_config", text, "the file that says how to log in to it")),
    required(key("/target/tunnel/via", name, "its name in that file")),

    section("/preflight", "what is checked before any vote of the run is sent"),
    by_default("true", key("/preflight/require_empty_queue", boolean,
                           "refuse to start behind votes of somebody else")),
    by_default("20", range("0", "10000",
                           key("/preflight/probe_votes", count,
                               "votes that must travel to their rows first"))),
    by_default("50ms", range("1ms", "1h",
                             key("/preflight/max_clock_skew", duration,
                                 "between this machine and the stores"))),

    section("/voters", "who votes for what"),
    by_default("{ a: 50, b: 50 }",
               key("/voters/choices", names, "the choices, 1 to 64, and their weights")),
    range("0.001", "1000000", key("/voters/choices/*", number, "the weight of a choice")),
    section("/voters/revote", "voters who vote again"),
    by_default("0%",
               range("0%", "99%", key("/voters/revote/ratio", share, "votes that are re-votes"))),
    by_default("100%",
               range("0%", "100%",
                     key("/voters/revote/switch", share, "re-votes that change the choice"))),
    by_default("1s..10s",
               range("1ms", "1h",
                     key("/voters/revote/gap", duration_range, "between two votes of one voter"))),
    by_default("1", range("0", "18446744073709551615",
                          key("/seed", count, "the same seed plans the same votes"))),

    section("/http", "how votes are sent"),
    by_default("true", key("/http/keep_alive", boolean, "reuse connections")),
    by_default("0", range("0", "1000000000",
                          key("/http/requests_per_connection", count,
                              "after so many a new one; 0: no limit"))),
    by_default("2s", range("1ms", "5m",
                           key("/http/connect_timeout", duration, "until a connection is made"))),
    by_default("5s",
               range("1ms", "5m",
                     key("/http/timeout", duration, "from the start of an attempt to its end"))),
    by_default(
        "1s", range("1ms", "1h",
                    key("/http/max_idle", duration, "a connection idle for longer is not reused"))),
    by_default("[]", key("/http/source_addresses", list, "local addresses to send from, in turn")),
    key("/http/source_addresses/[]", address, "an IP address of this machine"),
    by_default("auto", words("auto", range("1", "256", key("/threads", count, "sender threads")))),
    by_default("0s", range("0s", "1h",
                           key("/warm_up", duration,
                               "left out of rates and percentiles, never of counts"))),

    required(key("/workloads", names, "what is sent; several run side by side")),
    section("/workloads/*", "one workload"),
    required(words(kExecutorWords, key("/workloads/*/executor", word, "the load model"))),
    only(kConstantArrivalRate,
         required(range("1/h", "1000000/s", key("/workloads/*/rate", rate, "votes over time")))),
    only(kRampingArrivalRate,
         by_default("0/s", range("0/s", "1000000/s",
                                 key("/workloads/*/start_rate", rate, "the rate at its start")))),
    only(kRampingArrivalRate, required(key("/workloads/*/stages", list, "one after the other"))),
    only(kRampingArrivalRate, section("/workloads/*/stages/[]", "{ ramp_to, over } or { hold }")),
    only(kRampingArrivalRate,
         range("0/s", "1000000/s",
               key("/workloads/*/stages/[]/ramp_to", rate, "the rate at the stage's end"))),
    only(kRampingArrivalRate,
         range("1ms", "240h",
               key("/workloads/*/stages/[]/over", duration, "how long the ramp takes"))),
    only(kRampingArrivalRate,
         range("1ms", "240h",
               key("/workloads/*/stages/[]/hold", duration, "how long the rate stays as it is"))),
    only(kBurst,
         required(range("1", "1000000000", key("/workloads/*/votes", count, "how many, exactly")))),
    only(kBurst, range("1ms", "240h",
                       key("/workloads/*/within", duration, "spread evenly over this time"))),
    only(kConstantClients,
         required(range("1", "65536", key("/workloads/*/clients", count, "voters in parallel")))),
    only(kBurst, range("1", "65536",
                       key("/workloads/*/clients", count, "as fast as so many in parallel can"))),
    only(kConstantArrivalRate,
         required(range("1ms", "240h", key("/workloads/*/duration", duration, "how long")))),
    only(kConstantClients,
         range("1ms", "240h", key("/workloads/*/duration", duration, "how long"))),
    only(kConstantClients,
         range("1", "1000000000", key("/workloads/*/votes", count, "how many over all clients"))),
    only(kConstantClients, by_default("0s", range("0s", "1h",
                                                  key("/workloads/*/think_time", duration,
                                                      "a client's pause after each answer; a time "
                                                      "or a mapping")))),
    only(kConstantClients,
         by_default("constant", words("constant exponential",
                                      key("/workloads/*/think_time/dist", word,
                                          "always the same, or exponentially distributed")))),
    only(kConstantClients,
         required(range("0s", "1h",
                        key("/workloads/*/think_time/mean", duration, "the pause, or its mean")))),
    only(kRates, by_default("uniform", words("uniform poisson",
                                             key("/workloads/*/arrivals", word,
                                                 "evenly spaced, or a seeded Poisson process")))),
    only(kOpen, by_default("256", range("1", "100000",
                                        key("/workloads/*/max_in_flight", count,
                                            "votes under way at once; beyond it votes wait")))),
    by_default("0s", range("0s", "240h",
                           key("/workloads/*/start_at", duration, "after the start of the load"))),

    key("/events", list, "faults, commands and marks while the load runs, at most 64"),
    section("/events/[]", "a fault, a command, or neither: a mark"),
    required(range("0s", "240h", key("/events/[]/at", duration, "after the start of the load"))),
    required(key("/events/[]/name", name, "what reports call it")),
    section("/events/[]/fault", "one of the verbs below, on a stack that votebench made"),
    service("/events/[]/fault/kill", "SIGKILL to all its processes"),
    service("/events/[]/fault/stop", "its orderly end"),
    service("/events/[]/fault/pause", "SIGSTOP"),
    service("/events/[]/fault/resume", "SIGCONT"),
    service("/events/[]/fault/restart", "stop, then start"),
    service("/events/[]/fault/start", "until it answers"),
    key("/events/[]/run", list, "a program and its arguments, no shell; needs --allow-events"),
    key("/events/[]/run/[]", text, "the program, then its arguments one by one"),
    section("/events/[]/undo", "one verb or a command; carried out however the run ends"),
    required(
        range("0s", "240h", key("/events/[]/undo/at", duration, "after the start of the load"))),
    service("/events/[]/undo/kill", "as above"),
    service("/events/[]/undo/stop", "as above"),
    service("/events/[]/undo/pause", "as above"),
    service("/events/[]/undo/resume", "as above"),
    service("/events/[]/undo/restart", "as above"),
    service("/events/[]/undo/start", "as above"),
    key("/events/[]/undo/run", list, "a program and its arguments"),
    key("/events/[]/undo/run/[]", text, "the program, then its arguments one by one"),
    section("/drain", "after the last vote"),
    by_default("60s",
               range("1ms", "24h",
                     key("/drain/timeout", duration, "how long to wait while nothing moves"))),

    section("/audit", "votes that may be wrong without failing the run"),
    by_default("0", range("0", "1000000000", key("/audit/lost", count, "accepted and absent"))),
    by_default("0", range("0", "1000000000",
                          key("/audit/flipped", count, "stored with a choice that was not sent"))),
    by_default("0", range("0", "1000000000",
                          key("/audit/duplicated", count, "stored more often than sent"))),
    by_default("0",
               range("0", "1000000000", key("/audit/phantom", count, "stored and never sent"))),
    by_default("0", range("0", "1000000000",
                          key("/audit/stale", count, "an earlier vote of the voter stands"))),
    by_default("1%",
               range("0%", "100%",
                     key("/audit/unknown", share, "planned votes whose answer proves nothing"))),
    key("/thresholds", list, "what else must hold"),
    key("/thresholds/[]", threshold,
        "METRIC < VALUE, also <= > >= ==, METRIC with {workload=, from=, to=}; or a mapping"),
    required(key("/thresholds/[]/expr", threshold, "METRIC OP VALUE")),
    by_default("false", key("/thresholds/[]/abort", boolean,
                            "once it is missed, send no further votes; drain and judge")),
    by_default("fail", words("fail warn", key("/thresholds/[]/severity", word,
                                              "what missing it means: exit 4, or a warning"))),

    section("/report", "what is written"),
    by_default("reports", key("/report/dir", text, "where reports go")),
    key("/report/formats", list, "default: all; result.json is always written"),
    words("html json markdown junit csv",
          key("/report/formats/[]", word,
              "report.html, result.json, summary.md, junit.xml, timeseries.csv")),
    section("/report/keep", "older runs of this scenario are deleted; left out: none is"),
    required(range("1", "1000000", key("/report/keep/runs", count, "the newest to keep"))),
    by_default("all", words("all", range("1", "1000000",
                                         key("/report/keep/failed", count,
                                             "older runs that did not pass, to keep as well")))),
});

constexpr auto kExecutors = std::to_array<ExecutorName>({
    {kConstantArrivalRate, "constant-arrival-rate", "votes are due at a constant rate"},
    {kRampingArrivalRate, "ramping-arrival-rate", "the rate ramps and holds, stage by stage"},
    {kConstantClients, "constant-clients", "each client waits for its answer, then votes again"},
    {kBurst, "burst", "a number of votes within a time, or as fast as clients can"},
});

constexpr auto kExactlyOne = std::to_array<ExactlyOne>({
    {"/workloads/*", kConstantClients, "duration", "votes"},
    {"/workloads/*", kBurst, "within", "clients"},
    {"/workloads/*/stages/[]", kRampingArrivalRate, "ramp_to", "hold"},
    {"/workloads/*/stages/[]", kRampingArrivalRate, "over", "hold"},
});

}  // namespace

std::span<const Key> keys() { return kKeys; }
std::span<const ExecutorName> executors() { return kExecutors; }
std::span<const ExactlyOne> exactly_one_rules() { return kExactlyOne; }

}  // namespace votebench::scenario
