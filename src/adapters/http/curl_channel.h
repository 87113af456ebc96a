// The channel over TLS and through proxies: libcurl connects, we frame.
#pragma once

#include <deque>
#include <memory>
#include <utility>

#include "adapters/http/byte_channel.h"
#include "adapters/http/curl_group.h"
#include "adapters/http/vote_box.h"

namespace votebench::adapters {

// What it sends is known conservatively: bytes that libcurl was offered may have left us.
class CurlChannel final : public ByteChannel {
 public:
  // As of TcpChannel. Retired connections stay in their multi handle.
  static constexpr Nanoseconds kRetiredFor = std::chrono::seconds(1);
  static constexpr std::size_t kMaxRetired = CurlGroups::kConnectionsPerSession - 1;

  CurlChannel(std::shared_ptr<CurlGroup> group, WakeUp wake_up)
      : group_(std::move(group)), wake_up_(wake_up) {}

  [[nodiscard]] bool is_open() const override { return current_ != nullptr; }
  [[nodiscard]] int connect() override;
  [[nodiscard]] IoResult send(std::string_view bytes) override;
  [[nodiscard]] IoResult receive(std::span<char> buffer) override;
  void close() override { current_.reset(); }
  void retire(Instant now) override;
  void tend(Instant now) override;
  [[nodiscard]] Instant deadline() const override;

 private:
  struct Retired {
    std::unique_ptr<CurlConnection> connection;
    Instant until;
  };

  std::shared_ptr<CurlGroup> group_;
  WakeUp wake_up_;
  std::unique_ptr<CurlConnection> current_;
  std::deque<Retired> retired_;  // oldest first
};

}  // namespace votebench::adapters
