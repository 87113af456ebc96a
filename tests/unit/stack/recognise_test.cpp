#include "stack/docker/recognise.h"

#include <fmt/format.h>

#include "scenario/urls.h"
#include "stack/docker/inspection.h"
#include "stack/docker/swarm_facts.h"
#include "support/catch.h"

namespace votebench::stack {
namespace {

// As `docker inspect` prints it, of the parts that are looked at.
std::string container(const std::string& service, const std::string& image,
                      const std::string& environment, const std::string& network) {
  return R"({"Config": {"Image": ")" + image + R"(", "Labels": {"com.docker.compose.service": ")" +
         service + R"("}, "Env": [)" + environment + R"(], "Cmd": null}, "NetworkSettings": )" +
         network + "}";
}

std::string on_address(const std::string& address) {
  return R"({"Ports": {}, "Networks": {"a": {"IPAddress": ""}, "b": {"IPAddress": ")" + address +
         R"("}}})";
}

std::string published(const std::string& port, const std::string& host, const std::string& to) {
  return R"({"Ports": {")" + port + R"(": [{"HostIp": ")" + host + R"(", "HostPort": ")" + to +
         R"("}], "9999/udp": null}, "Networks": {}})";
}

Result<Recognised> recognise_text(const std::vector<std::string>& containers) {
  std::string json = "[";
  for (const std::string& text : containers) json += (json == "[" ? "" : ",") + text;
  TRY_ASSIGN(const auto facts, parse_inspection(json + "]"));
  return recognise(facts, {});
}

bool has_note(const Recognised& found, const std::string& start) {
  for (const std::string& note : found.notes)
    if (note.starts_with(start)) return true;
  return false;
}

TEST_CASE("the original stack, with published ports") {
  const auto found = recognise_text(
      {container("vote", "dockersamples/examplevotingapp_vote", "",
                 published("80/tcp", "", "8080")),
       container("worker", "dockersamples/examplevotingapp_worker", "", on_address("")),
       container("result", "dockersamples/examplevotingapp_result", "",
                 published("80/tcp", "::", "8081")),
       container("redis", "redis:alpine", "", on_address("10.77.0.3")),
       container("db", "postgres:15-alpine",
                 R"("POSTGRES_USER=me@home", "POSTGRES_PASSWORD=marker")", on_address("fd00::7"))});
  REQUIRE(found);
  CHECK(found->target.profile == "dockersamples");
  CHECK(found->target.vote.url() == "http://127.0.0.1:8080/");
  CHECK(found->target.result_url == "http://127.0.0.1:8081/");
  CHECK(found->target.worker == WorkerModel::serial);
  CHECK(found->target.queue->where() == "redis://10.77.0.3:6379/0");
  CHECK(found->target.rows->url == "postgresql://me%40home@[fd00::7]:5432/me%40home");
  CHECK(found->postgres.value == "marker");
  CHECK(found->redis.empty());
  CHECK(found->notes.empty());
}

TEST_CASE("nothing is assumed of images that nobody knows, and what is missing is said") {
  const auto found = recognise_text(
      {container("frontend", "registry:5000/us/app:7", "", on_address("10.77.0.2")),
       container("the-worker", "us/worker:7", "", on_address("10.77.0.4")),
       container("redis-exporter", "oliver006/redis_exporter", "", on_address("10.77.0.9"))});
  REQUIRE(found);
  CHECK(found->target.vote.url() == "http://10.77.0.2:80/");
  CHECK(found->target.worker == WorkerModel::unknown);
  CHECK_FALSE(found->target.queue);
  CHECK_FALSE(found->target.rows);
  for (const char* start : {"profile: guessed", "worker: nothing is known of the image us/worker:7",
                            "vote.url: ", "redis: ", "postgres: ", "result: "})
    CHECK(has_note(*found, start));
}

TEST_CASE("a password that is mounted is read where it is") {
  std::string db =
      container("db", "votebench/postgres:dev", R"("POSTGRES_PASSWORD_FILE=/run/secrets/pg")",
                on_address("10.77.0.3"));
  db.insert(1, R"("Mounts": [{"Source": "/srv/pg", "Destination": "/run/secrets/pg"}], )");
  const auto found = recognise_text(
      {container("vote", "votebench/vote:dev", R"("VOTES_PROFILE=reference", "PORT=8080")",
                 on_address("10.77.0.2")),
       db});
  REQUIRE(found);
  CHECK(found->postgres.file == "/srv/pg");
  CHECK(found->target.profile == "keep-alive");
  CHECK(found->target.worker == WorkerModel::unknown);
}

TEST_CASE("of a worker of ours with knobs nothing is assumed") {
  std::string worker = container("worker", "votebench/worker:dev",
                                 R"("VOTES_PROFILE=dockersamples")", on_address("10.77.0.4"));
  const std::string vote = container("vote", "votebench/vote:dev", "", on_address("10.77.0.2"));
  const auto plain = recognise_text({vote, worker});
  REQUIRE(plain);
  CHECK(plain->target.worker == WorkerModel::serial);
  CHECK_FALSE(plain->target.settle_quiet);
  worker.replace(worker.find("null"), 4, R"(["worker", "--batch=64"])");
  const auto batching = recognise_text({vote, worker});
  REQUIRE(batching);
  CHECK(batching->target.worker == WorkerModel::unknown);
  CHECK(has_note(*batching, "worker: it is started with --batch"));
}

using Variables = std::map<std::string, std::string>;

ContainerFacts service(const std::string& name, const std::string& image,
                       Variables environment = {}, std::vector<std::string> command = {}) {
  ContainerFacts facts;
  facts.project = "shop";
  facts.service = name;
  facts.image = image;
  facts.environment = std::move(environment);
  facts.command = std::move(command);
  facts.address = name;  // in place of an address, so that tables can be read
  return facts;
}

ContainerFacts exposing(std::uint16_t port, ContainerFacts facts) {
  facts.ports = {port};
  return facts;
}

ContainerFacts publishing(std::vector<std::uint16_t> ports, ContainerFacts facts) {
  for (const std::uint16_t port : ports) facts.published[port] = fmt::format("host:1{}", port);
  facts.ports = std::move(ports);
  return facts;
}

ContainerFacts on_the_host(ContainerFacts facts) {
  facts.address = "";
  return facts;
}

std::string password_text(const FoundPassword& password) {
  return password.file.empty() ? password.value : "file " + password.file;
}

// What was found, in one line: vote page, queue, rows, and the result page.
std::string found_text(const Result<Recognised>& found) {
  if (!found) return found.error().message;
  const TargetSettings& target = found->target;
  std::string text = target.vote.host + fmt::format(":{}", target.vote.port);
  if (target.queue)
    text += fmt::format(" | {} {} {}", scenario::redis_url_of(*target.queue), target.queue->list,
                        password_text(found->redis));
  if (target.rows)
    text += fmt::format(" | {} {} {}", target.rows->url, target.rows->table,
                        password_text(found->postgres));
  if (!target.result_url.empty()) text += " | " + target.result_url;
  return text;
}

struct Project {
  const char* what;
  std::vector<ContainerFacts> containers;
  std::string found;
  std::string note;  // how one of the notes begins; empty: none is looked for
};

void check_projects(const std::vector<Project>& projects) {
  for (const Project& project : projects) {
    CAPTURE(project.what);
    const auto found = recognise(project.containers, {});
    CHECK(found_text(found) == project.found);
    if (!project.note.empty()) CHECK((found && has_note(*found, project.note)));
  }
}

const ContainerFacts kVote = service("vote", "us/a:1");
const ContainerFacts kRedis = service("redis", "redis:7");
const ContainerFacts kDb = service("db", "postgres:16");
const std::string kRedisFound = " | redis://redis:6379/0 votes ";
const std::string kDbFound = " | postgresql://postgres@db:5432/postgres votes ";

TEST_CASE("who is who in a compose project") {
  const Variables env_file{{"POSTGRES_PASSWORD", "pw"}, {"POSTGRES_HOST_AUTH_METHOD", "md5"}};
  ContainerFacts built = service("page", "shop-redis-vote");
  built.project = "shop-redis";
  ContainerFacts replica = publishing({80}, kVote);
  check_projects({
      {"a name before a likeness", {kVote, service("voting-old", "us/b:1")}, "vote:80", ""},
      {"a poll is a vote service", {service("poll", "us/a:1")}, "poll:80", ""},
      {"MySQL is never the vote page",
       {service("vote-mysql", "mysql:8"), service("voting-app", "us/a:1")},
       "voting-app:80",
       "stores: votebench does not read vote-mysql (mysql:8)"},
      {"nor is what listens as MongoDB does",
       {exposing(27017, service("vote", "us/store:1")), service("web", "us/a:1")},
       "web:80",
       "stores: votebench does not read vote (us/store:1)"},
      {"nor a database that is called after votes",
       {service("db", "voting-db:1", {{"POSTGRES_HOST_AUTH_METHOD", "trust"}}),
        service("web", "voting-web:1")},
       "web:80" + kDbFound,
       "vote: web is a guess, by \"voting\" in"},
      {"the last word of a name says what it is",
       {kVote, service("redis-worker", "us/b:1"), service("vote-db", "us/c:1")},
       "vote:80 | postgresql://postgres@vote-db:5432/postgres votes ",
       "postgres: vote-db is a guess"},
      {"a project's name says nothing of its images", {built}, "page:80", "vote: page is a guess"},
      {"one env_file for all",
       {service("vote", "us/a:1", env_file), service("result", "us/b:1", env_file),
        service("db", "postgres:16", env_file)},
       "vote:80" + kDbFound + "pw | http://result:80/",
       ""},
      {"look-alikes by their images",
       {kVote, service("q", "docker.dragonflydb.io/dragonflydb/dragonfly"),
        service("rows", "timescale/timescaledb:latest-pg16")},
       "vote:80 | redis://q:6379/0 votes  | postgresql://postgres@rows:5432/postgres votes ",
       ""},
      {"and by their ports",
       {kVote, exposing(6379, service("q", "us/q:1")), exposing(5432, service("r", "us/r:1"))},
       "vote:80 | redis://q:6379/0 votes  | postgresql://postgres@r:5432/postgres votes ",
       ""},
      {"what the apps are told decides between two",
       {service("vote", "us/a:1", {{"REDIS_HOST", "jobs"}}), service("cache", "redis:7"),
        service("jobs", "redis:7")},
       "vote:80 | redis://jobs:6379/0 votes ",
       ""},
      {"and finds what nothing else would",
       {service("vote", "us/a:1"), service("worker", "us/w:1", {{"DB_HOST", "rows"}}),
        service("rows", "us/r:1")},
       "vote:80 | postgresql://postgres@rows:5432/postgres votes ",
       "postgres: rows is a guess, by what the apps are told"},
      {"helpers are nobody",
       {kVote, service("redis-exporter", "us/e:1"), service("vote-admin", "us/b:1")},
       "vote:80",
       ""},
      {"of two containers of a service the published one",
       {kVote, replica},
       "host:180",
       "vote: vote has 2 containers"},
  });
}

TEST_CASE("where servers listen and what they are called is read") {
  ContainerFacts secret = service("redis", "redis:7", {},
                                  {"sh", "-c", "redis-server --requirepass \"$(cat /run/pw)\""});
  secret.mounts["/run/pw"] = "/srv/pw";
  const auto redis_of = [](const std::string& script) {
    return service("redis", "redis:7", {{"PW", "p w"}}, {"sh", "-c", script});
  };
  const auto worker = [](Variables environment) {
    return service("worker", "us/w:1", std::move(environment));
  };
  check_projects({
      {"a published port", {publishing({8080}, kVote)}, "host:18080", ""},
      {"several published ports", {publishing({80, 9100}, kVote)}, "host:180", "vote.url: 2 ports"},
      {"PORT says which of them",
       {publishing({9100, 9200}, service("vote", "us/a:1", {{"PORT", "9200"}}))},
       "host:19200",
       ""},
      {"PORT and PGPORT on the host's network",
       {on_the_host(exposing(80, service("vote", "us/a:1", {{"PORT", "8088"}}))),
        on_the_host(service("db", "postgres:16", {{"PGPORT", "5433"}}))},
       "127.0.0.1:8088 | postgresql://postgres@127.0.0.1:5433/postgres votes ",
       "vote.url: port 8088, by a variable of vote"},
      {"REDIS_URL",
       {service("vote", "us/a:1", {{"REDIS_URL", "redis://:p%40w@redis:6380/2"}}), kRedis},
       "vote:80 | redis://redis:6380/2 votes p@w",
       ""},
      {"REDIS_URL with a user and TLS",
       {service("vote", "us/a:1", {{"REDIS_URL", "rediss://me:pw@redis/1"}}), kRedis},
       "vote:80 | rediss://me@redis:6379/1 votes pw",
       ""},
      {"REDIS_USERNAME",
       {service("vote", "us/a:1",
                {{"REDIS_HOST", "redis"}, {"REDIS_USERNAME", "me"}, {"REDIS_PASSWORD", "pw"}}),
        redis_of("redis-server --requirepass other")},
       "vote:80 | redis://me@redis:6379/0 votes pw",
       ""},
      {"DATABASE_URL of a server elsewhere",
       {kVote, worker({{"DATABASE_URL", "postgres://app:pw@db.example.com/v?sslmode=require"}})},
       "vote:80 | postgresql://app@db.example.com:5432/v?sslmode=require votes pw",
       "postgres: db.example.com is no service of this project; it stands in DATABASE_URL of"},
      {"DATABASE_URL in the manner of SQLAlchemy and Prisma",
       {kVote, worker({{"DATABASE_URL", "postgresql+psycopg2://app:pw@db:5432/v?schema=public"}}),
        kDb},
       "vote:80 | postgresql://app@db:5432/v votes pw",
       ""},
      {"DATABASE_URL of MySQL is none of ours",
       {kVote, worker({{"DATABASE_URL", "mysql://app:pw@db.example.com/v"}})},
       "vote:80",
       "postgres: no service looks like it"},
      {"DB_HOST may be any product elsewhere, and says the database's name here",
       {kVote, worker({{"DB_HOST", "db"}, {"DB_NAME", "v"}}), kDb},
       "vote:80 | postgresql://postgres@db:5432/v votes ",
       ""},
      {"QUEUE_NAME and TABLE_NAME",
       {kVote, worker({{"QUEUE_NAME", "ballots"}, {"TABLE_NAME", "app.votes"}}), kRedis, kDb},
       "vote:80 | redis://redis:6379/0 ballots  | postgresql://postgres@db:5432/postgres "
       "app.votes ",
       "redis.list: ballots, by QUEUE_NAME of worker"},
      {"bitnami's names",
       {kVote, service("db", "bitnami/postgresql:16",
                       {{"POSTGRESQL_USERNAME", "u"}, {"POSTGRESQL_PASSWORD", "pw"}})},
       "vote:80 | postgresql://u@db:5432/postgres votes pw",
       ""},
      {"bitnami's database",
       {kVote, service("db", "bitnami/postgresql:16", {{"POSTGRESQL_DATABASE", "v"}})},
       "vote:80 | postgresql://postgres@db:5432/v votes ",
       ""},
      {"--requirepass in a script",
       {kVote, redis_of("exec redis-server --requirepass 'a b' --port 7000")},
       "vote:80 | redis://redis:7000/0 votes a b",
       ""},
      {"--requirepass of a variable",
       {kVote, redis_of("redis-server --requirepass \"$PW\"; true")},
       "vote:80" + kRedisFound + "p w",
       ""},
      {"--requirepass of a variable with a default",
       {kVote, redis_of("redis-server --requirepass ${NONE:-other}")},
       "vote:80" + kRedisFound + "other",
       ""},
      {"--requirepass of a mounted file",
       {kVote, secret},
       "vote:80" + kRedisFound + "file /srv/pw",
       ""},
      {"--requirepass of a command",
       {kVote, redis_of("redis-server --requirepass $(make-one)")},
       "vote:80" + kRedisFound,
       "redis: it wants a password that was not found"},
  });
}

TEST_CASE("where several services look the same the user is asked, and his word counts") {
  const std::vector<ContainerFacts> project{
      service("api-voting", "us/a:1"), service("ui-voting", "us/b:1"), service("x", "redis:7"),
      service("y", "valkey/valkey:8"), publishing({80}, service("front", "nginx:1.27"))};
  const auto asked = recognise(project, {});
  REQUIRE_FALSE(asked);
  CHECK(asked.error().message ==
        "several services look like vote: api-voting (us/a:1), ui-voting (us/b:1); several "
        "services look like redis: x (redis:7), y (valkey/valkey:8)");
  CHECK(asked.error().help ==
        "say which, as in: votebench attach compose shop --vote api-voting --redis x; votes may "
        "also go through front (nginx:1.27)");
  const auto told = recognise(project, {{Role::vote, "front"}, {Role::redis, "y"}});
  CHECK(found_text(told).starts_with("host:180 | redis://y:6379/0"));
  const auto wrong = recognise(project, {{Role::vote, "nobody"}});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message == "--vote: no container of a service 'nobody' runs in this project");
}

TEST_CASE("no note holds a password") {
  const auto found =
      recognise({service("vote", "us/a:1", {{"REDIS_URL", "redis://:marker@r.example.com/x"}}),
                 service("worker", "us/w:1",
                         {{"DATABASE_URL",
                           "jdbc:postgresql://p.example.com/v?user=me&"
                           "password=marker&sslmode=prefer"}})},
                {});
  REQUIRE(found);
  CHECK(found->target.rows->url == "postgresql://me@p.example.com:5432/v?sslmode=prefer");
  CHECK(found->postgres.value == "marker");
  CHECK(found->redis.value == "marker");
  for (const std::string& note : found->notes) CHECK(note.find("marker") == std::string::npos);
}

TEST_CASE("the parts of an inspection that are looked at") {
  const auto facts = parse_inspection(
      R"([{"Name": "/shop-db-1", "Config": {"Labels": {"com.docker.compose.project": "shop"}},
           "NetworkSettings": {"Networks": {"n": {"Aliases": ["rows"], "IPAddress": "10.0.0.1"}}}}])");
  REQUIRE(facts);
  CHECK(facts->front().project == "shop");
  CHECK(facts->front().is_called("rows"));
  CHECK(facts->front().is_called("shop-db-1"));
  CHECK_FALSE(facts->front().is_called("db"));
}

TEST_CASE("what is no voting stack is said to be none") {
  const auto found =
      recognise_text({container("db", "mysql\\u001b[2J", "", on_address("1.2.3.4"))});
  REQUIRE_FALSE(found);
  CHECK(found.error().message == "no service of this project looks like a vote service");
  CHECK(found.error().help.find("db (mysql\\x1b[2J)") != std::string::npos);
  CHECK_FALSE(parse_inspection("null"));
  CHECK_FALSE(parse_inspection("[1"));
  CHECK(parse_inspection("[1, {}, {\"Config\": 7}]"));
}

TEST_CASE("what a Swarm answers may hold anything") {
  for (const char* services : {"null", "[1", "{}"}) {
    SwarmAnswers answers{.services = services, .containers = "[]", .gateway = "[]"};
    CHECK_FALSE(facts_of_stack("polls", answers));
  }
  SwarmAnswers answers{.services = R"([1, {}, {"Spec": 7, "Endpoint": {"Ports": [80,
      {"TargetPort": -1, "PublishedPort": 99999, "Protocol": "tcp", "PublishMode": "ingress"}]}}])",
                       .containers = R"([7, {"NetworkSettings": {"Networks": 7}}])",
                       .gateway = R"([7, {"Containers": {"a": 7}}])"};
  const auto found = facts_of_stack("polls", answers);
  REQUIRE(found);
  for (const ContainerFacts& task : *found) CHECK(task.published.empty());
}

}  // namespace
}  // namespace votebench::stack
