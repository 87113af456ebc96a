// Four files; text from a queue or a table is written as bytes_text.h says.
//
//   rows.bin          row_file.cpp: RowSet::own
//   strangers.ndjson  ({ "origin": "own" | "invalid_own" | "other_run" | "foreign",
//                        "id", "choice" } newline)*
//   evidence.json     { "schema": "votebench.evidence/1",
//                       "queue": QueueEvidence but carry_over_ids,
//                       "rows": RowEvidence and RowSet but own and strangers,
//                       "settlement": Settlement, "facts": LoadRecord and `unfit`,
//                       "page": PageEvidence, "clocks": [ ServerClock ] }
//   shards.json       [ ShardRecord ]
//
// The objects hold the fields named in queue_fields, row_fields, settlement_fields, load_fields,
// page_fields, clock_fields and shard_fields below; times are integers in nanoseconds, enumerators
// the words of names.h, a map is a list of pairs. evidence.json is written last: where it stands,
// the others are whole.
#include "ledger/evidence_file.h"

#include <nlohmann/json.hpp>
#include <type_traits>

#include "core/os.h"
#include "core/text.h"
#include "ledger/bytes_text.h"
#include "ledger/files.h"
#include "ledger/names.h"
#include "ledger/row_file.h"

namespace votebench::ledger {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "votebench.evidence/1";

// --- one value, to JSON and back

template <typename T>
Json encode(const T& value) {
  if constexpr (std::is_enum_v<T>)
    return to_string(value);
  else
    return value;
}
Json encode(const std::string& bytes) { return to_text(bytes); }
Json encode(Nanoseconds time) { return time.count(); }
Json encode(WallTime time) { return time.time_since_epoch().count(); }
Json encode(const ClockOffset& clock) { return {clock.offset.count(), clock.uncertainty.count()}; }
template <typename T>
Json encode(const std::optional<T>& value) {
  return value ? encode(*value) : Json();
}
Json encode(const std::vector<std::string>& values) {
  Json list = Json::array();
  for (const std::string& value : values) list.push_back(encode(value));
  return list;
}
Json encode(const Grounds& grounds) { return encode(lines_of(grounds)); }
template <typename Pairs>
Json encode_pairs(const Pairs& pairs) {  // [ [ key, value ] ]
  Json list = Json::array();
  for (const auto& [key, value] : pairs) list.push_back({encode(key), encode(value)});
  return list;
}
template <typename Key, typename T>
Json encode(const std::map<Key, T>& values) {
  return encode_pairs(values);
}

template <typename T>
void decode(const Json& json, T& value) {
  if constexpr (std::is_enum_v<T>)
    value = named<T>(json.get_ref<const std::string&>());
  else
    json.get_to(value);
}
void decode(const Json& json, std::string& bytes) { bytes = from_text(json.get<std::string>()); }
void decode(const Json& json, Nanoseconds& time) { time = Nanoseconds(json.get<std::int64_t>()); }
void decode(const Json& json, WallTime& time) {
  time = WallTime(Nanoseconds(json.get<std::int64_t>()));
}
void decode(const Json& json, ClockOffset& clock) {
  clock = {Nanoseconds(json.at(0).get<std::int64_t>()),
           Nanoseconds(json.at(1).get<std::int64_t>())};
}
template <typename T>
void decode(const Json& json, std::optional<T>& value) {
  if (!json.is_null()) decode(json, value.emplace());
}
void decode(const Json& json, std::vector<std::string>& values) {
  for (const Json& item : json) decode(item, values.emplace_back());
}
void decode(const Json& json, Grounds& grounds) {
  std::vector<std::string> lines;
  decode(json, lines);
  grounds = grounds_of(lines);
}
template <typename Key, typename T>
void decode(const Json& json, std::map<Key, T>& values) {
  for (const Json& pair : json) {
    Key key{};
    decode(pair.at(0), key);
    decode(pair.at(1), values[key]);
  }
}

void decode(const Json& json, std::vector<std::pair<std::string, std::string>>& pairs) {
  for (const Json& pair : json) {
    auto& [key, value] = pairs.emplace_back();
    decode(pair.at(0), key);
    decode(pair.at(1), value);
  }
}

// --- the fields, named once for both directions

struct Write {
  Json json = Json::object();
  template <typename T>
  void operator()(const char* name, const T& value) {
    json[name] = encode(value);
  }
  template <typename T>
  void optional(const char* name, const T& value) {
    (*this)(name, value);
  }
};
struct Read {
  const Json& json;
  template <typename T>
  void operator()(const char* name, T& value) {
    decode(json.at(name), value);
  }
  // A field that earlier writers of this schema did not know.
  template <typename T>
  void optional(const char* name, T& value) {
    if (json.contains(name)) (*this)(name, value);
  }
};

template <typename Direction, typename Queue>
void queue_fields(Direction&& field, Queue& queue) {
  field("configured", queue.configured);
  field("readable_at_end", queue.readable_at_end);
  field.optional("server_id", queue.server_id);
  field("same_server", queue.same_server);
  field("restarts", queue.restarts);
  field("shares_pushes", queue.shares_pushes);
  field("depth_start", queue.depth_start);
  field("depth_end", queue.depth_end);
  field("depth_max", queue.depth_max);
  field("evicted", queue.evicted);
  field.optional("removed", queue.removed);
  field("pushed", queue.pushed);
  field("popped", queue.popped);
  field.optional("pushes_undercount", queue.pushes_undercount);
  field.optional("pushes_repeat", queue.pushes_repeat);
  field.optional("own_seen", queue.own_seen);
  field("own_listed", queue.own_listed);
  field("own_in_flight", queue.own_in_flight);
  field("strangers_listed", queue.strangers_listed);
  field.optional("unreadable_listed", queue.unreadable_listed);
  field.optional("list_seen", queue.list_seen);
  field.optional("blocking_pops", queue.blocking_pops);
}

template <typename Direction, typename Rows>
void row_fields(Direction&& field, Rows& rows) {
  field("configured", rows.configured);
  field("readable", rows.readable);
  field("same_store", rows.same_store);
  field("is_replica", rows.is_replica);
  field.optional("store_table", rows.store.table);
  field.optional("store_server", rows.store.server);
  field("model", rows.model);
  field("rows_start", rows.rows_start);
  field("rows_end", rows.rows_end);
  field("choices_start", rows.choices_start);
  field.optional("values_changed", rows.values_changed);
  field.optional("rows_vanished", rows.rows_vanished);
  field("strangers_changed", rows.strangers_changed);
  field.optional("probes_seen", rows.probes_seen);
  field.optional("probes_vanished", rows.probes_vanished);
  field.optional("voters_vanished", rows.voters_vanished);
  field.optional("vanished", rows.vanished);
  field.optional("restarted", rows.restarted);
  field.optional("updates", rows.updates);
  field.optional("counters", rows.counters.kept);
  field.optional("counters_exclusive", rows.counters.exclusive);
  field.optional("counters_shared", rows.counters.shared);
  field.optional("fell", rows.fell);
  field("other_choices", rows.rows.other_choices);
  field("probes", rows.rows.probes);
  field.optional("trailing", rows.rows.trailing);
  field("other_run", rows.rows.other_run);
  field("foreign", rows.rows.foreign);
  field("invalid_own", rows.rows.invalid_own);
  field("carry_over", rows.rows.carry_over);
  field("total", rows.rows.total);
  field("pre_existing", rows.rows.pre_existing);
  field("stranger_checksum", rows.rows.stranger_checksum);
  field("choices", rows.rows.choices);
}

template <typename Direction, typename Outcome>
void settlement_fields(Direction&& field, Outcome& settlement) {
  field("proof", settlement.proof);
  field("reason", settlement.reason);
  field.optional("advice", settlement.advice);
  field("assumptions", settlement.assumptions);
  field("drain_ns", settlement.drain);
  field("drain_rate_per_s", settlement.drain_rate_per_s);
  field("still_needed_ns", settlement.still_needed);
  field.optional("trailing_cast", settlement.trailing_cast);
  field.optional("trailing_rows", settlement.trailing_rows);
  field.optional("late", settlement.late);
  field.optional("grounds", settlement.grounds);
}

template <typename Direction, typename Load>
void load_fields(Direction&& field, Load& load) {
  field("started_ns", load.started);
  field("ended_ns", load.ended);
  field.optional("took_ns", load.took);
  field("stopped", load.stopped);
  field("audit_finished", load.audit_finished);
  field("completed", load.completed);
  field("planned", load.planned);
  field("load_ns", load.length);
  field("threads", load.threads);
  field("cpu_ns", load.cpu);
  field("steal_share", load.steal_share);
  field("exhausted_share", load.exhausted_share);
  field("longest_sampler_gap_ns", load.longest_sampler_gap);
  field("clock_step_ns", load.clock_step);
  field.optional("standstill_ns", load.standstill);
}

template <typename Direction, typename Page>
void page_fields(Direction&& field, Page& page) {
  field("configured", page.configured);
  field("compared", page.compared);
  field("why_not", page.why_not);
  field("shown", page.shown);
  field("stored", page.stored);
}

template <typename Direction, typename Reading>
void clock_fields(Direction&& field, Reading& reading) {
  field("of", reading.of);
  field("offset_ns", reading.offset.offset);
  field("uncertainty_ns", reading.offset.uncertainty);
  field("measured_ns", reading.measured);
}

template <typename Direction, typename Shard>
void shard_fields(Direction&& field, Shard& shard) {
  field("index", shard.index);
  field("state", shard.state);
  field("detail", shard.detail);
  field("host", shard.host);
  field("planned", shard.planned);
  field("started", shard.started);
  field("acked", shard.acked);
  field("unknown", shard.unknown);
  field("lag_max_ns", shard.lag_max);
  field("clock", shard.clock);
  field("began_ns", shard.began);
  field("ended_ns", shard.ended);
}

template <typename Direction, typename Row>
void stranger_fields(Direction&& field, Row& row) {
  field("origin", row.origin);
  field("id", row.id);
  field("choice", row.choice);
}

// --- whole files

std::string document_of(const RunRecord& record) {
  Write queue;
  Write rows;
  Write settlement;
  Write facts;
  Write page;
  queue_fields(queue, record.evidence.queue);
  row_fields(rows, record.evidence.rows);
  settlement_fields(settlement, record.evidence.settlement);
  load_fields(facts, record.load);
  facts("unfit", record.unfit ? record.unfit->message : "");
  facts("unfit_help", record.unfit ? record.unfit->help : "");
  page_fields(page, record.evidence.page);
  Json clocks = Json::array();
  for (const ServerClock& reading : record.clocks) {
    Write clock;
    clock_fields(clock, reading);
    clocks.push_back(std::move(clock.json));
  }
  const Json json{{"schema", kSchema},
                  {"queue", std::move(queue.json)},
                  {"rows", std::move(rows.json)},
                  {"settlement", std::move(settlement.json)},
                  {"facts", std::move(facts.json)},
                  {"page", std::move(page.json)},
                  {"clocks", std::move(clocks)}};
  return json.dump(2) + '\n';
}

// Earlier writers wrote the parts of it.
StoreIdentity older_store(const Json& rows) {
  std::vector<std::string> parts;
  for (const auto& [name, part] : rows.items())
    if (name.starts_with("store_"))
      parts.push_back(part.is_string() ? from_text(part.get<std::string>()) : part.dump());
  return identity_of_parts(parts);
}

void read_document(const Json& json, RunRecord& record) {
  if (json.at("schema") != kSchema) throw std::invalid_argument("its schema is not known");
  Evidence& evidence = record.evidence;
  queue_fields(Read{json.at("queue")}, evidence.queue);
  row_fields(Read{json.at("rows")}, evidence.rows);
  if (!json.at("rows").contains("store_table")) evidence.rows.store = older_store(json.at("rows"));
  settlement_fields(Read{json.at("settlement")}, evidence.settlement);
  // Earlier writers of this schema did not look at it.
  if (json.contains("page")) page_fields(Read{json.at("page")}, evidence.page);
  for (const Json& clock : json.value("clocks", Json::array()))
    clock_fields(Read{clock}, record.clocks.emplace_back());
  Read facts{json.at("facts")};
  load_fields(facts, record.load);
  Error unfit{ErrorKind::environment, {}, {}};
  facts("unfit", unfit.message);
  facts("unfit_help", unfit.help);
  if (!unfit.message.empty()) record.unfit = std::move(unfit);
  // Earlier writers had these here instead of in the manifest.
  facts.optional("target", record.begin.target);
  facts.optional("environment", record.begin.environment);
}

// Calls read(json) with every line.
template <typename Reader>
Result<> read_json_lines(const std::filesystem::path& file, Reader read) {
  TRY_ASSIGN(const std::string content, read_file(file));
  try {
    for (std::size_t begin = 0; begin < content.size();) {
      const std::size_t end = std::min(content.find('\n', begin), content.size());
      read(Json::parse(std::string_view(content).substr(begin, end - begin)));
      begin = end + 1;
    }
  } catch (const std::exception& error) {
    return damaged(file, printable(error.what()));
  }
  return {};
}

}  // namespace

Result<> write_evidence(const std::filesystem::path& run, const RunRecord& record) {
  const RowSet& rows = record.evidence.rows.rows;
  std::string strangers;
  for (const StrangerRow& row : rows.strangers) {
    Write line;
    stranger_fields(line, row);
    strangers += line.json.dump() + '\n';
  }
  TRY(write_rows(run / kRowsFile, rows.own));
  TRY(write_file_durably(run / kStrangersFile, strangers));
  return write_file_durably(run / kEvidenceFile, document_of(record));
}

Result<> read_evidence(const std::filesystem::path& run, RunRecord& record) {
  if (!std::filesystem::exists(run / kEvidenceFile)) return {};
  TRY_ASSIGN(const std::string content, read_file(run / kEvidenceFile));
  try {
    read_document(Json::parse(content), record);
  } catch (const std::exception& error) {
    return damaged(run / kEvidenceFile, printable(error.what()));
  }
  RowSet& rows = record.evidence.rows.rows;
  TRY_ASSIGN(rows.own, read_rows(run / kRowsFile));
  TRY(read_json_lines(run / kStrangersFile, [&](const Json& line) {
    stranger_fields(Read{line}, rows.strangers.emplace_back());
  }));
  record.complete = true;
  return {};
}

Result<> write_shards(const std::filesystem::path& run, const std::vector<ShardRecord>& shards) {
  Json list = Json::array();
  for (const ShardRecord& shard : shards) {
    Write fields;
    shard_fields(fields, shard);
    list.push_back(std::move(fields.json));
  }
  return write_file_durably(run / kShardsFile, list.dump(2) + '\n');
}

Result<std::vector<ShardRecord>> read_shards(const std::filesystem::path& run) {
  std::vector<ShardRecord> shards;
  if (!std::filesystem::exists(run / kShardsFile)) return shards;
  TRY_ASSIGN(const std::string content, read_file(run / kShardsFile));
  try {
    for (const Json& shard : Json::parse(content)) shard_fields(Read{shard}, shards.emplace_back());
  } catch (const std::exception& error) {
    return damaged(run / kShardsFile, printable(error.what()));
  }
  return shards;
}

bool was_refused(const std::filesystem::path& run) {
  const Result<std::string> content = read_file(run / kEvidenceFile);
  const Json json = Json::parse(content.value_or(""), nullptr, false);
  const Json::json_pointer place("/facts/unfit");
  if (!json.is_object() || !json.contains(place)) return false;
  const Json& why = json.at(place);
  return why.is_string() && !why.get_ref<const std::string&>().empty();
}

Result<> write_ids(const std::filesystem::path& file, const std::unordered_set<std::string>& ids) {
  std::string lines;
  for (const std::string& id : ids) lines += encode(id).dump() + '\n';
  return write_file_durably(file, lines);
}

Result<std::unordered_set<std::string>> read_ids(const std::filesystem::path& file) {
  std::unordered_set<std::string> ids;
  if (!std::filesystem::exists(file)) return ids;
  TRY(read_json_lines(file, [&](const Json& line) {
    std::string id;
    decode(line, id);
    ids.insert(std::move(id));
  }));
  return ids;
}

}  // namespace votebench::ledger
