#include "votestack/worker_shape.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "votestack/service.h"

namespace votebench::votestack {
namespace {

using Ballots = std::vector<Ballot>;

// Pops, and does something with what it got.
class Popping : public Shape {
 public:
  explicit Popping(Bench& bench) : bench_(bench) {}

  Result<> turn() override {
    const WorkerBehaviour& behaviour = bench_.settings.behaviour;
    TRY_ASSIGN(const auto elements, bench_.list.pop(at_once(), behaviour.poll == Nanoseconds(0)));
    if (elements.empty()) return idle();
    TRY_ASSIGN(const Ballots ballots, bench_.read(elements));
    return take(ballots);
  }

 protected:
  virtual Result<> take(const Ballots& ballots) = 0;
  // The list is empty.
  virtual Result<> idle() { return bench_.rows.check_connection(); }
  [[nodiscard]] virtual std::uint32_t at_once() const { return 1; }

  [[nodiscard]] Nanoseconds hold() const { return bench_.settings.behaviour.hold; }
  void pause_for_hold() const { pause(hold(), bench_.stop); }

  Bench& bench_;
};

class Plain : public Popping {
 public:
  using Popping::Popping;

 protected:
  Result<> take(const Ballots& ballots) override {
    pause_for_hold();
    return bench_.rows.write(ballots);
  }
  [[nodiscard]] std::uint32_t at_once() const override { return bench_.settings.behaviour.batch; }
};

// The lock lives as long as the connection to PostgreSQL: one worker stalls, once.
class Stalling final : public Popping {
 public:
  using Popping::Popping;

 protected:
  Result<> take(const Ballots& ballots) override {
    if (++taken_ == kStallsAt) {
      const QueryResult locked =
          bench_.rows.link().run("SELECT pg_try_advisory_lock(x'7374616c'::int)");
      if (!locked.ok) return locked.failure();
      if (locked.rows.at(0).at(0) == "t") pause_for_hold();
    }
    return bench_.rows.write(ballots);
  }

 private:
  static constexpr std::uint64_t kStallsAt = 30;
  std::uint64_t taken_ = 0;
};

class Pipelined final : public Popping {
 public:
  using Popping::Popping;
  Result<> finish() override { return write(); }

 protected:
  Result<> take(const Ballots& ballots) override {
    TRY(write());
    in_hand_ = ballots;
    return {};
  }
  Result<> idle() override { return write(); }

 private:
  Result<> write() {
    if (in_hand_.empty()) return {};
    pause_for_hold();
    return bench_.rows.write(std::exchange(in_hand_, {}));
  }
  Ballots in_hand_;
};

class Buffering final : public Popping {
 public:
  using Popping::Popping;
  Result<> finish() override { return flush(); }

 protected:
  Result<> take(const Ballots& ballots) override {
    if (buffer_.empty()) due_ = real_clock().now() + hold();
    buffer_.insert(buffer_.end(), ballots.begin(), ballots.end());
    return buffer_.size() >= bench_.settings.behaviour.batch ? flush() : flush_if_due();
  }
  Result<> idle() override { return flush_if_due(); }

 private:
  Result<> flush_if_due() {
    const bool by_time = hold() > Nanoseconds(0);
    return by_time && real_clock().now() >= due_ ? flush() : Result<>();
  }
  Result<> flush() {
    if (buffer_.empty()) return {};
    return bench_.rows.write(std::exchange(buffer_, {}));
  }
  Ballots buffer_;
  Instant due_{};
};

// Each thread has its own connection to PostgreSQL. One vote takes much longer than all others.
class ThreadPool final : public Popping {
 public:
  using Popping::Popping;

  Result<> start() override {
    for (int i = 0; i < kThreads; ++i)
      threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    return {};
  }
  Result<> finish() override {
    threads_.clear();  // each writes what is left
    return {};
  }

 protected:
  Result<> take(const Ballots& ballots) override {
    const std::lock_guard lock(mutex_);
    const Nanoseconds held = ++taken_ == kSlowOne ? kSlow * hold() : hold();
    waiting_.push_back({ballots, held});
    something_.notify_one();
    return {};
  }

 private:
  static constexpr int kThreads = 8;
  static constexpr std::uint64_t kSlowOne = kSpared + 1;
  static constexpr int kSlow = 20;
  struct Work {
    Ballots ballots;
    Nanoseconds held;
  };

  void work(const std::stop_token& stop) {
    RowWriter rows(bench_.settings, bench_.truth, bench_.planting);
    while (const auto work = next(stop)) {
      pause(work->held, bench_.stop);
      Result<> written = rows.connect();
      if (written) written = rows.write(work->ballots);
      if (!written) complain(written.error().message);
    }
  }
  std::optional<Work> next(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!something_.wait(lock, stop, [this] { return !waiting_.empty(); })) return std::nullopt;
    Work work = std::move(waiting_.front());
    waiting_.pop_front();
    return work;
  }

  std::mutex mutex_;
  std::condition_variable_any something_;
  std::uint64_t taken_ = 0;
  std::deque<Work> waiting_;
  std::vector<std::jthread> threads_;  // last: they use the others
};

// Two stages. The second one is a worker of its own on the side list.
class SideList final : public Shape {
 public:
  explicit SideList(Bench& bench)
      : bench_(bench),
        redis_(bench.settings.redis),
        list_(redis_, bench.settings.list + ":processing"),
        rows_(bench.settings, bench.truth, bench.planting),
        second_{bench.settings, bench.truth, bench.planting, bench.stop, redis_, list_, rows_},
        stage_(second_) {}

  Result<> start() override {
    TRY(rows_.connect());
    thread_ = std::jthread([this](const std::stop_token& end) {
      while (!end.stop_requested() && pause(kPoll, bench_.stop)) {
        const Result<> done = stage_.turn();
        if (!done) complain(done.error().message);
      }
    });
    return {};
  }
  Result<> turn() override {
    TRY_ASSIGN(const auto moved,
               bench_.list.take(1, bench_.settings.behaviour.poll == Nanoseconds(0)));
    return moved.empty() ? bench_.rows.check_connection() : Result<>();
  }

 private:
  static constexpr std::chrono::milliseconds kPoll{1};
  Bench& bench_;
  RedisLink redis_;
  VoteList list_;
  RowWriter rows_;
  Bench second_;
  Plain stage_;
  std::jthread thread_;  // last: it uses the others
};

// Whose votes take another way: every fifth one behind those that are spared.
constexpr std::uint64_t kAsideEvery = 5;

class RetrySet final : public Popping {
 public:
  using Popping::Popping;

 protected:
  Result<> take(const Ballots& ballots) override {
    TRY(write_due());
    if (++taken_ <= kSpared || taken_ % kAsideEvery != 0) return bench_.rows.write(ballots);
    const std::string due =
        std::to_string((real_clock().now() + hold()).time_since_epoch().count());
    return run({"ZADD", set_, due, to_element(ballots.front())});
  }
  Result<> idle() override { return write_due(); }

 private:
  Result<> run(const RedisCommand& command) {
    TRY_ASSIGN(const auto replies, bench_.redis.run({command}));
    if (replies[0].kind == RedisReply::Kind::error)
      return fail(ErrorKind::environment, "redis: " + replies[0].text);
    return {};
  }
  Result<> write_due() {
    const std::string now = std::to_string(real_clock().now().time_since_epoch().count());
    TRY_ASSIGN(const auto due, bench_.redis.run({{"ZRANGEBYSCORE", set_, "-inf", now}}));
    for (const RedisReply& element : due[0].elements) {
      const auto ballot = parse_element(element.text);
      if (ballot) TRY(bench_.rows.write({&*ballot, 1}));
      TRY(run({"ZREM", set_, element.text}));
    }
    return {};
  }

  std::string set_ = bench_.settings.list + ":retry";
  std::uint64_t taken_ = 0;
};

// The mover is another client of PostgreSQL, idle between its turns.
class Staging : public Popping {
 public:
  explicit Staging(Bench& bench) : Popping(bench), mover_(bench.settings.postgres, "mover") {}

  Result<> start() override {
    TRY(bench_.rows.table().create_staging());
    TRY(mover_.connect());
    thread_ = std::jthread([this](const std::stop_token& end) {
      while (!end.stop_requested() && pause(hold(), bench_.stop)) {
        const QueryResult moved = VoteTable(mover_, bench_.settings.behaviour.id_type)
                                      .move_staged(bench_.settings.behaviour.batch);
        if (!moved.ok) complain(moved.error);
      }
    });
    return {};
  }

 protected:
  Result<> take(const Ballots& ballots) override {
    const Ballots passed = bench_.rows.passed_on(ballots);
    if (passed.empty()) return {};
    return bench_.rows.conclude(passed, bench_.rows.table().stage(passed));
  }

 private:
  PostgresLink mover_;
  std::jthread thread_;  // last: it uses the others
};

// Only some votes take the way over the staging table: those that could not be written at once.
class ErrorTable final : public Staging {
 public:
  using Staging::Staging;

 protected:
  Result<> take(const Ballots& ballots) override {
    if (++taken_ <= kSpared || taken_ % kAsideEvery != 0) return bench_.rows.write(ballots);
    return Staging::take(ballots);
  }

 private:
  std::uint64_t taken_ = 0;
};

// Written twice, as an object mapper does that saves an empty object first.
class Placeholder final : public Popping {
 public:
  using Popping::Popping;

 protected:
  Result<> take(const Ballots& ballots) override {
    for (const Ballot& ballot : bench_.rows.passed_on(ballots)) {
      const QueryResult begun = bench_.rows.table().insert_placeholder(ballot);
      if (!begun.ok) return begun.failure();
      pause_for_hold();
      TRY(bench_.rows.conclude({&ballot, 1}, bench_.rows.table().update(ballot)));
    }
    return {};
  }
};

class UpdateFirst final : public Popping {
 public:
  using Popping::Popping;

 protected:
  Result<> take(const Ballots& ballots) override {
    pause_for_hold();
    for (const Ballot& ballot : bench_.rows.passed_on(ballots)) {
      QueryResult result = bench_.rows.table().update(ballot);
      if (result.ok && result.affected == 0) result = bench_.rows.table().insert({&ballot, 1});
      TRY(bench_.rows.conclude({&ballot, 1}, result));
    }
    return {};
  }
};

template <typename Kind>
std::unique_ptr<Shape> make(Bench& bench) {
  return std::make_unique<Kind>(bench);
}

constexpr std::array<ShapeKind, 11> kShapes{{
    {"plain", "pops, holds, writes, pops again", make<Plain>},
    {"stalling", "plain, but one of the workers holds its 30th vote for --hold", make<Stalling>},
    {"pipelined", "sends the next pop before it writes", make<Pipelined>},
    {"buffering", "writes --batch votes at once, or --hold after the first", make<Buffering>},
    {"thread-pool", "8 threads hold and write what it pops, the 41st vote 20 times as long",
     make<ThreadPool>},
    {"side-list", "moves votes to LIST:processing; a second stage pops there", make<SideList>},
    {"retry-set", "every 5th vote behind the 40th waits in the sorted set LIST:retry for --hold",
     make<RetrySet>},
    {"staging", "writes votes_inbox; a mover carries --batch rows on each --hold", make<Staging>},
    {"error-table", "every 5th vote behind the 40th goes by votes_inbox, as in staging",
     make<ErrorTable>},
    {"placeholder", "inserts 'new', updates the row --hold later", make<Placeholder>},
    {"update-first", "updates, and inserts where there was no row", make<UpdateFirst>},
}};

}  // namespace

Result<std::vector<Ballot>> Bench::read(const VoteList::Elements& elements) const {
  std::vector<Ballot> ballots;
  for (const std::string& element : elements) {
    const auto ballot = parse_element(element);
    if (!ballot) {
      for (const Ballot& popped : ballots) truth.record("dropped", popped);
      truth.record("dropped", {});
      return fail(ErrorKind::environment, "not a vote: " + element);
    }
    truth.record("popped", *ballot);
    ballots.push_back(*ballot);
  }
  return ballots;
}

std::span<const ShapeKind> shapes() { return kShapes; }

const ShapeKind* find_shape(std::string_view word) {
  const auto found = std::ranges::find(kShapes, word, &ShapeKind::word);
  return found == kShapes.end() ? nullptr : &*found;
}

}  // namespace votebench::votestack
