#include "adapters/http/http_session.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "adapters/http/answer_id.h"
#include "core/check.h"

namespace votebench::adapters {

HttpSession::HttpSession(const SessionSettings& settings, std::unique_ptr<ByteChannel> channel)
    : settings_(settings), channel_(std::move(channel)) {}

Progress HttpSession::start(const VoteRequest& request, Instant now) {
  CHECK_THAT_HOLDS(!busy_);
  busy_ = true;
  request_ = request;
  sent_ = 0;
  left_ = false;
  answered_early_ = false;
  answer_ = {};
  deadline_ = now + settings_.http.timeout;
  connect_deadline_ = now + settings_.http.connect_timeout;
  kept_ = can_reuse(now);
  if (!kept_) return connect(now);
  render();
  return push(now);
}

// The look before sending costs a call per vote; without it a vote could be sent into a connection
// that is known to be closed, and would count as unknown.
bool HttpSession::can_reuse(Instant now) {
  if (!channel_->is_open()) return false;
  if (now - idle_since_ <= settings_.http.max_idle)
    look_between_votes();
  else
    channel_->close();
  return channel_->is_open();
}

void HttpSession::look_between_votes() {
  char late[1];
  if (channel_->is_open() && channel_->receive(late).status != IoStatus::would_block)
    channel_->close();
}

void HttpSession::render() {
  const HttpSettings& http = settings_.http;
  last_ = !http.keep_alive || served_ + 1 == http.requests_per_connection;
  settings_.requests.write(request_.choice, last_, wire_);
  if (!wire_.ids_at.empty()) {
    char id[kLongestId];
    settings_.ids.write(request_.voter, id);
    wire_.set_voter({id, wire_.id_length});
  }
  const auto& told = settings_.endpoint.answer_id;
  if (told)
    reader_.restart({told->cookie, {}, true}, !told->json.empty());
  else
    reader_.restart({settings_.endpoint.cookie, wire_.voter_id()}, false);
}

Progress HttpSession::connect(Instant now) {
  kept_ = false;
  served_ = 0;
  render();
  answer_.error = channel_->connect();
  if (answer_.error != 0) return conclude(Ending::broken, now);
  return push(now);
}

Progress HttpSession::connect_again(Instant now) {
  channel_->close();
  connect_deadline_ = now + settings_.http.connect_timeout;
  return connect(now);
}

Progress HttpSession::push(Instant now) {
  while (sent_ < wire_.bytes.size()) {
    const IoResult io = channel_->send(std::string_view(wire_.bytes).substr(sent_));
    left_ |= io.status == IoStatus::done || io.may_have_left;
    if (io.status == IoStatus::would_block) return Progress::working;
    if (io.status != IoStatus::done) {
      if (!left_ && kept_) return connect_again(now);
      answer_.error = io.error;
      return left_ ? pull(now) : conclude(Ending::broken, now);
    }
    sent_ += io.count;
  }
  return Progress::working;
}

Progress HttpSession::pull(Instant now) {
  char block[16 * 1024];
  for (;;) {
    const IoResult io = channel_->receive(block);
    if (io.status == IoStatus::would_block) return Progress::working;
    if (!left_ && kept_) return connect_again(now);
    if (io.status == IoStatus::failed) {
      answer_.error = io.error;
      return conclude(Ending::broken, now);
    }
    // A peer that speaks before it is asked will not be asked.
    if (io.status == IoStatus::ended || !left_) {
      reader_.end();
      return conclude(Ending::closed, now);
    }
    if (take({block, io.count}, now) == Progress::finished) return Progress::finished;
  }
}

Progress HttpSession::take(std::string_view bytes, Instant now) {
  if (answer_.first_byte == Instant{}) answer_.first_byte = now;
  answered_early_ |= sent_ < wire_.bytes.size();
  reader_.take(bytes);
  return reader_.over() ? conclude(Ending::answered, now) : Progress::working;
}

Progress HttpSession::on_ready(Instant now) {
  channel_->tend(now);
  if (!busy_) {
    look_between_votes();
    return Progress::finished;
  }
  // An answer that can be read while the request is not out came too early: look before sending on.
  const bool sending = sent_ < wire_.bytes.size();
  const Progress progress = pull(now);
  return sending && progress == Progress::working ? push(now) : progress;
}

Progress HttpSession::on_deadline(Instant now) {
  channel_->tend(now);
  if (!busy_) return Progress::finished;
  const bool over = now >= deadline_ || (!left_ && now >= connect_deadline_);
  if (!over) return Progress::working;
  // It may be us who come late: an answer that lies in the socket is no answer out of time. A vote
  // that has not left us is not sent any more.
  if ((left_ || !kept_) && pull(now) == Progress::finished) return Progress::finished;
  return conclude(Ending::timed_out, now);
}

Instant HttpSession::deadline() const {
  const Instant retired = channel_->deadline();
  if (!busy_) return retired;
  return std::min(retired, left_ ? deadline_ : std::min(deadline_, connect_deadline_));
}

void HttpSession::abandon(Instant now) {
  if (busy_) (void)conclude(Ending::abandoned, now);
}

Progress HttpSession::conclude(Ending ending, Instant now) {
  AttemptFacts facts;
  facts.any_sent = left_;
  facts.all_sent = sent_ == wire_.bytes.size() && !answered_early_;
  facts.head = reader_.head();
  facts.body_complete = reader_.state() == AnswerReader::State::complete;
  if (settings_.endpoint.answer_id)
    answer_.voter_id = id_told_by(reader_, *settings_.endpoint.answer_id);
  facts.tells_id = !answer_.voter_id.empty();
  facts.malformed = reader_.fault();
  facts.timed_out = ending == Ending::timed_out;
  facts.broken = (ending == Ending::closed || ending == Ending::broken) && !facts.body_complete;
  facts.given_up = ending == Ending::abandoned;
  facts.answer_began = answer_.first_byte != Instant{};
  facts.kept = kept_;
  facts.error = answer_.error;
  const Judgement judgement = judge_attempt(facts, settings_.endpoint);
  answer_.outcome = judgement.outcome;
  answer_.flags = judgement.flags;
  answer_.status = facts.head ? facts.head->status : std::uint16_t{0};
  answer_.cause = judgement.cause;
  answer_.excerpt = reader_.excerpt();
  answer_.location = facts.head ? facts.head->location : std::string();
  busy_ = false;
  let_go(ending, now);
  return Progress::finished;
}

// Keeps the connection, lets the peer close it, or closes it.
void HttpSession::let_go(Ending ending, Instant now) {
  const bool whole = ending == Ending::answered && !answered_early_ && !reader_.surplus() &&
                     reader_.state() == AnswerReader::State::complete;
  const bool peer_closes = last_ || (whole && reader_.head()->closes);
  const bool certain = answer_.outcome == Outcome::acked || answer_.outcome == Outcome::rejected;
  if (whole && peer_closes) {
    channel_->retire(now);
    channel_->tend(now);  // the peer's end may have come with its answer
  } else if (whole && certain) {
    ++served_;
    idle_since_ = now;
  } else {
    channel_->close();
  }
}

}  // namespace votebench::adapters
