// A run of scripted votes that has just ended, for tests of the drain; no server, no sleep.
#pragma once

#include "unit/watch/clients.h"
#include "unit/watch/fakes.h"
#include "watch/settle.h"

namespace votebench::watch::test_run {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline const VoterIds kIds(RunId{0xb7f3a001}, RunKey{1, 2, 3});
inline const VoterIds kOtherRun(RunId{0xc0ffee00}, RunKey{9});
inline const ChoiceNames kChoices{"a", "b"};

// A run of `acked` voters that has just ended.
struct Run {
  test::World world;
  test::SleeplessClock clock;
  test::FakeQueue queue{world, clock};
  test::FakeRows rows{world, clock};
  QueueBaseline queue_baseline;
  RowBaseline row_baseline;
  TargetSettings target;
  QueueHistory history;
  std::uint64_t acked;
  std::uint64_t wrong = 0;  // rows
  DrainTask task{.target = target, .ids = kIds, .choices = kChoices};
  std::stop_source stop;

  explicit Run(std::uint64_t votes) : acked(votes) {
    queue_baseline.snapshot.server_id = world.server_id;
    row_baseline.identity = world.store;
    world.pushes = votes;
    history.last.server_id = world.server_id;
    history.seen_in = queue_baseline.seen_in = {true};
    worker("lpop", 0);
    history.consumers = {{world.clients[0], world.server_id, std::nullopt}};
    target.worker_stated = target.max_hold_stated = true;
    task.queue = &queue;
    task.queue_baseline = &queue_baseline;
    task.rows = &rows;
    task.row_baseline = &row_baseline;
    task.timeout = seconds(60);
    task.missing_acked = [this](const RowEvidence& table) {
      return MissingVotes{acked - table.rows.own.size(), 0, wrong};
    };
    task.history = [this] { return history; };
  }

  void worker(const std::string& command, std::uint64_t idle_s) {
    QueueClient client;
    client.id = 5;
    client.address = "10.0.0.5:4001";
    test::set_command(client, command);
    client.idle_s = idle_s;
    world.clients = {client};
  }
  void write(std::uint64_t rows_up_to) {
    while (world.rows.size() < rows_up_to)
      world.rows.push_back({static_cast<VoterIndex>(world.rows.size()), 0, 1});
  }
  void list(std::uint64_t from, std::uint64_t to) {
    world.listed.clear();
    for (; from < to; ++from) world.listed.push_back(kIds.make(static_cast<VoterIndex>(from)));
  }
  // `rate` votes per second from the beginning, until all are written.
  void drains_at(std::uint64_t rate) {
    world.at = [this, rate](test::World&, Nanoseconds at) {
      const auto done = std::min<std::uint64_t>(
          acked, rate * static_cast<std::uint64_t>(at / milliseconds(1)) / 1000);
      write(done);
      list(done, acked);
    };
  }
  // A vote page whose votes get their rows when `takes` says so: all of them, or the first so many.
  void trailing_votes(std::uint64_t takes = 1000) {
    task.cast_trailing = [this, takes](VoterIndex voter) -> Result<std::vector<bool>> {
      ++world.pushes;
      if (world.found.size() < takes) world.found[kIds.make(voter)] = "a";
      return std::vector<bool>();
    };
  }
  DrainResult settle() { return drain(task, clock, stop.get_token()); }
};

}  // namespace votebench::watch::test_run
