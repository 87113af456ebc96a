#include "load/sender.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace votebench::load {
namespace {

constexpr std::uint64_t kStopTag = std::numeric_limits<std::uint64_t>::max();

Nanoseconds to_duration(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

Nanoseconds thread_cpu() {
  rusage usage{};
  (void)::getrusage(RUSAGE_THREAD, &usage);
  return to_duration(usage.ru_utime) + to_duration(usage.ru_stime);
}

}  // namespace

Result<std::unique_ptr<Sender>> Sender::make(const LoadInput& input, ThreadPlace place,
                                             LoadCounters& counters, const Stops& stops) {
  std::unique_ptr<Sender> sender(new Sender(input, place, counters, stops));
  TRY(sender->open_descriptors());
  return sender;
}

Sender::Sender(const LoadInput& input, ThreadPlace place, LoadCounters& counters,
               const Stops& stops)
    : input_(input), counters_(counters), stops_(stops) {
  const WorkloadShare::Origin origin{input.t0, input.scenario.seed};
  for (const plan::WorkloadPlan& plan : input.plan.workloads()) {
    const WorkloadShare& share = shares_.emplace_back(plan, place, origin);
    first_slot_.push_back(slots_.size());
    for (SlotIndex index = 0; index < share.slots(); ++index) {
      Slot& slot = slots_.emplace_back();
      slot.share = shares_.size() - 1;
      slot.index = index;
    }
  }
  result_.shares.resize(shares_.size());
  result_.finished = input.t0;
}

Result<> Sender::open_descriptors() {
  epoll_ = FileDescriptor(::epoll_create1(EPOLL_CLOEXEC));
  stop_event_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = kStopTag;
  if (!epoll_ || !stop_event_ ||
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stop_event_.get(), &event) != 0)
    return fail(ErrorKind::environment,
                fmt::format("cannot prepare a sender thread: {}", os_error(errno)),
                "raise the limit of open files (ulimit -n)");
  return {};
}

void Sender::run() {
  (void)::prctl(PR_SET_TIMERSLACK, 1UL);  // the default lets each wait end 50 us late
  const auto wake = [this] { (void)::eventfd_write(stop_event_.get(), 1); };
  const std::stop_callback on_arrivals(stops_.arrivals, wake);
  const std::stop_callback on_at_once(stops_.at_once, wake);
  const std::stop_callback on_no_room(stops_.no_room.get_token(), wake);
  loop();
  for (std::size_t i = 0; i < shares_.size(); ++i) {
    result_.shares[i].exhausted = shares_[i].exhausted();
    result_.cut_short |= shares_[i].cut_short();
    result_.finished = std::max(result_.finished, shares_[i].lasted_until());
  }
  slots_.clear();  // closes the connections in the thread that made them
  result_.cpu = thread_cpu();
}

void Sender::loop() {
  turn();
  while (!done()) {
    if (stops_.at_once.stop_requested()) return abandon_all();
    ready_ = input_.waiter.wait(epoll_.get(), events_, wake_at());
    turn();
  }
}

void Sender::turn() {
  const Instant now = turned_ = input_.clock.now();
  take_events(now);
  if (now >= next_deadline_) sweep(now);
  if (stops_.arrivals.stop_requested() || stops_.no_room.stop_requested())
    for (WorkloadShare& share : shares_) share.stop_arrivals();
  for (std::size_t share = 0; share < shares_.size(); ++share) start_due(share, now);
}

void Sender::take_events(Instant now) {
  for (const epoll_event& event : ready_) {
    if (event.data.u64 == kStopTag) continue;
    Slot& slot = slots_[event.data.u64];
    const adapters::Progress progress = slot.session->on_ready(now);
    if (progress == adapters::Progress::finished && slot.busy)
      finish(slot, now);
    else
      watch_deadline(slot);
  }
}

void Sender::sweep(Instant now) {
  next_deadline_ = Instant::max();
  for (Slot& slot : slots_) {
    if (!slot.session) continue;
    if (slot.session->deadline() <= now &&
        slot.session->on_deadline(now) == adapters::Progress::finished && slot.busy)
      finish(slot, now);
    watch_deadline(slot);
  }
}

void Sender::start_due(std::size_t share, Instant now) {
  for (std::size_t started = 0; started < kStartsPerTurn; ++started) {
    const std::optional<VoteStart> next = shares_[share].take_due(now);
    if (!next) return;
    if (!start(slots_[first_slot_[share] + next->slot], *next, now)) return;
  }
}

// False: the sink has no room, and arrivals are over.
bool Sender::start(Slot& slot, const VoteStart& start, Instant now) {
  const Intent intent{.voter = start.vote.voter,
                      .choice = start.vote.choice,
                      .workload = shares_[slot.share].plan().index(),
                      .started = now - input_.t0,
                      .lag = start.lag};
  if (!input_.sink.intend(start.vote.number, intent)) {
    shares_[slot.share].release(slot.index, now);
    stops_.no_room.request_stop();
    return false;
  }
  count_start(result_.shares[slot.share], start);
  if (!slot.session)
    slot.session =
        input_.box.open_session({epoll_.get(), static_cast<std::uint64_t>(&slot - slots_.data())});
  slot.vote = start.vote;
  slot.started = now;
  slot.busy = true;
  if (slot.session->start({start.vote.voter, start.vote.choice}, now) ==
      adapters::Progress::finished)
    finish(slot, now);
  else
    watch_deadline(slot);
  return true;
}

void Sender::count_start(ShareTally& tally, const VoteStart& start) {
  WorkloadSummary& counts = tally.counts;
  ++counts.started;
  ++counters_.started;
  counts.lag_max = std::max(counts.lag_max, start.lag);
  if (!start.held_by_target) counts.own_lag_max = std::max(counts.own_lag_max, start.lag);
  if (start.lag <= kLateAfter) return;
  ++counts.late;
  ++counters_.late;
  if (!start.held_by_target) return;
  ++counts.late_by_target;
  ++counters_.late_by_target;
}

void Sender::finish(Slot& slot, Instant now) {
  const adapters::VoteAnswer& answer = slot.session->answer();
  const bool answered = answer.first_byte != Instant{};
  input_.sink.conclude(slot.vote.number,
                       {.outcome = answer.outcome,
                        .flags = answer.flags,
                        .status = answer.status,
                        .first_byte = answered ? answer.first_byte - slot.started : Nanoseconds{},
                        .done = now - slot.started,
                        .cause = answer.cause,
                        .voter_id = answer.voter_id});
  slot.busy = false;
  result_.finished = now;
  count_end(result_.shares[slot.share], answer.outcome);
  if (answer.outcome != Outcome::acked) count_cause(answer);
  shares_[slot.share].release(slot.index, now, answer.outcome);
  watch_deadline(slot);
}

void Sender::count_end(ShareTally& tally, Outcome outcome) {
  WorkloadSummary& counts = tally.counts;
  switch (outcome) {
    case Outcome::acked:
      ++counts.acked, ++counters_.acked;
      break;
    case Outcome::rejected:
      ++counts.rejected, ++counters_.rejected;
      break;
    case Outcome::not_sent:
      ++counts.not_sent, ++counters_.not_sent;
      break;
    case Outcome::ambiguous:
    case Outcome::none:
      ++counts.ambiguous, ++counters_.ambiguous;
      break;
  }
}

void Sender::count_cause(const adapters::VoteAnswer& answer) {
  const auto cause = static_cast<std::size_t>(answer.cause);
  if (answer.cause == Cause::status && answer.status < LoadCounters::kStatuses)
    ++counters_.by_status.at(answer.status);
  else
    ++counters_.by_cause.at(cause);
}

void Sender::abandon_all() {
  const Instant now = input_.clock.now();
  for (WorkloadShare& share : shares_) share.stop_arrivals();
  for (Slot& slot : slots_) {
    if (!slot.busy) continue;
    slot.session->abandon(now);
    finish(slot, now);
    result_.abandoned = true;
  }
}

void Sender::watch_deadline(const Slot& slot) {
  next_deadline_ = std::min(next_deadline_, slot.session->deadline());
}

bool Sender::done() const {
  return std::all_of(shares_.begin(), shares_.end(),
                     [this](const WorkloadShare& share) { return share.done(turned_); });
}

Instant Sender::wake_at() const {
  Instant wake = next_deadline_;
  for (const WorkloadShare& share : shares_)
    if (!share.done(turned_)) wake = std::min(wake, share.wake_at());
  return wake;
}

}  // namespace votebench::load
