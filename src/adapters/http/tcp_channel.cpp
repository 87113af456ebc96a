#include "adapters/http/tcp_channel.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "core/check.h"

namespace votebench::adapters {
namespace {

IoResult result_of(ssize_t count) {
  if (count > 0) return {IoStatus::done, static_cast<std::size_t>(count), 0};
  if (count == 0) return {IoStatus::ended, 0, 0};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
    return {IoStatus::would_block, 0, 0};
  return {IoStatus::failed, 0, errno};
}

IoResult read_some(const FileDescriptor& socket, std::span<char> buffer) {
  ssize_t count = 0;
  do {
    count = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  return result_of(count);
}

}  // namespace

int TcpChannel::connect() {
  CHECK_THAT_HOLDS(!socket_);
  int error = 0;
  FileDescriptor socket = route_.connect(error);
  if (!socket) return error;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = wake_up_.tag;
  if (::epoll_ctl(wake_up_.epoll_fd, EPOLL_CTL_ADD, socket.get(), &event) != 0) return errno;
  socket_ = std::move(socket);
  return 0;
}

// While the connection is being made the kernel answers EAGAIN, and afterwards the reason why it
// could not be made: no further call is needed to learn either.
IoResult TcpChannel::send(std::string_view bytes) {
  ssize_t count = 0;
  do {
    count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  return result_of(count);
}

IoResult TcpChannel::receive(std::span<char> buffer) { return read_some(socket_, buffer); }

void TcpChannel::retire(Instant now) {
  if (retired_.size() == kMaxRetired) retired_.pop_front();
  retired_.push_back({std::move(socket_), now + kRetiredFor});
}

void TcpChannel::tend(Instant now) {
  char discarded[1024];
  std::erase_if(retired_, [&](const Retired& retired) {
    return now >= retired.until ||
           read_some(retired.socket, discarded).status != IoStatus::would_block;
  });
}

Instant TcpChannel::deadline() const {
  return retired_.empty() ? Instant::max() : retired_.front().until;
}

}  // namespace votebench::adapters
