#include "adapters/http/http_answer.h"

#include <algorithm>

namespace votebench::adapters {

void AnswerReader::restart(const ExpectedCookie& cookie, bool keep_body) {
  keep_body_ = keep_body;
  body_text_.clear();
  cookie_ = cookie;
  state_ = State::head;
  partial_.clear();
  head_bytes_ = 0;
  head_.reset();
  body_ = BodyReader();
  fault_ = Cause::none;
  excerpt_.clear();
  surplus_ = false;
}

void AnswerReader::take(std::string_view bytes) {
  while (!bytes.empty() && state_ == State::head) bytes = take_head(bytes);
  if (state_ == State::body) {
    bytes.remove_prefix(body_.take(bytes));
    settle();
  }
  surplus_ |= state_ == State::complete && !bytes.empty();
}

// Returns what follows the head. A head that comes whole is parsed where it lies.
std::string_view AnswerReader::take_head(std::string_view bytes) {
  constexpr std::size_t kLongestEnd = 3;  // LF CR LF
  const std::size_t known = partial_.size();
  if (known > 0) partial_.append(bytes.substr(0, kMaxHead + 1));
  const std::string_view all = known > 0 ? std::string_view(partial_) : bytes;
  const std::size_t end = head_end(all, known < kLongestEnd ? 0 : known - kLongestEnd);
  const std::size_t size = std::min(end, all.size());
  if (const bool http = may_be_head(all); !http || head_bytes_ + size > kMaxHead) {
    reject(http ? Cause::long_head : Cause::not_http, all);
    return {};
  }
  if (end == std::string_view::npos) {
    if (known == 0) partial_.assign(bytes);
    return {};
  }
  accept_head(all.substr(0, end));
  head_bytes_ += end;
  partial_.clear();
  return bytes.substr(end - known);
}

void AnswerReader::accept_head(std::string_view text) {
  const auto head = parse_head(text, cookie_);
  if (!head) {
    reject(head.error(), text);
  } else if (!head->interim()) {
    head_ = *head;
    body_ = BodyReader(*head);
    if (keep_body_) body_.keep_in(body_text_);
    state_ = State::body;
    settle();
  }
}

void AnswerReader::settle() {
  if (state_ != State::body) return;
  if (body_.state() == BodyReader::State::complete) state_ = State::complete;
  if (body_.state() == BodyReader::State::malformed) reject(Cause::bad_chunk, {});
}

void AnswerReader::reject(Cause fault, std::string_view start) {
  state_ = State::malformed;
  fault_ = fault;
  excerpt_ = start.substr(0, std::min(start.find_first_of("\r\n"), kExcerpt));
}

}  // namespace votebench::adapters
