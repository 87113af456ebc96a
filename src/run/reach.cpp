#include "run/reach.h"

#include <fmt/format.h>

#include "adapters/queue.h"
#include "adapters/store.h"

namespace votebench::run {
namespace {

// Where the stores are, as the tunnel's far side calls them: the table, then the queue.
Result<stack::SshTunnel::Request> tunnel_request(const TargetSettings& target) {
  stack::SshTunnel::Request request{.settings = *target.tunnel, .far_ends = {}, .withheld = {}};
  const auto withhold = [&](const Secret& secret) {
    if (secret.origin() == Secret::Origin::environment)
      request.withheld.push_back(secret.reference());
  };
  if (target.rows) {
    const adapters::StoreKind& kind = adapters::store_kind(target.rows);
    TRY_ASSIGN(const HostPort address, kind.address(*target.rows));
    request.far_ends.push_back(address);
    if (!kind.password_variable.empty()) request.withheld.emplace_back(kind.password_variable);
    withhold(target.rows->password);
  }
  if (target.queue) {
    TRY_ASSIGN(const HostPort address, adapters::queue_kind(target.queue).address(*target.queue));
    request.far_ends.push_back(address);
    withhold(target.queue->password);
  }
  if (request.far_ends.empty())
    return fail(ErrorKind::usage, "the tunnel has nowhere to lead: the target names no store",
                fmt::format("give it {} or {}, or remove the tunnel; votes go direct",
                            adapters::queue_kind({}).name, adapters::store_kind({}).name));
  return request;
}

}  // namespace

Result<std::unique_ptr<stack::SshTunnel>> open_tunnel(TargetSettings& target) {
  if (!target.tunnel) return std::unique_ptr<stack::SshTunnel>();
  TRY_ASSIGN(stack::SshTunnel::Request request, tunnel_request(target));
  TRY_ASSIGN(auto tunnel, stack::SshTunnel::open(std::move(request)));
  auto end = tunnel->ends().begin();
  if (target.rows) target.rows->tunnel_end = *end++;
  if (target.queue) target.queue->tunnel_end = *end;
  return tunnel;
}

}  // namespace votebench::run
