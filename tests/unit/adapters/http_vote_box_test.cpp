// The vote box against a real socket on loopback.
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "adapters/http/http_exchange.h"
#include "adapters/http/vote_box.h"
#include "core/os.h"
#include "support/catch.h"
#include "support/scripted_server.h"

using namespace votebench;
using namespace votebench::adapters;
using namespace std::chrono_literals;
using test::Reply;
using test::ScriptedServer;

namespace {

// The plain channel, and libcurl's: the scripted server is a proxy that leads to itself.
enum class Way { direct, proxied };

TargetSettings target_at(std::uint16_t port, Way way = Way::direct) {
  TargetSettings target;
  target.vote.host = way == Way::direct ? "127.0.0.1" : "votes.test";  // the proxy's to resolve
  target.vote.port = port;
  if (way == Way::proxied) target.proxy = HostPort{"127.0.0.1", port};
  return target;
}

// Votes and connections wait longer than a busy machine stalls.
HttpSettings patient() {
  HttpSettings http;
  http.timeout = http.connect_timeout = http.max_idle = 1min;
  return http;
}

std::unique_ptr<VoteBox> box_at(std::uint16_t port, Way way, const HttpSettings& http = patient()) {
  auto box = open_vote_box(target_at(port, way), http, VoterIds({7}, {}), {"a", "b"});
  REQUIRE(box);
  return std::move(*box);
}

// Casts votes one after another over one session, as a sender thread does. For the session, time
// passes only when a test says so.
struct Voter {
  explicit Voter(VoteBox& box) : session(box.open_session({epoll.get(), 0})) {}

  VoteAnswer cast(VoterIndex voter) {
    Progress progress = session->start({voter, 0}, now);
    while (progress == Progress::working) progress = next();
    return session->answer();
  }
  // Casts a vote that `server` receives and does not answer until the deadline.
  VoteAnswer wait_in_vain(VoterIndex voter, const ScriptedServer& server) {
    const std::size_t before = server.requests().size();
    Progress progress = session->start({voter, 0}, now);
    while (server.requests().size() == before && progress == Progress::working) progress = next(5);
    now = session->deadline();
    if (progress == Progress::working) progress = session->on_deadline(now);
    CHECK(progress == Progress::finished);
    return session->answer();
  }
  Progress next(int limit_ms = -1) {
    epoll_event event{};
    const bool ready = ::epoll_wait(epoll.get(), &event, 1, limit_ms) > 0;
    return ready ? session->on_ready(now) : Progress::working;
  }

  Instant now = real_clock().now();
  FileDescriptor epoll{::epoll_create1(0)};
  std::unique_ptr<VoteSession> session;
};

Reply accept(const std::string& request, const std::string& headers = "") {
  return {ScriptedServer::answer(200, ScriptedServer::echo_of(request) + headers)};
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// The ids in the requests, each as often as it was delivered.
std::multiset<std::string> delivered(const ScriptedServer& server) {
  std::multiset<std::string> ids;
  for (const std::string& request : server.requests())
    ids.insert(request.substr(request.find("voter_id=") + 9, length_of(IdForm::votebench)));
  return ids;
}

}  // namespace

TEST_CASE("votes over one kept connection") {
  const Way way = GENERATE(Way::direct, Way::proxied);
  ScriptedServer server([](const std::string& request, int) { return accept(request); });
  const auto box = box_at(server.port(), way);
  Voter voter(*box);
  for (VoterIndex i = 0; i < 20; ++i) CHECK(voter.cast(i).outcome == Outcome::acked);
  CHECK(server.connections() == 1);
  CHECK(delivered(server).size() == 20);
}

TEST_CASE("a connection per vote, and none left open") {
  const Way way = GENERATE(Way::direct, Way::proxied);
  ScriptedServer server([](const std::string& request, int) {
    Reply reply = accept(request, "Connection: close\r\n");
    reply.then = Reply::Then::close;
    return reply;
  });
  const std::size_t before = open_descriptors();
  {
    HttpSettings http = patient();
    http.keep_alive = false;
    const auto box = box_at(server.port(), way, http);
    Voter voter(*box);
    for (VoterIndex i = 0; i < 50; ++i) CHECK(voter.cast(i).outcome == Outcome::acked);
    CHECK(open_descriptors() <= before + 2 * (1 + 4) + 4);  // ours and the server's ends
  }
  CHECK(server.connections() == 50);
}

TEST_CASE("whoever was told to close is waited for, within limits") {
  ScriptedServer server([](const std::string& request, int) {
    return accept(request, "Connection: close\r\n");  // but it does not close
  });
  const auto box = box_at(server.port(), Way::direct);
  Voter voter(*box);
  const std::size_t before = open_descriptors();
  for (VoterIndex i = 0; i < 4; ++i) CHECK(voter.cast(i).outcome == Outcome::acked);
  CHECK(open_descriptors() == before + 4 * 2);  // ours and the server's ends
  CHECK(voter.session->deadline() == voter.now + 1s);
  CHECK(voter.cast(4).outcome == Outcome::acked);
  server.wait_until_closed(1);  // the oldest was one too many
  (void)voter.session->on_deadline(voter.now + 2s);
  server.wait_until_closed(5);
  CHECK(open_descriptors() == before);
  CHECK(voter.session->deadline() == Instant::max());
}

TEST_CASE("a server that closes without answering: delivered once, ambiguous once") {
  const Way way = GENERATE(Way::direct, Way::proxied);
  ScriptedServer server([](const std::string& request, int served) {
    return served == 0 ? accept(request) : Reply{"", Reply::Then::close};
  });
  const auto box = box_at(server.port(), way);
  Voter voter(*box);
  for (VoterIndex i = 0; i < 10; ++i)
    CHECK(voter.cast(i).outcome == (i % 2 == 0 ? Outcome::acked : Outcome::ambiguous));
  const auto ids = delivered(server);
  CHECK(ids.size() == 10);
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 10);
}

TEST_CASE("a server that resets without answering: delivered once, ambiguous once") {
  const Way way = GENERATE(Way::direct, Way::proxied);
  ScriptedServer server([](const std::string& request, int served) {
    return served == 0 ? accept(request) : Reply{"", Reply::Then::reset};
  });
  const auto box = box_at(server.port(), way);
  Voter voter(*box);
  CHECK(voter.cast(0).outcome == Outcome::acked);
  const VoteAnswer answer = voter.cast(1);
  CHECK(answer.outcome == Outcome::ambiguous);
  CHECK(answer.flags == kClosedEarly);
  CHECK(delivered(server).size() == 2);
}

TEST_CASE("a server that closes an idle connection costs nothing") {
  const Way way = GENERATE(Way::direct, Way::proxied);
  ScriptedServer server([](const std::string& request, int) {
    Reply reply = accept(request);  // does not say that it closes
    reply.then = Reply::Then::close;
    return reply;
  });
  const auto box = box_at(server.port(), way);
  Voter voter(*box);
  for (int i = 0; i < 5; ++i) {
    CHECK(voter.cast(static_cast<VoterIndex>(i)).outcome == Outcome::acked);
    server.wait_until_closed(i + 1);  // the session has not been told
  }
  CHECK(server.connections() == 5);
  CHECK(delivered(server).size() == 5);
}

TEST_CASE("no answer: ambiguous at the deadline, and the next vote goes elsewhere") {
  const Way way = GENERATE(Way::direct, Way::proxied);
  bool first = true;
  ScriptedServer server([&](const std::string& request, int) {
    return std::exchange(first, false) ? Reply{} : accept(request);
  });
  const auto box = box_at(server.port(), way);
  Voter voter(*box);
  const VoteAnswer answer = voter.wait_in_vain(0, server);
  CHECK(answer.outcome == Outcome::ambiguous);
  CHECK(answer.flags == kTimedOut);
  CHECK(voter.cast(1).outcome == Outcome::acked);
  CHECK(server.connections() == 2);
}

TEST_CASE("408, half answers and rejections") {
  const Way way = GENERATE(Way::direct, Way::proxied);
  const std::string id = VoterIds({7}, {}).make(0);
  std::string bytes;
  Reply::Then then = Reply::Then::close;
  SECTION("408") { bytes = ScriptedServer::answer(408, "Connection: close\r\n"); }
  SECTION("half a head") { bytes = "HTTP/1.1 200 OK\r\nSet-Cookie: voter_id=" + id; }
  SECTION("an interim answer only") { bytes = "HTTP/1.1 100 Continue\r\n\r\n"; }
  ScriptedServer server([&](const std::string&, int) { return Reply{bytes, then}; });
  const auto box = box_at(server.port(), way);
  CHECK(cast_one_vote(*box, {0, 0}, real_clock())->outcome == Outcome::ambiguous);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a body of any size is read and forgotten") {
  const Way way = GENERATE(Way::direct, Way::proxied);
  const std::size_t size = 8 << 20;
  ScriptedServer server([&](const std::string& request, int) {
    return Reply{ScriptedServer::answer(200, ScriptedServer::echo_of(request), size)};
  });
  const auto box = box_at(server.port(), way);
  Voter voter(*box);
  CHECK(voter.cast(0).outcome == Outcome::acked);
  CHECK(voter.cast(1).flags == 0);
  CHECK(server.connections() == 1);
}

TEST_CASE("nobody listens: not sent") {
  ScriptedServer gone([](const std::string&, int) { return Reply{}; });
  gone.go_away();
  const auto box = box_at(gone.port(), Way::direct);
  const auto answer = cast_one_vote(*box, {0, 0}, real_clock());
  CHECK(answer->outcome == Outcome::not_sent);
  CHECK(answer->flags == kConnectFailed);
  CHECK(answer->error == ECONNREFUSED);
}

TEST_CASE("source addresses take turns") {
  const Way way = GENERATE(Way::direct, Way::proxied);
  HttpSettings http = patient();
  http.keep_alive = false;
  http.source_addresses = {"127.0.0.2", "127.0.0.3"};
  ScriptedServer server([](const std::string& request, int) { return accept(request); });
  const auto box = box_at(server.port(), way, http);
  Voter voter(*box);
  for (VoterIndex i = 0; i < 4; ++i) CHECK(voter.cast(i).outcome == Outcome::acked);
  std::vector<std::string> turns{"127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.3"};
  if (way == Way::proxied) std::ranges::reverse(turns);  // the connection before any vote had one
  CHECK(server.peers() == turns);
}

TEST_CASE("what a vote box cannot do is said before any vote") {
  const auto error_of = [](const TargetSettings& target, const HttpSettings& http) {
    const auto box = open_vote_box(target, http, VoterIds({7}, {}), {"a"});
    REQUIRE_FALSE(box);
    CHECK(box.error().kind == ErrorKind::environment);
    CHECK_FALSE(box.error().help.empty());
    return box.error().message;
  };
  TargetSettings target = target_at(80);
  HttpSettings http;
  SECTION("an unknown name") {
    target.vote.host = "no-such-host.invalid";
    CHECK(error_of(target, http).find("no-such-host.invalid") != std::string::npos);
  }
  SECTION("source addresses that cannot be") {
    const std::map<std::string, std::string> reasons{
        {"192.0.2.1", "Cannot assign requested address"},
        {"::1", "not of the target's address family"},
        {"name", "not an IP address"}};
    for (const auto& [source, reason] : reasons) {
      http.source_addresses = {source};
      CHECK(error_of(target, http) == "cannot send from source address " + source + ": " + reason);
    }
  }
}

TEST_CASE("a name is resolved to an address that accepts") {
  ScriptedServer server([](const std::string& request, int) { return accept(request); });
  TargetSettings target = target_at(server.port());
  target.vote.host = "localhost";  // often ::1 first, where nobody listens
  const auto box = open_vote_box(target, patient(), VoterIds({7}, {}), {"a"});
  REQUIRE(box);
  CHECK(cast_one_vote(**box, {0, 0}, real_clock())->outcome == Outcome::acked);
}

TEST_CASE("a health probe tells what it saw") {
  ScriptedServer server([](const std::string& request, int) {
    const bool moved = request.starts_with("GET /moved");
    return Reply{ScriptedServer::answer(moved ? 302 : 503,
                                        moved ? "Location: /x\r\n" : "Server: gunicorn\r\n")};
  });
  const std::string base = "http://127.0.0.1:" + std::to_string(server.port());
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);  // must not matter
  const HttpReply sick = http_exchange({base + "/"}, 1min);
  ::unsetenv("http_proxy");
  CHECK(sick.status == 503);
  CHECK(sick.server == "gunicorn");
  CHECK(sick.body == "xxxxx");
  CHECK(sick.error.empty());
  CHECK(http_exchange({base + "/moved"}, 1min).status == 302);
}

TEST_CASE("a health probe that fails says why") {
  CHECK(http_exchange({"http://127.0.0.1:1/"}, 2s).status == 0);
  CHECK_FALSE(http_exchange({"http://127.0.0.1:1/"}, 2s).error.empty());
  CHECK_FALSE(http_exchange({"file:///etc/passwd"}, 2s).error.empty());
  ScriptedServer mute([](const std::string&, int) { return Reply{}; });
  const std::string url = "http://127.0.0.1:" + std::to_string(mute.port()) + "/";
  CHECK_FALSE(http_exchange({url}, 30ms).error.empty());
}
