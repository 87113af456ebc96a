#include "adapters/tcp_route.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/number.h"

namespace votebench::adapters {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Result<std::vector<SocketAddress>> resolve(const HostPort& place, int flags,
                                           const std::string& setting) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code =
      ::getaddrinfo(place.host.c_str(), std::to_string(place.port).c_str(), &hints, &found);
  if (code != 0)
    return fail(ErrorKind::environment,
                fmt::format("cannot resolve {}: {}", place.host, ::gai_strerror(code)),
                fmt::format("check the host name of {}", setting));
  const AddressList list(found, ::freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* at = list.get(); at != nullptr; at = at->ai_next) {
    SocketAddress& address = addresses.emplace_back();
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    address.length = at->ai_addrlen;
  }
  return addresses;
}

FileDescriptor open_socket(int family) {
  FileDescriptor fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (fd) (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// Leaves the choice of the port to connect(), which may then share ports between peers.
bool bind_source(const FileDescriptor& fd, const SocketAddress& source) {
  const int on = 1;
  (void)::setsockopt(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  return ::bind(fd.get(), source.get(), source.length) == 0;
}

bool accepts(const SocketAddress& address, Nanoseconds timeout) {
  const FileDescriptor fd = open_socket(address.family());
  if (!fd) return false;
  if (::connect(fd.get(), address.get(), address.length) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd waiting{.fd = fd.get(), .events = POLLOUT, .revents = 0};
  const auto limit = std::chrono::ceil<std::chrono::milliseconds>(timeout);
  if (::poll(&waiting, 1, static_cast<int>(limit.count())) <= 0) return false;
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
}

SocketAddress first_reachable(const std::vector<SocketAddress>& addresses, Nanoseconds timeout) {
  if (addresses.size() == 1) return addresses.front();
  const auto reachable =
      std::find_if(addresses.begin(), addresses.end(),
                   [&](const SocketAddress& address) { return accepts(address, timeout); });
  return reachable == addresses.end() ? addresses.front() : *reachable;
}

Result<SocketAddress> find_source(const std::string& text, int family) {
  const auto unusable = [&](const std::string& reason) {
    return fail(ErrorKind::environment,
                fmt::format("cannot send from source address {}: {}", text, reason),
                "`http.source_addresses` must be addresses of this machine");
  };
  auto found = resolve({text, 0}, AI_NUMERICHOST, "http.source_addresses");
  if (!found) return unusable("not an IP address");
  if (found->front().family() != family) return unusable("not of the target's address family");
  const FileDescriptor fd = open_socket(family);
  if (!fd || !bind_source(fd, found->front())) return unusable(os_error(errno));
  return found->front();
}

}  // namespace

Result<TcpRoute> TcpRoute::find(const RouteSettings& settings) {
  TRY_ASSIGN(const auto addresses, resolve(settings.to, 0, settings.setting));
  const SocketAddress peer = first_reachable(addresses, settings.connect_timeout);
  std::vector<SocketAddress> sources;
  for (const std::string& text : settings.source_addresses) {
    TRY_ASSIGN(const SocketAddress source, find_source(text, peer.family()));
    sources.push_back(source);
  }
  return TcpRoute(peer, std::move(sources));
}

FileDescriptor TcpRoute::open(int& error) const {
  FileDescriptor fd = open_socket(peer_.family());
  const bool usable =
      fd &&
      (sources_.empty() ||
       bind_source(fd, sources_[turn_.fetch_add(1, std::memory_order_relaxed) % sources_.size()]));
  error = usable ? 0 : errno;
  if (!usable) fd.reset();
  return fd;
}

FileDescriptor TcpRoute::connect(int& error) const {
  FileDescriptor fd = open(error);
  if (!fd || ::connect(fd.get(), peer_.get(), peer_.length) == 0 || errno == EINPROGRESS) return fd;
  error = errno;
  return {};
}

HostPort TcpRoute::peer() const {
  char host[NI_MAXHOST] = "";
  char port[NI_MAXSERV] = "";
  (void)::getnameinfo(peer_.get(), peer_.length, host, sizeof host, port, sizeof port,
                      NI_NUMERICHOST | NI_NUMERICSERV);
  return {host, whole_number<std::uint16_t>(port).value_or(0)};
}

}  // namespace votebench::adapters
