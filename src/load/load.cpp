#include "load/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <thread>

#include "load/sender.h"

namespace votebench::load {
namespace {

void add(WorkloadSummary& sum, const WorkloadSummary& part) {
  sum.planned += part.planned;
  sum.started += part.started;
  sum.acked += part.acked;
  sum.rejected += part.rejected;
  sum.ambiguous += part.ambiguous;
  sum.not_sent += part.not_sent;
  sum.late += part.late;
  sum.late_by_target += part.late_by_target;
  sum.lag_max = std::max(sum.lag_max, part.lag_max);
  sum.own_lag_max = std::max(sum.own_lag_max, part.own_lag_max);
}

using Senders = std::vector<std::unique_ptr<Sender>>;

// The threads are joined when this returns, whether or not all could be made.
Result<> run_threads(const Senders& senders, std::stop_source& give_up) {
  std::vector<std::jthread> threads;
  try {
    for (const auto& sender : senders) threads.emplace_back([&sender = *sender] { sender.run(); });
  } catch (const std::system_error& error) {
    give_up.request_stop();
    return fail(ErrorKind::environment,
                fmt::format("cannot start sender thread {}: {}", threads.size() + 1, error.what()),
                "lower `threads`, or raise the limit of processes (ulimit -u)");
  }
  return {};
}

WorkloadSummary summarise(const plan::WorkloadPlan& plan, const Senders& senders) {
  WorkloadSummary summary;
  for (const auto& sender : senders) add(summary, sender->result().shares[plan.index()].counts);
  summary.name = plan.workload().name;
  summary.planned = plan.total().value_or(summary.started);
  return summary;
}

double exhausted_share(const LoadInput& input, const Senders& senders, Nanoseconds whole) {
  Nanoseconds exhausted{};
  std::size_t shares = 0;
  for (const plan::WorkloadPlan& plan : input.plan.workloads()) {
    if (!plan.open()) continue;
    for (const auto& sender : senders)
      exhausted += sender->result().shares[plan.index()].exhausted, ++shares;
  }
  if (shares == 0 || whole <= Nanoseconds(0)) return 0;
  return static_cast<double>(exhausted.count()) /
         (static_cast<double>(whole.count()) * static_cast<double>(shares));
}

// The voters of a shard are split further: those of all its threads are those of the shard.
ThreadPlace place_of(std::uint32_t thread, std::uint32_t threads, Shard shard) {
  return {shard.index + shard.count * thread, shard.count * threads};
}

LoadEnd end_of(const Senders& senders, bool no_room) {
  const auto any = [&](auto what) {
    return std::any_of(senders.begin(), senders.end(),
                       [&](const auto& sender) { return sender->result().*what; });
  };
  if (any(&SenderResult::abandoned)) return LoadEnd::abandoned;
  if (no_room) return LoadEnd::no_room;
  return any(&SenderResult::cut_short) ? LoadEnd::stopped : LoadEnd::completed;
}

LoadSummary summarise(const LoadInput& input, const Senders& senders, bool no_room) {
  LoadSummary summary;
  summary.end = end_of(senders, no_room);
  summary.threads = static_cast<std::uint32_t>(senders.size());
  summary.started = summary.finished = input.t0;
  for (const auto& sender : senders) {
    summary.finished = std::max(summary.finished, sender->result().finished);
    summary.cpu += sender->result().cpu;
  }
  for (const plan::WorkloadPlan& plan : input.plan.workloads())
    add(summary.total, summary.workloads.emplace_back(summarise(plan, senders)));
  summary.total.name = "total";
  summary.exhausted_share = exhausted_share(input, senders, summary.finished - summary.started);
  return summary;
}

}  // namespace

std::vector<Unaccepted> LoadCounters::unaccepted() const {
  std::vector<Unaccepted> all;
  const auto add = [&](Cause cause, std::size_t status, std::uint64_t count) {
    if (count > 0)
      all.push_back({.cause = cause, .status = static_cast<std::uint16_t>(status), .count = count});
  };
  for (std::size_t cause = 0; cause < by_cause.size(); ++cause)
    if (cause != static_cast<std::size_t>(Cause::status))
      add(static_cast<Cause>(cause), 0, by_cause.at(cause).load());
  for (std::size_t status = 0; status < by_status.size(); ++status)
    add(Cause::status, status, by_status.at(status).load());
  std::ranges::stable_sort(all, std::ranges::greater(), &Unaccepted::count);
  return all;
}

std::uint32_t sender_threads(const plan::RunPlan& plan, std::uint32_t wanted, Shard shard) {
  std::uint32_t threads = wanted > 0 ? wanted : std::thread::hardware_concurrency() / 2;
  for (const plan::WorkloadPlan& workload : plan.workloads())
    threads = std::min(threads, slots_of(workload) / shard.count);
  return std::max(threads, 1U);
}

Result<LoadSummary> run_load(const LoadInput& input, LoadCounters& counters, const LoadStop& stop) {
  const std::uint32_t threads = sender_threads(input.plan, input.scenario.threads, input.shard);
  std::stop_source no_room;
  std::stop_source give_up;
  const std::stop_callback forward(stop.at_once, [&] { give_up.request_stop(); });
  const Sender::Stops stops{stop.arrivals, give_up.get_token(), no_room};
  Senders senders;
  for (std::uint32_t thread = 0; thread < threads; ++thread) {
    TRY_ASSIGN(auto sender,
               Sender::make(input, place_of(thread, threads, input.shard), counters, stops));
    senders.push_back(std::move(sender));
  }
  TRY(run_threads(senders, give_up));
  return summarise(input, senders, no_room.stop_requested());
}

}  // namespace votebench::load
