// One pass over the lines of a COPY: which row is whose. Pure; the inner loop of the audit's
// evidence, so it allocates per stranger only, never per own row.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/store.h"
#include "vote/evidence.h"

namespace votebench::adapters {

// pg_current_snapshot() as text: every id below xmin is done, none from xmax on has begun, those in
// `running` are between. 64 bits: epoch and id.
struct TransactionSnapshot {
  std::uint64_t xmin = 0;
  std::uint64_t xmax = 0;
  std::vector<std::uint64_t> running;  // ascending
};
// "xmin:xmax:id,id,..."; nothing when it is not of this form.
[[nodiscard]] std::optional<TransactionSnapshot> parse_snapshot(std::string_view text);

// Was a row version with this 32-bit xmin written after `before` was taken? `end` is the xmax of
// the snapshot that the row was read in: all that is visible lies below it, so an id is new exactly
// when it falls, modulo 2^32, into [before.xmin, end) and `before` did not see it.
// A frozen row of an earlier epoch whose id falls into that window by chance is taken for new.
class WrittenSince {
 public:
  WrittenSince() = default;  // nothing is new
  WrittenSince(TransactionSnapshot before, std::uint64_t end);
  [[nodiscard]] bool operator()(std::uint32_t row_xmin) const;

 private:
  TransactionSnapshot before_;
  std::uint64_t width_ = 0;  // of the window
};

// COPY's text format: \b \f \n \r \t \v \\ and \N for a null, which comes out as "(null)".
[[nodiscard]] std::string unescaped_copy_field(std::string_view field);

// The table's words for the choices, where they are not those that were sent.
class StoredChoices {
 public:
  StoredChoices() = default;
  explicit StoredChoices(const std::map<std::string, std::string>& sent_to_stored);
  // What was sent where the table says `stored`. As long-lived as both.
  [[nodiscard]] std::string_view as_sent(std::string_view stored) const;

 private:
  std::map<std::string, std::string, std::less<>> sent_by_stored_;
};

// Lines of: voter id, choice, xmin, commit time (microseconds since 1970, or \N), tab-separated.
class RowScan {
 public:
  // For a baseline: every row is old.
  RowScan(const VoterIds& ids, const StoredChoices& words);
  // References in `question` outlive the scan.
  RowScan(const RowQuestion& question, WrittenSince written_since, const StoredChoices& words);

  void add(std::string_view line);
  // Strangers that are not new: their number is RowSet::pre_existing.
  [[nodiscard]] RowSet finish();

 private:
  void add_own(VoterIndex voter, std::string_view choice, std::string_view commit_time);
  void add_new_stranger(IdOrigin origin, std::string_view id, std::string_view choice);
  void count_choice(std::string_view choice);
  [[nodiscard]] ChoiceIndex index_of(std::string_view choice) const;

  const VoterIds& ids_;
  const StoredChoices& words_;
  const RowQuestion* question_ = nullptr;
  WrittenSince written_since_;
  std::vector<std::uint64_t> planned_choices_;  // rows per index of question_->choices
  RowSet rows_;
};

}  // namespace votebench::adapters
