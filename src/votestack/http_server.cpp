#include "votestack/http_server.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "votestack/listen_socket.h"

namespace votebench::votestack {
namespace {

constexpr std::size_t kMaxBody = std::size_t{1} << 20U;
constexpr unsigned kMaxConnections = 65536;  // of one thread

struct Exchange {
  HttpRequest request;
  bool too_large = false;
};

std::string value_of(MHD_Connection* connection, MHD_ValueKind kind, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, kind, name);
  return value == nullptr ? "" : value;
}

std::string header(MHD_Connection* connection, const char* name) {
  return value_of(connection, MHD_HEADER_KIND, name);
}

void receive(Exchange& exchange, const char* data, std::size_t size) {
  exchange.too_large = exchange.too_large || exchange.request.body.size() + size > kMaxBody;
  if (!exchange.too_large) exchange.request.body.append(data, size);
}

MHD_Result answer(MHD_Connection* connection, HttpResponse response) {
  if (response.silent) return MHD_NO;
  const std::unique_ptr<MHD_Response, void (*)(MHD_Response*)> reply(
      MHD_create_response_from_buffer(response.body.size(), response.body.data(),
                                      MHD_RESPMEM_MUST_COPY),
      MHD_destroy_response);
  for (const auto& [name, value] : response.headers)
    if (MHD_add_response_header(reply.get(), name.c_str(), value.c_str()) != MHD_YES) return MHD_NO;
  if (response.close) MHD_add_response_header(reply.get(), "Connection", "close");
  return MHD_queue_response(connection, response.status, reply.get());
}

void forget(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
  delete static_cast<Exchange*>(*state);
  *state = nullptr;
}

// A thousand connections do not fit into the usual soft limit of 1024 descriptors.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

// One daemon with one thread. All of them accept from the same listening socket, so that a thread
// held up by its handler gets no new connections.
class HttpServer::Worker {
 public:
  explicit Worker(HttpHandler handler) : handler_(std::move(handler)) {}
  ~Worker() {
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Takes `socket`.
  [[nodiscard]] Result<> start(FileDescriptor socket, std::chrono::seconds idle_timeout) {
    // Not epoll: when exactly 128 events are ready (its batch), libmicrohttpd 0.9.75 waits for
    // further ones with its whole timeout before it looks at those 128.
    daemon_ = MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC, 0, nullptr, nullptr, &Worker::handle, this,
        MHD_OPTION_LISTEN_SOCKET, socket.get(), MHD_OPTION_CONNECTION_LIMIT, kMaxConnections,
        MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(idle_timeout.count()),
        MHD_OPTION_NOTIFY_COMPLETED, &forget, nullptr, MHD_OPTION_END);
    if (daemon_ == nullptr)
      return fail(ErrorKind::environment, "cannot start the HTTP server: " + os_error(errno));
    static_cast<void>(socket.release());
    return {};
  }

 private:
  static MHD_Result handle(void* self, MHD_Connection* connection, const char* path,
                           const char* method, const char*, const char* data, std::size_t* size,
                           void** state) {
    auto* exchange = static_cast<Exchange*>(*state);
    if (exchange == nullptr) {
      *state = new Exchange{{method,
                             path,
                             header(connection, MHD_HTTP_HEADER_CONTENT_TYPE),
                             header(connection, MHD_HTTP_HEADER_COOKIE),
                             header(connection, "X-Voter-Id"),
                             header(connection, "X-CSRFToken"),
                             value_of(connection, MHD_GET_ARGUMENT_KIND, "voter_id"),
                             {}}};
      return MHD_YES;
    }
    if (*size > 0) {
      receive(*exchange, data, *size);
      *size = 0;
      return MHD_YES;
    }
    if (exchange->too_large) return answer(connection, {413, "", {}, true});
    return answer(connection, static_cast<Worker*>(self)->handler_(exchange->request));
  }

  HttpHandler handler_;
  MHD_Daemon* daemon_ = nullptr;
};

HttpServer::HttpServer(Address address) : address_(std::move(address)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(const Options& options,
                                                      std::vector<HttpHandler> handlers) {
  raise_descriptor_limit();
  TRY_ASSIGN(const ListenSocket socket, listen_on(options.listen));
  std::unique_ptr<HttpServer> server(new HttpServer(socket.address));
  for (HttpHandler& handler : handlers) {
    FileDescriptor own(::fcntl(socket.fd.get(), F_DUPFD_CLOEXEC, 0));
    if (!own) return fail(ErrorKind::environment, "cannot listen: " + os_error(errno));
    server->workers_.push_back(std::make_unique<Worker>(std::move(handler)));
    TRY(server->workers_.back()->start(std::move(own), options.idle_timeout));
  }
  return server;
}

}  // namespace votebench::votestack
