// What remembering one vote costs its sender: intent, conclusion and the two clock readings that
// they need, into mapped segments on disk. Goal: at most 500 ns, aim 200 ns.
//
//   bench_ledger [DIRECTORY]     (default: the system's temporary directory)
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "ledger/attempt_store.h"

using namespace votebench;
using namespace std::chrono_literals;

namespace {

constexpr AttemptNumber kVotes = 2'000'000;
constexpr int kRounds = 7;

double remember_all(ledger::AttemptStore& store, const Clock& clock) {
  const Instant begin = clock.now();
  for (AttemptNumber n = 0; n < kVotes; ++n) {
    const Instant started = clock.now();
    if (!store.intend(n, {static_cast<VoterIndex>(n), 1, 0, started - begin, 0ns})) return -1;
    const Nanoseconds done = clock.now() - started;
    store.conclude(n, {Outcome::acked, 0, 200, done, done});
  }
  return static_cast<double>((clock.now() - begin).count()) / kVotes;
}

// One run into a new store, with a recorder thread that makes segments ahead as in a real run.
double round_in(const std::filesystem::path& directory, Clock& clock) {
  std::filesystem::remove_all(directory);
  auto store = ledger::AttemptStore::create(directory, {{"bench", 0, kVotes, kVotes}}, {});
  if (!store) {
    fmt::print(stderr, "{}\n", store.error().message);
    return -1;
  }
  const std::jthread recorder([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      (*store)->prepare_ahead();
      (void)clock.sleep_until(clock.now() + 2ms, stop);
    }
  });
  return remember_all(**store, clock);
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path parent =
      argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path();
  const std::filesystem::path directory = parent / "votebench-bench-ledger";
  std::array<double, kRounds> rounds{};
  for (double& ns : rounds) ns = round_in(directory, real_clock());
  std::filesystem::remove_all(directory);
  std::sort(rounds.begin(), rounds.end());
  if (rounds.front() < 0) return 1;
  fmt::print("ledger: {:.0f} ns per vote (median of {} rounds of {} votes; {:.0f} to {:.0f})\n",
             rounds[kRounds / 2], kRounds, kVotes, rounds.front(), rounds.back());
  return rounds[kRounds / 2] <= 500 ? 0 : 1;
}
