#include "ledger/id_store.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "core/check.h"
#include "core/os.h"
#include "core/rng.h"
#include "ledger/crc8.h"
#include "ledger/files.h"
#include "ledger/segment_file.h"

namespace votebench::ledger {

struct IdStore::Slot {
  // Length, and above it the check: one store, so that a kill leaves both or neither.
  std::uint16_t length_and_check;
  char text[IdBook::kLongest];
};

namespace {

constexpr std::size_t kMostSegments = (std::size_t{1} << 32U) / kIdsPerSegment;
constexpr std::size_t kSlotBytes = 2 + IdBook::kLongest;
constexpr std::size_t kBytesOfSegment = kIdsPerSegment * kSlotBytes;
constexpr std::size_t kPartInUse = 16;  // a segment is followed by another one from here on

std::size_t segment_of(VoterIndex voter) { return voter / kIdsPerSegment; }

std::atomic_ref<std::uint16_t> head_of(std::uint16_t& length_and_check) {
  return std::atomic_ref(length_and_check);
}

}  // namespace

IdStore::IdStore(std::filesystem::path directory, RunId run)
    : directory_(std::move(directory)),
      run_(run),
      segments_(std::make_unique<std::atomic<Slot*>[]>(kMostSegments)) {
  static_assert(sizeof(Slot) == kSlotBytes);
}

IdStore::~IdStore() {
  for (std::size_t i = 0; i < kMostSegments; ++i)
    if (Slot* slots = segments_[i].load()) ::munmap(slots, kBytesOfSegment);
}

Result<std::unique_ptr<IdStore>> IdStore::create(const std::filesystem::path& directory,
                                                 RunId run) {
  if (::mkdir(directory.c_str(), 0755) != 0) return segment_failure("create", directory, errno);
  return std::unique_ptr<IdStore>(new IdStore(directory, run));
}

Result<std::unique_ptr<IdStore>> IdStore::open(const std::filesystem::path& directory, RunId run) {
  std::unique_ptr<IdStore> store(new IdStore(directory, run));
  if (!std::filesystem::exists(directory)) return store;  // killed before it had sent a vote
  TRY_ASSIGN(const std::set<std::size_t> numbers, segments_in(directory));
  for (const std::size_t number : numbers) {
    const std::filesystem::path file = segment_file(directory, number);
    if (number >= kMostSegments) return damaged(file, "no voter has such a number");
    TRY_ASSIGN(void* const memory, map_segment(file, kBytesOfSegment));
    store->segments_[number].store(static_cast<Slot*>(memory));
    TRY(store->check_slots(number));
  }
  return store;
}

Result<> IdStore::check_slots(std::size_t segment) const {
  const auto first = static_cast<VoterIndex>(segment * kIdsPerSegment);
  for (VoterIndex i = 0; i < kIdsPerSegment; ++i) {
    const std::uint16_t head = slot(first + i)->length_and_check;
    const std::size_t length = head & 0xFFU;
    const bool whole = length == 0
                           ? head == 0
                           : length <= IdBook::kLongest &&
                                 head >> 8U == check_of(first + i, {slot(first + i)->text, length});
    if (!whole)
      return damaged(segment_file(directory_, segment),
                     fmt::format("slot {} holds what this run never wrote", i));
  }
  return {};
}

std::uint8_t IdStore::check_of(VoterIndex voter, std::string_view id) const noexcept {
  const auto seed = static_cast<std::uint8_t>(mix64(std::uint64_t{run_.value} << 32U ^ voter));
  return crc8({reinterpret_cast<const std::uint8_t*>(id.data()), id.size()}, seed);
}

IdStore::Slot* IdStore::slot(VoterIndex voter) const noexcept {
  Slot* slots = segments_[segment_of(voter)].load(std::memory_order_acquire);
  return slots == nullptr ? nullptr : slots + voter % kIdsPerSegment;
}

Result<IdStore::Slot*> IdStore::segment(std::size_t number) {
  const std::lock_guard lock(mutex_);
  if (Slot* made = segments_[number].load(std::memory_order_acquire)) return made;
  TRY_ASSIGN(void* const memory, make_segment(segment_file(directory_, number), kBytesOfSegment));
  segments_[number].store(static_cast<Slot*>(memory), std::memory_order_release);
  return static_cast<Slot*>(memory);
}

Result<> IdStore::ensure(VoterIndex voter) {
  if (slot(voter) == nullptr) TRY(segment(segment_of(voter)));
  return {};
}

Result<> IdStore::add(VoterIndex voter, std::string_view id) {
  TRY(ensure(voter));
  write(voter, id);
  return {};
}

void IdStore::prepare_ahead() noexcept {
  const std::size_t probes = segment_of(kFirstProbeIndex);
  for (std::size_t i = 0; i + 1 < probes; ++i) {
    Slot* slots = segments_[i].load(std::memory_order_acquire);
    if (slots == nullptr || segments_[i + 1].load(std::memory_order_acquire) != nullptr) continue;
    for (std::size_t at = 0; at < kIdsPerSegment; at += kIdsPerSegment / kPartInUse)
      if (head_of(slots[at].length_and_check).load(std::memory_order_relaxed) != 0) {
        (void)segment(i + 1);
        break;
      }
  }
}

void IdStore::write(VoterIndex voter, std::string_view id) noexcept {
  Slot* own = slot(voter);
  CHECK_THAT_HOLDS(own != nullptr && IdBook::may_be_id(id));
  std::memcpy(own->text, id.data(), id.size());
  const auto head = static_cast<std::uint16_t>(id.size() | std::size_t{check_of(voter, id)} << 8U);
  head_of(own->length_and_check).store(head, std::memory_order_release);
}

std::string_view IdStore::read(VoterIndex voter) const noexcept {
  Slot* own = slot(voter);
  if (own == nullptr) return {};
  const std::uint16_t head = head_of(own->length_and_check).load(std::memory_order_acquire);
  return {own->text, head & 0xFFU};
}

void IdStore::tell(IdBook& book) const {
  for (std::size_t i = 0; i < kMostSegments; ++i) {
    if (segments_[i].load(std::memory_order_acquire) == nullptr) continue;
    const auto first = static_cast<VoterIndex>(i * kIdsPerSegment);
    for (VoterIndex voter = first; voter - first < kIdsPerSegment; ++voter)
      if (const std::string_view id = read(voter); !id.empty()) (void)book.add(voter, id);
  }
}

Result<> IdStore::sync() {
  for (std::size_t i = 0; i < kMostSegments; ++i) {
    Slot* slots = segments_[i].load(std::memory_order_acquire);
    if (slots != nullptr && ::msync(slots, kBytesOfSegment, MS_SYNC) != 0)
      return segment_failure("sync", segment_file(directory_, i), errno);
  }
  return sync_directory(directory_);
}

}  // namespace votebench::ledger
