#include "stack/docker/recognise.h"

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

TEST_CASE("what is no voting stack is said to be none") {
  const auto found =
      recognise_text({container("db", "mysql\\u001b[2J", "", on_address("1.2.3.4"))});
  REQUIRE_FALSE(found);
  CHECK(found.error().message == "no container of this project looks like a vote service");
  CHECK(found.error().help.find("db (mysql\\x1b[2J)") != std::string::npos);
  CHECK_FALSE(parse_inspection("null"));
  CHECK_FALSE(parse_inspection("[1"));
  CHECK(parse_inspection("[1, {}, {\"Config\": 7}]"));
}

}  // namespace
}  // namespace votebench::stack
