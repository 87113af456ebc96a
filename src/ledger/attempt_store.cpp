#include "ledger/attempt_store.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <set>

#include "core/check.h"
#include "core/os.h"
#include "core/rng.h"
#include "ledger/crc8.h"
#include "ledger/files.h"
#include "ledger/segment_file.h"

namespace votebench::ledger {
namespace {

static_assert(std::endian::native == std::endian::little, "slots are stored as they are in memory");

constexpr std::size_t kSegmentBytes = kSlotsPerSegment * sizeof(Attempt);

std::size_t segment_of(AttemptNumber number) { return number / kSlotsPerSegment; }

AttemptNumber end_of(const std::vector<WorkloadRange>& workloads) {
  AttemptNumber end = 0;
  for (const WorkloadRange& range : workloads) end = std::max(end, range.first + range.reserved);
  return end;
}

// What the check of a slot begins with.
std::uint8_t seed_of(SlotOwner owner, AttemptNumber number) {
  if (owner.form == SlotForm::plain) return 0xFF;
  return static_cast<std::uint8_t>(mix64(std::uint64_t{owner.run.value} << 32U ^ number));
}

std::uint8_t check_of(Attempt slot, std::uint8_t seed) {
  slot.check = 0;
  return crc8(std::bit_cast<std::array<std::uint8_t, sizeof slot>>(slot), seed);
}

// The slot as intend left it, whatever conclude has written since.
Attempt intended(const Attempt& slot) {
  Attempt attempt;
  attempt.started_ns = slot.started_ns;
  attempt.lag_100ns = slot.lag_100ns;
  attempt.voter = slot.voter;
  attempt.choice = slot.choice;
  attempt.workload = slot.workload;
  attempt.state = AttemptState::intended;
  return attempt;
}

bool without_conclusion(const Attempt& slot) {
  return slot.first_byte_100ns == 0 && slot.done_100ns == 0 && slot.status == 0 &&
         slot.outcome == Outcome::none && slot.cause == Cause::none && slot.flags == 0;
}

bool plausible(const Attempt& slot, std::uint8_t seed) {
  switch (slot.state) {
    case AttemptState::empty:  // an intent that a kill cut short may stand there
      return slot.check == 0 && without_conclusion(slot);
    case AttemptState::intended:
      return slot.check == check_of(intended(slot), seed);
    case AttemptState::concluded:
      return slot.check == check_of(slot, seed) && slot.outcome <= Outcome::ambiguous &&
             static_cast<std::size_t>(slot.cause) < kCauses;
  }
  return false;
}

Result<> check_slots(const Attempt* slots, AttemptNumber first, SlotOwner owner,
                     const std::filesystem::path& file) {
  for (std::size_t i = 0; i < kSlotsPerSegment; ++i)
    if (!plausible(slots[i], seed_of(owner, first + i)))
      return damaged(file, fmt::format("slot {} holds what this run never wrote", i));
  return {};
}

std::set<std::size_t> first_segments(const std::vector<WorkloadRange>& workloads) {
  std::set<std::size_t> segments;
  for (const WorkloadRange& range : workloads)
    if (range.reserved > 0) segments.insert(segment_of(range.first));
  return segments;
}

// The first segment of each workload, and every one before another that was needed later.
std::set<std::size_t> required(const std::vector<WorkloadRange>& workloads,
                               const std::set<std::size_t>& present) {
  const std::set<std::size_t> first = first_segments(workloads);
  std::set<std::size_t> segments = first;
  for (const WorkloadRange& range : workloads) {
    if (range.reserved == 0) continue;
    std::size_t highest = segment_of(range.first);
    for (const std::size_t later : present)
      if (!first.contains(later) && later <= segment_of(range.first + range.reserved - 1))
        highest = std::max(highest, later);
    for (std::size_t i = segment_of(range.first); i < highest; ++i) segments.insert(i);
  }
  return segments;
}

Result<> check_none_missing(const std::filesystem::path& directory,
                            const std::vector<WorkloadRange>& workloads,
                            const std::set<std::size_t>& present) {
  for (const std::size_t segment : required(workloads, present))
    if (!present.contains(segment))
      return damaged(segment_file(directory, segment), "it is missing");
  return {};
}

std::uint32_t in_100ns(Nanoseconds time) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.count() / 100, 0, UINT32_MAX));
}

// Check and state are the only fields that two threads may touch at the same time. They change in
// one store: a kill leaves both as they were, or neither.
static_assert(offsetof(Attempt, check) == 30 && offsetof(Attempt, state) == 31);
std::atomic_ref<std::uint16_t> check_and_state(const Attempt& slot) {
  return std::atomic_ref(reinterpret_cast<std::uint16_t&>(const_cast<std::uint8_t&>(slot.check)));
}
AttemptState state_of(const Attempt& slot) {
  return static_cast<AttemptState>(check_and_state(slot).load(std::memory_order_acquire) >> 8U);
}
void set_state(Attempt& slot, AttemptState state, std::uint8_t seed) {
  Attempt whole = slot;
  whole.state = state;
  const auto both =
      static_cast<std::uint16_t>(check_of(whole, seed) | static_cast<unsigned>(state) << 8U);
  check_and_state(slot).store(both, std::memory_order_release);
}

void write_intent(Attempt& slot, const Intent& intent, std::uint8_t seed) {
  slot.started_ns = intent.started.count();
  slot.lag_100ns = in_100ns(intent.lag);
  slot.voter = intent.voter;
  slot.choice = intent.choice;
  slot.workload = intent.workload;
  set_state(slot, AttemptState::intended, seed);
}

// A look at 64 slots: ranges are filled in order, so a segment is found in use by the time a
// sixty-fourth of it is written, wherever in the segment a range begins. Where every n-th slot is
// filled (a shard's), by the time n of the places are passed: a prime lies between them.
bool in_use(const Attempt* slots) {
  constexpr std::size_t kStep = 1021;
  for (std::size_t i = 0; i < kSlotsPerSegment; i += kStep)
    if (state_of(slots[i]) != AttemptState::empty) return true;
  return false;
}

}  // namespace

AttemptStore::AttemptStore(std::filesystem::path directory, std::size_t segments, SlotOwner owner)
    : directory_(std::move(directory)),
      owner_(owner),
      segment_count_(segments),
      segments_(std::make_unique<std::atomic<Attempt*>[]>(segments)) {}

AttemptStore::~AttemptStore() {
  for (std::size_t i = 0; i < segment_count_; ++i)
    if (Attempt* slots = segments_[i].load()) ::munmap(slots, kSegmentBytes);
}

std::uint64_t AttemptStore::bytes_at_first(const std::vector<WorkloadRange>& workloads) {
  return first_segments(workloads).size() * kSegmentBytes;
}

// The directory gets its name only when the first segments are in it: one that lacks them has been
// damaged.
Result<std::unique_ptr<AttemptStore>> AttemptStore::create(
    const std::filesystem::path& directory, const std::vector<WorkloadRange>& workloads,
    SlotOwner owner) {
  if (std::filesystem::exists(directory)) return segment_failure("create", directory, EEXIST);
  const std::filesystem::path unfinished = directory.string() + ".tmp";
  if (::mkdir(unfinished.c_str(), 0755) != 0) return segment_failure("create", directory, errno);
  const std::size_t segments = segment_of(end_of(workloads) + kSlotsPerSegment - 1);
  std::unique_ptr<AttemptStore> store(new AttemptStore(unfinished, segments, owner));
  store->writable_ = true;
  for (const std::size_t segment : first_segments(workloads)) TRY(store->ensure_segment(segment));
  TRY(sync_directory(unfinished));
  if (::rename(unfinished.c_str(), directory.c_str()) != 0)
    return segment_failure("name", directory, errno);
  store->directory_ = directory;
  TRY(sync_directory(directory.parent_path()));
  return store;
}

Result<std::unique_ptr<AttemptStore>> AttemptStore::open(
    const std::filesystem::path& directory, const std::vector<WorkloadRange>& workloads,
    SlotOwner owner) {
  // A run that was killed before it had made its store sent nothing.
  if (!std::filesystem::exists(directory))
    return std::unique_ptr<AttemptStore>(new AttemptStore(directory, 0, owner));
  TRY_ASSIGN(const std::set<std::size_t> numbers, segments_in(directory));
  TRY(check_none_missing(directory, workloads, numbers));
  const std::size_t segments = numbers.empty() ? 0 : *numbers.rbegin() + 1;
  std::unique_ptr<AttemptStore> store(new AttemptStore(directory, segments, owner));
  for (const std::size_t number : numbers) {
    const std::filesystem::path file = segment_file(directory, number);
    TRY_ASSIGN(void* const memory, map_segment(file, kSegmentBytes));
    Attempt* const slots = static_cast<Attempt*>(memory);
    store->segments_[number].store(slots);
    TRY(check_slots(slots, number * kSlotsPerSegment, owner, file));
  }
  return store;
}

Attempt* AttemptStore::slot(AttemptNumber number) const noexcept {
  if (segment_of(number) >= segment_count_) return nullptr;
  Attempt* slots = segments_[segment_of(number)].load(std::memory_order_acquire);
  return slots ? slots + number % kSlotsPerSegment : nullptr;
}

Result<Attempt*> AttemptStore::ensure_segment(std::size_t index) {
  CHECK_THAT_HOLDS(index < segment_count_);
  const std::lock_guard lock(mutex_);
  if (Attempt* made = segments_[index].load(std::memory_order_acquire)) return made;
  TRY_ASSIGN(void* const memory, make_segment(segment_file(directory_, index), kSegmentBytes));
  Attempt* const slots = static_cast<Attempt*>(memory);
  segments_[index].store(slots, std::memory_order_release);
  return slots;
}

bool AttemptStore::refuse(const Error& error) noexcept {
  const std::lock_guard lock(mutex_);
  failure_ = error;
  return false;
}

bool AttemptStore::intend(AttemptNumber number, const Intent& intent) noexcept {
  if (!writable_) return false;
  Attempt* own = slot(number);
  if (!own) {
    const Result<Attempt*> slots = ensure_segment(segment_of(number));
    if (!slots) return refuse(slots.error());
    own = *slots + number % kSlotsPerSegment;
  }
  if (ids_)
    if (const Result<> room = ids_->ensure(intent.voter); !room) return refuse(room.error());
  write_intent(*own, intent, seed_of(owner_, number));
  return true;
}

void AttemptStore::presume(AttemptNumber number, const Intent& intent) noexcept {
  CHECK_THAT_HOLDS(!writable_);
  Attempt* own = slot(number);
  if (own && own->state == AttemptState::empty) write_intent(*own, intent, seed_of(owner_, number));
}

void AttemptStore::conclude(AttemptNumber number, const Conclusion& conclusion) noexcept {
  Attempt* own = slot(number);
  CHECK_THAT_HOLDS(own && own->state == AttemptState::intended);
  if (ids_ && !conclusion.voter_id.empty()) ids_->write(own->voter, conclusion.voter_id);
  own->first_byte_100ns = in_100ns(conclusion.first_byte);
  own->done_100ns = in_100ns(conclusion.done);
  own->status = conclusion.status;
  own->outcome = conclusion.outcome;
  own->cause = conclusion.cause;
  own->flags = conclusion.flags;
  set_state(*own, AttemptState::concluded, seed_of(owner_, number));
}

void AttemptStore::prepare_ahead() noexcept {
  if (ids_) ids_->prepare_ahead();
  for (std::size_t i = 0; i + 1 < segment_count_; ++i) {
    const Attempt* slots = segments_[i].load(std::memory_order_acquire);
    if (slots && !segments_[i + 1].load(std::memory_order_acquire) && in_use(slots))
      (void)ensure_segment(i + 1);
  }
}

Result<> AttemptStore::sync() {
  if (ids_) TRY(ids_->sync());
  for (std::size_t i = 0; i < segment_count_; ++i) {
    Attempt* slots = segments_[i].load(std::memory_order_acquire);
    if (slots && ::msync(slots, kSegmentBytes, MS_SYNC) != 0)
      return segment_failure("sync", segment_file(directory_, i), errno);
  }
  return sync_directory(directory_);
}

std::optional<Attempt> AttemptStore::read(AttemptNumber number) const noexcept {
  const Attempt* stored = slot(number);
  if (!stored) return std::nullopt;
  const AttemptState state = state_of(*stored);
  if (state == AttemptState::empty) return std::nullopt;
  if (state == AttemptState::concluded) return *stored;  // final: nobody writes it any more
  return intended(*stored);
}

std::optional<Error> AttemptStore::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void AttemptStore::visit_blocks(BlockVisitor visitor, void* context) const {
  for (std::size_t i = 0; i < segment_count_; ++i)
    if (const Attempt* slots = segments_[i].load(std::memory_order_acquire))
      visitor(context, i * kSlotsPerSegment, slots, kSlotsPerSegment);
}

}  // namespace votebench::ledger
