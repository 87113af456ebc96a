// Connections by way of libcurl, a few of them in one multi handle. libcurl connects, tunnels and
// speaks TLS; what travels over the connections is ours (curl_channel.h).
//
// A connection stays in its multi handle for life: one that is taken out is closed. While it is
// being made its descriptor belongs to libcurl and is watched level-triggered; afterwards it is
// ours, edge-triggered.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "adapters/curl_handle.h"
#include "adapters/curl_route.h"
#include "adapters/http/byte_channel.h"
#include "adapters/http/vote_box.h"

namespace votebench::adapters {

class CurlConnection;

// One multi handle. Belongs to one thread.
class CurlGroup {
 public:
  // Each read searches the connections of the multi handle: 0.5 us with 64 of them, 8 us with
  // 4,096.
  static constexpr std::size_t kMostConnections = 64;

  // `route` must outlive the group, and the group its connections.
  CurlGroup(const CurlRoute& route, int epoll_fd);
  CurlGroup(const CurlGroup&) = delete;
  CurlGroup& operator=(const CurlGroup&) = delete;

  [[nodiscard]] int epoll_fd() const { return epoll_fd_; }
  // Does what libcurl wants to be done by now.
  void tend(Instant now);
  // When that is, at the latest; Instant::max() = never.
  [[nodiscard]] Instant deadline() const { return deadline_; }

 private:
  friend class CurlConnection;

  [[nodiscard]] CurlHandle take_handle();
  // Lets libcurl look at a socket, and at whatever else is due.
  void run(int socket);

  struct MultiDeleter {
    void operator()(void* multi) const;
  };

  const CurlRoute& route_;
  const int epoll_fd_;
  std::vector<CurlHandle> idle_;  // ready for another connection
  std::unique_ptr<void, MultiDeleter> multi_;
  Instant deadline_ = Instant::max();
};

// One connection, from its beginning to its close. Belongs to its group's thread.
class CurlConnection {
 public:
  enum class State { connecting, open, failed };

  CurlConnection(CurlGroup& group, WakeUp wake_up);
  ~CurlConnection();
  CurlConnection(const CurlConnection&) = delete;
  CurlConnection& operator=(const CurlConnection&) = delete;

  // Looks whether the connection has been made meanwhile.
  [[nodiscard]] State look();
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] int error() const { return error_; }  // errno, once it has failed
  // Required: open.
  [[nodiscard]] IoResult send(std::string_view bytes);
  [[nodiscard]] IoResult receive(std::span<char> buffer);
  // Nothing more is expected: throws away what comes; true when the peer has closed.
  [[nodiscard]] bool peer_has_closed();

 private:
  friend class CurlGroup;

  void watch(int socket, int what);
  void settle(int code);
  void open(int socket);

  CurlGroup& group_;
  WakeUp wake_up_;
  CurlHandle handle_;
  State state_ = State::connecting;
  int error_ = 0;
  int socket_ = -1;       // libcurl's to close; -1: none yet
  bool watched_ = false;  // level-triggered, for libcurl
  bool has_early_ = false;
  char early_ = 0;  // came before anything was asked
};

// The groups of a box: sessions that share an epoll instance share groups. Thread-safe.
class CurlGroups {
 public:
  // So many connections a session may hold: its own, and those that wait for the peer to close.
  static constexpr std::size_t kConnectionsPerSession = 4;

  // The caller is the thread that the epoll instance belongs to, and keeps the group there.
  [[nodiscard]] std::shared_ptr<CurlGroup> join(const CurlRoute& route, int epoll_fd);

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<CurlGroup>> groups_;
};

}  // namespace votebench::adapters
