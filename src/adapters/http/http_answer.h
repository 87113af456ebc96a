// One whole answer out of a stream of bytes that may be cut anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/http/http_body.h"
#include "adapters/http/http_head.h"

namespace votebench::adapters {

class AnswerReader {
 public:
  enum class State : std::uint8_t { head, body, complete, malformed };

  // Heads of one answer, interim ones included, may not be longer than this.
  static constexpr std::size_t kMaxHead = std::size_t{64} * 1024;
  static constexpr std::size_t kExcerpt = 60;

  // For the next answer. What `cookie` refers to must outlive it.
  void restart(const ExpectedCookie& cookie, bool keep_body = false);

  void take(std::string_view bytes);
  // The peer has closed in good order: that completes a body without a length.
  void end() { body_.end(), settle(); }

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool over() const { return state_ >= State::complete; }
  // The final (not interim) head, once it is complete and well formed.
  [[nodiscard]] const std::optional<ResponseHead>& head() const { return head_; }
  // As far as it has come, where it is kept.
  [[nodiscard]] const std::string& body() const { return body_text_; }
  // Why it is malformed.
  [[nodiscard]] Cause fault() const { return fault_; }
  // How a malformed answer began: of its first line, which holds no cookie.
  [[nodiscard]] const std::string& excerpt() const { return excerpt_; }
  // Bytes came after the end of the answer.
  [[nodiscard]] bool surplus() const { return surplus_; }

 private:
  std::string_view take_head(std::string_view bytes);
  void accept_head(std::string_view head);
  void settle();
  void reject(Cause fault, std::string_view start);

  ExpectedCookie cookie_;
  State state_ = State::complete;
  std::string partial_;         // a head whose end has not come yet
  std::size_t head_bytes_ = 0;  // of the heads before `partial_`
  std::optional<ResponseHead> head_;
  BodyReader body_;
  bool keep_body_ = false;
  std::string body_text_;
  Cause fault_ = Cause::none;
  std::string excerpt_;
  bool surplus_ = false;
};

}  // namespace votebench::adapters
