// A vote session: our own HTTP/1.1 framing over a byte channel (design: load, section 4b).
//
//   * one request at a time; a request is sent once, whatever happens
//   * bytes or an end that can be read before we send on a kept connection belong to the past:
//     another connection is made, the vote is still not sent
//   * a broken connection is read to its end before the attempt is judged
//   * a connection is kept only after a whole, unambiguous answer that allows it
#pragma once

#include <memory>

#include "adapters/http/byte_channel.h"
#include "adapters/http/http_answer.h"
#include "adapters/http/http_outcome.h"
#include "adapters/http/http_request.h"
#include "adapters/http/vote_box.h"

namespace votebench::adapters {

// What all sessions of a box share. Immutable.
struct SessionSettings {
  VoteEndpoint endpoint;
  HttpSettings http;
  VoterIds ids;
  RequestTemplates requests;
};

class HttpSession final : public VoteSession {
 public:
  // `settings` must outlive the session.
  HttpSession(const SessionSettings& settings, std::unique_ptr<ByteChannel> channel);

  [[nodiscard]] Progress start(const VoteRequest& request, Instant now) override;
  [[nodiscard]] Progress on_ready(Instant now) override;
  [[nodiscard]] Progress on_deadline(Instant now) override;
  [[nodiscard]] Instant deadline() const override;
  void abandon(Instant now) override;
  [[nodiscard]] const VoteAnswer& answer() const override { return answer_; }

 private:
  enum class Ending { answered, closed, broken, timed_out, abandoned };

  [[nodiscard]] bool can_reuse(Instant now);
  void render();
  [[nodiscard]] Progress connect(Instant now);
  [[nodiscard]] Progress connect_again(Instant now);
  [[nodiscard]] Progress push(Instant now);
  [[nodiscard]] Progress pull(Instant now);
  [[nodiscard]] Progress take(std::string_view bytes, Instant now);
  [[nodiscard]] Progress conclude(Ending ending, Instant now);
  void let_go(Ending ending, Instant now);
  void look_between_votes();

  const SessionSettings& settings_;
  std::unique_ptr<ByteChannel> channel_;

  // The connection.
  std::uint32_t served_ = 0;  // requests it has answered
  Instant idle_since_{};

  // The vote under way. `wire_` stays untouched until every byte is accepted.
  bool busy_ = false;
  VoteRequest request_;
  WireRequest wire_;
  bool last_ = false;            // this request asks the target to close
  bool kept_ = false;            // on a connection that has served before
  std::size_t sent_ = 0;         // bytes accepted
  bool left_ = false;            // some of them, or of those offered, may be on the wire
  bool answered_early_ = false;  // the answer began before all were
  AnswerReader reader_;
  Instant deadline_{};
  Instant connect_deadline_{};
  VoteAnswer answer_;
};

}  // namespace votebench::adapters
