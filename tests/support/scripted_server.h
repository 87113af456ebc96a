// A tiny TCP server for tests: it reads whole HTTP requests and does what its script says, which no
// honest server would. One thread, many connections. It is also a proxy that leads to itself:
// CONNECT is answered, and what follows on that connection is a request.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <limits>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/check.h"
#include "core/os.h"

namespace votebench::test {

struct Reply {
  enum class Then { keep, close, reset };
  std::string bytes;  // empty: no answer
  Then then = Then::keep;
};

class ScriptedServer {
 public:
  // Called in the server's thread with each whole request; `served` counts earlier requests of the
  // same connection.
  using Script = std::function<Reply(const std::string& request, int served)>;

  explicit ScriptedServer(Script script, std::string host = "127.0.0.1")
      : script_(std::move(script)),
        reserved_(bind_to(host)),
        listener_(bind_to(host)),
        stop_(::eventfd(0, 0)) {
    CHECK_THAT_HOLDS(::listen(listener_.get(), 512) == 0);
    thread_ = std::jthread([this] { serve(); });
  }
  ~ScriptedServer() { (void)::eventfd_write(stop_.get(), 1); }

  // From now on its port refuses connections; nobody else is given it.
  void go_away() {
    (void)::eventfd_write(stop_.get(), 1);
    thread_.join();
    listener_.reset();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }
  // Connections that brought a request.
  [[nodiscard]] int connections() const { return static_cast<int>(peers().size()); }
  // The address of the peer of each of them, in order.
  [[nodiscard]] std::vector<std::string> peers() const {
    const std::scoped_lock lock(mutex_);
    return peers_;
  }

  // Returns when so many of them have been closed by the server.
  void wait_until_closed(int count) const {
    std::unique_lock lock(mutex_);
    closed_changed_.wait(lock, [&] { return closed_ >= count; });
  }

  // So many more times CONNECT is answered; then it is not.
  void answer_connects(int count) { connects_left_ = count; }

  // An answer with a body of `size` bytes; `headers` are whole lines.
  static std::string answer(int status, const std::string& headers, std::size_t size = 5) {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
           "Content-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'x');
  }
  // "Set-Cookie: voter_id=<the id of the request>; Path=/\r\n".
  static std::string echo_of(const std::string& request) {
    const std::size_t at = request.find("Cookie: ");
    const std::string cookie = request.substr(at + 8, request.find("\r\n", at) - at - 8);
    return "Set-Cookie: " + cookie + "; Path=/\r\n";
  }

 private:
  struct Connection {
    FileDescriptor socket;
    std::string peer;
    std::string input;
    int served = 0;
  };

  // The first time to a port that is free, then to the same: two may be where none listens.
  FileDescriptor bind_to(const std::string& host) {
    FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    (void)::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    CHECK_THAT_HOLDS(::inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    CHECK_THAT_HOLDS(::bind(fd.get(), generic, length) == 0);
    CHECK_THAT_HOLDS(::getsockname(fd.get(), generic, &length) == 0);
    port_ = ntohs(address.sin_port);
    return fd;
  }

  void serve() {
    std::list<Connection> connections;
    for (;;) {
      std::vector<pollfd> waiting{{stop_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
      for (const Connection& c : connections) waiting.push_back({c.socket.get(), POLLIN, 0});
      (void)::poll(waiting.data(), waiting.size(), -1);
      if (waiting[0].revents != 0) return;
      std::size_t at = 2;
      for (auto c = connections.begin(); c != connections.end(); ++at) {
        if (waiting[at].revents != 0 && !read_from(*c))
          close(connections, c);
        else
          ++c;
      }
      if (waiting[1].revents != 0) connections.push_back(accept_one());
    }
  }

  Connection accept_one() {
    sockaddr_in peer{};
    socklen_t length = sizeof peer;
    FileDescriptor socket(
        ::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &length, SOCK_CLOEXEC));
    return {std::move(socket), ::inet_ntoa(peer.sin_addr), {}, 0};
  }

  void close(std::list<Connection>& connections, std::list<Connection>::iterator& at) {
    const bool counts = at->served > 0;
    at = connections.erase(at);
    const std::scoped_lock lock(mutex_);
    closed_ += counts ? 1 : 0;
    closed_changed_.notify_all();
  }

  // False: the connection is over.
  bool read_from(Connection& connection) {
    char block[4096];
    const ssize_t got = ::recv(connection.socket.get(), block, sizeof block, 0);
    if (got <= 0) return false;
    connection.input.append(block, static_cast<std::size_t>(got));
    const std::size_t size = request_size(connection.input);
    if (size == 0) return true;
    const std::string request = connection.input.substr(0, size);
    connection.input.erase(0, size);
    if (request.starts_with("CONNECT "))
      return connects_left_-- <= 0 ||
             reply(connection, {"HTTP/1.1 200 Connection established\r\n\r\n"});
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(request);
      if (connection.served == 0) peers_.push_back(connection.peer);
    }
    return reply(connection, script_(request, connection.served++));
  }

  static std::size_t request_size(const std::string& input) {
    const std::size_t end = input.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    const std::size_t length_at = input.find("Content-Length: ");
    const std::size_t body =
        length_at < end ? std::stoul(input.substr(length_at + 16)) : std::size_t{0};
    return input.size() >= end + 4 + body ? end + 4 + body : 0;
  }

  static bool reply(Connection& connection, const Reply& reply) {
    (void)::send(connection.socket.get(), reply.bytes.data(), reply.bytes.size(), MSG_NOSIGNAL);
    if (reply.then == Reply::Then::reset) {
      const linger abort{1, 0};
      (void)::setsockopt(connection.socket.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    }
    return reply.then == Reply::Then::keep;
  }

  Script script_;
  std::uint16_t port_ = 0;
  FileDescriptor reserved_;
  FileDescriptor listener_;
  FileDescriptor stop_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::string> peers_;
  int closed_ = 0;
  std::atomic<int> connects_left_ = std::numeric_limits<int>::max();
  mutable std::condition_variable closed_changed_;
  std::jthread thread_;  // last: joined first
};

}  // namespace votebench::test
