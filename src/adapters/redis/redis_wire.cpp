#include "adapters/redis/redis_wire.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <poll.h>

#include <array>
#include <cerrno>

#include "adapters/sigpipe_guard.h"
#include "core/os.h"
#include "core/text.h"

namespace votebench::adapters {
namespace {

constexpr auto kLimit = std::chrono::seconds(2);
constexpr int kLimitMs = 2000;

Failure because(std::string reason) { return fail(ErrorKind::environment, std::move(reason)); }

// libcurl knows no Redis; with CONNECT_ONLY it speaks nothing, and the scheme only says whether
// TLS.
std::string url_of(const QueueSettings& settings) {
  if (!settings.path.empty()) return "http://localhost/";
  return fmt::format("{}://{}/", settings.tls ? "https" : "http",
                     HostPort{settings.host, settings.port}.text());
}

HttpVia via_of_queue(const QueueSettings& settings) {
  HttpVia via{.proxy = {},
              .connect_to = {},
              .verify = settings.tls_verify,
              .ca_file = settings.tls_ca_file};
  if (settings.tunnel_end)
    via.connect_to = HostPort{settings.tunnel_end->address, settings.tunnel_end->port};
  return via;
}

std::string reason_of(CURL* easy, CURLcode code, const char* detail) {
  long error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
  if (code == CURLE_COULDNT_CONNECT && error != 0) return os_error(static_cast<int>(error));
  return printable(*detail != '\0' ? detail : curl_easy_strerror(code));
}

}  // namespace

Result<RedisWire> RedisWire::connect(const QueueSettings& settings) {
  const SigpipeGuard guard;
  RedisWire wire(CurlHandle(url_of(settings), via_of_queue(settings)));
  CURL* easy = wire.handle_.get();
  std::array<char, CURL_ERROR_SIZE> detail{};
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail.data());
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, curl_milliseconds(kLimit));
  if (!settings.path.empty())
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, settings.path.c_str());
  const CURLcode code = curl_easy_perform(easy);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);
  if (code != CURLE_OK) return because(reason_of(easy, code, detail.data()));
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket);
  wire.socket_ = static_cast<int>(socket);
  return wire;
}

Result<> RedisWire::send(std::string_view bytes) {
  const SigpipeGuard guard;
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const CURLcode code = curl_easy_send(handle_.get(), bytes.data(), bytes.size(), &sent);
    if (code == CURLE_AGAIN) {
      TRY(wait_for(POLLOUT));
      continue;
    }
    if (code != CURLE_OK) return because(curl_easy_strerror(code));
    bytes.remove_prefix(sent);
  }
  return {};
}

Result<std::size_t> RedisWire::receive(std::span<char> buffer) {
  for (;;) {
    std::size_t received = 0;
    const CURLcode code = curl_easy_recv(handle_.get(), buffer.data(), buffer.size(), &received);
    if (code == CURLE_AGAIN) {  // only now: TLS may hold bytes that poll cannot see
      TRY(wait_for(POLLIN));
      continue;
    }
    if (code != CURLE_OK) return because(curl_easy_strerror(code));
    if (received == 0) return because("it closed the connection");
    return received;
  }
}

Result<> RedisWire::wait_for(short events) const {
  pollfd waiting{socket_, events, 0};
  int ready = 0;
  do ready = ::poll(&waiting, 1, kLimitMs);
  while (ready < 0 && errno == EINTR);
  if (ready == 0) return because(fmt::format("it is silent for {}", format_duration(kLimit)));
  return {};
}

}  // namespace votebench::adapters
