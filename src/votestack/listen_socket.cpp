#include "votestack/listen_socket.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace votebench::votestack {
namespace {

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

Failure listen_failure(const Address& address, const std::string& reason) {
  return fail(ErrorKind::environment,
              fmt::format("cannot listen on {}: {}", to_string(address), reason));
}

std::uint16_t port_of(const FileDescriptor& fd) {
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&bound), &length);
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port
                                           : reinterpret_cast<sockaddr_in&>(bound).sin_port);
}

}  // namespace

Result<ListenSocket> listen_on(const Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error =
      ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (error != 0) return listen_failure(address, gai_strerror(error));
  const AddressList owned(found, ::freeaddrinfo);

  FileDescriptor fd(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  // As long a backlog as the kernel grants: connections beyond it wait a second for their retry.
  constexpr int kBacklog = 65535;
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd.get(), kBacklog) != 0)
    return listen_failure(address, os_error(errno));
  const std::uint16_t port = port_of(fd);
  return ListenSocket{std::move(fd), Address{address.host, port, {}}};
}

}  // namespace votebench::votestack
