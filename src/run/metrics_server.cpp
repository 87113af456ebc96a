#include "run/metrics_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "core/number.h"
#include "core/os.h"
#include "core/text.h"

namespace votebench::run {
namespace {

constexpr unsigned kMaxConnections = 32;
constexpr unsigned kIdleSeconds = 30;

struct ListenAddress {
  sockaddr_storage address{};
  socklen_t length = 0;
};

Result<ListenAddress> parse_address(const std::string& text) {
  const Failure wrong = fail(
      ErrorKind::usage, fmt::format("--metrics-listen: '{}' is not ADDRESS:PORT", printable(text)),
      "write an address of this machine: 127.0.0.1:9464 or [::1]:9464");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return wrong;
  const auto port = whole_number<std::uint16_t>(std::string_view(text).substr(colon + 1));
  std::string host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  ListenAddress parsed;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  v4.sin_port = v6.sin6_port = htons(port.value_or(0));
  if (!port) return wrong;
  if (!bracketed && inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    std::memcpy(&parsed.address, &v4, parsed.length = sizeof v4);
  } else if (bracketed && inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    std::memcpy(&parsed.address, &v6, parsed.length = sizeof v6);
  } else {
    return wrong;
  }
  return parsed;
}

Result<FileDescriptor> listen_on(const std::string& text, const ListenAddress& where) {
  FileDescriptor socket(
      ::socket(where.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  if (socket) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (!socket ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where.address), where.length) != 0 ||
      ::listen(socket.get(), 16) != 0)
    return fail(ErrorKind::environment,
                fmt::format("cannot serve metrics at {}: {}", text, os_error(errno)),
                "choose another port with --metrics-listen; port 0 takes a free one");
  return socket;
}

std::uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  // The port stands at the same place for both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

MHD_Result answer(MHD_Connection* connection, unsigned status, const std::string& body) {
  const std::unique_ptr<MHD_Response, void (*)(MHD_Response*)> reply(
      MHD_create_response_from_buffer(body.size(), const_cast<char*>(body.data()),
                                      MHD_RESPMEM_MUST_COPY),
      MHD_destroy_response);
  MHD_add_response_header(reply.get(), "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  return MHD_queue_response(connection, status, reply.get());
}

MHD_Result handle(void* board, MHD_Connection* connection, const char* path, const char* method,
                  const char*, const char*, std::size_t* size, void** state) {
  // The first call brings the head of the request, further ones its body.
  if (*state == nullptr) {
    *state = connection;
    return MHD_YES;
  }
  if (*size > 0) {
    *size = 0;
    return MHD_YES;
  }
  if (std::strcmp(method, "GET") != 0) return answer(connection, 405, "only GET is known here\n");
  if (std::strcmp(path, "/metrics") != 0) return answer(connection, 404, "look at /metrics\n");
  return answer(connection, 200, static_cast<const MetricsBoard*>(board)->text());
}

}  // namespace

void MetricsBoard::post(report::LiveMetrics metrics) {
  const std::scoped_lock lock(mutex_);
  metrics_ = std::move(metrics);
}

std::string MetricsBoard::text() const {
  const std::scoped_lock lock(mutex_);
  return report::prometheus_text(metrics_);
}

struct MetricsServer::Daemon {
  explicit Daemon(MHD_Daemon* started) : handle(started) {}
  ~Daemon() { MHD_stop_daemon(handle); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  MHD_Daemon* handle;
};

MetricsServer::~MetricsServer() = default;

Result<std::unique_ptr<MetricsServer>> MetricsServer::start(const std::string& address,
                                                            const MetricsBoard& board) {
  TRY_ASSIGN(const ListenAddress where, parse_address(address));
  TRY_ASSIGN(FileDescriptor socket, listen_on(address, where));
  std::unique_ptr<MetricsServer> server(new MetricsServer);
  server->url_ = fmt::format("http://{}:{}/metrics", address.substr(0, address.rfind(':')),
                             port_of(socket.get()));
  MHD_Daemon* daemon = MHD_start_daemon(
      MHD_USE_POLL_INTERNAL_THREAD, 0, nullptr, nullptr, &handle, const_cast<MetricsBoard*>(&board),
      MHD_OPTION_LISTEN_SOCKET, socket.get(), MHD_OPTION_CONNECTION_LIMIT, kMaxConnections,
      MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds, MHD_OPTION_END);
  if (daemon == nullptr)
    return fail(ErrorKind::environment, "cannot serve metrics: " + os_error(errno));
  static_cast<void>(socket.release());  // the daemon closes it
  server->daemon_ = std::make_unique<Daemon>(daemon);
  return server;
}

}  // namespace votebench::run
