// A vote session over a scripted channel.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/http/http_session.h"
#include "support/catch.h"

namespace votebench::adapters::test {

// Connection n takes what sends[n] lets it take and delivers receives[n]; then it would block.
class ScriptedChannel final : public ByteChannel {
 public:
  struct Step {
    IoStatus status = IoStatus::done;
    std::string bytes;              // receive
    std::size_t limit = 1'000'000;  // send: bytes taken
    int error = 0;
    bool may_have_left = false;  // send
  };
  struct Connection {
    std::deque<Step> sends;
    std::deque<Step> receives;
    std::string sent;
  };

  std::deque<Connection> connections{1};
  std::vector<int> refused;  // errno of connect(), by connection; 0 = made
  std::size_t made = 0;
  int closed = 0;
  int retired = 0;
  bool open = false;

  Connection& current() { return connections[made - 1]; }

  bool is_open() const override { return open; }
  int connect() override {
    CHECK_FALSE(open);
    ++made;
    if (connections.size() < made) connections.emplace_back();
    const int error = made <= refused.size() ? refused[made - 1] : 0;
    open = error == 0;
    return error;
  }
  IoResult send(std::string_view bytes) override {
    REQUIRE(open);
    Step step;
    if (!current().sends.empty()) {
      step = current().sends.front();
      current().sends.pop_front();
    }
    if (step.status != IoStatus::done) return {step.status, 0, step.error, step.may_have_left};
    const std::size_t count = std::min(step.limit, bytes.size());
    current().sent += bytes.substr(0, count);
    return {IoStatus::done, count, 0};
  }
  IoResult receive(std::span<char> buffer) override {
    REQUIRE(open);
    if (current().receives.empty()) return {IoStatus::would_block, 0, 0};
    const Step step = current().receives.front();
    current().receives.pop_front();
    if (step.status != IoStatus::done) return {step.status, 0, step.error};
    const std::size_t count = std::min(step.bytes.size(), buffer.size());
    std::copy_n(step.bytes.begin(), count, buffer.begin());
    return {IoStatus::done, count, 0};
  }
  void close() override {
    closed += open ? 1 : 0;
    open = false;
  }
  void retire(Instant) override {
    ++retired;
    open = false;
  }
  void tend(Instant) override {}
  Instant deadline() const override { return Instant::max(); }
};

using Step = ScriptedChannel::Step;
inline const Step kBlock{IoStatus::would_block, "", 0, 0};
inline const Step kPerhapsLeft{IoStatus::would_block, "", 0, 0, true};
inline const Step kEnd{IoStatus::ended, "", 0, 0};
inline Step broken(int error) { return {IoStatus::failed, "", 0, error}; }
inline Step bytes(const std::string& text) { return {IoStatus::done, text, 0, 0}; }
inline Step takes(std::size_t limit) { return {IoStatus::done, "", limit, 0}; }

struct World {
  explicit World(const HttpSettings& http = {}, const VoteEndpoint& endpoint = {})
      : settings{endpoint, http, VoterIds({7}, {}), RequestTemplates(endpoint, {}, {"a", "b"})} {
    auto owned = std::make_unique<ScriptedChannel>();
    channel = owned.get();
    session = std::make_unique<HttpSession>(settings, std::move(owned));
  }

  Progress start(VoterIndex voter = 1) { return session->start({voter, 0}, now); }
  // What the current connection delivers from now on, and that it is ready.
  Progress deliver(std::initializer_list<Step> steps) {
    for (const Step& step : steps) channel->current().receives.push_back(step);
    return session->on_ready(now);
  }
  Outcome outcome() const { return session->answer().outcome; }
  int flags() const { return session->answer().flags; }
  std::string id(VoterIndex voter = 1) const { return settings.ids.make(voter); }
  std::string ok(const std::string& headers = "", VoterIndex voter = 1) const {
    return "HTTP/1.1 200 OK\r\nSet-Cookie: voter_id=" + id(voter) + "\r\n" + headers +
           "Content-Length: 4\r\n\r\npage";
  }
  // One vote, answered well on a connection that survives.
  void serve_one(VoterIndex voter = 1) {
    REQUIRE(start(voter) == Progress::working);
    REQUIRE(deliver({bytes(ok("", voter))}) == Progress::finished);
    REQUIRE(outcome() == Outcome::acked);
    REQUIRE(channel->open);
  }

  SessionSettings settings;
  ScriptedChannel* channel = nullptr;
  std::unique_ptr<HttpSession> session;
  Instant now{std::chrono::hours(1)};
};

}  // namespace votebench::adapters::test
