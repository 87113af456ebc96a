// The session over a scripted channel: every order of events that a network can produce, without
// one.
#include "adapters/http/http_session.h"

#include <cerrno>
#include <string>

#include "http_session_world.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::adapters;
using namespace votebench::adapters::test;
using namespace std::chrono_literals;

namespace {

HttpSettings http_with(auto change) {
  HttpSettings http;
  change(http);
  return http;
}

}  // namespace

TEST_CASE("one vote, one request, one answer") {
  World world;
  CHECK(world.start(5) == Progress::working);
  CHECK(world.channel->current().sent.find("Cookie: voter_id=" + world.id(5) + "\r\n") !=
        std::string::npos);
  CHECK(world.channel->current().sent.ends_with("\r\n\r\nvote=a"));
  world.now += 3ms;
  CHECK(world.deliver({bytes(world.ok("", 5))}) == Progress::finished);
  CHECK(world.outcome() == Outcome::acked);
  CHECK(world.flags() == 0);
  CHECK(world.session->answer().status == 200);
  CHECK(world.session->answer().first_byte == world.now);
}

TEST_CASE("an answer in single bytes") {
  World world;
  (void)world.start();
  const std::string answer = world.ok();
  for (const char c : answer.substr(0, answer.size() - 1))
    REQUIRE(world.deliver({bytes(std::string(1, c))}) == Progress::working);
  CHECK(world.deliver({bytes(answer.substr(answer.size() - 1))}) == Progress::finished);
  CHECK(world.outcome() == Outcome::acked);
}

TEST_CASE("a request that leaves in pieces is sent once and whole") {
  World world;
  (void)world.channel->connections[0].sends.insert(
      world.channel->connections[0].sends.end(), {takes(10), kBlock, takes(1), takes(50), kBlock});
  CHECK(world.start() == Progress::working);
  CHECK(world.channel->current().sent.size() == 10);
  CHECK(world.deliver({}) == Progress::working);
  CHECK(world.channel->current().sent.size() == 61);
  CHECK(world.deliver({}) == Progress::working);
  CHECK(world.deliver({bytes(world.ok())}) == Progress::finished);
  CHECK(world.outcome() == Outcome::acked);
  CHECK(world.channel->current().sent.find(world.id()) != std::string::npos);
  CHECK(world.channel->current().sent.ends_with("vote=a"));
}

TEST_CASE("an answer that begins before the request is out proves nothing") {
  World world;
  world.channel->connections[0].sends = {takes(20), kBlock, kBlock};
  (void)world.start();
  SECTION("and was whole") { CHECK(world.deliver({bytes(world.ok())}) == Progress::finished); }
  SECTION("and ended after the request was") {
    const std::string answer = world.ok();
    CHECK(world.deliver({bytes(answer.substr(0, 30))}) == Progress::working);
    CHECK(world.deliver({}) == Progress::working);  // the rest of the request leaves
    CHECK(world.deliver({bytes(answer.substr(30))}) == Progress::finished);
  }
  CHECK(world.outcome() == Outcome::ambiguous);
  CHECK_FALSE(world.channel->open);
}

TEST_CASE("a kept connection that ended or spoke is left, and the vote still not sent") {
  World world;
  world.serve_one();
  const std::string late = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";
  SECTION("FIN while idle") {
    CHECK(world.deliver({kEnd}) == Progress::finished);
    CHECK_FALSE(world.channel->open);
    CHECK(world.start(2) == Progress::working);
  }
  SECTION("FIN seen when the next vote starts") {
    world.channel->current().receives = {kEnd};
    CHECK(world.start(2) == Progress::working);
  }
  SECTION("a late 408") {
    world.channel->current().receives = {bytes(late), kEnd};
    CHECK(world.start(2) == Progress::working);
  }
  SECTION("a reset") {
    world.channel->current().receives = {broken(ECONNRESET)};
    CHECK(world.start(2) == Progress::working);
  }
  SECTION("a send that takes nothing") {
    world.channel->current().sends = {broken(EPIPE)};
    CHECK(world.start(2) == Progress::working);
  }
  SECTION("an end while the send would block") {
    world.channel->current().sends = {kBlock};
    CHECK(world.start(2) == Progress::working);
    CHECK(world.channel->made == 1);
    CHECK(world.deliver({bytes(late), kEnd}) == Progress::working);
  }
  CHECK(world.channel->made == 2);
  CHECK(world.channel->connections[0].sent.find(world.id(2)) == std::string::npos);
  CHECK(world.deliver({bytes(world.ok("", 2))}) == Progress::finished);
  CHECK(world.outcome() == Outcome::acked);
  CHECK(world.session->answer().status == 200);
}

TEST_CASE("a target that goes away between votes leaves the vote not sent") {
  World world;
  world.serve_one();
  world.channel->current().receives = {kEnd};
  world.channel->refused = {0, ECONNREFUSED};
  CHECK(world.start(2) == Progress::finished);
  CHECK(world.outcome() == Outcome::not_sent);
  CHECK(world.flags() == kConnectFailed);
  CHECK(world.session->answer().error == ECONNREFUSED);
  CHECK(world.session->answer().status == 0);
  CHECK(world.session->answer().first_byte == Instant{});
}

TEST_CASE("a connection that is never made") {
  World world;
  world.channel->connections[0].sends = {kBlock, kBlock, kBlock};
  SECTION("refused later") {
    CHECK(world.start() == Progress::working);
    CHECK(world.deliver({broken(ECONNREFUSED)}) == Progress::finished);
    CHECK(world.flags() == kConnectFailed);
    CHECK(world.session->answer().error == ECONNREFUSED);
  }
  SECTION("timed out, by the connect timeout") {
    CHECK(world.start() == Progress::working);
    CHECK(world.session->deadline() == world.now + 2s);
    world.now += 2s;
    CHECK(world.session->on_deadline(world.now) == Progress::finished);
    CHECK(world.flags() == (kConnectFailed | kTimedOut));
  }
  SECTION("closed or spoken on before we could send") {
    CHECK(world.start() == Progress::working);
    CHECK(world.deliver({bytes("HTTP/1.1 200 OK\r\n\r\n"), kEnd}) == Progress::finished);
  }
  CHECK(world.outcome() == Outcome::not_sent);
  CHECK(world.channel->made == 1);
  CHECK_FALSE(world.channel->open);
}

TEST_CASE("once a byte has left, the vote is never sent again") {
  World world;
  world.serve_one();
  SECTION("closed without an answer") {
    (void)world.start(2);
    CHECK(world.deliver({kEnd}) == Progress::finished);
    CHECK(world.flags() == kClosedEarly);
  }
  SECTION("reset without an answer") {
    (void)world.start(2);
    CHECK(world.deliver({broken(ECONNRESET)}) == Progress::finished);
    CHECK(world.flags() == kClosedEarly);
    CHECK(world.session->answer().error == ECONNRESET);
  }
  SECTION("broken while sending") {
    world.channel->current().sends = {takes(1), broken(EPIPE)};
    world.channel->current().receives = {kBlock, kBlock, kEnd};
    CHECK(world.start(2) == Progress::working);
    CHECK(world.deliver({}) == Progress::finished);
  }
  SECTION("an interim answer, then the end") {
    (void)world.start(2);
    CHECK(world.deliver({bytes("HTTP/1.1 100 Continue\r\n\r\n"), kEnd}) == Progress::finished);
    CHECK(world.session->answer().status == 0);
  }
  SECTION("half a head, then the end") {
    (void)world.start(2);
    CHECK(world.deliver({bytes("HTTP/1.1 200 OK\r\nSet-Cookie: voter_id=" + world.id(2)), kEnd}) ==
          Progress::finished);
  }
  CHECK(world.outcome() == Outcome::ambiguous);
  CHECK(world.channel->made == 1);
  CHECK_FALSE(world.channel->open);
}

TEST_CASE("bytes that may have left count as left") {
  World world;
  if (GENERATE(false, true)) world.serve_one();  // a kept connection is not exchanged, either
  const std::size_t made = std::max<std::size_t>(1, world.channel->made);
  auto& connection = world.channel->connections[0];
  connection.sends = {kPerhapsLeft, kPerhapsLeft, kPerhapsLeft};
  CHECK(world.start(2) == Progress::working);
  CHECK(world.session->deadline() == world.now + 5s);  // of the vote, no more of the connection
  SECTION("never accepted") { world.now += 5s; }
  SECTION("reset") { connection.receives = {broken(ECONNRESET)}; }
  SECTION("ended") { connection.receives = {kEnd}; }
  (void)world.session->on_ready(world.now);
  (void)world.session->on_deadline(world.now);
  CHECK(world.outcome() == Outcome::ambiguous);
  CHECK((world.flags() & kConnectFailed) == 0);
  CHECK(world.channel->made == made);
}

TEST_CASE("a broken connection is read to its end before it is judged") {
  World world;
  world.channel->connections[0].sends = {takes(100), broken(EPIPE)};
  world.channel->connections[0].receives = {
      bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), kEnd};
  CHECK(world.start() == Progress::finished);
  CHECK(world.outcome() == Outcome::rejected);
  CHECK(world.session->answer().status == 400);
}

TEST_CASE("a truncated body is acked, and the connection gone") {
  World world;
  (void)world.start();
  const std::string cut = world.ok().substr(0, world.ok().size() - 1);
  SECTION("by an end") {
    CHECK(world.deliver({bytes(cut), kEnd}) == Progress::finished);
    CHECK(world.flags() == (kTruncatedBody | kClosedEarly));
  }
  SECTION("by a reset") {
    CHECK(world.deliver({bytes(cut), broken(ECONNRESET)}) == Progress::finished);
    CHECK(world.flags() == (kTruncatedBody | kClosedEarly));
  }
  SECTION("by our deadline") {
    CHECK(world.deliver({bytes(cut)}) == Progress::working);
    world.now += 5s;
    CHECK(world.session->deadline() == world.now);
    CHECK(world.session->on_deadline(world.now) == Progress::finished);
    CHECK(world.flags() == (kTruncatedBody | kTimedOut));
  }
  CHECK(world.outcome() == Outcome::acked);
  CHECK_FALSE(world.channel->open);
}

TEST_CASE("a body that a reset ends is truncated, one that the peer ends is whole") {
  World world;
  (void)world.start();
  const std::string open_ended =
      "HTTP/1.0 200 OK\r\nSet-Cookie: voter_id=" + world.id() + "\r\n\r\nsome page";
  SECTION("ended") {
    CHECK(world.deliver({bytes(open_ended), kEnd}) == Progress::finished);
    CHECK(world.flags() == 0);
  }
  SECTION("reset") {
    CHECK(world.deliver({bytes(open_ended), broken(ECONNRESET)}) == Progress::finished);
    CHECK(world.flags() == (kTruncatedBody | kClosedEarly));
  }
  CHECK(world.outcome() == Outcome::acked);
  CHECK_FALSE(world.channel->open);
}

TEST_CASE("no answer in time") {
  World world;
  (void)world.start();
  world.now += 5s - 1ns;
  CHECK(world.session->on_deadline(world.now) == Progress::working);
  world.now += 1ns;
  CHECK(world.session->on_deadline(world.now) == Progress::finished);
  CHECK(world.outcome() == Outcome::ambiguous);
  CHECK(world.flags() == kTimedOut);
  CHECK_FALSE(world.channel->open);
}

TEST_CASE("an answer that lies in the socket is no answer out of time, however late we look") {
  World world;
  (void)world.start();
  world.channel->current().receives.push_back(bytes(world.ok()));
  world.now += 1min;
  CHECK(world.session->on_deadline(world.now) == Progress::finished);
  CHECK(world.outcome() == Outcome::acked);
  CHECK(world.flags() == 0);
  CHECK(world.channel->open);
}

TEST_CASE("half an answer that lies in the socket is one out of time") {
  World world;
  (void)world.start();
  world.channel->current().receives.push_back(bytes("HTTP/1.1 200 OK\r\nSet-"));
  world.now += 1min;
  CHECK(world.session->on_deadline(world.now) == Progress::finished);
  CHECK(world.outcome() == Outcome::ambiguous);
  CHECK(world.session->answer().cause == Cause::timed_out);
}

TEST_CASE("a vote that could not leave in time is not sent when we come late") {
  World world;
  world.channel->connections[0].sends = {kBlock};
  (void)world.start();
  world.now += 1min;
  CHECK(world.session->on_deadline(world.now) == Progress::finished);
  CHECK(world.outcome() == Outcome::not_sent);
  CHECK(world.session->answer().cause == Cause::connect_timed_out);
  CHECK(world.channel->current().sent.empty());
}

TEST_CASE("a vote given up is judged by what is known") {
  World world;
  SECTION("sent") {
    (void)world.start();
    world.session->abandon(world.now);
    CHECK(world.outcome() == Outcome::ambiguous);
    CHECK(world.flags() == 0);
  }
  SECTION("not yet") {
    world.channel->connections[0].sends = {kBlock};
    (void)world.start();
    world.session->abandon(world.now);
    CHECK(world.outcome() == Outcome::not_sent);
  }
  CHECK_FALSE(world.channel->open);
}

TEST_CASE("a connection is kept only after a whole, certain answer") {
  World world;
  (void)world.start();
  const auto reply = [](const std::string& head) { return bytes(head + "\r\n\r\n"); };
  SECTION("500 with its whole body") {
    (void)world.deliver({reply("HTTP/1.1 500 X\r\nContent-Length: 0")});
    CHECK(world.outcome() == Outcome::ambiguous);
  }
  SECTION("200 without our id") {
    (void)world.deliver({reply("HTTP/1.1 200 X\r\nContent-Length: 0")});
    CHECK(world.flags() == kNotEchoed);
  }
  SECTION("bytes after the answer") {
    (void)world.deliver({bytes(world.ok() + "HTTP/1.1 200 OK")});
    CHECK(world.outcome() == Outcome::acked);
  }
  SECTION("no HTTP") {
    (void)world.deliver({bytes("SSH-2.0-OpenSSH_9.2\r\n")});
    CHECK(world.flags() == kMalformedAnswer);
  }
  SECTION("two lengths") {
    (void)world.deliver({reply("HTTP/1.1 200 X\r\nContent-Length: 1\r\nContent-Length: 2")});
    CHECK(world.flags() == kMalformedAnswer);
  }
  CHECK_FALSE(world.channel->open);
  CHECK(world.channel->retired == 0);
}

TEST_CASE("a rejection leaves the connection usable") {
  World world;
  (void)world.start();
  (void)world.deliver({bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad")});
  CHECK(world.outcome() == Outcome::rejected);
  world.serve_one(2);
  CHECK(world.channel->made == 1);
}

TEST_CASE("who was told to close closes first") {
  SECTION("the target said so") {
    World world;
    (void)world.start();
    (void)world.deliver({bytes(world.ok("Connection: close\r\n"))});
    CHECK(world.outcome() == Outcome::acked);
    CHECK(world.channel->retired == 1);
    CHECK(world.channel->closed == 0);
  }
  SECTION("we said so, for every vote") {
    World world(http_with([](HttpSettings& http) { http.keep_alive = false; }));
    for (VoterIndex voter = 1; voter <= 3; ++voter) {
      (void)world.start(voter);
      CHECK(world.channel->current().sent.find("Connection: close") != std::string::npos);
      (void)world.deliver({bytes(world.ok("", voter))});
    }
    CHECK(world.channel->made == 3);
    CHECK(world.channel->retired == 3);
  }
  SECTION("we said so, with the last request of a connection") {
    World world(http_with([](HttpSettings& http) { http.requests_per_connection = 2; }));
    world.serve_one(1);
    CHECK(world.channel->current().sent.find("Connection: close") == std::string::npos);
    (void)world.start(2);
    CHECK(world.channel->current().sent.find("Connection: close") != std::string::npos);
    (void)world.deliver({bytes(world.ok("", 2))});
    CHECK(world.channel->retired == 1);
    world.serve_one(3);
    CHECK(world.channel->made == 2);
  }
}

TEST_CASE("a connection idle for too long is not used again") {
  World world;
  world.serve_one(1);
  world.now += 1s;
  world.serve_one(2);
  CHECK(world.channel->made == 1);
  world.now += 1s + 1ns;
  world.serve_one(3);
  CHECK(world.channel->made == 2);
}
