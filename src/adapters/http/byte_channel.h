// Bytes to the target and back, over one connection after another. What a vote session speaks
// HTTP over; the seam at which plain TCP and other transports differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/clock.h"

namespace votebench::adapters {

enum class IoStatus : std::uint8_t {
  done,         // `count` bytes, at least one
  would_block,  // nothing now; the session's tag will be reported when that changes
  ended,        // receive only: the peer has closed in good order
  failed,       // the connection is broken, or was never made: see `error`
};

struct IoResult {
  IoStatus status = IoStatus::done;
  std::size_t count = 0;
  int error = 0;  // errno; EPROTO: no TLS, EREMOTEIO: the proxy did not connect us
  // send only, when nothing was accepted: bytes of this call may be on the wire all the same
  // (ciphertext of an unfinished record).
  bool may_have_left = false;
};

// At most one connection is current; earlier ones may still be waiting for the peer to close.
// Never blocks. Not thread-safe.
class ByteChannel {
 public:
  virtual ~ByteChannel() = default;

  // A connection is current, made or still being made.
  [[nodiscard]] virtual bool is_open() const = 0;
  // Begins a connection; required: none is current. While it is being made send() and receive()
  // would block. Returns 0 or an errno.
  [[nodiscard]] virtual int connect() = 0;
  // `count` bytes have been accepted for sending. When it is not `done`, none of this call's bytes
  // can have left us, unless it says `may_have_left`; the next call then has to offer the same
  // bytes at the same place.
  [[nodiscard]] virtual IoResult send(std::string_view bytes) = 0;
  [[nodiscard]] virtual IoResult receive(std::span<char> buffer) = 0;

  // Closes the current connection, if there is one.
  virtual void close() = 0;
  // The peer was told that this connection ends: lets it close first, so that the TIME_WAIT state
  // is the peer's, and closes later. Bounded in time and number.
  virtual void retire(Instant now) = 0;
  // Closes retired connections whose peer has closed or whose time is over.
  virtual void tend(Instant now) = 0;
  // When tend() has to be called at the latest; Instant::max() = never.
  [[nodiscard]] virtual Instant deadline() const = 0;
};

}  // namespace votebench::adapters
