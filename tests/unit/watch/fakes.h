// A queue and a table in memory, on a clock that only moves when somebody sleeps or reads.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "adapters/http/result_feed.h"
#include "adapters/queue.h"
#include "adapters/store.h"

namespace votebench::test {

class SleeplessClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] WallTime wall_now() const override { return WallTime(now_.time_since_epoch()); }
  bool sleep_until(Instant until, std::stop_token stop) override {
    if (stop.stop_requested()) return false;
    now_ = std::max(now_, until);
    return true;
  }
  void advance(Nanoseconds by) { now_ += by; }

 private:
  Instant now_{std::chrono::hours(1)};
};

inline Failure unreachable(const char* who) {
  return fail(ErrorKind::environment, std::string(who) + " does not answer");
}

// What the stack looks like at a moment; `at` brings it up to date before every look.
struct World {
  bool redis_up = true;
  bool may_list_clients = true;
  bool postgres_up = true;
  std::vector<std::string> listed;  // voter ids; what begins with '?' is of an unknown form
  std::vector<std::string> in_flight;
  std::vector<QueueClient> clients;
  std::string server_id = "server-1";
  WallTime redis_clock{};
  std::uint64_t pushes = 0;
  std::uint64_t taken_bare = 0;
  std::optional<std::uint64_t> removed;    // elements that nobody was handed
  std::optional<std::uint64_t> delivered;  // a queue that knows what is in hand
  StoreIdentity store{"table", "start"};
  std::map<std::string, std::string> found;  // rows that find_rows() finds: id, choice
  bool replica = false;
  std::vector<OwnRow> rows;
  bool untold = false;  // no row tells its voter
  adapters::StoreActivity activity;
  bool may_ask_activity = true;
  std::uint64_t readings = 0;       // of all rows
  std::uint64_t readings_fail = 0;  // so many of the next ones
  std::uint64_t contents_read = 0;  // of the lists
  Result<adapters::Elsewhere> elsewhere;
  Result<adapters::Elsewhere> other_tables;
  std::uint64_t looks_elsewhere = 0;
  std::uint64_t clients_asked = 0;
  std::unordered_set<std::string> carried;  // what the table was last asked to tell from strangers
  Tallies tallies;                          // of the table
  Result<Tallies> page;                     // what the result page shows
  std::function<void(World&, Nanoseconds)> at = [](World&, Nanoseconds) {};
};

inline adapters::QueueList list_of(const std::vector<std::string>& elements, const VoterIds& ids,
                                   std::uint64_t limit) {
  adapters::QueueList list;
  list.length = elements.size();
  for (const std::string& element : elements) {
    if (list.read == limit) break;
    ++list.read;
    if (const IdCheck check = ids.check(element); check.origin == IdOrigin::own)
      list.own.push_back(check.index);
    else if (element.starts_with('?'))
      ++list.unclear;
    else
      ++list.strangers;
  }
  return list;
}

class FakeQueue final : public adapters::QueueProbe {
 public:
  FakeQueue(World& world, const Clock& clock) : world_(world), clock_(clock), begin_(clock.now()) {}

  Result<QueueSnapshot> snapshot() override {
    world_.at(world_, clock_.now() - begin_);
    if (!world_.redis_up) return unreachable("Redis");
    QueueSnapshot snapshot;
    snapshot.server_id = world_.server_id;
    snapshot.depth = world_.listed.size();
    snapshot.in_flight_depths = {world_.in_flight.size()};
    snapshot.pushed = world_.pushes;
    snapshot.taken_bare = world_.taken_bare;
    snapshot.removed = world_.removed;
    snapshot.delivered = world_.delivered;
    return snapshot;
  }
  Result<adapters::QueueContents> contents(const VoterIds& ids, std::uint64_t limit) override {
    ++world_.contents_read;
    adapters::QueueContents contents;
    TRY_ASSIGN(contents.snapshot, snapshot());
    contents.list = test::list_of(world_.listed, ids, limit);
    contents.in_flight = {test::list_of(world_.in_flight, ids, limit)};
    return contents;
  }
  Result<std::vector<QueueClient>> clients() override {
    ++world_.clients_asked;
    if (!world_.redis_up || !world_.may_list_clients) return unreachable("Redis");
    return world_.clients;
  }
  Result<adapters::Elsewhere> find_elsewhere(const VoterIds& /*ids*/,
                                             const adapters::ElsewhereLimits&) override {
    ++world_.looks_elsewhere;
    return world_.elsewhere;
  }
  Result<std::uint64_t> count_own(const VoterIds& /*ids*/) override { return 0U; }
  Result<std::uint64_t> remove_own(const VoterIds& /*ids*/) override { return 0U; }
  Result<adapters::QueueFacts> facts() override { return adapters::QueueFacts{}; }
  Result<ClockOffset> clock_offset(const Clock& clock) override {
    if (!world_.redis_up) return unreachable("Redis");
    return ClockOffset{world_.redis_clock - clock.wall_now(), {}};
  }

 private:
  World& world_;
  const Clock& clock_;
  Instant begin_;
};

class FakeRows final : public adapters::RowStore {
 public:
  FakeRows(World& world, SleeplessClock& clock)
      : world_(world), clock_(clock), begin_(clock.now()) {}
  Nanoseconds cost = std::chrono::milliseconds(1);  // of reading all rows

  Result<adapters::StoreFacts> facts() override {
    if (!world_.postgres_up) return unreachable("PostgreSQL");
    return adapters::StoreFacts{"15", world_.replica, true};
  }
  Result<adapters::TableFacts> table(const VoterIds&) override { return adapters::TableFacts{}; }
  Result<StoreIdentity> identity() override {
    if (!world_.postgres_up) return unreachable("PostgreSQL");
    return world_.store;
  }
  Result<bool> has_rows_of(const VoterIds& /*ids*/) override { return !world_.rows.empty(); }
  Result<RowBaseline> baseline(const VoterIds& /*ids*/) override {
    RowBaseline baseline;
    baseline.identity = world_.store;
    return baseline;
  }
  Result<RowSet> read_rows(const adapters::RowQuestion& question) override {
    world_.carried = question.carry_over_ids;
    world_.at(world_, clock_.now() - begin_);
    if (!world_.postgres_up) return unreachable("PostgreSQL");
    if (world_.readings_fail > 0) {
      --world_.readings_fail;
      return unreachable("PostgreSQL");
    }
    ++world_.readings;
    RowSet rows;
    rows.own = world_.rows;
    rows.total = rows.own.size();
    if (world_.untold) rows.own.clear();
    clock_.advance(cost);
    return rows;
  }
  Result<Tallies> tallies() override {
    world_.at(world_, clock_.now() - begin_);
    if (!world_.postgres_up) return unreachable("PostgreSQL");
    return world_.tallies;
  }
  Result<std::optional<std::uint64_t>> progress(const VoterIds& /*ids*/,
                                                bool /*at_once*/) override {
    if (!world_.postgres_up) return unreachable("PostgreSQL");
    return std::optional<std::uint64_t>(world_.rows.size());
  }
  Result<adapters::Elsewhere> find_elsewhere(const VoterIds& /*ids*/,
                                             const adapters::ElsewhereLimits&) override {
    return world_.other_tables;
  }
  Result<std::vector<adapters::FoundRow>> find_rows(const std::vector<std::string>& ids) override {
    if (!world_.postgres_up) return unreachable("PostgreSQL");
    std::vector<adapters::FoundRow> found;
    for (const std::string& id : ids)
      if (world_.found.contains(id)) found.push_back({id, world_.found.at(id)});
    return found;
  }
  Result<std::vector<std::string>> own_ids(const VoterIds& /*ids*/) override {
    return std::vector<std::string>{};
  }
  Result<std::uint64_t> remove_rows(const std::vector<std::string>& /*ids*/) override { return 0U; }
  Result<adapters::StoreActivity> activity() override {
    world_.at(world_, clock_.now() - begin_);
    if (!world_.may_ask_activity) return unreachable("pg_stat_activity");
    return world_.activity;
  }
  Result<ClockOffset> clock_offset(const Clock& /*clock*/) override { return ClockOffset{}; }

 private:
  World& world_;
  SleeplessClock& clock_;
  Instant begin_;
};

class FakePage final : public adapters::ResultFeed {
 public:
  FakePage(World& world, const Clock& clock) : world_(world), clock_(clock), begin_(clock.now()) {}
  Result<Tallies> read() override {
    world_.at(world_, clock_.now() - begin_);
    return world_.page;
  }

 private:
  World& world_;
  const Clock& clock_;
  Instant begin_;
};

}  // namespace votebench::test
