#include "votestack/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "core/text.h"
#include "help/completion.h"
#include "help/man_page.h"
#include "votestack/queue_shape.h"
#include "votestack/stream_reader.h"
#include "votestack/worker_shape.h"

namespace votebench::votestack {
namespace {

constexpr const char* kExamples = R"(Examples:
  votestack vote --listen 127.0.0.1:8080 --redis 127.0.0.1:6379
  votestack worker --redis 127.0.0.1:6379 --postgres postgresql://postgres@127.0.0.1/postgres
  votestack result --listen 127.0.0.1:8081 --postgres postgresql://postgres@127.0.0.1/postgres
)";
constexpr const char* kVoteExamples = R"(Examples:
  votestack vote --listen 127.0.0.1:8080 --redis 127.0.0.1:6379
  votestack vote --listen 127.0.0.1:0 --redis unix:/run/redis/redis.sock --profile always-200
)";
constexpr const char* kWorkerExamples = R"(Examples:
  votestack worker --redis 127.0.0.1:6379 --postgres postgresql://postgres@127.0.0.1/postgres
  votestack worker --redis 127.0.0.1:6379 --postgres postgresql:///postgres --profile dockersamples
  votestack worker --redis 127.0.0.1:6379 --postgres postgresql:///postgres --hold 2s
)";
constexpr const char* kResultExamples = R"(Examples:
  votestack result --listen 127.0.0.1:8081 --postgres postgresql://postgres@127.0.0.1/postgres
)";
constexpr const char* kPasswords = "; passwords come from REDIS_PASSWORD and PGPASSWORD";

// Examples first: they answer most questions. CLI11 has no place for them but the footer.
class ExamplesFirst : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    const bool whole = mode != CLI::AppFormatMode::Sub;
    return (whole ? app->get_footer() + "\n" : "") + Formatter::make_help(app, name, mode);
  }
  std::string make_footer(const CLI::App*) const override { return {}; }
};

// What was typed, before it means anything.
struct Words {
  std::string listen, redis, postgres, list = "votes", profile, truth_log;
  unsigned threads = 4;
  std::optional<std::uint64_t> silent_after;
  std::optional<std::uint32_t> batch;
  bool counters = false;
  std::string poll, hold, order, table_model, id_type;
  std::string push, push_delay, request, shape, plant, queue = "list", ack, claim, ids;
};

template <typename Row>
std::vector<std::string> words_of(std::span<const Row> rows) {
  std::vector<std::string> words;
  for (const Row& row : rows) words.emplace_back(row.word);
  return words;
}

// `what`, and a line for each row of the table that the option's words are in.
template <typename Row>
std::string with_table(std::string what, std::span<const Row> rows) {
  for (const Row& row : rows) what += fmt::format("\n{}: {}", row.word, row.what);
  return what;
}

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (const Profile& profile : profiles()) names.emplace_back(profile.name);
  return names;
}

void add_profile(CLI::App& app, Words& words, const char* what) {
  words.profile = "reference";
  app.add_option("--profile", words.profile, what)
      ->check(CLI::IsMember(profile_names()))
      ->option_text("NAME");
  app.add_option("--list", words.list, "The list of votes in Redis (votes)")->option_text("NAME");
  app.add_option("--truth-log", words.truth_log, "Append what happens to each vote, for tests")
      ->option_text("FILE");
}

void add_redis(CLI::App& app, Words& words) {
  app.add_option("--redis", words.redis, "Redis, database 0: HOST:PORT or unix:/PATH")
      ->required()
      ->option_text("ADDRESS");
}

void add_listen(CLI::App& app, Words& words) {
  app.add_option("--listen", words.listen, "Where to serve; port 0: any free one, printed")
      ->required()
      ->option_text("HOST:PORT");
}

void add_postgres(CLI::App& app, Words& words) {
  app.add_option("--postgres", words.postgres, "PostgreSQL, without a password")
      ->required()
      ->option_text("URI");
}

void add_plant(CLI::App& app, Words& words, const char* sites) {
  app.add_option("--plant", words.plant,
                 with_table(fmt::format("Commit a defect N times, for tests; WHERE is {}. Hits "
                                        "every 5th vote behind the 40th. WHAT is",
                                        sites),
                            defects()))
      ->option_text("WHAT@WHERE:N");
}

void add_queue(CLI::App& app, Words& words) {
  app.add_option("--queue", words.queue,
                 with_table("How votes stand in Redis (list)", queue_shapes()))
      ->check(CLI::IsMember(words_of(queue_shapes())).description(""))
      ->option_text("SHAPE");
}

void add_stream(CLI::App& app, Words& words) {
  words.ack = ack_habits().front().word;
  app.add_option(
         "--ack", words.ack,
         with_table("When an entry of a stream is acknowledged (after-write)", ack_habits()))
      ->check(CLI::IsMember(words_of(ack_habits())).description(""))
      ->option_text("HABIT");
  app.add_option("--claim", words.claim,
                 "Claim what another worker has had pending for so long (0s: never)")
      ->option_text("DURATION");
}

CLI::App* add_vote(CLI::App& root, Words& words) {
  CLI::App* app = root.add_subcommand("vote", std::string("Take votes over HTTP") + kPasswords);
  app->footer(kVoteExamples);
  add_listen(*app, words);
  add_redis(*app, words);
  add_profile(
      *app, words,
      "Whose HTTP contract (reference): dockersamples, append-table, always-200, keep-alive, "
      "reference, or prefetch (the same)");
  app->add_option("--threads", words.threads, "HTTP threads, each with its connection to Redis (4)")
      ->check(CLI::Range(1, 64))
      ->option_text("N");
  app->add_option("--silent-after", words.silent_after,
                  "After N votes: read each vote, then end the connection without an answer and "
                  "without a push")
      ->check(CLI::NonNegativeNumber)
      ->option_text("N");
  app->add_flag("--counters", words.counters,
                "Keep no list: raise the key that is called like the choice (INCR)");
  words.push = "at-once";
  app->add_option("--push", words.push,
                  with_table("When votes are pushed (at-once)", push_habits()))
      ->check(CLI::IsMember(words_of(push_habits())).description(""))
      ->option_text("HABIT");
  app->add_option("--push-delay", words.push_delay, "What --push makes of it (2s)")
      ->option_text("DURATION");
  app->add_option(
         "--request", words.request,
         with_table("How votes are to be sent, comma-separated (a form, the id in a cookie)",
                    request_traits()))
      ->option_text("TRAITS");
  words.ids = "cookie";
  app->add_option("--ids", words.ids, with_table("What a voter's id is (cookie)", id_habits()))
      ->check(CLI::IsMember(words_of(id_habits())).description(""))
      ->option_text("HABIT");
  add_plant(*app, words, "vote (before the push) or queue (in the list)");
  add_queue(*app, words);
  return app;
}

CLI::App* add_worker(CLI::App& root, Words& words) {
  CLI::App* app = root.add_subcommand(
      "worker", std::string("Move votes from Redis to PostgreSQL") + kPasswords);
  app->footer(kWorkerExamples);
  add_redis(*app, words);
  add_postgres(*app, words);
  add_profile(*app, words,
              "A preset of the options below (reference): reference is reliable; dockersamples, "
              "keep-alive, append-table, always-200 have the stock worker; prefetch holds many");
  app->add_option("--batch", words.batch, "Votes taken at once")
      ->check(CLI::Range(1, 10000))
      ->option_text("N");
  app->add_option("--poll", words.poll,
                  "From one look at the list to the next; 0s: block until there is a vote")
      ->option_text("DURATION");
  app->add_option("--hold", words.hold, "Pause between taking and writing")
      ->option_text("DURATION");
  words.shape = "plain";
  app->add_option("--shape", words.shape,
                  with_table("What a pop-before-write worker does with votes (plain)", shapes()))
      ->check(CLI::IsMember(words_of(shapes())).description(""))
      ->option_text("SHAPE");
  add_plant(*app, words, "worker (before the write) or db (in the table)");
  add_queue(*app, words);
  add_stream(*app, words);
  app->add_option("--order", words.order, "ack-after-write (reliable) or pop-before-write (stock)")
      ->check(CLI::IsMember({"ack-after-write", "pop-before-write"}))
      ->option_text("ORDER");
  app->add_option("--table-model", words.table_model,
                  "last-wins (one row per voter), append (one row per vote) or counts (one row per "
                  "choice, of pop-before-write)")
      ->check(CLI::IsMember({"last-wins", "append", "counts"}))
      ->option_text("MODEL");
  app->add_option("--id-type", words.id_type, "Of the table's id column: text or uuid (text)")
      ->check(CLI::IsMember({"text", "uuid"}))
      ->option_text("TYPE");
  return app;
}

CLI::App* add_result(CLI::App& root, Words& words) {
  CLI::App* app =
      root.add_subcommand("result", std::string("Show the live result over HTTP") + kPasswords);
  app->footer(kResultExamples);
  add_listen(*app, words);
  add_postgres(*app, words);
  return app;
}

// What the build installs beside the program.
CLI::App* add_installed(CLI::App& root, std::string& what) {
  CLI::App* app = root.add_subcommand("installed", "Print the manual page or a shell's completion");
  app->group("");
  app->add_option("WHAT", what)->required()->check(CLI::IsMember({"man", "bash", "zsh"}));
  return app;
}

std::string installed(const CLI::App& root, const std::string& what) {
  if (what == "man") return help::man_page(root);
  return what == "zsh" ? help::zsh_completion(root) : help::bash_completion(root);
}

Failure usage(std::string message) {
  return fail(ErrorKind::usage, std::move(message), "votestack --help shows examples");
}

Result<Address> address(const char* option, const std::string& text) {
  if (const auto parsed = parse_address(text)) return *parsed;
  return usage(fmt::format("{}: '{}' is neither HOST:PORT nor unix:/PATH", option, text));
}

Result<Address> listen_address(const std::string& text) {
  TRY_ASSIGN(Address parsed, address("--listen", text));
  if (parsed.is_unix()) return usage("--listen: HOST:PORT is needed");
  return parsed;
}

Result<> override_duration(const char* option, const std::string& text, Nanoseconds& value) {
  if (text.empty()) return {};
  const auto parsed = parse_duration(text);
  if (!parsed)
    return usage(fmt::format("{}: '{}' is not a duration such as 100ms or 2s", option, text));
  value = *parsed;
  return {};
}

// `sites`: where this service can commit one.
Result<std::optional<Plant>> plant_of(const std::string& text, std::array<Site, 2> sites) {
  if (text.empty()) return std::optional<Plant>();
  const auto plant = parse_plant(text);
  if (!plant) return usage(fmt::format("--plant: '{}' is not WHAT@WHERE:N", text));
  if (std::ranges::find(sites, plant->site) == sites.end())
    return usage(fmt::format("--plant {}: another service's", text));
  return plant;
}

Result<Command> vote_command(const Words& words) {
  VoteCommand command;
  TRY_ASSIGN(command.listen, listen_address(words.listen));
  TRY_ASSIGN(command.settings.redis, address("--redis", words.redis));
  command.settings.contract = find_profile(words.profile)->vote;
  command.settings.list = words.list;
  command.settings.counters = words.counters;
  command.settings.silent_after = words.silent_after;
  command.settings.push = words.push;
  command.settings.ids = words.ids;
  TRY(override_duration("--push-delay", words.push_delay, command.settings.push_delay));
  const auto shape = parse_request_shape(words.request);
  if (!shape) return usage(fmt::format("--request: '{}' holds a word that is none", words.request));
  command.settings.shape = *shape;
  TRY_ASSIGN(command.settings.plant, plant_of(words.plant, {Site::vote, Site::queue}));
  command.settings.queue = words.queue;
  const bool late = words.push != push_habits().front().word;
  const bool in_list = command.settings.plant && command.settings.plant->site == Site::queue;
  if (words.queue != queue_shapes().front().word && (late || in_list))
    return usage("--push and --plant at the queue need --queue list");
  command.threads = words.threads;
  command.truth_log = words.truth_log;
  return Command(command);
}

Result<Command> worker_command(const Words& words) {
  WorkerSettings settings;
  TRY_ASSIGN(settings.redis, address("--redis", words.redis));
  TRY(check_postgres_uri(words.postgres));
  settings.postgres = words.postgres;
  settings.list = words.list;
  settings.truth_log = words.truth_log;
  WorkerBehaviour& behaviour = settings.behaviour;
  behaviour = find_profile(words.profile)->worker;
  behaviour.batch = words.batch.value_or(behaviour.batch);
  TRY(override_duration("--poll", words.poll, behaviour.poll));
  TRY(override_duration("--hold", words.hold, behaviour.hold));
  if (!words.order.empty())
    behaviour.order = words.order == "ack-after-write" ? WriteOrder::ack_after_write
                                                       : WriteOrder::pop_before_write;
  if (!words.table_model.empty())
    behaviour.table_model = words.table_model == "append"   ? TableModel::append
                            : words.table_model == "counts" ? TableModel::counts
                                                            : TableModel::last_wins;
  if (behaviour.table_model == TableModel::counts && behaviour.order == WriteOrder::ack_after_write)
    return usage("--table-model counts needs --order pop-before-write");
  if (words.id_type == "uuid") behaviour.id_type = IdType::uuid;
  settings.shape = words.shape;
  settings.queue = words.queue;
  settings.ack = words.ack;
  TRY(override_duration("--claim", words.claim, settings.claim));
  TRY_ASSIGN(settings.plant, plant_of(words.plant, {Site::worker, Site::db}));
  if (settings.plant && settings.plant->site == Site::db &&
      behaviour.table_model == TableModel::counts)
    return usage("--plant: no vote has a row of its own in a table of counts");
  const bool stock = settings.shape == shapes().front().word && !settings.plant;
  if (!stock && behaviour.order == WriteOrder::ack_after_write)
    return usage("--shape and --plant need --order pop-before-write");
  if (words.queue != queue_shapes().front().word && behaviour.order == WriteOrder::ack_after_write)
    return usage("--queue needs --order pop-before-write (a stream: see --ack)");
  return Command(WorkerCommand{settings});
}

Result<Command> result_command(const Words& words) {
  ResultCommand command;
  TRY_ASSIGN(command.listen, listen_address(words.listen));
  TRY(check_postgres_uri(words.postgres));
  command.postgres = words.postgres;
  return Command(command);
}

}  // namespace

Result<Command> parse_command_line(int argc, const char* const* argv) {
  CLI::App root("A voting stack of three services on real Redis and PostgreSQL", "votestack");
  root.formatter(std::make_shared<ExamplesFirst>());
  root.footer(kExamples);
  root.require_subcommand(1);
  root.set_version_flag("--version", std::string("votestack ") + VOTEBENCH_VERSION);
  Words words;
  const CLI::App* vote = add_vote(root, words);
  const CLI::App* worker = add_worker(root, words);
  add_result(root, words);
  std::string what;
  const CLI::App* for_build = add_installed(root, what);
  try {
    root.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Command(ShowText{root.help()});
  } catch (const CLI::CallForVersion&) {
    return Command(ShowText{root.version() + "\n"});
  } catch (const CLI::ParseError& error) {
    return usage(error.what());
  }
  if (for_build->parsed()) return Command(ShowText{installed(root, what)});
  if (vote->parsed()) return vote_command(words);
  if (worker->parsed()) return worker_command(words);
  return result_command(words);
}

}  // namespace votebench::votestack
