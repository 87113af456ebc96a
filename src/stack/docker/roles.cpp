#include "stack/docker/roles.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include "core/text.h"
#include "stack/docker/server_words.h"

namespace votebench::stack {
namespace {

using Containers = std::vector<ContainerFacts>;

// Where a clue is looked for.
enum class Place {
  service,   // the service is called so
  image,     // the image is called so, whoever made it
  word,      // the name of the image or service holds it: whole words where it is short
  port,      // the image exposes it
  variable,  // one service has it set; what several have (an env_file) says nothing
};

// How much a clue says. A guess (below `kind`) is told.
enum Strength : int {
  kHint = 1,      // a name that fits
  kLikeness = 2,  // a name that sounds like it
  kKind = 3,      // what it runs
  kName = 4,      // its very name
  kReferred = 5,  // the apps are told that this is it
  kFirm = 6,      // a product that cannot be anything else
};

struct Clue {
  Role role;
  Strength strength;
  Place place;
  std::string_view words;  // any of them, between blanks
};

constexpr auto kClues = std::to_array<Clue>({
    {Role::vote, kName, Place::service, "vote poll"},
    {Role::worker, kName, Place::service, "worker"},
    {Role::result, kName, Place::service, "result"},
    {Role::redis, kName, Place::service, "redis"},
    {Role::postgres, kName, Place::service, "postgres postgresql"},

    {Role::vote, kKind, Place::image, "examplevotingapp_vote"},
    {Role::worker, kKind, Place::image, "examplevotingapp_worker"},
    {Role::result, kKind, Place::image, "examplevotingapp_result"},
    {Role::redis, kKind, Place::image,
     "redis redis-stack redis-stack-server valkey keydb dragonfly"},
    {Role::postgres, kKind, Place::image,
     "postgres postgresql postgresql-repmgr postgis pgvector timescaledb timescaledb-ha"},
    {Role::proxy, kKind, Place::image, "nginx haproxy traefik caddy envoy httpd"},
    {Role::store, kFirm, Place::image,
     "mysql mysql-server mariadb percona mongo mongodb memcached rabbitmq kafka cp-kafka nats "
     "cassandra elasticsearch opensearch"},
    {Role::other, kFirm, Place::image,
     "zookeeper etcd consul vault minio pgbouncer cadvisor portainer loki jaeger redisinsight "
     "adminer pgweb"},

    {Role::redis, kKind, Place::port, "6379"},
    {Role::postgres, kKind, Place::port, "5432"},
    {Role::store, kFirm, Place::port, "3306 27017 5672"},

    {Role::redis, kKind, Place::variable, "REDIS_VERSION VALKEY_VERSION"},
    {Role::postgres, kKind, Place::variable,
     "PGDATA PG_MAJOR POSTGRES_HOST_AUTH_METHOD POSTGRES_INITDB_ARGS"},

    {Role::other, kFirm, Place::word,
     "exporter commander admin seed migrat backup sentinel prometheus grafana"},
    {Role::vote, kLikeness, Place::word, "vote voting poll ballot"},
    {Role::worker, kLikeness, Place::word, "worker consumer"},
    {Role::result, kLikeness, Place::word, "result"},
    {Role::redis, kLikeness, Place::word, "redis valkey keydb dragonfly"},
    {Role::postgres, kLikeness, Place::word, "postgres postgis timescale database db pg"},
    {Role::proxy, kLikeness, Place::word,
     "nginx haproxy traefik proxy gateway ingress balancer lb"},
    {Role::store, kLikeness, Place::word, "mysql mariadb mongo rabbit kafka memcache elastic"},

    {Role::vote, kHint, Place::word, "web app webapp front ui"},
    {Role::worker, kHint, Place::word, "processor"},
    {Role::result, kHint, Place::word, "dashboard scoreboard"},
});

std::vector<std::string_view> split(std::string_view words) {
  std::vector<std::string_view> parts;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    parts.push_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return parts;
}

// "registry:5000/team/vote:1.2@sha256:..." -> "vote"; "PROJECT-vote", which compose has built ->
// "vote": what the project is called says nothing of its parts.
std::string image_name(const ContainerFacts& container) {
  std::string name = container.image.substr(0, container.image.find('@'));
  const std::size_t folder = name.rfind('/');
  const bool is_local = folder == std::string::npos;
  if (!is_local) name.erase(0, folder + 1);
  name = lower_case(name.substr(0, name.find(':')));
  const std::size_t project = container.project.size();
  const bool is_built = is_local && project > 0 && name.size() > project + 1 &&
                        name.starts_with(container.project) &&
                        (name[project] == '-' || name[project] == '_');
  return is_built ? name.substr(project + 1) : name;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Where `names` holds a word last. Short ones count only as whole words.
std::optional<std::size_t> last_of(const std::string& names, std::string_view word) {
  constexpr std::size_t kShort = 3;
  for (std::size_t at = names.rfind(word); at != std::string::npos;
       at = at == 0 ? std::string::npos : names.rfind(word, at - 1)) {
    const std::size_t end = at + word.size();
    const bool is_whole =
        (at == 0 || !is_letter(names[at - 1])) && (end == names.size() || !is_letter(names[end]));
    if (word.size() > kShort || is_whole) return at;
  }
  return std::nullopt;
}

bool has_alone(const Containers& all, const ContainerFacts& container, const std::string& name) {
  return container.environment.contains(name) &&
         std::ranges::none_of(all, [&](const ContainerFacts& other) {
           return other.service != container.service && other.environment.contains(name);
         });
}

// What a container seems to be, and why.
struct Likeness {
  Role role = Role::other;
  int strength = 0;  // 0: nothing is known
  std::size_t position = 0;
  std::string reason;
};

class Likenesses {
 public:
  explicit Likenesses(const Containers& all) : all_(&all) {}

  // By the strongest clue. Of equally strong ones the last word wins, as in "vote-db".
  [[nodiscard]] Likeness of(const ContainerFacts& container) const {
    const std::string image = image_name(container);
    const std::string names = image + ' ' + lower_case(container.service);
    Likeness best;
    for (const Clue& clue : kClues)
      for (const std::string_view word : split(clue.words)) {
        const auto position = found(clue.place, word, container, names);
        if (position &&
            std::tuple(int{clue.strength}, *position) > std::tuple(best.strength, best.position))
          best = {clue.role, clue.strength, *position,
                  fmt::format("\"{}\" in its name or its image's", word)};
      }
    return best;
  }

 private:
  // Words count from 1 on, so that every find is more than nothing.
  [[nodiscard]] std::optional<std::size_t> found(Place place, std::string_view word,
                                                 const ContainerFacts& container,
                                                 const std::string& names) const {
    const auto told = [](bool is_there) { return is_there ? std::optional(1UL) : std::nullopt; };
    const std::size_t blank = names.find(' ');
    switch (place) {
      case Place::service:
        return told(names.substr(blank + 1) == word);
      case Place::image:
        return told(names.substr(0, blank) == word);
      case Place::port:
        return told(std::ranges::any_of(
            container.ports, [&](std::uint16_t port) { return fmt::to_string(port) == word; }));
      case Place::variable:
        return told(has_alone(*all_, container, std::string(word)));
      case Place::word:
        break;
    }
    const auto last = last_of(names, word);
    return last ? std::optional(*last + 1) : std::nullopt;
  }

  const Containers* all_;
};

bool is_app(Role role) {
  return role == Role::vote || role == Role::worker || role == Role::result;
}

class Finder {
 public:
  Finder(const Containers& containers, const ChosenServices& chosen)
      : containers_(&containers), chosen_(&chosen) {
    const Likenesses likenesses(containers);
    for (const ContainerFacts& container : containers) found_.push_back(likenesses.of(container));
    follow_references();
  }

  Result<Roles> run() {
    for (const auto& [role, service] : *chosen_)
      if (!service.empty()) TRY(choose(role, service));
    for (const Role role : kRoles)
      if (roles_.of(role) == nullptr) look_for(role);
    if (!questions_.empty()) return ask();
    tell_stores();
    if (roles_.of(Role::vote) == nullptr) return nothing();
    return std::move(roles_);
  }

 private:
  // The apps know their servers by name.
  void follow_references() {
    const std::vector<Likeness> before = found_;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (!is_app(before[i].role)) continue;
      refer(Role::redis, server_words(ServerKind::redis, (*containers_)[i]));
      refer(Role::postgres, server_words(ServerKind::postgres, (*containers_)[i]));
    }
  }

  void refer(Role role, const ServerWords& words) {
    for (std::size_t i = 0; i < found_.size(); ++i) {
      Likeness& likeness = found_[i];
      const bool may_be = likeness.role == role || likeness.strength <= kHint;
      if (may_be && (*containers_)[i].is_called(words.host) && likeness.strength < kReferred)
        likeness = {role, likeness.strength < kKind ? int{kLikeness} : int{kReferred}, 0,
                    "what the apps are told"};
    }
  }

  Result<> choose(Role role, const std::string& service) {
    const auto found = std::ranges::find(*containers_, service, &ContainerFacts::service);
    if (found == containers_->end())
      return fail(ErrorKind::usage,
                  fmt::format("--{}: no container of a service '{}' runs in this {}",
                              to_string(role), printable(service, 60), group()),
                  "it has " + listed([](std::size_t) { return true; }));
    take(role, service);
    for (std::size_t i = 0; i < found_.size(); ++i)
      if ((*containers_)[i].service == service) found_[i] = {Role::other, kFirm, 0, {}};
    return {};
  }

  void look_for(Role role) {
    int strongest = 0;
    for (const Likeness& likeness : found_)
      if (likeness.role == role) strongest = std::max(strongest, likeness.strength);
    // Likenesses of every degree are one: a better sounding name decides nothing.
    const int least = strongest < kKind ? 1 : strongest;
    const auto is_candidate = [&](std::size_t i) {
      return found_[i].role == role && found_[i].strength >= least;
    };
    std::set<std::string> services;
    for (std::size_t i = 0; i < found_.size(); ++i)
      if (is_candidate(i)) services.insert((*containers_)[i].service);
    if (services.empty()) return;
    if (services.size() > 1)
      return questions_.push_back({role, *services.begin(), listed(is_candidate)});
    take(role, *services.begin());
    if (strongest >= kKind) return;
    const auto first = static_cast<std::size_t>(roles_.of(role) - containers_->data());
    roles_.notes.push_back(fmt::format("{}: {} is a guess, by {}", to_string(role),
                                       printable(*services.begin(), 60), found_[first].reason));
  }

  void tell_stores() {
    const std::string stores = listed([&](std::size_t i) { return found_[i].role == Role::store; });
    const bool reads_all =
        roles_.of(Role::redis) != nullptr && roles_.of(Role::postgres) != nullptr;
    if (!stores.empty() && !reads_all)
      roles_.notes.push_back(fmt::format("stores: votebench does not read {}", stores));
  }

  // Of several containers of a service one that is published.
  void take(Role role, const std::string& service) {
    std::vector<const ContainerFacts*> replicas;
    for (const ContainerFacts& container : *containers_)
      if (container.service == service) replicas.push_back(&container);
    const auto published = std::ranges::find_if(
        replicas, [](const ContainerFacts* replica) { return !replica->published.empty(); });
    roles_.containers[role] = published == replicas.end() ? replicas.front() : *published;
    if (replicas.size() > 1) tell_replicas(role, service, replicas.size());
  }

  void tell_replicas(Role role, const std::string& service, std::size_t count) {
    const bool is_page = role == Role::vote || role == Role::result;
    if (is_page && roles_.of(role)->is_balanced) return;  // it leads to all of them
    std::string meaning = "this is one of them";
    if (role == Role::worker)
      meaning = "a voter's second vote may overtake the first; re-votes may come out flipped";
    roles_.notes.push_back(fmt::format("{}: {} has {} containers, {}", to_string(role),
                                       printable(service, 60), count, meaning));
  }

  [[nodiscard]] std::string_view group() const {
    return containers_->empty() ? "project" : containers_->front().group();
  }

  template <typename Filter>
  [[nodiscard]] std::string listed(Filter filter) const {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < found_.size(); ++i)
      if (filter(i))
        seen.insert(fmt::format("{} ({})", printable((*containers_)[i].service, 60),
                                printable((*containers_)[i].image, 60)));
    return fmt::format("{}", fmt::join(seen, ", "));
  }

  struct Question {
    Role role;
    std::string example;
    std::string candidates;
  };

  [[nodiscard]] Failure ask() const {
    std::vector<std::string> sentences;
    std::string options;
    for (const Question& question : questions_) {
      sentences.push_back(fmt::format("several services look like {}: {}", to_string(question.role),
                                      question.candidates));
      options += fmt::format(" --{} {}", to_string(question.role), printable(question.example, 60));
    }
    const std::string proxies = listed([&](std::size_t i) {
      return found_[i].role == Role::proxy && !(*containers_)[i].published.empty();
    });
    const ContainerFacts& any = containers_->front();
    std::string help = fmt::format("say which, as in: votebench attach {} {}{}",
                                   to_string(any.manager), printable(any.project, 100), options);
    if (!proxies.empty() && questions_.front().role == Role::vote)
      help += fmt::format("; votes may also go through {}", proxies);
    return fail(ErrorKind::environment, fmt::format("{}", fmt::join(sentences, "; ")), help);
  }

  [[nodiscard]] Failure nothing() const {
    return fail(ErrorKind::environment,
                fmt::format("no service of this {} looks like a vote service", group()),
                fmt::format("it has {}; name one with --vote SERVICE, or write a target file by "
                            "hand",
                            listed([](std::size_t) { return true; })));
  }

  const Containers* containers_;
  const ChosenServices* chosen_;
  std::vector<Likeness> found_;  // of each container
  std::vector<Question> questions_;
  Roles roles_;
};

}  // namespace

const ContainerFacts* Roles::of(Role role) const {
  const auto found = containers.find(role);
  return found == containers.end() ? nullptr : found->second;
}

Result<Roles> find_roles(const std::vector<ContainerFacts>& containers,
                         const ChosenServices& chosen) {
  return Finder(containers, chosen).run();
}

}  // namespace votebench::stack
