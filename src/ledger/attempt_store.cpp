#include "ledger/attempt_store.h"

#include <fcntl.h>
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
#include "core/number.h"
#include "core/os.h"
#include "core/rng.h"
#include "ledger/files.h"

namespace votebench::ledger {
namespace {

static_assert(std::endian::native == std::endian::little, "slots are stored as they are in memory");

constexpr std::size_t kSegmentBytes = kSlotsPerSegment * sizeof(Attempt);
constexpr std::string_view kSuffix = ".seg";

std::size_t segment_of(AttemptNumber number) { return number / kSlotsPerSegment; }

AttemptNumber end_of(const std::vector<WorkloadRange>& workloads) {
  AttemptNumber end = 0;
  for (const WorkloadRange& range : workloads) end = std::max(end, range.first + range.reserved);
  return end;
}

std::filesystem::path file_of(const std::filesystem::path& directory, std::size_t segment) {
  return directory / fmt::format("{:05}{}", segment, kSuffix);
}

std::optional<std::size_t> segment_number(const std::filesystem::path& file) {
  if (file.extension() != kSuffix) return std::nullopt;
  return whole_number<std::size_t>(file.stem().string());
}

Failure segment_failure(std::string_view action, const std::filesystem::path& file, int error) {
  return file_failure(
      action, file, error,
      error == ENOSPC ? "free some disk space, or write the reports to another disk" : "");
}

// The file gets its name only when all of its space is there: a segment that is found short has
// been damaged.
Result<Attempt*> make_segment(const std::filesystem::path& file) {
  const std::filesystem::path unfinished = file.string() + ".tmp";
  const FileDescriptor fd(::open(unfinished.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd) return segment_failure("create", unfinished, errno);
  int error = EINTR;
  while (error == EINTR) error = ::posix_fallocate(fd.get(), 0, kSegmentBytes);
  if (error != 0) {
    ::unlink(unfinished.c_str());
    return segment_failure("reserve space for", file, error);
  }
  // Populated, or the senders would pay for every page's first touch.
  void* memory = ::mmap(nullptr, kSegmentBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                        fd.get(), 0);
  if (memory == MAP_FAILED) return segment_failure("map", file, errno);
  if (::rename(unfinished.c_str(), file.c_str()) != 0) {
    const int rename_error = errno;
    ::munmap(memory, kSegmentBytes);
    return segment_failure("name", file, rename_error);
  }
  return static_cast<Attempt*>(memory);
}

// Private: what presume() writes stays in memory.
Result<Attempt*> map_segment(const std::filesystem::path& file) {
  const FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return segment_failure("read", file, errno);
  if (static_cast<std::size_t>(status.st_size) != kSegmentBytes)
    return damaged(file, fmt::format("{} bytes instead of {}", status.st_size, kSegmentBytes));
  void* memory = ::mmap(nullptr, kSegmentBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd.get(), 0);
  if (memory == MAP_FAILED) return segment_failure("map", file, errno);
  return static_cast<Attempt*>(memory);
}

constexpr std::array<std::uint8_t, 256> crc8_table() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned value = 0; value < table.size(); ++value) {
    unsigned crc = value;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1U) ^ ((crc & 0x80U) != 0 ? 0x107U : 0U);
    table[value] = static_cast<std::uint8_t>(crc);
  }
  return table;
}

// What the check of a slot begins with.
std::uint8_t seed_of(SlotOwner owner, AttemptNumber number) {
  if (owner.form == SlotForm::plain) return 0xFF;
  return static_cast<std::uint8_t>(mix64(std::uint64_t{owner.run.value} << 32U ^ number));
}

std::uint8_t check_of(Attempt slot, std::uint8_t seed) {
  static constexpr auto kTable = crc8_table();
  slot.check = 0;
  std::uint8_t crc = seed;
  for (const std::uint8_t byte : std::bit_cast<std::array<std::uint8_t, sizeof slot>>(slot))
    crc = kTable[crc ^ byte];
  return crc;
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
    if (!present.contains(segment)) return damaged(file_of(directory, segment), "it is missing");
  return {};
}

Result<std::set<std::size_t>> segments_in(const std::filesystem::path& directory) {
  std::set<std::size_t> numbers;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error))
    if (const auto number = segment_number(entry.path())) numbers.insert(*number);
  if (error) return segment_failure("read", directory, error.value());
  return numbers;
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

// A look at 16 slots: ranges are filled in order, so a segment is found in use by the time a
// sixteenth of it is written, wherever in the segment a range begins.
bool in_use(const Attempt* slots) {
  for (std::size_t i = 0; i < kSlotsPerSegment; i += kSlotsPerSegment / 16)
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
    const std::filesystem::path file = file_of(directory, number);
    TRY_ASSIGN(Attempt* const slots, map_segment(file));
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
  TRY_ASSIGN(Attempt* const slots, make_segment(file_of(directory_, index)));
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
  own->first_byte_100ns = in_100ns(conclusion.first_byte);
  own->done_100ns = in_100ns(conclusion.done);
  own->status = conclusion.status;
  own->outcome = conclusion.outcome;
  own->cause = conclusion.cause;
  own->flags = conclusion.flags;
  set_state(*own, AttemptState::concluded, seed_of(owner_, number));
}

void AttemptStore::prepare_ahead() noexcept {
  for (std::size_t i = 0; i + 1 < segment_count_; ++i) {
    const Attempt* slots = segments_[i].load(std::memory_order_acquire);
    if (slots && !segments_[i + 1].load(std::memory_order_acquire) && in_use(slots))
      (void)ensure_segment(i + 1);
  }
}

Result<> AttemptStore::sync() {
  for (std::size_t i = 0; i < segment_count_; ++i) {
    Attempt* slots = segments_[i].load(std::memory_order_acquire);
    if (slots && ::msync(slots, kSegmentBytes, MS_SYNC) != 0)
      return segment_failure("sync", file_of(directory_, i), errno);
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
