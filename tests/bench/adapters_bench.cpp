// What a look at a queue costs, of a list and of a stream that hold the same votes, in turn, on one
// private Redis. Usage: bench_adapters [looks]
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "../support/real_servers.h"
#include "adapters/queue.h"

using namespace votebench;

namespace {

using Probe = std::unique_ptr<adapters::QueueProbe>;

const VoterIds kIds(RunId{0xb7f3a001}, RunKey{1, 2, 3});
constexpr std::uint64_t kLimit = 1'000'000;

template <typename Look>
double microseconds(Look look) {
  const auto begin = std::chrono::steady_clock::now();
  look();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
      .count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Paired: what the machine does meanwhile meets both.
template <typename Look>
void compare(const char* what, unsigned looks, const std::array<Probe, 2>& probes, Look look) {
  std::array<std::vector<double>, 2> costs;
  for (unsigned i = 0; i < looks; ++i)
    for (std::size_t k = 0; k < probes.size(); ++k)
      costs[k].push_back(microseconds([&] { look(*probes[k]); }));
  const double list = median(costs[0]);
  const double stream = median(costs[1]);
  std::printf("  %-9s list %9.1f us, stream %9.1f us, %.2f x\n", what, list, stream, stream / list);
}

// Of each vote the same bytes stand in both; the group has read as many before.
void fill(test::RedisSession& app, unsigned votes) {
  app.ask({"DEL", "votes", "stream"});
  app.ask({"XGROUP", "CREATE", "stream", "workers", "0", "MKSTREAM"});
  for (unsigned i = 0; i < 2 * votes; ++i) {
    const std::string element = R"({"voter_id": ")" + kIds.make(i) + R"(", "vote": "a"})";
    app.ask({"XADD", "stream", "*", "data", element});
    if (i >= votes) app.ask({"RPUSH", "votes", element});
    if (i + 1 != votes) continue;
    app.ask({"XREADGROUP", "GROUP", "workers", "w", "NOACK", "STREAMS", "stream", ">"});
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto looks = static_cast<unsigned>(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200UL);
  const test::RealRedis redis;
  QueueSettings list = redis.settings();
  QueueSettings stream = list;
  stream.kind = "redis_stream";
  stream.list = "stream";
  stream.group = "workers";
  const std::array<Probe, 2> probes{*adapters::open_queue_probe(list),
                                    *adapters::open_queue_probe(stream)};
  test::RedisSession app = redis.connect();
  for (const unsigned votes : {0U, 100U, 1000U, 10000U}) {
    fill(app, votes);
    std::printf("%u votes wait\n", votes);
    compare("snapshot", looks, probes, [](auto& probe) { (void)probe.snapshot().value(); });
    compare("contents", std::max(looks / 10, 1U), probes,
            [](auto& probe) { (void)probe.contents(kIds, kLimit).value(); });
  }
}
