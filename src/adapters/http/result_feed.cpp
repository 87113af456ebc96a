#include "adapters/http/result_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "adapters/http/http_exchange.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

using Json = nlohmann::json;

constexpr Nanoseconds kReadLimit = std::chrono::seconds(5);
// A server that answers polls at once, without scores, is not asked for ever.
constexpr int kMostPolls = 50;
constexpr std::size_t kLongestSession = 100;

// What Engine.IO (one digit) and Socket.IO (the next) call them.
constexpr char kPacketEnd = '\x1e';
constexpr std::string_view kOpen = "0";
constexpr std::string_view kPing = "2";
constexpr std::string_view kPong = "3";
constexpr std::string_view kConnect = "40";
constexpr std::string_view kEvent = "42";

std::vector<std::string_view> packets_of(std::string_view payload) {
  std::vector<std::string_view> packets;
  while (!payload.empty()) {
    const std::size_t end = std::min(payload.find(kPacketEnd), payload.size());
    packets.push_back(payload.substr(0, end));
    payload.remove_prefix(std::min(end + 1, payload.size()));
  }
  return packets;
}

Json parse(std::string_view text) { return Json::parse(text, nullptr, false); }

std::optional<Tallies> tallies_of(const Json& scores) {
  if (!scores.is_object()) return std::nullopt;
  Tallies tallies;
  for (const auto& [choice, count] : scores.items()) {
    if (!count.is_number_unsigned()) return std::nullopt;
    if (count.get<std::uint64_t>() > 0) tallies[choice] = count.get<std::uint64_t>();
  }
  return tallies;
}

// ["scores", OBJECT] or ["scores", "OBJECT"].
std::optional<Tallies> scores_of_event(const Json& event) {
  if (!event.is_array() || event.size() != 2 || event[0] != "scores") return std::nullopt;
  if (event[1].is_string()) return parse_scores(event[1].get_ref<const std::string&>());
  return tallies_of(event[1]);
}

// Of the answer to the first poll; nothing when it is none or could not stand in a URL.
std::optional<std::string> session_of(std::string_view hello) {
  if (!hello.starts_with(kOpen)) return std::nullopt;
  const Json open = parse(packets_of(hello)[0].substr(kOpen.size()));
  if (!open.is_object() || !open.contains("sid") || !open["sid"].is_string()) return std::nullopt;
  std::string session = open["sid"].get<std::string>();
  const bool plain = std::ranges::all_of(session, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
  });
  if (!plain || session.size() > kLongestSession) return std::nullopt;
  return session;
}

class ResultPage final : public ResultFeed {
 public:
  ResultPage(const TargetSettings& target, const Clock& clock)
      : url_(target.result_url), via_(via_of(target)), clock_(clock) {
    via_.connect_to.reset();
    if (!url_.ends_with('/')) url_ += '/';
  }

  Result<Tallies> read() override {
    deadline_ = clock_.now() + kReadLimit;
    TRY_ASSIGN(const HttpReply reply, ask({url_ + "api/scores"}));
    if (reply.status == 200)
      if (auto scores = parse_scores(reply.body)) return *std::move(scores);
    if (reply.status >= 500) return broken(fmt::format("answers {}", reply.status));
    return read_socket_io();
  }

 private:
  [[nodiscard]] Failure broken(const std::string& what) const {
    return fail(ErrorKind::environment, fmt::format("the result page at {} {}", url_, what));
  }

  // Error: no answer in what is left of the time.
  Result<HttpReply> ask(const HttpCall& call) const {
    HttpReply reply = http_exchange(call, deadline_ - clock_.now(), via_);
    if (reply.error.empty()) return reply;
    return broken("does not answer: " + printable(reply.error));
  }

  Result<std::string> poll(const HttpCall& call) const {
    TRY_ASSIGN(HttpReply reply, ask(call));
    if (reply.status == 200) return std::move(reply.body);
    return broken(fmt::format("answers {} to Socket.IO ({}), and its api/scores tells no scores",
                              reply.status, printable(reply.body, 60)));
  }

  Result<Tallies> read_socket_io() const {
    const std::string url = url_ + "socket.io/?EIO=4&transport=polling";
    TRY_ASSIGN(const std::string hello, poll({url}));
    const auto session = session_of(hello);
    if (!session)
      return broken("speaks neither JSON at api/scores nor Socket.IO, protocol revision 4");
    const std::string ours = fmt::format("{}&sid={}", url, *session);
    TRY(poll({ours, std::string(kConnect)}));
    for (int i = 0; i < kMostPolls && clock_.now() < deadline_; ++i) {
      const Result<std::string> payload = poll({ours});
      if (!payload && clock_.now() >= deadline_) break;
      if (!payload) return fail(payload.error());
      if (auto scores = scores_in_packets(*payload)) return *std::move(scores);
      if (std::ranges::count(packets_of(*payload), kPing) > 0)
        TRY(poll({ours, std::string(kPong)}));
    }
    return broken("sends no scores over Socket.IO: can it reach its database?");
  }

  std::string url_;
  HttpVia via_;
  const Clock& clock_;
  Instant deadline_{};
};

}  // namespace

std::optional<Tallies> parse_scores(std::string_view json) { return tallies_of(parse(json)); }

std::optional<Tallies> scores_in_packets(std::string_view payload) {
  std::optional<Tallies> last;
  for (const std::string_view packet : packets_of(payload))
    if (packet.starts_with(kEvent))
      if (auto scores = scores_of_event(parse(packet.substr(kEvent.size())))) last = scores;
  return last;
}

std::unique_ptr<ResultFeed> open_result_feed(const TargetSettings& target, const Clock& clock) {
  return std::make_unique<ResultPage>(target, clock);
}

}  // namespace votebench::adapters
