#include <chrono>

#include "helpers.h"
#include "scenario/profiles.h"
#include "scenario/urls.h"
#include "support/catch.h"

namespace votebench::scenario {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kEverything = R"(profile: append-table
vote: { url: "${VOTE_URL:-https://vote.example:8443/cast?x=1}", form: { choice: "{choice}", lang: en }, cookie: { session: "{voter}" }, accept: [200, 204], reject: [418], identity: sent }
redis: { url: "redis://me@[::1]:6380/3", password: { env: REDIS_PASSWORD, optional: true }, list: ballots, in_flight: [doing, "more of it"], sample_every: 1s }
postgres: { url: "postgresql://postgres@127.0.0.1/postgres", password: { file: /run/secrets/pg, optional: true }, table: public.votes, columns: { voter: who, choice: what }, rows: first-wins, choices: { a: Cats, b: "true" }, sample_every: 2s }
result: { url: "http://127.0.0.1:8081/" }
worker: { model: unknown, max_hold: 1m }
settle: { quiet: 30s }
tls: { verify: false, ca_file: /etc/ca.pem }
proxy: "http://proxy:3128"
tunnel: { ssh_config: artifacts/aws/ssh_config, via: frontend }
)";

ParseOptions with_secrets() {
  ParseOptions options = options_with({{"REDIS_PASSWORD", "hunter2"}});
  options.read_secret_file = [](const std::string& path) -> Result<std::optional<std::string>> {
    return path == "/run/secrets/pg" ? std::optional<std::string>("swordfish\r\n")
                                     : std::optional<std::string>();
  };
  return options;
}

TEST_CASE("a target's vote page is read") {
  const VoteEndpoint vote = target_of(kEverything, with_secrets()).vote;
  CHECK(vote.tls);
  CHECK(vote.host == "vote.example");
  CHECK(vote.port == 8443);
  CHECK(vote.path == "/cast?x=1");
  CHECK(vote.form == std::map<std::string, std::string>{{"choice", "{choice}"}, {"lang", "en"}});
  CHECK(vote.cookie == "session");
  CHECK(vote.accepted == std::vector<int>{200, 204});
  CHECK(vote.rejected == std::vector<int>{418});
  CHECK(vote.identity == IdentityMode::sent);
}

TEST_CASE("a target's stores are read") {
  const TargetSettings target = target_of(kEverything, with_secrets());
  REQUIRE(target.queue);
  CHECK(target.queue->host == "::1");
  CHECK(target.queue->port == 6380);
  CHECK(target.queue->database == 3);
  CHECK(target.queue->user == "me");
  CHECK(target.queue->password.reveal() == "hunter2");
  CHECK(target.queue->list == "ballots");
  CHECK(target.queue->in_flight == std::vector<std::string>{"doing", "more of it"});
  CHECK(target.queue->sample_every == 1s);
  REQUIRE(target.rows);
  CHECK(target.rows->revotes == RevoteRule::first_wins);
  CHECK(target.rows->stored_choices ==
        std::map<std::string, std::string>{{"a", "Cats"}, {"b", "true"}});
  CHECK(target.rows->password.reveal() == "swordfish");
  CHECK(target.rows->table == "public.votes");
  CHECK(target.rows->voter_column == "who");
  CHECK(target.rows->choice_column == "what");
  CHECK(target.rows->sample_every == 2s);
}

TEST_CASE("a target's counters are read, and no id is followed there") {
  const TargetSettings keys = target_of(R"(vote: { url: "http://127.0.0.1/" }
counters:
  redis: { url: "rediss://me@[::1]:6380/3", hash: votes, keys: { "Cats & dogs": "n 1", "ü": n2 } }
  exclusive: true
tls: { ca_file: /etc/ca.pem }
)");
  CHECK(keys.vote.identity == IdentityMode::none);
  REQUIRE(keys.rows);
  CHECK(keys.rows->kind == "counters");
  CHECK(keys.rows->stored_choices ==
        std::map<std::string, std::string>{{"Cats & dogs", "n 1"}, {"ü", "n2"}});
  REQUIRE(keys.rows->counters);
  const CounterSettings& counters = *keys.rows->counters;
  CHECK(counters.source == "redis");
  CHECK(counters.server.host == "::1");
  CHECK(counters.server.port == 6380);
  CHECK(counters.server.database == 3);
  CHECK(counters.server.tls);
  CHECK(counters.server.tls_ca_file == "/etc/ca.pem");
  CHECK(counters.hash == "votes");
  CHECK(counters.exclusive);
  const TargetSettings table = target_of(R"(vote: { url: "http://127.0.0.1/" }
counters: { postgres: { url: "postgresql://db/x", table: t, choice: name, count: n } }
)");
  CHECK(table.rows->counters->source == "postgres");
  CHECK(table.rows->table == "t");
  CHECK(table.rows->choice_column == "name");
  CHECK(table.rows->counters->count_column == "n");
  CHECK_FALSE(table.rows->counters->exclusive);
  const TargetSettings page = target_of(R"(vote: { url: "http://127.0.0.1/" }
counters: { page: { url: "http://127.0.0.1/v", pointer: { a: /votes/0 } } }
)");
  CHECK(page.rows->counters->source == "page");
  CHECK(page.rows->url == "http://127.0.0.1/v");
  CHECK(page.rows->stored_choices == std::map<std::string, std::string>{{"a", "/votes/0"}});
}

TEST_CASE("the rest of a target is read") {
  const TargetSettings target = target_of(kEverything, with_secrets());
  CHECK(target.profile == "append-table");
  CHECK(target.result_url == "http://127.0.0.1:8081/");
  CHECK(target.worker == WorkerModel::unknown);
  CHECK(target.worker_max_hold == 1min);
  CHECK(target.settle_quiet == Nanoseconds(30s));
  CHECK_FALSE(target.tls_verify);
  CHECK(target.tls_ca_file == "/etc/ca.pem");
  CHECK(target.proxy == HostPort{"proxy", 3128});
  CHECK_FALSE(target.queue->tls_verify);
  CHECK(target.queue->tls_ca_file == "/etc/ca.pem");
  CHECK(target.tunnel == TunnelSettings{"artifacts/aws/ssh_config", "frontend"});
  CHECK(target_of("tunnel: null").tunnel == std::nullopt);
}

TEST_CASE("a profile fills what a target leaves out") {
  for (const Profile& profile : profiles()) {
    INFO(profile.name);
    const TargetSettings target = target_of("profile: " + std::string(profile.name));
    CHECK(target == profile_settings(profile));
    CHECK(target.vote.path == profile.path);
    CHECK(target.vote.rejected == std::vector<int>{400, 404, 405});
    CHECK(target.worker == WorkerModel::serial);
  }
  CHECK(find_profile("nobody") == nullptr);
}

TEST_CASE("a vote URL without a path has the profile's") {
  const auto path = [](const std::string& url) {
    return target_of("profile: always-200\nvote: { url: \"" + url + "\" }").vote.path;
  };
  CHECK(path("http://host") == "/vote");
  CHECK(path("http://host:8080") == "/vote");
  CHECK(path("http://host/") == "/");
  CHECK(path("http://host/other") == "/other");
}

TEST_CASE("a store that is not named is not there") {
  CHECK_FALSE(target_of("profile: dockersamples").queue);
  CHECK_FALSE(target_of("redis: null\npostgres: ~").queue);
  CHECK_FALSE(target_of("redis: null\npostgres: ~").rows);
  CHECK(target_of("redis: {}").queue == redis_list());
  CHECK(target_of("postgres: {}").rows == postgres_table());
}

TEST_CASE("several lists, the first of which is the list") {
  const QueueSettings queue = *target_of("redis: { lists: [votes:a, votes:b, votes:c] }").queue;
  CHECK(queue.kind == "redis");
  CHECK(queue.list == "votes:a");
  CHECK(queue.further_lists == std::vector<std::string>{"votes:b", "votes:c"});
  CHECK(target_of("redis: { lists: [votes:a] }").queue->further_lists.empty());
}

TEST_CASE("a stream, and what its group has pending") {
  const QueueSettings queue =
      *target_of("redis_stream: { url: redis://host:7000/2, stream: ballots, group: workers }")
           .queue;
  CHECK(queue.kind == "redis_stream");
  CHECK(queue.where() == "redis://host:7000/2");
  CHECK(queue.list == "ballots");
  CHECK(queue.group == "workers");
  CHECK(queue.in_flight == std::vector<std::string>{"the pending entries of group 'workers'"});
  CHECK(target_of("redis_stream: {}").queue == redis_stream());
}

TEST_CASE("a target inside a scenario is the same as in a file") {
  std::string nested = std::string(kMinimal) + "target:\n";
  std::string_view rest = kEverything;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n') + 1;
    nested += "  " + std::string(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  CHECK(scenario_of(nested, with_secrets()).target == target_of(kEverything, with_secrets()));
}

TEST_CASE("the short form of the worker") {
  CHECK(target_of("worker: unknown").worker == WorkerModel::unknown);
  CHECK(target_of("worker: unknown").worker_max_hold == 10s);
  CHECK(target_of("worker: { max_hold: 3s }").worker == WorkerModel::serial);
}

TEST_CASE("a cookie-less target") {
  CHECK(target_of("vote: { identity: none }").vote.identity == IdentityMode::none);
}

TEST_CASE("a vote that is no form") {
  const VoteEndpoint vote = target_of(R"(vote:
  url: "http://h/{choice}?voter={voter}"
  method: PUT
  json: '{"vote": "{choice}", "n": 1}'
  headers: { X-Voter: "{voter}", Authorization: { env: REDIS_PASSWORD }, Accept: "*/*" }
  cookie: null
  identity: sent
  csrf: { page: /form, field: token, header: X-Token }
)",
                                      with_secrets())
                                .vote;
  CHECK(vote.method == VoteMethod::put);
  CHECK(vote.path == "/{choice}?voter={voter}");
  CHECK(vote.form.empty());
  CHECK(vote.json == R"({"vote": "{choice}", "n": 1})");
  CHECK(vote.headers.at("X-Voter").text == "{voter}");
  CHECK(vote.headers.at("Authorization").reveal() == "hunter2");
  CHECK(vote.cookie.empty());
  CHECK(vote.csrf == CsrfSettings{"/form", "token", "", "X-Token"});
  CHECK(target_of(
            "vote: { cookie: {}, form: { vote: \"{choice}\", id: \"{voter}\" }, identity: sent }")
            .vote.cookie.empty());
  CHECK(target_of("vote: { url: \"http://h/{choice}\", form: null }").vote.form.empty());
}

TEST_CASE("fields of a form have any names, as Rails and PHP nest them") {
  const auto form = [](const std::string& fields) {
    return parse_target("vote: { form: { " + fields + ": \"{choice}\" } }", "t.yaml", {});
  };
  const TargetOutcome nested = form(R"("vote[choice]")");
  REQUIRE(nested);
  CHECK(nested.value->vote.form ==
        std::map<std::string, std::string>{{"vote[choice]", "{choice}"}});
  for (const std::string wrong : {R"("")", R"("a\nb")"}) {
    const TargetOutcome refused = form(wrong);
    CHECK_FALSE(refused);
    CHECK(refused.diagnostics.render().find("cannot be used as a field of a form") !=
          std::string::npos);
  }
}

TEST_CASE("votes of a target are checked with the choices of the scenario") {
  const std::string text = "vote: { json: '{\"vote\": {choice}, \"id\": \"{voter}\"}' }";
  CHECK(parse_target(text, "t.yaml", {}));
  ParseOptions options;
  options.choices = {"1", "2.5"};
  CHECK(parse_target(text, "t.yaml", options));
  options.choices = {"1", "b"};
  const TargetOutcome wrong = parse_target(text, "t.yaml", options);
  CHECK(wrong.diagnostics.render().find("the choice 'b' is no number") != std::string::npos);
}

TEST_CASE("an optional secret may be absent") {
  const std::string text =
      "redis: { password: { env: NONE, optional: true } }\n"
      "postgres: { password: { file: /none, optional: true } }";
  CHECK(target_of(text, with_secrets()).queue->password.empty());
  CHECK(target_of(text, with_secrets()).rows->password.empty());
}

TEST_CASE("URLs of a vote page") {
  const auto v6 = parse_http_url("http://[2001:db8::1]:81");
  REQUIRE(v6);
  CHECK(v6->host == "2001:db8::1");
  CHECK(v6->port == 81);
  CHECK(v6->path.empty());
  CHECK(parse_http_url("https://host/").value().port == 443);
  CHECK(parse_http_url("http://host?a=b").value().path == "/?a=b");
  CHECK(parse_http_url("http://host/?a=x@y:z").value().path == "/?a=x@y:z");
  for (const char* bad : {"", "http", "http:/host/", "http:///", "http://:80/", "http://[]/",
                          "http://[::1/", "http://host:/", "http://host:8o/", "HTTP://host/",
                          "http://h\xC3\xB6st/", "http://host:99999/"}) {
    INFO(bad);
    CHECK_FALSE(parse_http_url(bad));
  }
}

TEST_CASE("proxies and places to connect to") {
  CHECK(parse_proxy_url("http://proxy").value() == HostPort{"proxy", 80});
  CHECK(parse_proxy_url("http://[::1]:3128/").value() == HostPort{"::1", 3128});
  for (const char* bad : {"", "proxy:3128", "https://proxy:3128", "http://proxy:3128/x",
                          "http://me:word@proxy:3128", "socks5://proxy"}) {
    INFO(bad);
    CHECK_FALSE(parse_proxy_url(bad));
  }
  CHECK(parse_destination("10.0.0.5:8443").value() == HostPort{"10.0.0.5", 8443});
  CHECK(parse_destination("[::1]:443").value().text() == "[::1]:443");
  for (const char* bad : {"", ":1", "host", "host:", "host:0", "host:1/", "::1:443", "a b:1"}) {
    INFO(bad);
    CHECK_FALSE(parse_destination(bad));
  }
}

TEST_CASE("URLs of a queue") {
  const auto socket = parse_redis_url("unix:///run/redis.sock?db=2");
  REQUIRE(socket);
  CHECK(socket->path == "/run/redis.sock");
  CHECK(socket->database == 2);
  for (const char* url : {"redis://127.0.0.1:6379/0", "redis://me@[::1]:1/5",
                          "rediss://me@host:6380/5", "unix:///a/b?db=0"})
    CHECK(redis_url_of(parse_redis_url(url).value()) == url);
  CHECK(parse_redis_url("redis://host").value().port == 6379);
  for (const char* bad : {"redis://", "redis:///0", "redis://host/-1", "redis://host/0/1",
                          "unix://host/a", "unix:///", "unix:///a?db=x", "redis://host?db=1"}) {
    INFO(bad);
    CHECK_FALSE(parse_redis_url(bad));
  }
}

TEST_CASE("passwords in URLs are found, ports are not taken for them") {
  const auto secret = [](std::string_view text) {
    const SecretPart part = find_url_secret(text);
    return std::string(text.substr(part.offset, part.length));
  };
  CHECK(secret("postgresql://me:pw@host/db") == "pw");
  CHECK(secret("redis://:pw@host/0") == "pw");
  CHECK(secret("redis://me:p/w?x#y@host/0") == "p/w?x#y");
  CHECK(secret("http://me:pw@host/") == "me:pw");
  CHECK(secret("\"http://token@host/\"") == "token");
  CHECK(secret("postgresql://host/db?user=me&password=pw&x=1") == "pw");
  CHECK(secret("postgresql://me@host:5432/db?options=a@b").empty());
  CHECK(secret("http://host:8080/?mail=a@b").empty());
  CHECK(secret("http://[::1]:8080/?mail=a@b").empty());
  CHECK(secret("no url: a@b").empty());
}

}  // namespace
}  // namespace votebench::scenario
