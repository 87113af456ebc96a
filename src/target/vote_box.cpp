#include "target/vote_box.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

#include "core/os.h"
#include "target/http_session.h"
#include "target/tcp_channel.h"
#include "target/tcp_route.h"

namespace votebench::target {
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

Result<> check_supported(const TargetSettings& target) {
  if (target.vote.tls)
    return fail(ErrorKind::environment,
                fmt::format("votes over https are not supported yet: {}", target.vote.url()),
                "give an http:// URL in vote.url");
  if (!target.proxy.empty())
    return fail(ErrorKind::environment, "votes through a proxy are not supported yet",
                "remove `proxy` from the target");
  return {};
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
  TRY(check_supported(target));
  TRY_ASSIGN(TcpRoute route, TcpRoute::find({target.vote.host, target.vote.port,
                                             http.source_addresses, http.connect_timeout}));
  SessionSettings settings{target.vote, http, ids, RequestTemplates(target.vote, choices)};
  return std::make_unique<TcpVoteBox>(std::move(settings), std::move(route));
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

}  // namespace votebench::target
