#include "adapters/http/curl_group.h"

#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "core/check.h"

namespace votebench::adapters {
namespace {

CurlConnection* connection_of(CURL* easy) {
  char* connection = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &connection);
  return reinterpret_cast<CurlConnection*>(connection);
}

int control(int operation, WakeUp wake_up, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = wake_up.tag;
  return ::epoll_ctl(wake_up.epoll_fd, operation, fd, &event);
}

// libcurl counts from its own look at the clock, so this must not be an older one.
int set_timer(CURLM*, long milliseconds, void* deadline) {
  *static_cast<Instant*>(deadline) =
      milliseconds < 0 ? Instant::max()
                       : real_clock().now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

int error_of(CURL* easy, CURLcode code) {
  long error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
  if (error != 0) return static_cast<int>(error);
  if (const int own = CurlRoute::take_socket_error(); own != 0) return own;
  if (code == CURLE_OPERATION_TIMEDOUT) return ETIMEDOUT;
  long proxy_status = 0;
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  return proxy_status >= 300 ? EREMOTEIO : EPROTO;
}

}  // namespace

// --- the group -----------------------------------------------------------------------------------

void CurlGroup::MultiDeleter::operator()(void* multi) const { curl_multi_cleanup(multi); }

CurlGroup::CurlGroup(const CurlRoute& route, int epoll_fd)
    : route_(route), epoll_fd_(epoll_fd), multi_(curl_multi_init()) {
  CURLM* multi = multi_.get();
  CHECK_THAT_HOLDS(multi != nullptr);
  const auto watch = +[](CURL* easy, curl_socket_t socket, int what, void*, void*) {
    // Without a connection: one that libcurl itself is closing.
    if (CurlConnection* connection = connection_of(easy)) connection->watch(socket, what);
    return 0;
  };
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, &deadline_);
  // Above it libcurl would close connections of ours.
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 4L * static_cast<long>(kMostConnections));
}

CurlHandle CurlGroup::take_handle() {
  if (idle_.empty()) return route_.new_handle();
  CurlHandle handle = std::move(idle_.back());
  idle_.pop_back();
  return handle;
}

void CurlGroup::run(int socket) {
  int count = 0;
  curl_multi_socket_action(multi_.get(), socket, 0, &count);
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &count))
    connection_of(message->easy_handle)->settle(message->data.result);
}

void CurlGroup::tend(Instant now) {
  if (now < deadline_) return;
  deadline_ = Instant::max();  // libcurl sets it again
  run(CURL_SOCKET_TIMEOUT);
}

// --- a connection --------------------------------------------------------------------------------

CurlConnection::CurlConnection(CurlGroup& group, WakeUp wake_up)
    : group_(group), wake_up_(wake_up), handle_(group.take_handle()) {
  curl_easy_setopt(handle_.get(), CURLOPT_PRIVATE, this);
  CHECK_THAT_HOLDS(curl_multi_add_handle(group_.multi_.get(), handle_.get()) == CURLM_OK);
  group_.run(CURL_SOCKET_TIMEOUT);
}

CurlConnection::~CurlConnection() {
  curl_multi_remove_handle(group_.multi_.get(), handle_.get());  // closes
  curl_easy_setopt(handle_.get(), CURLOPT_PRIVATE, nullptr);
  group_.idle_.push_back(std::move(handle_));
}

// While the connection is being made: what libcurl waits for at which descriptor.
void CurlConnection::watch(int socket, int what) {
  if (state_ != State::connecting) return;
  const std::uint32_t events =
      ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
  const bool same = watched_ && socket_ == socket;
  watched_ = what != CURL_POLL_REMOVE;
  socket_ = socket;
  const int operation = !watched_ ? EPOLL_CTL_DEL : same ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  (void)control(operation, wake_up_, socket, events);
}

CurlConnection::State CurlConnection::look() {
  if (state_ == State::connecting) group_.run(watched_ ? socket_ : CURL_SOCKET_TIMEOUT);
  return state_;
}

void CurlConnection::settle(int code) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(handle_.get(), CURLINFO_ACTIVESOCKET, &socket);
  if (code == CURLE_OK && socket != CURL_SOCKET_BAD) return open(socket);
  state_ = State::failed;
  error_ = error_of(handle_.get(), static_cast<CURLcode>(code));
}

// A connection that nobody reads from is taken for an idle one by libcurl, and may be closed by it:
// so it is read from at once. Registering it reports its tag, as it can be written to.
void CurlConnection::open(int socket) {
  state_ = State::open;
  if (watched_ && socket_ == socket) (void)control(EPOLL_CTL_DEL, wake_up_, socket, 0);
  watched_ = false;
  socket_ = socket;
  (void)control(EPOLL_CTL_ADD, wake_up_, socket, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
  has_early_ = receive({&early_, 1}).status == IoStatus::done;
}

// Whatever libcurl answers, once asked it may have put bytes on the wire: but where it knows of no
// connection any more.
IoResult CurlConnection::send(std::string_view bytes) {
  std::size_t count = 0;
  const CURLcode code = curl_easy_send(handle_.get(), bytes.data(), bytes.size(), &count);
  if (code == CURLE_OK && count > 0) return {IoStatus::done, count, 0};
  if (code == CURLE_OK || code == CURLE_AGAIN) return {IoStatus::would_block, 0, 0, true};
  return {IoStatus::failed, 0, error_of(handle_.get(), code), code != CURLE_UNSUPPORTED_PROTOCOL};
}

IoResult CurlConnection::receive(std::span<char> buffer) {
  if (has_early_) {
    has_early_ = false;
    buffer[0] = early_;
    return {IoStatus::done, 1, 0};
  }
  std::size_t count = 0;
  const CURLcode code = curl_easy_recv(handle_.get(), buffer.data(), buffer.size(), &count);
  if (code == CURLE_AGAIN) return {IoStatus::would_block, 0, 0};
  if (code != CURLE_OK) return {IoStatus::failed, 0, error_of(handle_.get(), code)};
  return {count > 0 ? IoStatus::done : IoStatus::ended, count, 0};
}

bool CurlConnection::peer_has_closed() {
  constexpr int kReads = 16;  // a peer that goes on talking is not waited for
  char discarded[1024];
  for (int i = 0; i < kReads; ++i) {
    const ssize_t count = ::recv(socket_, discarded, sizeof discarded, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }
  return true;
}

// --- the groups of a box -------------------------------------------------------------------------

std::shared_ptr<CurlGroup> CurlGroups::join(const CurlRoute& route, int epoll_fd) {
  constexpr long kSessions = CurlGroup::kMostConnections / kConnectionsPerSession;
  const std::scoped_lock lock(mutex_);
  std::erase_if(groups_, [](const auto& group) { return group.expired(); });
  for (const auto& known : groups_)
    if (auto group = known.lock())
      if (group->epoll_fd() == epoll_fd && group.use_count() - 1 < kSessions) return group;
  auto group = std::make_shared<CurlGroup>(route, epoll_fd);
  groups_.push_back(group);
  return group;
}

}  // namespace votebench::adapters
