// The ids that the app made, of the votes whose answers told them.
//
//   ids/NNNNN.seg := slot{32768}      slot := length (1 byte), check (1 byte), text (62 bytes)
//
// The id of voter n is slot n mod 32768 of segment n / 32768; a length of 0 is none. Segments are
// as those of the attempts (attempt_store.h): a slot is there before its attempt is concluded, and
// a killed process leaves it whole or empty. `check` is the CRC-8 of the text, begun with a number
// that is drawn from the run and the voter.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>

#include "core/result.h"
#include "vote/id_book.h"
#include "vote/voter_id.h"

namespace votebench::ledger {

inline constexpr std::size_t kIdsPerSegment = 32768;

// Threads: write for one voter from one thread; ensure, write, read from any at any time.
class IdStore {
 public:
  // A new, empty one. `directory` must not exist.
  [[nodiscard]] static Result<std::unique_ptr<IdStore>> create(
      const std::filesystem::path& directory, RunId run);
  // A stored run's, read-only. Fails, naming the file, where a segment was cut short or a slot
  // holds what this run never wrote.
  [[nodiscard]] static Result<std::unique_ptr<IdStore>> open(const std::filesystem::path& directory,
                                                             RunId run);
  ~IdStore();
  IdStore(const IdStore&) = delete;
  IdStore& operator=(const IdStore&) = delete;

  // Makes room for the id of this voter. To be called before its vote is sent.
  [[nodiscard]] Result<> ensure(VoterIndex voter);
  // Makes room ahead of use.
  void prepare_ahead() noexcept;
  // ensure() and write().
  [[nodiscard]] Result<> add(VoterIndex voter, std::string_view id);
  // Required: ensure() said yes; IdBook::may_be_id(id).
  void write(VoterIndex voter, std::string_view id) noexcept;
  // Empty: none is known. Valid as long as the store.
  [[nodiscard]] std::string_view read(VoterIndex voter) const noexcept;
  // Adds all that are known.
  void tell(IdBook& book) const;
  [[nodiscard]] Result<> sync();

 private:
  struct Slot;
  using Segments = std::unique_ptr<std::atomic<Slot*>[]>;

  IdStore(std::filesystem::path directory, RunId run);
  [[nodiscard]] Slot* slot(VoterIndex voter) const noexcept;
  [[nodiscard]] Result<Slot*> segment(std::size_t number);
  [[nodiscard]] std::uint8_t check_of(VoterIndex voter, std::string_view id) const noexcept;
  [[nodiscard]] Result<> check_slots(std::size_t segment) const;

  std::filesystem::path directory_;
  RunId run_;
  Segments segments_;
  std::mutex mutex_;  // making segments
};

}  // namespace votebench::ledger
