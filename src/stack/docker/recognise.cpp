#include "stack/docker/recognise.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/number.h"
#include "core/text.h"
#include "scenario/profiles.h"
#include "scenario/urls.h"
#include "stack/variant.h"

namespace votebench::stack {
namespace {

constexpr std::uint16_t kRedisPort = 6379;
constexpr std::uint16_t kPostgresPort = 5432;
constexpr std::uint16_t kHttpPort = 80;

bool holds(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(
      parts, [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

// "registry:5000/team/vote:1.2@sha256:..." -> "vote".
std::string image_name(const ContainerFacts& container) {
  std::string name = container.image.substr(0, container.image.find('@'));
  name.erase(0, name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1);
  return name.substr(0, name.find(':'));
}

bool is_helper(const ContainerFacts& container) {
  return holds(container.service + " " + image_name(container),
               {"exporter", "admin", "commander", "seed", "prometheus", "grafana"});
}

bool looks_like(const ContainerFacts& container, std::string_view role) {
  const std::string image = image_name(container);
  const std::string both = container.service + " " + image;
  if (is_helper(container)) return false;
  if (role == "redis") return holds(both, {"redis", "valkey", "keydb"});
  if (role == "postgres")
    return holds(both, {"postgres", "postgis"}) ||
           container.environment.contains("POSTGRES_PASSWORD");
  if (role == "worker") return holds(both, {"worker"});
  if (role == "result") return holds(both, {"result"}) && !holds(both, {"worker"});
  const bool named = holds(container.service, {"vote", "voting", "frontend"}) ||
                     (container.service != "result" && holds(image, {"vote", "voting"}));
  return named && !looks_like(container, "worker") && !looks_like(container, "result") &&
         !looks_like(container, "redis") && !looks_like(container, "postgres");
}

struct Roles {
  const ContainerFacts* vote = nullptr;
  const ContainerFacts* worker = nullptr;
  const ContainerFacts* result = nullptr;
  const ContainerFacts* redis = nullptr;
  const ContainerFacts* postgres = nullptr;
};

class Recogniser {
 public:
  explicit Recogniser(const std::vector<ContainerFacts>& containers) : containers_(containers) {}

  Result<Recognised> run() {
    roles_ = {find("vote"), find("worker"), find("result"), find("redis"), find("postgres")};
    if (roles_.vote == nullptr) return nothing();
    choose_profile();
    place_vote();
    place_redis();
    place_postgres();
    return std::move(found_);
  }

 private:
  void note(std::string text) { found_.notes.push_back(std::move(text)); }

  const ContainerFacts* find(std::string_view role) {
    std::vector<const ContainerFacts*> candidates;
    for (const ContainerFacts& container : containers_)
      if (looks_like(container, role)) candidates.push_back(&container);
    if (candidates.empty()) return nullptr;
    // A service that is called so wins over one that only sounds like it.
    const auto exact = std::ranges::find(candidates, role, &ContainerFacts::service);
    const ContainerFacts* chosen = exact != candidates.end() ? *exact : candidates.front();
    if (candidates.size() > 1 && role != "worker")
      note(fmt::format("{} containers look like {}; this is {}'s first", candidates.size(), role,
                       printable(chosen->service, 60)));
    return chosen;
  }

  Failure nothing() const {
    std::vector<std::string> seen;
    for (const ContainerFacts& container : containers_)
      seen.push_back(
          fmt::format("{} ({})", printable(container.service, 60), printable(container.image, 60)));
    return fail(ErrorKind::environment, "no container of this project looks like a vote service",
                fmt::format("it has {}; write a target file by hand", fmt::join(seen, ", ")));
  }

  // The reference stack says how it behaves; the original images are known; of others nothing is
  // assumed.
  void choose_profile() {
    const auto word = [](const ContainerFacts* container) {
      if (container == nullptr) return std::string();
      const std::string option = container->option("--profile");
      return option.empty() ? container->variable("VOTES_PROFILE") : option;
    };
    const std::string variant =
        word(roles_.worker).empty() ? word(roles_.vote) : word(roles_.worker);
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
    if (roles_.redis == nullptr) found_.target.queue.reset();
    if (roles_.postgres == nullptr) found_.target.rows.reset();
  }

  // One with knobs of its own may hold more votes, or hold them for longer.
  void distrust_changed_worker() {
    for (const char* knob : {"--batch", "--hold", "--order"}) {
      if (roles_.worker == nullptr || roles_.worker->option(knob).empty()) continue;
      found_.target.worker = WorkerModel::unknown;
      note(fmt::format("worker: it is started with {}, so nothing is assumed of it", knob));
    }
  }

  void guess_worker() {
    if (!holds(roles_.vote->image, {"examplevotingapp"}))
      note(fmt::format("profile: guessed, the image {} is not known",
                       printable(roles_.vote->image, 60)));
    found_.target.worker_stated = true;
    if (roles_.worker != nullptr && holds(roles_.worker->image, {"examplevotingapp"})) {
      found_.target.max_hold_stated = true;
      return;
    }
    found_.target.worker = WorkerModel::unknown;
    note(roles_.worker == nullptr
             ? "worker: no container looks like one, so nothing is assumed of it"
             : fmt::format("worker: nothing is known of the image {}; if it pops one vote, writes "
                           "it and pops again, say serial",
                           printable(roles_.worker->image, 60)));
  }

  // Where a port of a container is reached from this machine.
  HostPort place(const ContainerFacts& container, std::uint16_t port) const {
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

  static std::uint16_t http_port(const ContainerFacts& container) {
    if (!container.published.empty()) return container.published.begin()->first;
    return container.ports.empty() ? kHttpPort : container.ports.front();
  }

  void place_vote() {
    const HostPort at = place(*roles_.vote, http_port(*roles_.vote));
    found_.target.vote.host = at.host;
    found_.target.vote.port = at.port;
    if (roles_.vote->published.empty() && roles_.vote->ports.empty())
      note(fmt::format("vote.url: the container names no port, {} is a guess", kHttpPort));
    if (roles_.result != nullptr)
      found_.target.result_url =
          fmt::format("http://{}/", place(*roles_.result, http_port(*roles_.result)).text());
    else
      note("result: no container looks like a result page");
  }

  void place_redis() {
    if (roles_.redis == nullptr)
      return note("redis: no container looks like it; without it a vote's hop is not known");
    const HostPort at = place(*roles_.redis, kRedisPort);
    found_.target.queue->host = at.host;
    found_.target.queue->port = at.port;
    found_.redis = password({"REDIS_PASSWORD"}, {roles_.redis, roles_.vote, roles_.worker});
    if (found_.redis.empty()) found_.redis.value = roles_.redis->option("--requirepass");
  }

  void place_postgres() {
    if (roles_.postgres == nullptr)
      return note("postgres: no container looks like it; without it nothing is proven lost");
    const HostPort at = place(*roles_.postgres, kPostgresPort);
    std::string user = roles_.postgres->variable("POSTGRES_USER");
    if (user.empty()) user = "postgres";
    std::string database = roles_.postgres->variable("POSTGRES_DB");
    if (database.empty()) database = user;
    found_.target.rows->url = fmt::format("postgresql://{}@{}/{}", scenario::percent_encoded(user),
                                          at.text(), scenario::percent_encoded(database));
    found_.postgres = password({"POSTGRES_PASSWORD", "DB_PASSWORD", "PGPASSWORD"},
                               {roles_.postgres, roles_.worker, roles_.result});
    if (found_.postgres.empty() &&
        roles_.postgres->variable("POSTGRES_HOST_AUTH_METHOD") != "trust")
      note("postgres: no password found; if it wants one, add password: { env: NAME }");
  }

  // NAME_FILE (a mounted file), then NAME, in the first container that has one.
  static FoundPassword password(std::initializer_list<const char*> names,
                                std::initializer_list<const ContainerFacts*> containers) {
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
  Roles roles_;
  Recognised found_;
};

}  // namespace

Result<Recognised> recognise(const std::vector<ContainerFacts>& containers) {
  return Recogniser(containers).run();
}

}  // namespace votebench::stack
