// Every attempt of a run, in fixed slots on disk.
//
//   attempts/NNNNN.seg := slot{65536}      slot := Attempt (vote/attempt.h), 32 bytes, little
//   endian
//
// Attempt n is slot n mod 65536 of segment n / 65536 (five decimal digits). A missing file is a
// segment of empty slots, but the first one of every workload is there with the directory, and
// those before one that is there are there. Segments are mapped and shared with the kernel: what a
// sender has stored outlives its process without any system call.
//
// `check` of a slot that is not empty is the CRC-8 (x^8 + x^2 + x + 1) of its other bytes, those of
// Conclusion taken as zero while it is intended: a byte that changed on the disk is found also
// where the run was killed before it could seal its files. It begins with a number that is drawn
// from the run and the slot's own number: slots of another run, or of another place, are found like
// that. In runs of before (SlotForm::plain) it begins with 0xFF.
//
// Their disk space is allocated before they are
// mapped, because a store into a mapped hole of a full disk ends the process with SIGBUS.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/result.h"
#include "ledger/id_store.h"
#include "ledger/manifest.h"
#include "vote/attempt.h"

namespace votebench::ledger {

inline constexpr std::size_t kSlotsPerSegment = 65536;

// Whose slots they are, and in which form their checks are.
struct SlotOwner {
  RunId run;
  SlotForm form = SlotForm::seeded;
};

// Threads: intend and conclude as AttemptSink says (one thread per number; lock-free but for the
// rare segment that prepare_ahead did not create in time); prepare_ahead, sync and read from any
// thread at any time; for_each only when no sender is running.
class AttemptStore final : public AttemptSink, public AttemptHistory {
 public:
  // A new, empty store with room for the numbers of `workloads`. `directory` must not exist.
  [[nodiscard]] static Result<std::unique_ptr<AttemptStore>> create(
      const std::filesystem::path& directory, const std::vector<WorkloadRange>& workloads,
      SlotOwner owner);
  // Disk space that create() takes for the first votes of `workloads`.
  [[nodiscard]] static std::uint64_t bytes_at_first(const std::vector<WorkloadRange>& workloads);
  // A stored run, read-only: intend returns false. Empty where there is no directory. Fails, naming
  // the file, where a segment is missing or cut short or a slot holds what this run never wrote.
  [[nodiscard]] static Result<std::unique_ptr<AttemptStore>> open(
      const std::filesystem::path& directory, const std::vector<WorkloadRange>& workloads,
      SlotOwner owner);

  ~AttemptStore() override;
  AttemptStore(const AttemptStore&) = delete;
  AttemptStore& operator=(const AttemptStore&) = delete;

  [[nodiscard]] bool intend(AttemptNumber number, const Intent& intent) noexcept override;
  void conclude(AttemptNumber number, const Conclusion& conclusion) noexcept override;

  // Where the app makes the ids: those that answers tell are stored beside the attempts, and room
  // for one is made with each intent.
  void keep_ids(std::unique_ptr<IdStore> ids) { ids_ = std::move(ids); }
  [[nodiscard]] IdStore* ids() const { return ids_.get(); }  // null: they are ours

  // Creates the successor of every segment in use; call it every 100 ms or so while sending. Where
  // that fails, the sender that needs the segment tries again.
  void prepare_ahead() noexcept;

  // Waits until what is stored so far would survive a crash of the host.
  [[nodiscard]] Result<> sync();

  // Of a stored run: takes the empty slot of a vote that may have been sent for an intent. In
  // memory alone, the files stay as they are. No effect where the slot is not empty or has no
  // segment.
  void presume(AttemptNumber number, const Intent& intent) noexcept;

  // A slot as it is now; nothing when it is empty. While it is intended only the fields of Intent
  // are filled in.
  [[nodiscard]] std::optional<Attempt> read(AttemptNumber number) const noexcept;

  // Why intend returned false, if it ever did for want of space.
  [[nodiscard]] std::optional<Error> failure() const;

 private:
  AttemptStore(std::filesystem::path directory, std::size_t segments, SlotOwner owner);
  void visit_blocks(BlockVisitor visitor, void* context) const override;
  [[nodiscard]] Attempt* slot(AttemptNumber number) const noexcept;
  [[nodiscard]] Result<Attempt*> ensure_segment(std::size_t index);
  [[nodiscard]] bool refuse(const Error& error) noexcept;  // false

  std::filesystem::path directory_;
  SlotOwner owner_;
  std::unique_ptr<IdStore> ids_;
  bool writable_ = false;
  std::size_t segment_count_;
  std::unique_ptr<std::atomic<Attempt*>[]> segments_;
  mutable std::mutex mutex_;  // creating segments, failure_
  std::optional<Error> failure_;
};

}  // namespace votebench::ledger
