// The plain channel: a non-blocking TCP socket, registered once per connection, edge-triggered.
#pragma once

#include <deque>

#include "adapters/http/byte_channel.h"
#include "adapters/http/vote_box.h"
#include "adapters/tcp_route.h"
#include "core/os.h"

namespace votebench::adapters {

// What it sends is exact: the kernel says how many bytes it took, and those it did not take have
// not left us.
class TcpChannel final : public ByteChannel {
 public:
  // Retired connections wait for the peer's FIN no longer than this, and no more than so many.
  static constexpr Nanoseconds kRetiredFor = std::chrono::seconds(1);
  static constexpr std::size_t kMaxRetired = 4;

  // `route` must outlive the channel.
  TcpChannel(const TcpRoute& route, WakeUp wake_up) : route_(route), wake_up_(wake_up) {}

  [[nodiscard]] bool is_open() const override { return bool(socket_); }
  [[nodiscard]] int connect() override;
  [[nodiscard]] IoResult send(std::string_view bytes) override;
  [[nodiscard]] IoResult receive(std::span<char> buffer) override;
  void close() override { socket_.reset(); }
  void retire(Instant now) override;
  void tend(Instant now) override;
  [[nodiscard]] Instant deadline() const override;

 private:
  struct Retired {
    FileDescriptor socket;
    Instant until;
  };

  const TcpRoute& route_;
  WakeUp wake_up_;
  FileDescriptor socket_;
  std::deque<Retired> retired_;  // oldest first
};

}  // namespace votebench::adapters
