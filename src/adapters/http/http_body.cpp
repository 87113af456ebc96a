#include "adapters/http/http_body.h"

#include <algorithm>
#include <utility>

namespace votebench::adapters {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

BodyReader::BodyReader(const ResponseHead& head)
    : kind_(head.body),
      state_(head.body == BodyKind::none || (head.body == BodyKind::counted && head.length == 0)
                 ? State::complete
                 : State::reading),
      left_(head.body == BodyKind::counted ? head.length : 0) {}

std::size_t BodyReader::take(std::string_view bytes) {
  if (state_ != State::reading) return 0;
  if (kind_ == BodyKind::until_close) return keep(bytes), bytes.size();
  if (kind_ == BodyKind::chunked) return take_chunked(bytes);
  const std::size_t taken = take_data(bytes);
  if (left_ == 0) state_ = State::complete;
  return taken;
}

void BodyReader::end() {
  if (state_ == State::reading && kind_ == BodyKind::until_close) state_ = State::complete;
}

void BodyReader::keep(std::string_view bytes) {
  if (kept_ != nullptr) kept_->append(bytes.substr(0, kMostKept - kept_->size()));
}

std::size_t BodyReader::take_data(std::string_view bytes) {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  keep(bytes.substr(0, taken));
  left_ -= taken;
  return taken;
}

std::size_t BodyReader::take_chunked(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ == State::reading) {
    if (step_ == Step::data) {
      at += take_data(bytes.substr(at));
      if (left_ == 0) step_ = Step::data_end;
    } else {
      step_ = step_of(bytes[at++]);
    }
  }
  return at;
}

BodyReader::Step BodyReader::after_size_line() const {
  return left_ == 0 ? Step::trailer_start : Step::data;
}

bool BodyReader::add_digit(char c) {
  const int digit = hex_digit(c);
  if (digit < 0 || left_ >> 60U != 0) return false;  // no digit, or past 2^64
  left_ = left_ << 4U | static_cast<std::uint64_t>(digit);
  return true;
}

BodyReader::Step BodyReader::step_of(char c) {
  const bool returned = std::exchange(after_return_, c == '\r');
  const bool line_ends = c == '\n';
  const auto malformed = [this] {
    state_ = State::malformed;
    return step_;
  };
  if (returned && !line_ends) return malformed();
  const bool overhead =
      step_ == Step::extension || step_ == Step::trailer_start || step_ == Step::trailer;
  if (overhead && ++overhead_ > kMaxOverhead) return malformed();
  switch (step_) {
    case Step::size_first:
      left_ = 0;
      return add_digit(c) ? Step::size : malformed();
    case Step::size:
      if (line_ends) return after_size_line();
      if (c == '\r') return step_;
      if (c == ';' || c == ' ' || c == '\t') return Step::extension;
      return add_digit(c) ? step_ : malformed();
    case Step::extension:
      return line_ends ? after_size_line() : step_;
    case Step::data_end:
      if (line_ends) return Step::size_first;
      return c == '\r' ? step_ : malformed();
    case Step::trailer_start:
      if (line_ends) state_ = State::complete;
      return line_ends || c == '\r' ? step_ : Step::trailer;
    case Step::trailer:
      return line_ends ? Step::trailer_start : step_;
    case Step::data:
      break;  // taken in bulk
  }
  return malformed();
}

}  // namespace votebench::adapters
