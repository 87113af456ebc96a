// The description of scenario and target files: every key with its type, range, words and meaning,
// in the order in which files are written, beside the field that it sets. To add a key, add a field
// to its record and a line here.
//
// A description is applied to a visitor. There are three: the Reader fills records from a checked
// tree (scenario/build.cpp), the Writer writes them as YAML and as a list of settings
// (scenario/write.cpp), the Catalogue makes the tree of keys (scenario/keys.cpp), from which come
// checks, JSON Schema and documentation. What `at`, a visitor at one mapping of the file, offers:
//
//   at(key, field)                   one value
//   at.items(key, item, field)       a list, or a mapping of names, of values described by `item`
//   at.each(key, item, list, f)      a list of records; f(visitor, record) describes one
//   at.named(key, item, list, f)     the same as a mapping of names; a record holds its `name`
//   at.section(key)                  a visitor of a mapping whose keys set fields of this record
//   at.part(key, optional, f)        a mapping that may be absent, of a record of its own
//   at.block(key, there, f)          a mapping that may be absent, of this record
//   at.either(key, field, f)         a key that holds the value of `field` or a mapping
//   at.exactly_one(first, second)    a mapping holds exactly one of the two keys
//   at.at_most_one(first, second)    a mapping holds at most one of them
//   at.stated(name, flag)            `flag`: somebody said the key; whether it is to be visited
//   at.visits(condition)             whether a key that means nothing without `condition` is to be
//                                    visited: the Catalogue visits all
//   Visitor::kReads                  whether fields are set from the file
//
// A field that is not written the way the record holds it goes through a variable: made from the
// record, visited, and taken back into the record. So the functions take records that they may
// change, and a Writer works on a copy.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "scenario/keys.h"
#include "scenario/profiles.h"
#include "scenario/scenario.h"
#include "scenario/urls.h"
#include "scenario/values.h"
#include "vote/request_text.h"
#include "vote/target_settings.h"

namespace votebench::scenario::description {

using enum ValueType;

// The words that stand for the values of an enum, or of a bool, in a file.
template <typename Enum>
using Words = std::vector<std::pair<std::string, Enum>>;

// `word` as it stands for `field`; visit(word) may change it, and `field` follows.
template <typename Enum, typename Visit>
void through_words(const Words<Enum>& known, Enum& field, Visit visit) {
  std::string word;
  for (const auto& [name, value] : known)
    if (value == field) word = name;
  visit(word);
  for (const auto& [name, value] : known)
    if (name == word) field = value;
}

template <typename Enum>
std::vector<std::string> words_of(const Words<Enum>& known) {
  std::vector<std::string> words;
  for (const auto& [name, value] : known) words.push_back(name);
  return words;
}

template <typename Visitor, typename Enum>
void words(const Visitor& at, const Key& key, const Words<Enum>& known, Enum& field) {
  through_words(known, field, [&](std::string& text) { at(key.among(words_of(known)), text); });
}

template <typename Visitor>
void describe(const Visitor& at, StackChoice& stack) {
  at(key("name", word, "which stack").among(stack_words().kinds), stack.name);
  at(key("variant", word, "how its services behave").among(stack_words().variants), stack.variant);
  at(key("workers", count, "worker processes").range("1", "64"), stack.worker.workers);
  at(key("batch", count, "votes that a worker writes at once").range("1", "10000"),
     stack.worker.batch);
  at(key("poll", duration, "a worker's pause before an empty queue").range("1ms", "1m"),
     stack.worker.poll);
  at(key("hold", duration, "a worker's pause between pop and write").range("0s", "10m"),
     stack.worker.hold);
  at(key("order", word, "when a vote leaves the queue").among(stack_words().orders),
     stack.worker.order);
}

template <typename Visitor>
void describe_address(const Visitor& at, VoteEndpoint& vote) {
  std::string url = vote.url();
  at(key("url", http_url, "where votes are sent; without a path, the profile's path")
         .profile_default(),
     url);
  if (const auto parts = parse_http_url(url)) {
    vote.tls = parts->tls;
    vote.host = parts->host;
    vote.port = parts->port;
    if (!parts->path.empty()) vote.path = parts->path;
  }
  std::string connect_to = vote.connect_to ? vote.connect_to->text() : "";
  at(key("connect_to", destination,
         "where connections go instead; the URL's name stays in requests and certificates")
         .nullable(),
     connect_to);
  if (const auto place = parse_destination(connect_to)) vote.connect_to = *place;
}

template <typename Visitor>
void describe_body(const Visitor& at, VoteEndpoint& vote) {
  at(key("json", text,
         "the body as JSON, in place of `form`: `\"{choice}\"` inside quotes, or a bare `{choice}` "
         "where choices are numbers")
         .no_default(),
     vote.json);
  if (Visitor::kReads && !vote.json.empty()) vote.form.clear();
  if (at.visits(vote.json.empty()))
    at.items(key("form", fields, "the form fields of a vote; null: no body").or_none(),
             key("*", text, "with `{choice}` or `{voter}`, or sent as it is"), vote.form);
  at.at_most_one("form", "json");
}

template <typename Visitor>
void describe_headers(const Visitor& at, VoteEndpoint& vote) {
  at.items(key("headers", names, "further headers, or others than votebench's own").no_default(),
           key("*", text_or_secret, "with `{choice}` or `{voter}`, or sent as it is"),
           vote.headers);
  std::map<std::string, std::string> cookie;
  if (!vote.cookie.empty()) cookie[vote.cookie] = kVoterPlace;
  at.items(
      key("cookie", names, "the cookie that carries the voter's id; null: none does").or_none(),
      key("*", text, "`{voter}`"), cookie);
  vote.cookie = cookie.empty() ? "" : cookie.begin()->first;
}

template <typename Visitor>
void describe(const Visitor& at, CsrfSettings& csrf) {
  at(key("page", text,
         "the path of a page that shows the form; fetched once, its cookies are sent"),
     csrf.page);
  at(key("field", text, "the hidden input that holds the token; sent as the form's field")
         .no_default(),
     csrf.field);
  at(key("cookie", text, "the cookie that holds the token, where no hidden input does")
         .no_default(),
     csrf.cookie);
  at(key("header", name, "the header that carries the token").no_default(), csrf.header);
}

template <typename Visitor>
void describe(const Visitor& at, AnswerId& where) {
  const auto optional = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
  };
  std::optional<std::string> cookie = optional(where.cookie);
  std::optional<std::string> json = optional(where.json);
  at(key("cookie", name, "the name of a cookie that it sets").alternative(), cookie);
  at(key("json", text, "a JSON pointer into its body: `/voter/id`").alternative(), json);
  at.exactly_one("cookie", "json");
  where = {cookie.value_or(""), json.value_or("")};
}

template <typename Visitor>
void describe(const Visitor& at, VoteEndpoint& vote) {
  static const Words<VoteMethod> kMethods{{"POST", VoteMethod::post}, {"PUT", VoteMethod::put}};
  describe_address(at, vote);
  words(at, key("method", word, "how votes are sent"), kMethods, vote.method);
  describe_body(at, vote);
  describe_headers(at, vote);
  at.part(key("csrf", mapping, "where an app wants a token of its page with every vote").nullable(),
          vote.csrf, [](const auto& in, CsrfSettings& csrf) { describe(in, csrf); });
  const Key status = key("[]", count, "an HTTP status").range("100", "599");
  at.items(key("accept", list, "statuses that mean: this vote counts").profile_default(), status,
           vote.accepted);
  at.items(key("reject", list, "statuses decided before a vote is queued: it does not count")
               .profile_default(),
           status, vote.rejected);
  static const Words<IdentityMode> kModes{{"echoed", IdentityMode::echoed},
                                          {"sent", IdentityMode::sent},
                                          {"none", IdentityMode::none},
                                          {"answered", IdentityMode::answered}};
  words(
      at,
      key("identity", word,
          "whether answers show the voter's id (echoed), it only travels (sent), the app makes it "
          "and its answers tell it (answered), or votes are only counted (none)"),
      kModes, vote.identity);
  at.part(key("answer_id", mapping,
              "where an answer tells the id, with `identity: answered`; left out: the cookie above")
              .no_default(),
          vote.answer_id, [](const auto& in, AnswerId& where) { describe(in, where); });
  if (vote.identity == IdentityMode::answered && !vote.answer_id)
    vote.answer_id = AnswerId{vote.cookie, ""};
  static const Words<IdForm> kForms{{"votebench", IdForm::votebench}, {"uuid", IdForm::uuid}};
  words(at,
        key("id_form", word,
            "the form of the voters' ids that are sent: 26 characters that begin with `vb`, or a "
            "`uuid` for a column of that type"),
        kForms, vote.id_form);
}

// A block of the target file that is named after the kind of queue or table that it describes: it
// stands where `field` is of the kind of `defaults`.
template <typename Visitor, typename Settings, typename Describe>
void kind_block(const Visitor& at, const std::pair<Key, Settings>& kind,
                std::optional<Settings>& field, Describe describe_kind) {
  const Settings& defaults = kind.second;
  std::optional<Settings> block;
  if (field && field->kind == defaults.kind) block = field;
  at.part(kind.first, block, [&](const auto& in, Settings& settings) {
    if (settings.kind.empty()) settings = defaults;
    describe_kind(in, settings);
  });
  if (block) field = std::move(block);
}

// Where a Redis is, and how to get in: the same for all that may be a queue on it.
template <typename Visitor>
void describe_server(const Visitor& at, QueueSettings& queue) {
  std::string url = redis_url_of(queue);
  at(key("url", redis_url,
         "redis://[USER@]HOST[:PORT][/DB], rediss:// over TLS, or unix:///PATH[?db=DB]"),
     url);
  if (const auto parts = parse_redis_url(url)) {
    queue.tls = parts->tls;
    queue.host = parts->host;
    queue.port = parts->port;
    queue.path = parts->path;
    queue.database = parts->database;
    queue.user = parts->user;
  }
  at(key("password", secret, "its password"), queue.password);
}

template <typename Visitor>
void describe_sampling(const Visitor& at, QueueSettings& queue) {
  at(key("sample_every", duration, "between two looks at the queue").range("10ms", "1m"),
     queue.sample_every);
}

template <typename Visitor>
void describe_redis(const Visitor& at, QueueSettings& queue) {
  describe_server(at, queue);
  if (at.visits(queue.further_lists.empty()))
    at(key("list", text, "the list that votes are pushed to"), queue.list);
  std::vector<std::string> lists;
  if (!queue.further_lists.empty()) {
    lists = queue.further_lists;
    lists.insert(lists.begin(), queue.list);
  }
  at.items(key("lists", list,
               "in its place, where votes are pushed to several: one per choice, or "
               "shards")
               .no_default(),
           key("[]", text, "a list"), lists);
  at.at_most_one("list", "lists");
  if (Visitor::kReads && !lists.empty()) {
    queue.list = lists.front();
    queue.further_lists.assign(lists.begin() + 1, lists.end());
  }
  at.items(key("in_flight", list, "side lists of a reliable worker"), key("[]", text, "a list"),
           queue.in_flight);
  describe_sampling(at, queue);
}

template <typename Visitor>
void describe_redis_stream(const Visitor& at, QueueSettings& queue) {
  describe_server(at, queue);
  at(key("stream", text, "the stream that votes are added to"), queue.list);
  at(key("group", text, "the workers' consumer group; left out: they read without one (XREAD)")
         .nullable(),
     queue.group);
  if (Visitor::kReads) {
    queue.in_flight.clear();
    if (!queue.group.empty())
      queue.in_flight = {"the pending entries of group '" + queue.group + "'"};
  }
  describe_sampling(at, queue);
}

template <typename Visitor>
void describe_revotes(const Visitor& at, RowSettings& rows) {
  static const Words<RevoteRule> kRules{{"last-wins", RevoteRule::last_wins},
                                        {"append", RevoteRule::append},
                                        {"first-wins", RevoteRule::first_wins}};
  std::string rule;
  for (const auto& [name, value] : kRules)
    if (rows.revotes == value) rule = name;
  at(key("rows", word,
         "what becomes of a voter's further votes: `last-wins` replaces the row, `append` adds "
         "one, "
         "`first-wins` changes nothing; left out: found out by probe votes")
         .among(words_of(kRules))
         .no_default(),
     rule);
  for (const auto& [name, value] : kRules)
    if (rule == name) rows.revotes = value;
}

template <typename Visitor>
void describe_postgres(const Visitor& at, RowSettings& rows) {
  at(key("url", postgres_uri, "a libpq URI without a password"), rows.url);
  at(key("password", secret, "its password"), rows.password);
  at(key("table", text, "TABLE or SCHEMA.TABLE"), rows.table);
  const auto& columns = at.section(key("columns", mapping, "the names of its columns"));
  columns(key("voter", text, "the voter's id"), rows.voter_column);
  columns(key("choice", text, "the choice"), rows.choice_column);
  at.items(key("where", names, "only rows with these values are looked at: those of one poll, say")
               .no_default(),
           key("*", scalar, "what its column holds; null: nothing (IS NULL)").nullable(),
           rows.where);
  describe_revotes(at, rows);
  at.items(key("choices", choices, "choices that the table spells otherwise than they are sent")
               .no_default(),
           key("*", text, "as the table says it"), rows.stored_choices);
  at(key("sample_every", duration, "between two looks at the table").range("10ms", "1m"),
     rows.sample_every);
}

// The three places where counters can stand: what is said in one of their blocks.
template <typename Visitor>
void describe_redis_counters(const Visitor& at, RowSettings& rows) {
  CounterSettings& counters = *rows.counters;
  std::string url = redis_url_of(counters.server);
  at(key("url", redis_url, "as redis.url").required(), url);
  if (const auto parts = parse_redis_url(url)) counters.server = *parts;
  if (Visitor::kReads) rows.url = url;
  at(key("password", secret, "its password"), rows.password);
  at(key("hash", text, "the key of a hash whose fields are the counters; left out: a key each")
         .nullable(),
     counters.hash);
  at.items(key("keys", choices, "each choice, and the key or the field that counts it").required(),
           key("*", text, "a key, or a field of the hash"), rows.stored_choices);
}

template <typename Visitor>
void describe_table_counters(const Visitor& at, RowSettings& rows) {
  at(key("url", postgres_uri, "a libpq URI without a password").required(), rows.url);
  at(key("password", secret, "its password"), rows.password);
  at(key("table", text, "TABLE or SCHEMA.TABLE"), rows.table);
  at(key("choice", text, "its column that names the choice"), rows.choice_column);
  at(key("count", text, "its column that counts"), rows.counters->count_column);
  at.items(key("choices", choices, "choices that the table spells otherwise than they are sent")
               .no_default(),
           key("*", text, "as the table says it"), rows.stored_choices);
}

template <typename Visitor>
void describe_page_counters(const Visitor& at, RowSettings& rows) {
  at(key("url", http_url, "a page of JSON that shows the counters").required(), rows.url);
  at.items(key("pointer", choices, "each choice, and the JSON pointer to its count").required(),
           key("*", text, "such as /votes/cats"), rows.stored_choices);
}

// A block of `at` for one source; `rows` is that source's where the block is there.
template <typename Visitor, typename Describe>
void counter_source(const Visitor& at, const Key& key, RowSettings& rows, Describe describe) {
  at.block(key, rows.counters->source == key.name, [&](const auto& in) {
    if (Visitor::kReads) rows.counters->source = key.name;
    describe(in, rows);
  });
}

template <typename Visitor>
void describe_counters(const Visitor& at, RowSettings& rows) {
  counter_source(at, key("redis", mapping, "in Redis, raised by INCR or HINCRBY"), rows,
                 [](const auto& in, RowSettings& its) { describe_redis_counters(in, its); });
  counter_source(at, key("postgres", mapping, "in a table of PostgreSQL, a row per choice"), rows,
                 [](const auto& in, RowSettings& its) { describe_table_counters(in, its); });
  counter_source(at, key("page", mapping, "on a page of JSON"), rows,
                 [](const auto& in, RowSettings& its) { describe_page_counters(in, its); });
  at(key("exclusive", boolean,
         "nobody else votes during a run: a count above the votes that were sent is a failure"),
     rows.counters->exclusive);
  at(key("sample_every", duration, "between two looks at the counters").range("10ms", "1m"),
     rows.sample_every);
}

template <typename Visitor>
void describe(const Visitor& at, TunnelSettings& tunnel) {
  at(key("ssh_config", text, "the file that says how to log in to it").required(),
     tunnel.ssh_config);
  at(key("via", name, "its name in that file").required(), tunnel.via);
}

template <typename Visitor>
void describe_worker(const Visitor& at, TargetSettings& target) {
  static const Words<WorkerModel> kModels{{"serial", WorkerModel::serial},
                                          {"unknown", WorkerModel::unknown}};
  bool stated = target.worker_stated || target.max_hold_stated;
  if (!at.stated("worker", stated)) return;
  if (Visitor::kReads) target.worker_stated = stated;
  through_words(kModels, target.worker, [&](std::string& model) {
    const auto model_key = [](std::string_view called, std::string_view doc) {
      return key(called, word, doc).among(words_of(kModels)).profile_default();
    };
    at.either(model_key("worker",
                        "what may be assumed of the worker: `serial` pops one vote, writes it, "
                        "pops again; or a mapping"),
              model, [&](const auto& worker) {
                if (worker.stated("model", target.worker_stated))
                  worker(model_key("model", "as above"), model);
                if (worker.stated("max_hold", target.max_hold_stated))
                  worker(
                      key("max_hold", duration, "the longest time between a worker's pop and write")
                          .range("0s", "1h"),
                      target.worker_max_hold);
              });
  });
}

template <typename Visitor>
void describe_transport(const Visitor& at, TargetSettings& target) {
  const auto& tls = at.section(key("tls", mapping, "for https and rediss"));
  tls(key("verify", boolean, "check the server's certificate"), target.tls_verify);
  tls(key("ca_file", text, "PEM file of authorities to trust instead of the system's").nullable(),
      target.tls_ca_file);
  std::string proxy = target.proxy ? "http://" + target.proxy->text() : "";
  at(key("proxy", proxy_url,
         "an HTTP proxy that votes are tunnelled through; left out: none, whatever the "
         "environment says")
         .nullable(),
     proxy);
  if (const auto place = parse_proxy_url(proxy)) target.proxy = *place;
  at.part(
      key("tunnel", mapping, "the way to redis and postgres leads through another host, by OpenSSH")
          .nullable(),
      target.tunnel, [](const auto& in, TunnelSettings& tunnel) { describe(in, tunnel); });
  if (Visitor::kReads && target.queue) {
    target.queue->tls_verify = target.tls_verify;
    target.queue->tls_ca_file = target.tls_ca_file;
  }
  if (Visitor::kReads && target.rows && target.rows->counters) {
    CounterSettings& counters = *target.rows->counters;
    counters.tls_verify = counters.server.tls_verify = target.tls_verify;
    counters.tls_ca_file = counters.server.tls_ca_file = target.tls_ca_file;
  }
}

template <typename Visitor>
void describe(const Visitor& at, TargetSettings& target) {
  at(key("profile", word, "the app's contract; fills the defaults below").among(profile_names()),
     target.profile);
  if (Visitor::kReads) target = profile_settings(*find_profile(target.profile));
  describe(at.section(key("vote", mapping, "where votes are sent")), target.vote);
  kind_block(
      at,
      std::pair(key("redis", mapping, "the queue; left out: there is none to look at").nullable(),
                redis_list()),
      target.queue, [](const auto& in, QueueSettings& queue) { describe_redis(in, queue); });
  kind_block(at,
             std::pair(key("redis_stream", mapping,
                           "in its place, where votes are added to a "
                           "stream (Redis 7 or later)")
                           .nullable(),
                       redis_stream()),
             target.queue,
             [](const auto& in, QueueSettings& queue) { describe_redis_stream(in, queue); });
  at.at_most_one("redis", "redis_stream");
  kind_block(
      at,
      std::pair(
          key("postgres", mapping, "the table; left out: there is none to look at").nullable(),
          postgres_table()),
      target.rows, [](const auto& in, RowSettings& rows) { describe_postgres(in, rows); });
  kind_block(at,
             std::pair(key("counters", mapping,
                           "numbers that the app keeps in place of a row per vote: exactly one of "
                           "redis, postgres and page; left out: there are none")
                           .nullable(),
                       vote_counters()),
             target.rows, [](const auto& in, RowSettings& rows) { describe_counters(in, rows); });
  at.at_most_one("postgres", "counters");
  // Whose vote a counter was raised by is nowhere: ids cannot be followed.
  if (Visitor::kReads && target.rows && target.rows->counters)
    target.vote.identity = IdentityMode::none;
  at.section(key("result", mapping, "the result page"))(
      key("url", http_url,
          "where it is; its numbers are compared with the table's after the drain (JSON at "
          "api/scores, or Socket.IO); left out: not looked at")
          .nullable(),
      target.result_url);
  describe_worker(at, target);
  at.section(key("settle", mapping, "when absent votes may be called lost"))(
      key("quiet", duration,
          "your own assumption, printed with the verdict: when nothing moved for so long, nothing "
          "is under way")
          .range("1s", "1h")
          .nullable(),
      target.settle_quiet);
  describe_transport(at, target);
}

template <typename Visitor>
void describe(const Visitor& at, PreflightSettings& preflight) {
  at(key("require_empty_queue", boolean, "refuse to start behind votes of somebody else"),
     preflight.require_empty_queue);
  at(key("probe_votes", count, "votes that must travel to their rows first").range("0", "10000"),
     preflight.probe_votes);
  at(key("max_clock_skew", duration, "between this machine and the stores").range("1ms", "1h"),
     preflight.max_clock_skew);
}

template <typename Visitor>
void describe(const Visitor& at, Voters& voters) {
  at.items(key("choices", choices, "the choices, 1 to 64, and their weights"),
           key("*", number, "the weight of a choice").range("0.001", "1000000"), voters.choices);
  const auto& revote = at.section(key("revote", mapping, "voters who vote again"));
  revote(key("ratio", share, "votes that are re-votes").range("0%", "99%"), voters.revote.ratio);
  revote(key("switch", share, "re-votes that change the choice").range("0%", "100%"),
         voters.revote.switch_share);
  DurationRange gap{voters.revote.gap_min, voters.revote.gap_max};
  revote(key("gap", duration_range, "between two votes of one voter").range("1ms", "1h"), gap);
  std::tie(voters.revote.gap_min, voters.revote.gap_max) = gap;
}

template <typename Visitor>
void describe(const Visitor& at, HttpSettings& http) {
  at(key("keep_alive", boolean, "reuse connections"), http.keep_alive);
  at(key("requests_per_connection", count, "after so many a new one; 0: no limit")
         .range("0", "1000000000"),
     http.requests_per_connection);
  at(key("connect_timeout", duration, "until a connection is made").range("1ms", "5m"),
     http.connect_timeout);
  at(key("timeout", duration, "from the start of an attempt to its end").range("1ms", "5m"),
     http.timeout);
  at(key("max_idle", duration, "a connection idle for longer is not reused").range("1ms", "1h"),
     http.max_idle);
  at.items(key("source_addresses", list, "local addresses to send from, in turn"),
           key("[]", address, "an IP address of this machine"), http.source_addresses);
}

template <typename Visitor>
void describe(const Visitor& at, ConstantArrivalRate& load) {
  at(key("rate", rate, "votes over time").range("1/h", "1000000/s").required(), load.rate_per_s);
  at(key("duration", duration, "how long").range("1ms", "240h").required(), load.duration);
}

template <typename Visitor>
void describe(const Visitor& at, RampingArrivalRate& load) {
  at(key("start_rate", rate, "the rate at its start").range("0/s", "1000000/s"), load.start_per_s);
  std::vector<WrittenStage> stages = as_written(load.stages, load.start_per_s);
  at.each(key("stages", list, "one after the other").required(),
          key("[]", mapping, "{ ramp_to, over } or { hold }"), stages,
          [](const auto& in, WrittenStage& stage) {
            in(key("ramp_to", rate, "the rate at the stage's end").range("0/s", "1000000/s"),
               stage.ramp_to);
            in(key("over", duration, "how long the ramp takes").range("1ms", "240h"), stage.over);
            in(key("hold", duration, "how long the rate stays as it is").range("1ms", "240h"),
               stage.hold);
            in.exactly_one("ramp_to", "hold");
            in.exactly_one("over", "hold");
          });
  load.stages = as_meant(stages, load.start_per_s);
}

template <typename Visitor>
void describe(const Visitor& at, ConstantClients& load) {
  at(key("clients", count, "voters in parallel").range("1", "65536").required(), load.clients);
  at(key("duration", duration, "how long").range("1ms", "240h"), load.duration);
  at(key("votes", count, "how many over all clients").range("1", "1000000000"), load.votes);
  at.exactly_one("duration", "votes");
  at.either(key("think_time", duration, "a client's pause after each answer; a time or a mapping")
                .range("0s", "1h"),
            load.think_time, [&](const auto& think) {
              words(think, key("dist", word, "always the same, or exponentially distributed"),
                    Words<bool>{{"constant", false}, {"exponential", true}},
                    load.think_exponential);
              think(key("mean", duration, "the pause, or its mean").range("0s", "1h").required(),
                    load.think_time);
            });
}

template <typename Visitor>
void describe(const Visitor& at, Burst& load) {
  at(key("votes", count, "how many, exactly").range("1", "1000000000").required(), load.votes);
  at(key("within", duration, "spread evenly over this time").range("1ms", "240h"), load.within);
  if (at.visits(!load.within))
    at(key("clients", count, "as fast as so many in parallel can")
           .range("1", "65536")
           .alternative(),
       load.clients);
  at.exactly_one("within", "clients");
}

// A workload is its executor's keys, and what several executors share.
template <typename Visitor>
void describe(const Visitor& at, Workload& workload) {
  std::vector<std::string> known;
  for (const ExecutorName& each : executors()) known.emplace_back(each.name);
  std::string executor = known[workload.executor.index()];
  at(key("executor", word, "the load model").required().among(known), executor);
  if (Visitor::kReads) workload.executor = make_executor(find_executor(executor)->bit);
  std::visit([&](auto& load) { describe(at, load); }, workload.executor);
  const bool rates = std::holds_alternative<ConstantArrivalRate>(workload.executor) ||
                     std::holds_alternative<RampingArrivalRate>(workload.executor);
  const auto* burst = std::get_if<Burst>(&workload.executor);
  if (rates)
    words(at, key("arrivals", word, "evenly spaced, or a seeded Poisson process"),
          Words<bool>{{"uniform", false}, {"poisson", true}}, workload.poisson);
  if (rates || (burst != nullptr && at.visits(burst->within.has_value())))
    at(key("max_in_flight", count, "votes under way at once; beyond it votes wait")
           .range("1", "100000"),
       workload.max_in_flight);
  at(key("start_at", duration, "after the start of the load").range("0s", "240h"),
     workload.start_at);
}

// One key per verb; `same` stands in the place of their meanings when they were said before.
template <typename Visitor>
void describe_verbs(const Visitor& at, Intervention& action, std::string_view same = {}) {
  for (const FaultVerb& verb : kFaultVerbs) {
    std::string service = action.verb == verb.name ? action.service : "";
    at(key(verb.name, word, same.empty() ? verb.doc : same)
           .among({"worker", "vote", "redis", "postgres"}),
       service);
    if (service.empty()) continue;
    action.verb = verb.name;
    action.service = service;
  }
}

template <typename Visitor>
void describe_command(const Visitor& at, std::string_view doc, Intervention& action) {
  at.items(key("run", list, doc).no_default(),
           key("[]", text, "the program, then its arguments one by one"), action.run);
}

template <typename Visitor>
void describe(const Visitor& at, ScheduledEvent& event) {
  const Key when =
      key("at", duration, "after the start of the load").range("0s", "240h").required();
  at(when, event.at);
  at(key("name", name, "what reports call it").required(), event.name);
  at.block(key("fault", mapping, "one of the verbs below, on a stack that votebench made"),
           event.action.is_fault(), [&](const auto& in) { describe_verbs(in, event.action); });
  describe_command(at, "a program and its arguments, no shell; needs --allow-events", event.action);
  at.at_most_one("fault", "run");
  at(key("optional", boolean, "whether the run may pass where it failed or did not happen"),
     event.optional);
  at.part(key("undo", mapping, "one verb or a command; carried out however the run ends"),
          event.undo, [&](const auto& in, ScheduledEvent::Undo& undo) {
            in(when, undo.at);
            describe_verbs(in, undo.action, "as above");
            describe_command(in, "a program and its arguments", undo.action);
          });
}

template <typename Visitor>
void describe(const Visitor& at, AuditLimits& audit) {
  const auto votes = [](std::string_view called, std::string_view doc) {
    return key(called, count, doc).range("0", "1000000000");
  };
  at(votes("lost", "accepted and absent"), audit.lost);
  at(votes("flipped", "stored with a choice that was not sent"), audit.flipped);
  at(votes("duplicated", "stored more often than sent"), audit.duplicated);
  at(votes("phantom", "stored and never sent"), audit.phantom);
  at(votes("stale", "an earlier vote of the voter stands"), audit.stale);
  at(key("unknown", share, "planned votes whose answer proves nothing").range("0%", "100%"),
     audit.unknown_share);
}

template <typename Visitor>
void describe_thresholds(const Visitor& at, std::vector<Threshold>& thresholds) {
  at.each(key("thresholds", list, "what else must hold"),
          key("[]", threshold,
              "METRIC < VALUE, also <= > >= ==, METRIC with {workload=, from=, to=}; or a mapping"),
          thresholds, [](const auto& in, Threshold& limit) {
            in(key("expr", threshold, "METRIC OP VALUE").required(), limit);
            in(key("abort", boolean, "once it is missed, send no further votes; drain and judge"),
               limit.abort);
            words(in, key("severity", word, "what missing it means: exit 4, or a warning"),
                  Words<bool>{{"fail", false}, {"warn", true}}, limit.warn);
          });
}

template <typename Visitor>
void describe(const Visitor& at, ReportSettings& report) {
  at(key("dir", text, "where reports go"), report.directory);
  at.items(key("formats", list, "default: all; result.json is always written").no_default(),
           key("[]", word, "report.html, result.json, summary.md, junit.xml, timeseries.csv")
               .among({"html", "json", "markdown", "junit", "csv"}),
           report.formats);
  at.block(key("keep", mapping, "older runs of this scenario are deleted; left out: none is"),
           report.keep_runs.has_value(), [&](const auto& keep) {
             keep(key("runs", count, "the newest to keep").range("1", "1000000").required(),
                  report.keep_runs);
             keep(key("failed", count, "older runs that did not pass, to keep as well")
                      .range("1", "1000000")
                      .among({"all"}),
                  report.keep_failed);
           });
}

template <typename Visitor>
void describe_load(const Visitor& at, Scenario& scenario) {
  describe(at.section(key("voters", mapping, "who votes for what")), scenario.voters);
  at(key("seed", count, "the same seed plans the same votes").range("0", "18446744073709551615"),
     scenario.seed);
  describe(at.section(key("http", mapping, "how votes are sent")), scenario.http);
  at(key("threads", count, "sender threads").range("1", "256").among({"auto"}), scenario.threads);
  at(key("warm_up", duration, "left out of rates and percentiles, never of counts")
         .range("0s", "1h"),
     scenario.warm_up);
  at.named(key("workloads", names, "what is sent; several run side by side").required(),
           key("*", mapping, "one workload"), scenario.workloads,
           [](const auto& in, Workload& workload) { describe(in, workload); });
  at.each(key("events", list, "faults, commands and marks while the load runs, at most 64"),
          key("[]", mapping, "a fault, a command, or neither: a mark"), scenario.events,
          [](const auto& in, ScheduledEvent& event) { describe(in, event); });
}

template <typename Visitor>
void describe(const Visitor& at, Scenario& scenario) {
  auto version = static_cast<std::uint32_t>(scenario.version);
  at(key("version", count, "the version of this format").range("1", "1").required(), version);
  at(key("name", name, "names the directory of the run's report; default: the file's name"),
     scenario.name);
  at.part(key("stack", mapping, "a stack that votebench stands up, uses and tears down"),
          scenario.stack, [](const auto& in, StackChoice& stack) { describe(in, stack); });
  at.part(key("target", mapping, "a stack that is already there"), scenario.target,
          [](const auto& in, TargetSettings& target) { describe(in, target); });
  describe(
      at.section(key("preflight", mapping, "what is checked before any vote of the run is sent")),
      scenario.preflight);
  describe_load(at, scenario);
  at.section(key("drain", mapping, "after the last vote"))(
      key("timeout", duration, "how long to wait while nothing moves").range("1ms", "24h"),
      scenario.drain_timeout);
  describe(at.section(key("audit", mapping, "votes that may be wrong without failing the run")),
           scenario.audit);
  describe_thresholds(at, scenario.thresholds);
  describe(at.section(key("report", mapping, "what is written")), scenario.report);
}

}  // namespace votebench::scenario::description
