#include "adapters/http/vote_box.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "adapters/curl_route.h"
#include "adapters/http/curl_channel.h"
#include "adapters/http/http_session.h"
#include "adapters/http/tcp_channel.h"
#include "adapters/tcp_route.h"
#include "core/os.h"

namespace votebench::adapters {
namespace {

class TcpVoteBox final : public VoteBox {
 public:
  TcpVoteBox(SessionSettings settings, TcpRoute route)
      : settings_(std::move(settings)), route_(std::move(route)) {}

  std::unique_ptr<VoteSession> open_session(WakeUp wake_up) override {
    return std::make_unique<HttpSession>(settings_, std::make_unique<TcpChannel>(route_, wake_up));
  }

 private:
  const SessionSettings settings_;
  const TcpRoute route_;
};

// Over TLS or through a proxy.
class CurlVoteBox final : public VoteBox {
 public:
  CurlVoteBox(SessionSettings settings, CurlRoute route)
      : settings_(std::move(settings)), route_(std::move(route)) {}

  std::unique_ptr<VoteSession> open_session(WakeUp wake_up) override {
    auto group = groups_.join(route_, wake_up.epoll_fd);
    return std::make_unique<HttpSession>(settings_,
                                         std::make_unique<CurlChannel>(std::move(group), wake_up));
  }

 private:
  const SessionSettings settings_;
  const CurlRoute route_;
  CurlGroups groups_;
};

// Asked for once the way there leads somewhere.
using MakeSettings = std::function<Result<SessionSettings>()>;

Result<std::unique_ptr<VoteBox>> open_curl_box(const TargetSettings& target,
                                               const HttpSettings& http,
                                               const MakeSettings& make_settings) {
  TRY_ASSIGN(CurlRoute route, CurlRoute::find(target, http));
  TRY(route.try_out());
  TRY_ASSIGN(SessionSettings settings, make_settings());
  return std::make_unique<CurlVoteBox>(std::move(settings), std::move(route));
}

Result<std::unique_ptr<VoteBox>> open_tcp_box(const TargetSettings& target,
                                              const HttpSettings& http,
                                              const MakeSettings& make_settings) {
  const HostPort own{target.vote.host, target.vote.port};
  TRY_ASSIGN(TcpRoute route,
             TcpRoute::find({target.vote.connect_to.value_or(own),
                             target.vote.connect_to ? "vote.connect_to" : "vote.url",
                             http.source_addresses, http.connect_timeout}));
  TRY_ASSIGN(SessionSettings settings, make_settings());
  return std::make_unique<TcpVoteBox>(std::move(settings), std::move(route));
}

int milliseconds_until(Instant until, Instant now) {
  if (until == Instant::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
  return static_cast<int>(std::max(left, std::chrono::milliseconds(0)).count());
}

}  // namespace

Result<std::unique_ptr<VoteBox>> open_vote_box(const TargetSettings& target,
                                               const HttpSettings& http, const VoterIds& ids,
                                               const ChoiceNames& choices) {
  const auto make_settings = [&]() -> Result<SessionSettings> {
    TRY_ASSIGN(const CsrfPass pass, fetch_csrf_pass(target, http.timeout));
    return SessionSettings{target.vote, http, ids, RequestTemplates(target.vote, pass, choices)};
  };
  return target.vote.tls || target.proxy ? open_curl_box(target, http, make_settings)
                                         : open_tcp_box(target, http, make_settings);
}

Result<VoteAnswer> cast_one_vote(VoteBox& box, const VoteRequest& request, const Clock& clock) {
  const FileDescriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll)
    return fail(ErrorKind::environment,
                fmt::format("cannot make an epoll instance: {}", os_error(errno)));
  const auto session = box.open_session({epoll.get(), 0});
  Progress progress = session->start(request, clock.now());
  while (progress == Progress::working) {
    epoll_event event{};
    const int wait = milliseconds_until(session->deadline(), clock.now());
    const int ready = ::epoll_wait(epoll.get(), &event, 1, wait);
    if (ready > 0) progress = session->on_ready(clock.now());
    if (ready == 0) progress = session->on_deadline(clock.now());
  }
  return session->answer();
}

}  // namespace votebench::adapters
