// A load without a network and without waiting: sessions answer after a scripted time, and a wait
// lets the simulated clock jump to its end.
#pragma once

#include <sys/epoll.h>

#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <vector>

#include "core/check.h"
#include "load/load.h"

namespace votebench::load::test {

class SimulatedTime final : public Clock, public Waiter {
 public:
  Instant now() const override { return now_ += step_; }
  WallTime wall_now() const override { return {}; }
  bool sleep_until(Instant, std::stop_token) override { return true; }

  std::span<const epoll_event> wait(int epoll_fd, std::span<epoll_event> buffer,
                                    Instant until) override {
    const int ready = ::epoll_wait(epoll_fd, buffer.data(), static_cast<int>(buffer.size()), 0);
    CHECK_THAT_HOLDS(ready >= 0);
    if (ready == 0) {
      CHECK_THAT_HOLDS(until != Instant::max());  // nothing would ever happen again
      now_ = std::max(now_, until);
    }
    return buffer.first(static_cast<std::size_t>(ready));
  }

  // From now on each look at the clock takes so long.
  void pass_with_each_look(Nanoseconds step) { step_ = step; }

 private:
  mutable Instant now_{std::chrono::hours(1)};
  Nanoseconds step_{};
};

struct Behaviour {
  Nanoseconds latency{};  // zero: answers at once
  Outcome outcome = Outcome::acked;
};
using Target = std::function<Behaviour(const adapters::VoteRequest&)>;

class SimulatedBox final : public adapters::VoteBox {
 public:
  explicit SimulatedBox(Target target) : target_(std::move(target)) {}
  std::unique_ptr<adapters::VoteSession> open_session(adapters::WakeUp) override {
    return std::make_unique<Session>(target_);
  }

 private:
  class Session final : public adapters::VoteSession {
   public:
    explicit Session(const Target& target) : target_(target) {}
    adapters::Progress start(const adapters::VoteRequest& request, Instant now) override {
      const Behaviour behaviour = target_(request);
      answer_ = {.outcome = behaviour.outcome, .first_byte = now + behaviour.latency};
      if (behaviour.latency == Nanoseconds(0)) return adapters::Progress::finished;
      deadline_ = now + behaviour.latency;
      return adapters::Progress::working;
    }
    adapters::Progress on_ready(Instant) override { return adapters::Progress::finished; }
    adapters::Progress on_deadline(Instant now) override {
      if (now < deadline_) return adapters::Progress::working;
      deadline_ = Instant::max();
      return adapters::Progress::finished;
    }
    Instant deadline() const override { return deadline_; }
    void abandon(Instant) override {
      deadline_ = Instant::max();
      answer_ = {.outcome = Outcome::ambiguous};
    }
    const adapters::VoteAnswer& answer() const override { return answer_; }

   private:
    const Target& target_;
    Instant deadline_ = Instant::max();
    adapters::VoteAnswer answer_;
  };

  Target target_;
};

struct Record {
  Intent intent;
  std::optional<Conclusion> conclusion;
};

class RecordingSink final : public AttemptSink {
 public:
  bool intend(AttemptNumber number, const Intent& intent) noexcept override {
    const std::scoped_lock lock(mutex_);
    if (on_intend) on_intend(records.size());
    if (records.size() >= room) return false;
    CHECK_THAT_HOLDS(records.emplace(number, Record{intent, std::nullopt}).second);
    return true;
  }
  void conclude(AttemptNumber number, const Conclusion& conclusion) noexcept override {
    const std::scoped_lock lock(mutex_);
    Record& record = records.at(number);
    CHECK_THAT_HOLDS(!record.conclusion);
    record.conclusion = conclusion;
  }

  std::map<AttemptNumber, Record> records;
  std::size_t room = SIZE_MAX;
  std::function<void(std::size_t started)> on_intend;

 private:
  std::mutex mutex_;
};

// One run of a scenario, or one shard of it, against a simulated target, with one sender thread.
struct World {
  World(scenario::Scenario wanted, Target target)
      : scenario(std::move(wanted)),
        plan(plan::RunPlan::make(scenario).value()),
        box(std::move(target)) {
    scenario.threads = 1;
  }

  const LoadSummary& run() {
    const LoadInput input{plan, scenario, box, sink, t0, time, time, shard};
    summary = run_load(input, counters, {arrivals.get_token(), at_once.get_token()}).value();
    return summary;
  }

  scenario::Scenario scenario;
  plan::RunPlan plan;
  SimulatedBox box;
  SimulatedTime time;
  Instant t0 = time.now() + std::chrono::milliseconds(100);
  RecordingSink sink;
  LoadCounters counters;
  std::stop_source arrivals;
  std::stop_source at_once;
  LoadSummary summary;
  Shard shard{};
};

inline scenario::Workload workload(scenario::Executor executor, std::uint32_t max_in_flight = 256) {
  scenario::Workload workload;
  workload.name = "w";
  workload.executor = std::move(executor);
  workload.max_in_flight = max_in_flight;
  return workload;
}

inline scenario::Scenario scenario_of(std::vector<scenario::Workload> workloads) {
  scenario::Scenario scenario;
  scenario.name = "test";
  scenario.workloads = std::move(workloads);
  return scenario;
}

}  // namespace votebench::load::test
