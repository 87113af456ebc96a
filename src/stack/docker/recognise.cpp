#include "stack/docker/recognise.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "core/number.h"
#include "core/text.h"
#include "scenario/profiles.h"
#include "scenario/urls.h"
#include "stack/docker/server_words.h"
#include "stack/variant.h"

namespace votebench::stack {
namespace {

constexpr std::uint16_t kRedisPort = 6379;
constexpr std::uint16_t kPostgresPort = 5432;
constexpr std::uint16_t kHttpPort = 80;

using Apps = std::vector<const ContainerFacts*>;  // null: there is none

bool is_original(const ContainerFacts& container) {
  return container.image.find("examplevotingapp") != std::string::npos;
}

std::uint16_t port_in(const std::string& text) {
  return whole_number<std::uint16_t>(text).value_or(0);
}

// The first that is one.
std::uint16_t first_port(std::initializer_list<std::uint16_t> ports) {
  const auto* found = std::ranges::find_if(ports, [](std::uint16_t port) { return port != 0; });
  return found == ports.end() ? 0 : *found;
}

std::string first_of(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts)
    if (!text.empty()) return text;
  return "";
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

// A port of a container that is seen from here.
bool is_reachable(const ContainerFacts& container, std::uint16_t port) {
  return container.unreachable.empty() || container.published.contains(port);
}

Result<> check_running(const Roles& roles) {
  for (const Role role : kRoles) {
    const ContainerFacts* container = roles.of(role);
    if (container == nullptr || container->stopped.empty()) continue;
    const std::string service = printable(container->project + '_' + container->service);
    return fail(ErrorKind::environment,
                fmt::format("{}: the service {} does not run: {}", to_string(role), service,
                            container->stopped),
                fmt::format("see `docker service ps --no-trunc {0}`; `docker service scale {0}=1` "
                            "starts one that is scaled to 0",
                            service));
  }
  return {};
}

class Recogniser {
 public:
  Recogniser(const std::vector<ContainerFacts>& containers, Roles roles)
      : containers_(containers),
        vote_(roles.of(Role::vote)),
        worker_(roles.of(Role::worker)),
        result_(roles.of(Role::result)),
        redis_(roles.of(Role::redis)),
        postgres_(roles.of(Role::postgres)) {
    found_.notes = std::move(roles.notes);
  }

  Result<Recognised> run() {
    choose_profile();
    TRY(place_vote());
    place_redis();
    place_postgres();
    return std::move(found_);
  }

 private:
  void note(std::string text) { found_.notes.push_back(std::move(text)); }

  // The reference stack says how it behaves; the original images are known; of others nothing is
  // assumed.
  void choose_profile() {
    const auto word = [](const ContainerFacts* container) {
      if (container == nullptr) return std::string();
      const std::string option = container->option("--profile");
      return option.empty() ? container->variable("VOTES_PROFILE") : option;
    };
    const std::string variant = word(worker_).empty() ? word(vote_) : word(worker_);
    if (auto settings = variant_settings(variant, {}); !variant.empty() && settings) {
      found_.target = std::move(*settings);
      found_.target.settle_quiet.reset();  // an assumption about workers that we started ourselves
      distrust_changed_worker();
    } else {
      found_.target = scenario::profile_settings(*scenario::find_profile("dockersamples"));
      found_.target.queue = scenario::redis_list();
      found_.target.rows = scenario::postgres_table();
      guess_worker();
    }
  }

  // One with knobs of its own may hold more votes, or hold them for longer.
  void distrust_changed_worker() {
    for (const char* knob : {"--batch", "--hold", "--order"}) {
      if (worker_ == nullptr || worker_->option(knob).empty()) continue;
      found_.target.worker = WorkerModel::unknown;
      note(fmt::format("worker: it is started with {}, so nothing is assumed of it", knob));
    }
  }

  void guess_worker() {
    if (!is_original(*vote_))
      note(fmt::format("profile: guessed, the image {} is not known", printable(vote_->image, 60)));
    found_.target.worker_stated = true;
    if (worker_ != nullptr && is_original(*worker_)) {
      found_.target.max_hold_stated = true;
      return;
    }
    found_.target.worker = WorkerModel::unknown;
    note(worker_ == nullptr
             ? "worker: no service looks like one, so nothing is assumed of it"
             : fmt::format("worker: nothing is known of the image {}; if it pops one vote, writes "
                           "it and pops again, say serial",
                           printable(worker_->image, 60)));
  }

  // Where a port of a container is reached from this machine.
  [[nodiscard]] HostPort place(const ContainerFacts& container, std::uint16_t port) const {
    const auto published = container.published.find(port);
    if (published == container.published.end())
      return {container.address.empty() ? "127.0.0.1" : container.address, port};
    const std::string& text = published->second;
    const std::size_t colon = text.rfind(':');
    std::string host = text.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    const auto there = whole_number<std::uint16_t>(std::string_view(text).substr(colon + 1));
    return {std::move(host), there.value_or(port)};
  }

  static std::uint16_t told_port(const ContainerFacts& app) {
    return port_in(first_variable(app, {"PORT", "HTTP_PORT", "APP_PORT", "FLASK_RUN_PORT"}));
  }

  // A port that it publishes, or else one that it is told to listen on.
  static std::uint16_t http_port(const ContainerFacts& container) {
    const std::uint16_t told = told_port(container);
    if (container.published.empty())
      return first_port({told, container.ports.empty() ? kHttpPort : container.ports.front()});
    return container.published.contains(told) ? told : container.published.begin()->first;
  }

  Result<> place_vote() {
    const std::uint16_t port = http_port(*vote_);
    if (!is_reachable(*vote_, port))
      return fail(ErrorKind::environment,
                  fmt::format("vote: {} publishes no port, and {}", printable(vote_->service, 60),
                              vote_->unreachable),
                  "publish the port of its page: votes come in there");
    const HostPort at = place(*vote_, port);
    found_.target.vote.host = at.host;
    found_.target.vote.port = at.port;
    const bool is_told = port == told_port(*vote_);
    if (vote_->published.size() > 1 && !is_told)
      note(fmt::format("vote.url: {} ports are published, its {} is a guess",
                       vote_->published.size(), port));
    if (vote_->published.empty() && (is_told || vote_->ports.empty()))
      note(is_told ? fmt::format("vote.url: port {}, by a variable of {}", port,
                                 printable(vote_->service, 60))
                   : fmt::format("vote.url: the container names no port, {} is a guess", port));
    place_result();
    return {};
  }

  void place_result() {
    if (result_ == nullptr) return note("result: no service looks like a result page");
    const std::uint16_t port = http_port(*result_);
    if (!is_reachable(*result_, port)) return note(out_of_reach("result", *result_));
    found_.target.result_url = fmt::format("http://{}/", place(*result_, port).text());
  }

  static std::string out_of_reach(const char* name, const ContainerFacts& server) {
    return fmt::format(
        "{}: {} publishes no port, and {}: left out. Publish its port (mode: host), or name its "
        "address on its node's docker_gwbridge and the way there (tunnel)",
        name, printable(server.service, 60), server.unreachable);
  }

  // What the first of the apps that is told of such a server is told; of one in another project
  // only where it is surely of this kind.
  ServerWords said(ServerKind kind, const Apps& apps, const ContainerFacts* server) {
    for (const ContainerFacts* app : apps) {
      if (app == nullptr) continue;
      ServerWords words = server_words(kind, *app);
      const bool is_meant = server != nullptr && (server->is_called(words.host) ||
                                                  (words.is_sure && is_loopback(words.host)));
      const bool is_ours = std::ranges::any_of(
          containers_, [&](const auto& container) { return container.is_called(words.host); });
      const bool is_elsewhere = words.is_sure && !is_ours && !is_loopback(words.host);
      if (is_meant || (server == nullptr && is_elsewhere)) return words;
      if (is_elsewhere)
        note(fmt::format("{}: {}, in {}, is no service of this {}; {} is a guess",
                         kind == ServerKind::redis ? "redis" : "postgres",
                         printable(words.host, 60), words.source, vote_->group(),
                         printable(server->service, 60)));
    }
    return {};
  }

  // A container, or the server elsewhere that the apps are told of.
  HostPort place_server(const char* name, const ContainerFacts* server, std::uint16_t port,
                        const ServerWords& words) {
    if (server != nullptr) return place(*server, port);
    note(fmt::format("{}: {} is no service of this {}; it stands in {}", name,
                     printable(words.host, 60), vote_->group(), words.source));
    return {words.host, port};
  }

  void place_redis() {
    const ServerWords words = said(ServerKind::redis, {vote_, worker_}, redis_);
    if (redis_ == nullptr && words.host.empty()) {
      found_.target.queue.reset();
      return note("redis: no service looks like it; without it a vote's hop is not known");
    }
    std::uint16_t port = words.port;
    if (redis_ != nullptr)
      port = first_port({port_in(redis_->option("--port")),
                         port_in(redis_->variable("REDIS_PORT_NUMBER")), words.port});
    port = first_port({port, kRedisPort});
    if (redis_ != nullptr && !is_reachable(*redis_, port)) {
      found_.target.queue.reset();
      return note(out_of_reach("redis", *redis_));
    }
    QueueSettings& queue = *found_.target.queue;
    const HostPort at = place_server("redis", redis_, port, words);
    queue.host = at.host;
    queue.port = at.port;
    queue.tls = words.tls;
    queue.database = whole_number<std::uint16_t>(words.database).value_or(0);
    read_name("redis.list", {"QUEUE_NAME", "REDIS_QUEUE", "REDIS_LIST", "REDIS_KEY"},
              {vote_, worker_}, queue.list);
    queue.user = words.user;  // whose password the apps know, not the server's command
    found_.redis.value = words.user.empty() ? "" : words.password;
    if (found_.redis.empty()) found_.redis = redis_password(words);
  }

  FoundPassword redis_password(const ServerWords& words) {
    const bool is_default_user = redis_ != nullptr && words.user.empty();
    const std::string told = is_default_user ? redis_->option("--requirepass") : "";
    FoundPassword found = told.empty() ? FoundPassword{} : required_password(*redis_, told);
    if (found.empty())
      found = password({"REDIS_PASSWORD", "VALKEY_PASSWORD"}, {redis_, vote_, worker_});
    if (found.empty()) found.value = words.password;
    if (found.empty() && redis_ != nullptr) tell_unread("redis", *redis_);
    if (found.empty() && !told.empty())
      note("redis: it wants a password that was not found; add password: { env: NAME }");
    return found;
  }

  // What its command tells it: the password, or "$(cat FILE)" of a mounted file.
  static FoundPassword required_password(const ContainerFacts& server, const std::string& told) {
    constexpr std::string_view kCat = "$(cat ";
    if (told.starts_with(kCat)) {
      return in_file(server, told.substr(kCat.size(), told.size() - kCat.size() - 1));
    }
    const bool is_made = told.find("$(") != std::string::npos;
    return {.value = is_made ? "" : told};
  }

  void place_postgres() {
    const Apps apps{worker_, result_, vote_};
    const ServerWords words = said(ServerKind::postgres, apps, postgres_);
    if (postgres_ == nullptr && words.host.empty()) {
      found_.target.rows.reset();
      return note("postgres: no service looks like it; without it nothing is proven lost");
    }
    std::uint16_t port = words.port;
    if (postgres_ != nullptr)
      port = first_port({port_in(postgres_->option("-p")), port_in(postgres_->option("--port")),
                         port_in(postgres_->variable("PGPORT")),
                         port_in(postgres_->variable("POSTGRESQL_PORT_NUMBER")), words.port});
    port = first_port({port, kPostgresPort});
    if (postgres_ != nullptr && !is_reachable(*postgres_, port)) {
      found_.target.rows.reset();
      return note(out_of_reach("postgres", *postgres_));
    }
    const HostPort at = place_server("postgres", postgres_, port, words);
    const auto [user, database] = account(words);
    found_.target.rows->url = fmt::format(
        "postgresql://{}@{}/{}{}{}", percent_encoded(user), at.text(), percent_encoded(database),
        words.ssl_mode.empty() ? "" : "?sslmode=", percent_encoded(words.ssl_mode));
    read_name("postgres.table", {"TABLE_NAME", "DB_TABLE", "POSTGRES_TABLE"}, apps,
              found_.target.rows->table);
    find_postgres_password(words);
  }

  // User and database: of an app's URL, or as the server is told, or its defaults.
  [[nodiscard]] std::pair<std::string, std::string> account(const ServerWords& words) const {
    std::string servers_user = words.user;
    std::string servers_database;
    bool is_bitnami = false;
    if (postgres_ != nullptr) {
      servers_user = first_variable(*postgres_, {"POSTGRES_USER", "POSTGRESQL_USERNAME"});
      servers_database = first_variable(*postgres_, {"POSTGRES_DB", "POSTGRESQL_DATABASE"});
      is_bitnami = postgres_->image.find("bitnami") != std::string::npos;
    }
    const std::string user =
        first_of({words.password.empty() ? "" : words.user, servers_user, "postgres"});
    return {user, first_of({words.database, servers_database, is_bitnami ? "postgres" : user})};
  }

  void find_postgres_password(const ServerWords& words) {
    found_.postgres.value = words.password;
    if (found_.postgres.empty())
      found_.postgres = password({"POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "DB_PASSWORD",
                                  "PGPASSWORD", "PG_PASSWORD", "DATABASE_PASSWORD"},
                                 {postgres_, worker_, result_});
    const bool trusts =
        postgres_ != nullptr && postgres_->variable("POSTGRES_HOST_AUTH_METHOD") == "trust";
    if (found_.postgres.empty() && postgres_ != nullptr) tell_unread("postgres", *postgres_);
    if (found_.postgres.empty() && !trusts)
      note("postgres: no password found; if it wants one, add password: { env: NAME }");
  }

  // A list's or a table's own name, where the apps are told one.
  void read_name(const char* key, std::initializer_list<const char*> variables, const Apps& apps,
                 std::string& name) {
    for (const ContainerFacts* app : apps)
      for (const char* variable : variables) {
        const std::string told = app == nullptr ? "" : app->variable(variable);
        if (told.empty()) continue;
        name = told;
        return note(fmt::format("{}: {}, by {} of {}", key, printable(told, 60), variable,
                                printable(app->service, 60)));
      }
  }

  // A password may stand in what a Swarm gives to a server.
  void tell_unread(const char* name, const ContainerFacts& server) {
    std::vector<std::string> given = server.configs;
    for (const auto& [path, secret] : server.secrets) given.push_back(secret);
    if (given.empty()) return;
    note(fmt::format("{}: not read: {}; if one holds its password, add password: {{ env: NAME }}",
                     name, printable(fmt::format("{}", fmt::join(given, ", ")))));
  }

  // NAME_FILE (a mounted file, or a Swarm secret), then NAME, in the first container that has one.
  static FoundPassword password(std::initializer_list<const char*> names, const Apps& containers) {
    for (const ContainerFacts* container : containers)
      for (const char* name : names) {
        if (container == nullptr) continue;
        const std::string file = container->variable(name + std::string("_FILE"));
        if (FoundPassword found = in_file(*container, file); !found.empty()) return found;
        if (std::string value = container->variable(name); !value.empty())
          return {.value = std::move(value)};
      }
    return {};
  }

  // What stands in a file of a container that is mounted from this machine, or is a Swarm secret.
  static FoundPassword in_file(const ContainerFacts& container, const std::string& path) {
    if (const auto mount = container.mounts.find(path); mount != container.mounts.end())
      return {.file = mount->second};
    if (const auto secret = container.secrets.find(path); secret != container.secrets.end())
      return {.secret = secret->second};
    return {};
  }

  const std::vector<ContainerFacts>& containers_;
  const ContainerFacts* vote_;
  const ContainerFacts* worker_;
  const ContainerFacts* result_;
  const ContainerFacts* redis_;
  const ContainerFacts* postgres_;
  Recognised found_;
};

}  // namespace

Result<Recognised> recognise(const std::vector<ContainerFacts>& containers,
                             const ChosenServices& chosen) {
  TRY_ASSIGN(Roles roles, find_roles(containers, chosen));
  TRY(check_running(roles));
  return Recogniser(containers, std::move(roles)).run();
}

}  // namespace votebench::stack
