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

  Recognised run() {
    choose_profile();
    place_vote();
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
             ? "worker: no container looks like one, so nothing is assumed of it"
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

  void place_vote() {
    const std::uint16_t port = http_port(*vote_);
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
    if (result_ != nullptr)
      found_.target.result_url =
          fmt::format("http://{}/", place(*result_, http_port(*result_)).text());
    else
      note("result: no container looks like a result page");
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
        note(fmt::format("{}: {}, in {}, is no container of this project; {} is a guess",
                         kind == ServerKind::redis ? "redis" : "postgres",
                         printable(words.host, 60), words.source, printable(server->service, 60)));
    }
    return {};
  }

  // A container, or the server elsewhere that the apps are told of.
  HostPort place_server(const char* name, const ContainerFacts* server, std::uint16_t port,
                        const ServerWords& words) {
    if (server != nullptr) return place(*server, port);
    note(fmt::format("{}: {} is no container of this project; it stands in {}", name,
                     printable(words.host, 60), words.source));
    return {words.host, port};
  }

  void place_redis() {
    const ServerWords words = said(ServerKind::redis, {vote_, worker_}, redis_);
    if (redis_ == nullptr && words.host.empty()) {
      found_.target.queue.reset();
      return note("redis: no container looks like it; without it a vote's hop is not known");
    }
    std::uint16_t port = words.port;
    if (redis_ != nullptr)
      port = first_port({port_in(redis_->option("--port")),
                         port_in(redis_->variable("REDIS_PORT_NUMBER")), words.port});
    QueueSettings& queue = *found_.target.queue;
    const HostPort at = place_server("redis", redis_, first_port({port, kRedisPort}), words);
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
    if (found.empty() && !told.empty())
      note("redis: it wants a password that was not found; add password: { env: NAME }");
    return found;
  }

  // What its command tells it: the password, or "$(cat FILE)" of a mounted file.
  static FoundPassword required_password(const ContainerFacts& server, const std::string& told) {
    constexpr std::string_view kCat = "$(cat ";
    if (told.starts_with(kCat)) {
      const auto mount =
          server.mounts.find(told.substr(kCat.size(), told.size() - kCat.size() - 1));
      return mount == server.mounts.end() ? FoundPassword{} : FoundPassword{"", mount->second};
    }
    const bool is_made = told.find("$(") != std::string::npos;
    return {is_made ? "" : told, ""};
  }

  void place_postgres() {
    const Apps apps{worker_, result_, vote_};
    const ServerWords words = said(ServerKind::postgres, apps, postgres_);
    if (postgres_ == nullptr && words.host.empty()) {
      found_.target.rows.reset();
      return note("postgres: no container looks like it; without it nothing is proven lost");
    }
    std::uint16_t port = words.port;
    if (postgres_ != nullptr)
      port = first_port({port_in(postgres_->option("-p")), port_in(postgres_->option("--port")),
                         port_in(postgres_->variable("PGPORT")),
                         port_in(postgres_->variable("POSTGRESQL_PORT_NUMBER")), words.port});
    const HostPort at =
        place_server("postgres", postgres_, first_port({port, kPostgresPort}), words);
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

  // NAME_FILE (a mounted file), then NAME, in the first container that has one.
  static FoundPassword password(std::initializer_list<const char*> names, const Apps& containers) {
    for (const ContainerFacts* container : containers)
      for (const char* name : names) {
        if (container == nullptr) continue;
        const auto mount = container->mounts.find(container->variable(name + std::string("_FILE")));
        if (mount != container->mounts.end()) return {"", mount->second};
        if (const std::string value = container->variable(name); !value.empty()) return {value, ""};
      }
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
  return Recogniser(containers, std::move(roles)).run();
}

}  // namespace votebench::stack
