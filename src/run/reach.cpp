#include "run/reach.h"

#include "target/row_store.h"

namespace votebench::run {
namespace {

// Where the stores are, as the tunnel's far side calls them: postgres, then redis.
Result<stack::SshTunnel::Request> tunnel_request(const TargetSettings& target) {
  stack::SshTunnel::Request request{.settings = *target.tunnel, .far_ends = {}, .withheld = {}};
  const auto withhold = [&](const Secret& secret) {
    if (secret.origin() == Secret::Origin::environment)
      request.withheld.push_back(secret.reference());
  };
  if (target.rows) {
    TRY_ASSIGN(const HostPort address, target::postgres_address(*target.rows));
    request.far_ends.push_back(address);
    request.withheld.emplace_back("PGPASSWORD");
    withhold(target.rows->password);
  }
  if (target.queue) {
    if (!target.queue->socket_path.empty())
      return fail(ErrorKind::usage, "a tunnel leads to a host and port, redis.url names a socket",
                  "write redis://HOST:PORT/DB, as the tunnel's far side calls it");
    request.far_ends.push_back({target.queue->host, target.queue->port});
    withhold(target.queue->password);
  }
  if (request.far_ends.empty())
    return fail(ErrorKind::usage, "the tunnel has nowhere to lead: the target names no store",
                "give it redis or postgres, or remove the tunnel; votes go direct");
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
