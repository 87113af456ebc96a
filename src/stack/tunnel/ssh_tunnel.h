// The way to servers that only another host reaches: the OpenSSH client with the user's own
// configuration, forwarding ports of this machine's loopback network.
//
// It is in src/stack because it is a process that has to be kept alive. All callers see of it is
// other addresses in the target's settings.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "vote/target_settings.h"

namespace votebench::stack {

struct TunnelEvent {
  Instant at;
  std::string name;    // "tunnel-cut", "tunnel-back"
  std::string detail;  // for people
};

// Opened again whenever ssh ends, after 0.2 s at first and 5 s at most, until it is destroyed.
// ssh never asks (BatchMode), checks host keys as the configuration says, dies with this process
// however that ends, and sees neither the user's nor the system's own configuration. Thread-safe.
class SshTunnel {
 public:
  struct Request {
    TunnelSettings settings;
    std::vector<HostPort> far_ends;     // at least one; as the host that is logged in to calls them
    std::vector<std::string> withheld;  // environment variables that ssh does not get
  };
  // Returns when its ends on this machine accept connections. It does not look whether a server
  // answers at a far end. Errors (environment): in plain words, with what ssh said.
  [[nodiscard]] static Result<std::unique_ptr<SshTunnel>> open(Request request);
  virtual ~SshTunnel() = default;

  // One per far end, in their order; the same for as long as the tunnel lives.
  [[nodiscard]] virtual const std::vector<TunnelEnd>& ends() const = 0;
  // From now on tells `listener`, on a thread of the tunnel's; an empty one ends that, and after
  // the return the old one is not called any more.
  virtual void on_event(std::function<void(const TunnelEvent&)> listener) = 0;
  // What ssh complained about last, in plain words; empty when it did not. It is how a refused
  // forwarding shows: ssh accepts a connection first and closes it then.
  [[nodiscard]] virtual std::string complaint() = 0;
};

// Plain words for what ssh printed before it ended, and what to do about it.
[[nodiscard]] Error explain_ssh(const TunnelSettings& settings, std::string_view words);

}  // namespace votebench::stack
