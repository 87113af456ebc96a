#include "stack/ports.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <sstream>

namespace votebench::stack {
namespace {

constexpr unsigned kBlock = 8;
constexpr unsigned kLowest = 10240;
constexpr unsigned kHighest = 32768;
constexpr unsigned kFewestBlocks = 64;
constexpr int kAttempts = 256;

// The first port that the kernel gives to outgoing connections.
unsigned first_ephemeral_port() {
  std::istringstream range(
      read_file("/proc/sys/net/ipv4/ip_local_port_range").value_or("32768 60999"));
  unsigned first = kHighest;
  range >> first;
  return first;
}

// Where hardly any port is left below the kernel's range, its lower part has to do.
unsigned end_of_blocks() {
  const unsigned end = std::min(kHighest, first_ephemeral_port());
  return end >= kLowest + kFewestBlocks * kBlock ? end : kHighest;
}

FileDescriptor bind_loopback(unsigned port, bool shared_with_closed_connections) {
  FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = shared_with_closed_connections ? 1 : 0;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  static_assert(sizeof generic == sizeof address);
  std::memcpy(&generic, &address, sizeof address);
  if (fd && ::bind(fd.get(), &generic, sizeof generic) != 0) fd.reset();
  return fd;
}

bool services_fit(StackPorts ports) {
  const std::array<unsigned, 4> wanted{ports.vote(), ports.result(), ports.redis(),
                                       ports.postgres()};
  return std::all_of(wanted.begin(), wanted.end(),
                     [](unsigned port) { return static_cast<bool>(bind_loopback(port, true)); });
}

}  // namespace

Result<PortReservation> reserve_ports() {
  const unsigned blocks = (end_of_blocks() - kLowest) / kBlock;
  std::array<std::uint8_t, 2> random{};
  fill_random(random);
  unsigned block = (random[0] * 256U + random[1]) % blocks;
  for (int attempt = 0; attempt < kAttempts; ++attempt, block = (block + 1) % blocks) {
    const StackPorts ports{static_cast<std::uint16_t>(kLowest + block * kBlock)};
    FileDescriptor reservation = bind_loopback(ports.base, false);
    if (reservation && services_fit(ports)) return PortReservation{ports, std::move(reservation)};
  }
  return fail(ErrorKind::environment,
              fmt::format("no free loopback ports between {} and {}", kLowest, end_of_blocks()),
              "`ss -ltn` shows who listens");
}

}  // namespace votebench::stack
