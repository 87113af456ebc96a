#include "adapters/http/curl_channel.h"

#include <algorithm>

#include "core/check.h"

namespace votebench::adapters {
namespace {

// Of a connection that is not open.
IoResult not_open(const CurlConnection& connection) {
  if (connection.state() == CurlConnection::State::failed)
    return {IoStatus::failed, 0, connection.error()};
  return {IoStatus::would_block, 0, 0};
}

}  // namespace

int CurlChannel::connect() {
  CHECK_THAT_HOLDS(!current_);
  current_ = std::make_unique<CurlConnection>(*group_, wake_up_);
  if (current_->state() != CurlConnection::State::failed) return 0;
  const int error = current_->error();
  current_.reset();
  return error;
}

IoResult CurlChannel::send(std::string_view bytes) {
  if (current_->state() != CurlConnection::State::open) return not_open(*current_);
  return current_->send(bytes);
}

IoResult CurlChannel::receive(std::span<char> buffer) {
  if (current_->look() != CurlConnection::State::open) return not_open(*current_);
  return current_->receive(buffer);
}

void CurlChannel::retire(Instant now) {
  if (retired_.size() == kMaxRetired) retired_.pop_front();
  retired_.push_back({std::move(current_), now + kRetiredFor});
}

void CurlChannel::tend(Instant now) {
  group_->tend(now);
  std::erase_if(retired_, [&](const Retired& retired) {
    return now >= retired.until || retired.connection->peer_has_closed();
  });
}

Instant CurlChannel::deadline() const {
  const Instant libcurl = group_->deadline();
  return retired_.empty() ? libcurl : std::min(libcurl, retired_.front().until);
}

}  // namespace votebench::adapters
