// What is libcurl's channel's own: groups, deferred closes, proxies, and errors before any vote.
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <set>

#include "adapters/connect_error.h"
#include "adapters/http/curl_channel.h"
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

TargetSettings target_by(const ScriptedServer& proxy) {
  TargetSettings target;
  target.vote.host = "votes.test";
  target.proxy = HostPort{"127.0.0.1", proxy.port()};
  return target;
}

Reply accept(const std::string& request, const std::string& headers = "") {
  return {ScriptedServer::answer(200, ScriptedServer::echo_of(request) + headers)};
}

// Votes and connections wait longer than a busy machine stalls.
HttpSettings patient() {
  HttpSettings http;
  http.timeout = http.connect_timeout = http.max_idle = 1min;
  return http;
}

Result<std::unique_ptr<VoteBox>> open_box(const TargetSettings& target) {
  return open_vote_box(target, patient(), VoterIds({7}, {}), {"a", "b"});
}

// Several sessions on one epoll instance, as in a sender thread; tags are indexes.
struct Crowd {
  Crowd(VoteBox& box, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) sessions.push_back(box.open_session({epoll.get(), i}));
  }

  // Each session casts one vote; the voters follow each other from `first` on.
  void cast_all(VoterIndex first) {
    std::set<std::size_t> busy;
    for (std::size_t i = 0; i < sessions.size(); ++i)
      if (sessions[i]->start({first + static_cast<VoterIndex>(i), 0}, real_clock().now()) ==
          Progress::working)
        busy.insert(i);
    while (!busy.empty()) {
      epoll_event event{};
      REQUIRE(::epoll_wait(epoll.get(), &event, 1, 100'000) == 1);
      const Progress progress = sessions[event.data.u64]->on_ready(real_clock().now());
      if (progress == Progress::finished) busy.erase(event.data.u64);
    }
  }
  bool all_acked() const {
    return std::ranges::all_of(sessions,
                               [](const auto& s) { return s->answer().outcome == Outcome::acked; });
  }

  FileDescriptor epoll{::epoll_create1(0)};
  std::vector<std::unique_ptr<VoteSession>> sessions;
};

}  // namespace

TEST_CASE("more sessions than a group has room for") {
  ScriptedServer server([](const std::string& request, int) { return accept(request); });
  const auto box = open_box(target_by(server)).value();
  Crowd crowd(*box, 40);
  crowd.cast_all(0);
  CHECK(crowd.all_acked());
  crowd.cast_all(100);
  CHECK(crowd.all_acked());
  CHECK(server.connections() == 40);
  CHECK(server.requests().size() == 80);
}

TEST_CASE("groups are shared by the sessions of one epoll instance, up to their room") {
  ScriptedServer server([](const std::string& request, int) { return accept(request); });
  const auto route = CurlRoute::find(target_by(server), {}).value();
  constexpr std::size_t kRoom = CurlGroup::kMostConnections / CurlGroups::kConnectionsPerSession;
  CurlGroups groups;
  std::vector<std::shared_ptr<CurlGroup>> joined;
  for (std::size_t i = 0; i <= kRoom; ++i) joined.push_back(groups.join(route, 3));
  CHECK(std::set(joined.begin(), joined.end()).size() == 2);
  CHECK(joined[kRoom - 1] == joined[0]);
  CHECK(groups.join(route, 4) != joined[kRoom]);
  joined.erase(joined.begin());
  CHECK(groups.join(route, 3) == joined[0]);
}

TEST_CASE("whoever was told to close is waited for in its multi handle, within limits") {
  ScriptedServer server([](const std::string& request, int) {
    return accept(request, "Connection: close\r\n");  // but it does not close
  });
  const auto box = open_box(target_by(server)).value();
  Crowd crowd(*box, 1);
  const Instant first = real_clock().now();
  for (VoterIndex i = 0; i < 3; ++i) crowd.cast_all(i);
  VoteSession& session = *crowd.sessions[0];
  CHECK(session.deadline() >= first + CurlChannel::kRetiredFor);
  crowd.cast_all(3);
  CHECK(crowd.all_acked());
  server.wait_until_closed(1);  // the oldest was one too many
  (void)session.on_deadline(real_clock().now() + 2s);
  server.wait_until_closed(4);
  CHECK(session.deadline() > first + 1min);  // at most a timer of libcurl's own
}

TEST_CASE("the environment names no proxy and excepts none") {
  ScriptedServer server([](const std::string& request, int) { return accept(request); });
  ::setenv("https_proxy", "http://127.0.0.1:1", 1);
  ::setenv("all_proxy", "http://127.0.0.1:1", 1);
  ::setenv("no_proxy", "*", 1);
  const auto box = open_box(target_by(server));
  const auto answer = box ? cast_one_vote(**box, {0, 0}, real_clock()) : VoteAnswer{};
  for (const char* name : {"https_proxy", "all_proxy", "no_proxy"}) ::unsetenv(name);
  REQUIRE(box);
  CHECK(answer->outcome == Outcome::acked);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a target that goes away is noticed as not sent") {
  ScriptedServer server([](const std::string& request, int) { return accept(request); });
  const auto box = open_box(target_by(server)).value();
  server.go_away();
  const auto answer = cast_one_vote(*box, {0, 0}, real_clock());
  CHECK(answer->outcome == Outcome::not_sent);
  CHECK(answer->flags == kConnectFailed);
  CHECK(answer->error == ECONNREFUSED);
}

TEST_CASE("a proxy that does not answer: not sent, in time") {
  HttpSettings http;
  http.connect_timeout = 2s;
  ScriptedServer server([](const std::string& request, int) { return accept(request); });
  server.answer_connects(1);  // before any vote
  const auto box = open_vote_box(target_by(server), http, VoterIds({7}, {}), {"a", "b"}).value();
  const auto answer = cast_one_vote(*box, {0, 0}, real_clock());
  CHECK(answer->outcome == Outcome::not_sent);
  CHECK(answer->flags == (kConnectFailed | kTimedOut));
  server.answer_connects(1);
  CHECK(cast_one_vote(*box, {1, 0}, real_clock())->outcome == Outcome::acked);
  CHECK(server.requests().size() == 1);
  const auto late = open_vote_box(target_by(server), http, VoterIds({7}, {}), {"a", "b"});
  REQUIRE_FALSE(late);
  CHECK(late.error().message ==
        "no connection to http://votes.test:80/ through the proxy within 2 s");
}

TEST_CASE("a health probe goes the same way") {
  ScriptedServer server([](const std::string&, int) {
    return Reply{ScriptedServer::answer(503, "Server: gunicorn\r\n")};
  });
  const HttpReply answer = http_exchange({"http://votes.test/"}, 1min,
                                         {HostPort{"127.0.0.1", server.port()}, {}, true, ""});
  CHECK(answer.status == 503);
  CHECK(answer.server == "gunicorn");
  const HttpReply direct = http_exchange({"http://votes.test/"}, 1min,
                                         {{}, HostPort{"127.0.0.1", server.port()}, true, ""});
  CHECK(direct.status == 503);
  CHECK(server.requests().back().find("Host: votes.test\r\n") != std::string::npos);
}

TEST_CASE("a connection that cannot be made is explained before any vote") {
  ScriptedServer server([](const std::string&, int) { return Reply{}; });
  server.go_away();
  const std::uint16_t gone = server.port();
  TargetSettings target;
  target.vote.host = "127.0.0.1";
  target.vote.port = gone;
  const auto message = [&] {
    const auto box = open_box(target);
    REQUIRE_FALSE(box);
    CHECK(box.error().kind == ErrorKind::environment);
    CHECK_FALSE(box.error().help.empty());
    return box.error().message;
  };
  const std::string place = "127.0.0.1:" + std::to_string(gone);
  target.vote.tls = true;
  CHECK(message() == "nothing answers at https://" + place + "/: Connection refused");
  target.proxy = HostPort{"127.0.0.1", gone};
  CHECK(message() == "the proxy " + place + " does not answer: Connection refused");
  target.proxy->host = "no-such-host.invalid";
  CHECK(message().find("no-such-host.invalid") != std::string::npos);
  const ScriptedServer plain([](const std::string&, int) { return Reply{}; });
  target.proxy.reset();
  target.tls_ca_file = "/no/such/file";
  target.vote.port = plain.port();
  CHECK(message() == "cannot read certificates from '/no/such/file' (tls.ca_file)");
}

TEST_CASE("why a connection could not be made, in plain words") {
  const ConnectAttempt attempt{
      "https://v.test:443/", {"v.test", 443}, {HostPort{"proxy", 3128}, {}, true, ""}, 2s};
  const auto message = [&](const ConnectFailure& failure) {
    return explain(failure, attempt).message;
  };
  CHECK(message({56, 1, 407, 0, ""}) ==
        "the proxy proxy:3128 wants a user name and a password (407)");
  CHECK(message({56, 1, 403, 0, ""}) ==
        "the proxy proxy:3128 refuses to connect to v.test:443 (403)");
  CHECK(message({56, 1, 502, 0, ""}) ==
        "the proxy proxy:3128 answered 502 when asked for v.test:443");
  CHECK(message({60, 10, 200, 0, ""}) == "the certificate of https://v.test:443/ has expired");
  CHECK(message({60, 9, 200, 0, ""}) == "the certificate of https://v.test:443/ is not valid yet");
  CHECK(message({28, 1, 0, 0, ""}) ==
        "no connection to https://v.test:443/ through the proxy within 2 s");
  CHECK(message({35, 1, 0, 0, "alert \x1b[2J"}) ==
        "no TLS connection to https://v.test:443/: alert \\x1b[2J");
}
