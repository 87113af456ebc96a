// The JSON documents of a run. Text of unknown origin is written as bytes_text.h says; times
// are integers in nanoseconds, wall times since 1970 (UTC).
//
//   manifest := { "schema": "votebench.run/1", "votebench": version, "run": 8 hex, "key": 32 hex,
//                 "seed": n, "tags": [ name ] (may be absent),
//                 "invocation": null | { "program", "directory",
//                                        "options": [ { "name", "value": text | null } ] }
//                               (may be absent), "scenario": { "name", "source" },
//                 "target": text, "environment": [ [ name, value ] ],
//                 "grounds": [ line of vote/grounds.h ] (all three may be absent),
//                 "services": { "queue": words, "table": words } (may be absent),
//                 "choices": [ name ], "identity": "echoed" | "sent" | "none" | "answered",
//                 "id_form": "votebench" | "uuid" (absent: votebench),
//                 "workloads": [ { "name", "first", "reserved", "total": n | null } ],
//                 "slots": "plain" | "seeded" (absent: plain),
//                 "limits": { "lost", "flipped", "duplicated", "phantom", "stale",
//                             "unknown_share", "min_acked_share" },
//                 "t0": { "wall_ns", "mono_ns", "boot_id" },
//                 "stack_ends_with_run": bool,
//                 "queue": null | { snapshot, "shares_pushes", "pushes_add_up", "counts_only",
//                                   "seen_in": [ bool ], "blocking_pops",
//                                   "client_timeout_ns": n | null },
//                          (all behind "shares_pushes" may be absent)
//                 "rows": null | { "store": store, "model": "last_wins" | "append", "snapshot",
//                                  "rows", "values_change", "updates": n | null (both may be
//                                  absent), "strangers",
//                                  "stranger_checksum", "choices": { text: rows }, "server_time_ns"
//                                  },
//                 "clocks": [ clock ] }
//   words    := { "title", "block" }
//   snapshot := "server_id", "depth", "in_flight_depths": [ n ], "pushed", "dropped",
//               "counters": { name: n }, "uptime_s", "server_time_ns",
//               "resets", "taken_bare" (both may be absent)
//   store    := { "table", "server" }
//   clock    := { "of": "queue" | "rows", "offset_ns", "uncertainty_ns", "measured_ns" }
//   end      := { "schema": "votebench.run-end/1", "ended_ns", "interrupted": bool,
//                 "store": store | null, "files": [ seal ] }
//   begin    := { "schema": "votebench.run-begin/1", "files": [ seal ] }
//   seal     := { "name", "bytes", "sha256": 64 hex }
#include "ledger/manifest.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "core/number.h"
#include "core/os.h"
#include "core/text.h"
#include "ledger/bytes_text.h"
#include "ledger/names.h"

namespace votebench::ledger {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kManifestSchema = "votebench.run/1";
constexpr const char* kBeginSchema = "votebench.run-begin/1";
constexpr const char* kEndSchema = "votebench.run-end/1";

// --- values that JSON has no type for

std::int64_t nanoseconds(WallTime time) { return time.time_since_epoch().count(); }
WallTime wall_time(const Json& json) { return WallTime(Nanoseconds(json.get<std::int64_t>())); }

std::string text(const Json& json) { return from_text(json.get<std::string>()); }
Json texts(const std::vector<std::string>& values) {
  Json list = Json::array();
  for (const std::string& value : values) list.push_back(to_text(value));
  return list;
}

void read_hex(const Json& json, std::uint8_t* out, std::size_t bytes) {
  const std::string_view digits = json.get_ref<const std::string&>();
  if (digits.size() != 2 * bytes)
    throw std::invalid_argument("a hexadecimal value of another length");
  for (std::size_t i = 0; i < bytes; ++i) {
    const auto value = whole_number<std::uint8_t>(digits.substr(2 * i, 2), 16);
    if (!value) throw std::invalid_argument("a malformed hexadecimal value");
    out[i] = *value;
  }
}

RunId run_id(const Json& json) {
  std::array<std::uint8_t, 4> bytes{};
  read_hex(json, bytes.data(), bytes.size());
  return {std::uint32_t{bytes[0]} << 24U | std::uint32_t{bytes[1]} << 16U |
          std::uint32_t{bytes[2]} << 8U | std::uint32_t{bytes[3]}};
}

// --- the parts, each written and read side by side

Json json_of(const WorkloadRange& range) {
  return {{"name", to_text(range.name)},
          {"first", range.first},
          {"reserved", range.reserved},
          {"total", range.total ? Json(*range.total) : Json()}};
}
WorkloadRange workload(const Json& json) {
  WorkloadRange range{text(json.at("name")), json.at("first"), json.at("reserved"), {}};
  if (!json.at("total").is_null()) range.total = json.at("total").get<std::uint64_t>();
  return range;
}

Json json_of(const Invocation& invocation) {
  Json options = Json::array();
  for (const auto& [name, value] : invocation.options)
    options.push_back({{"name", name}, {"value", value ? Json(to_text(*value)) : Json()}});
  return {{"program", to_text(invocation.program)},
          {"directory", to_text(invocation.directory)},
          {"options", std::move(options)}};
}
Invocation invocation(const Json& json) {
  Invocation read{text(json.at("program")), text(json.at("directory")), "run", {}};
  for (const Json& option : json.at("options")) {
    read.options.push_back({option.at("name"), {}});
    if (!option.at("value").is_null()) read.options.back().value = text(option.at("value"));
  }
  return read;
}

Json json_of(const AuditLimits& limits) {
  return {{"lost", limits.lost},
          {"flipped", limits.flipped},
          {"duplicated", limits.duplicated},
          {"phantom", limits.phantom},
          {"stale", limits.stale},
          {"unknown_share", limits.unknown_share},
          {"min_acked_share", limits.min_acked_share}};
}
AuditLimits limits(const Json& json) {
  AuditLimits read;
  json.at("lost").get_to(read.lost);
  json.at("flipped").get_to(read.flipped);
  json.at("duplicated").get_to(read.duplicated);
  json.at("phantom").get_to(read.phantom);
  json.at("stale").get_to(read.stale);
  json.at("unknown_share").get_to(read.unknown_share);
  json.at("min_acked_share").get_to(read.min_acked_share);
  return read;
}

Json or_null(const std::optional<std::uint64_t>& count) { return count ? Json(*count) : Json(); }
// Older writers did not know some counts.
std::optional<std::uint64_t> count_or_nothing(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return found->get<std::uint64_t>();
}

Json json_of(const QueueBaseline& queue) {
  const QueueSnapshot& snapshot = queue.snapshot;
  return {
      {"server_id", to_text(snapshot.server_id)},
      {"depth", snapshot.depth},
      {"in_flight_depths", snapshot.in_flight_depths},
      {"pushed", snapshot.pushed},
      {"dropped", snapshot.dropped},
      {"counters", snapshot.counters},
      {"uptime_s", snapshot.uptime_s},
      {"server_time_ns", nanoseconds(snapshot.server_time)},
      {"resets", snapshot.resets},
      {"taken_bare", snapshot.taken_bare},
      {"delivered", or_null(snapshot.delivered)},
      {"acknowledged", snapshot.acknowledged},
      {"handed_over", snapshot.handed_over},
      {"removed", or_null(snapshot.removed)},
      {"newest_first", queue.newest_first},
      {"settled_early", queue.settled_early},
      {"shares_pushes", queue.shares_pushes},
      {"pushes_add_up", queue.pushes_add_up},
      {"counts_only", queue.counts_only},
      {"seen_in", queue.seen_in},
      {"blocking_pops", queue.blocking_pops},
      {"client_timeout_ns", queue.client_timeout ? Json(queue.client_timeout->count()) : Json()}};
}
QueueBaseline queue(const Json& json) {
  QueueBaseline read;
  read.snapshot.server_id = text(json.at("server_id"));
  json.at("depth").get_to(read.snapshot.depth);
  json.at("in_flight_depths").get_to(read.snapshot.in_flight_depths);
  if (json.contains("push_calls")) {  // as older writers said it
    read.snapshot.pushed =
        json.at("push_calls").get<std::uint64_t>() - json.at("push_failed").get<std::uint64_t>();
    json.at("evicted_keys").get_to(read.snapshot.dropped);
  } else {
    json.at("pushed").get_to(read.snapshot.pushed);
    json.at("dropped").get_to(read.snapshot.dropped);
    json.at("counters").get_to(read.snapshot.counters);
  }
  json.at("uptime_s").get_to(read.snapshot.uptime_s);
  read.snapshot.server_time = wall_time(json.at("server_time_ns"));
  read.snapshot.resets = json.value("resets", std::uint64_t{0});
  read.snapshot.taken_bare = json.value("taken_bare", std::uint64_t{0});
  read.snapshot.delivered = count_or_nothing(json, "delivered");
  read.snapshot.acknowledged = json.value("acknowledged", std::uint64_t{0});
  read.snapshot.handed_over = json.value("handed_over", std::uint64_t{0});
  read.snapshot.removed = count_or_nothing(json, "removed");
  read.newest_first = json.value("newest_first", false);
  read.settled_early = json.value("settled_early", false);
  json.at("shares_pushes").get_to(read.shares_pushes);
  if (!json.contains("seen_in")) return read;  // older writers did not look
  json.at("pushes_add_up").get_to(read.pushes_add_up);
  json.at("counts_only").get_to(read.counts_only);
  json.at("seen_in").get_to(read.seen_in);
  json.at("blocking_pops").get_to(read.blocking_pops);
  if (const Json& timeout = json.at("client_timeout_ns"); !timeout.is_null())
    read.client_timeout = Nanoseconds(timeout.get<std::int64_t>());
  return read;
}

Json json_of(const ServiceWords& words) {
  return {{"title", to_text(words.title)}, {"block", to_text(words.block)}};
}
ServiceWords words(const Json& json) { return {text(json.at("title")), text(json.at("block"))}; }

Json json_of(const StoreIdentity& store) {
  return {{"table", to_text(store.table)}, {"server", to_text(store.server)}};
}
StoreIdentity store(const Json& json) {
  if (!json.contains("table")) {
    std::vector<std::string> parts;
    for (const Json& part : json) parts.push_back(part.is_string() ? text(part) : part.dump());
    return identity_of_parts(parts);
  }
  return {text(json.at("table")), text(json.at("server"))};
}

Json json_of(const RowBaseline& rows) {
  Json choices = Json::object();
  for (const auto& [choice, count] : rows.choices) choices[to_text(choice)] = count;
  return {{"store", json_of(rows.identity)},
          {"model", to_string(rows.model)},
          {"snapshot", to_text(rows.snapshot)},
          {"rows", rows.rows},
          {"values_change", rows.values_change},
          {"updates", rows.updates ? Json(*rows.updates) : Json()},
          {"counters", rows.counters.kept},
          {"counters_exclusive", rows.counters.exclusive},
          {"counters_shared", rows.counters.shared},
          {"strangers", rows.strangers},
          {"stranger_checksum", rows.stranger_checksum},
          {"choices", std::move(choices)},
          {"server_time_ns", nanoseconds(rows.server_time)},
          {"probe_voters", rows.probe_voters}};
}
RowBaseline rows(const Json& json) {
  RowBaseline read;
  read.identity = store(json.at("store"));
  read.model = named<TableModel>(json.at("model").get_ref<const std::string&>());
  read.snapshot = text(json.at("snapshot"));
  json.at("rows").get_to(read.rows);
  json.at("strangers").get_to(read.strangers);
  json.at("stranger_checksum").get_to(read.stranger_checksum);
  read.values_change = json.value("values_change", false);
  read.counters = {json.value("counters", false), json.value("counters_exclusive", false),
                   json.value("counters_shared", false)};
  if (json.contains("updates") && !json.at("updates").is_null()) read.updates = json.at("updates");
  read.probe_voters = json.value("probe_voters", std::vector<VoterIndex>());
  for (const auto& [choice, count] : json.at("choices").items())
    read.choices[from_text(choice)] = count.get<std::uint64_t>();
  read.server_time = wall_time(json.at("server_time_ns"));
  return read;
}

Json json_of(const ServerClock& clock) {
  return {{"of", to_string(clock.of)},
          {"offset_ns", clock.offset.offset.count()},
          {"uncertainty_ns", clock.offset.uncertainty.count()},
          {"measured_ns", nanoseconds(clock.measured)}};
}
ServerClock clock(const Json& json) {
  return {named<ServerClock::Of>(json.value("of", "queue")),
          {Nanoseconds(json.at("offset_ns").get<std::int64_t>()),
           Nanoseconds(json.at("uncertainty_ns").get<std::int64_t>())},
          wall_time(json.at("measured_ns"))};
}

Json json_of(const FileSeal& seal) {
  return {{"name", seal.name}, {"bytes", seal.bytes}, {"sha256", seal.sha256}};
}
FileSeal seal(const Json& json) { return {json.at("name"), json.at("bytes"), json.at("sha256")}; }

Json json_of(const std::pair<std::string, std::string>& fact) {
  return {to_text(fact.first), to_text(fact.second)};
}
std::pair<std::string, std::string> fact(const Json& json) {
  return {text(json.at(0)), text(json.at(1))};
}

// --- lists and optional parts of these

template <typename T>
Json json_of(const std::optional<T>& value) {
  return value ? json_of(*value) : Json();
}
template <typename T>
Json json_of(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(json_of(value));
  return list;
}

template <typename T>
std::optional<T> optional_of(const Json& json, T (*read)(const Json&)) {
  return json.is_null() ? std::nullopt : std::optional<T>(read(json));
}
template <typename T>
std::vector<T> list_of(const Json& json, T (*read)(const Json&)) {
  std::vector<T> values;
  for (const Json& value : json) values.push_back(read(value));
  return values;
}

// --- whole documents

Manifest manifest_of(const Json& json) {
  Manifest manifest;
  json.at("votebench").get_to(manifest.votebench_version);
  manifest.run = run_id(json.at("run"));
  read_hex(json.at("key"), manifest.key.data(), manifest.key.size());
  json.at("seed").get_to(manifest.seed);
  manifest.tags = json.value("tags", std::vector<std::string>());
  manifest.invocation = optional_of(json.value("invocation", Json()), invocation);
  manifest.scenario_name = text(json.at("scenario").at("name"));
  manifest.scenario_source = text(json.at("scenario").at("source"));
  manifest.target = from_text(json.value("target", std::string()));
  manifest.environment = list_of(json.value("environment", Json::array()), fact);
  manifest.grounds = grounds_of(list_of(json.value("grounds", Json::array()), text));
  if (json.contains("services"))
    manifest.services = {words(json.at("services").at("queue")),
                         words(json.at("services").at("table"))};
  manifest.choices = list_of(json.at("choices"), text);
  manifest.identity = named<IdentityMode>(json.at("identity").get_ref<const std::string&>());
  manifest.id_form = named<IdForm>(json.value("id_form", "votebench"));
  manifest.workloads = list_of(json.at("workloads"), workload);
  manifest.slots = named<SlotForm>(json.value("slots", "plain"));
  manifest.limits = limits(json.at("limits"));
  manifest.t0_wall = wall_time(json.at("t0").at("wall_ns"));
  manifest.t0 = Instant(Nanoseconds(json.at("t0").at("mono_ns").get<std::int64_t>()));
  json.at("t0").at("boot_id").get_to(manifest.boot_id);
  manifest.stack_ends_with_run = json.value("stack_ends_with_run", false);
  manifest.queue = optional_of(json.at("queue"), queue);
  manifest.rows = optional_of(json.at("rows"), rows);
  manifest.clocks = list_of(json.at("clocks"), clock);
  // Older writers gave the server's name instead, the queue's first.
  if (manifest.rows && !manifest.clocks.empty() && !json.at("clocks").back().contains("of"))
    manifest.clocks.back().of = ServerClock::Of::rows;
  return manifest;
}

EndRecord end_record_of(const Json& json) {
  EndRecord record;
  record.ended = wall_time(json.at("ended_ns"));
  json.at("interrupted").get_to(record.interrupted);
  record.store = optional_of(json.at("store"), store);
  record.files = list_of(json.at("files"), seal);
  return record;
}

std::vector<FileSeal> seals_of(const Json& json) { return list_of(json.at("files"), seal); }

template <typename T>
Result<T> parse(const std::string& document, const char* schema, T (*read)(const Json&)) {
  try {
    const Json json = Json::parse(document);
    if (json.at("schema") != schema)
      throw std::invalid_argument(fmt::format("{} {}, this version reads {}", kOtherSchema,
                                              json.at("schema").dump(), schema));
    return read(json);
  } catch (const std::exception& error) {
    return fail(ErrorKind::environment, printable(error.what()));
  }
}

}  // namespace

StoreIdentity identity_of_parts(const std::vector<std::string>& parts) {
  StoreIdentity identity;
  for (const std::string& part : parts) {
    if (!identity.server.empty())
      identity.table += (identity.table.empty() ? "" : " ") + identity.server;
    identity.server = part;
  }
  return identity;
}

std::string current_boot_id() {
  std::string id = read_file("/proc/sys/kernel/random/boot_id").value_or("");
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

std::string to_json(const Manifest& manifest) {
  const Json json{
      {"schema", kManifestSchema},
      {"votebench", manifest.votebench_version},
      {"run", manifest.run.hex()},
      {"key", to_hex(manifest.key)},
      {"seed", manifest.seed},
      {"tags", manifest.tags},
      {"invocation", json_of(manifest.invocation)},
      {"scenario",
       {{"name", to_text(manifest.scenario_name)}, {"source", to_text(manifest.scenario_source)}}},
      {"target", to_text(manifest.target)},
      {"environment", json_of(manifest.environment)},
      {"grounds", texts(lines_of(manifest.grounds))},
      {"services",
       {{"queue", json_of(manifest.services.queue)}, {"table", json_of(manifest.services.table)}}},
      {"choices", texts(manifest.choices)},
      {"identity", to_string(manifest.identity)},
      {"id_form", to_string(manifest.id_form)},
      {"workloads", json_of(manifest.workloads)},
      {"slots", to_string(manifest.slots)},
      {"limits", json_of(manifest.limits)},
      {"t0",
       {{"wall_ns", nanoseconds(manifest.t0_wall)},
        {"mono_ns", manifest.t0.time_since_epoch().count()},
        {"boot_id", manifest.boot_id}}},
      {"stack_ends_with_run", manifest.stack_ends_with_run},
      {"queue", json_of(manifest.queue)},
      {"rows", json_of(manifest.rows)},
      {"clocks", json_of(manifest.clocks)}};
  return json.dump(2) + '\n';
}

std::string to_json(const EndRecord& record) {
  const Json json{{"schema", kEndSchema},
                  {"ended_ns", nanoseconds(record.ended)},
                  {"interrupted", record.interrupted},
                  {"store", json_of(record.store)},
                  {"files", json_of(record.files)}};
  return json.dump(2) + '\n';
}

std::string to_json(const std::vector<FileSeal>& seals) {
  const Json json{{"schema", kBeginSchema}, {"files", json_of(seals)}};
  return json.dump(2) + '\n';
}

Result<Manifest> parse_manifest(const std::string& json) {
  return parse(json, kManifestSchema, manifest_of);
}

Result<EndRecord> parse_end_record(const std::string& json) {
  return parse(json, kEndSchema, end_record_of);
}

Result<std::vector<FileSeal>> parse_seals(const std::string& json) {
  return parse(json, kBeginSchema, seals_of);
}

}  // namespace votebench::ledger
