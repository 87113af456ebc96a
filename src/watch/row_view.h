// The drain's readings of the table: which acked votes are not there yet?
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "adapters/store.h"
#include "core/clock.h"
#include "vote/evidence.h"
#include "watch/final_evidence.h"
#include "watch/seen_voters.h"

namespace votebench::watch {

// Not thread-safe. References outlive the view.
class RowView {
 public:
  RowView(adapters::RowStore& store, const adapters::RowQuestion& question,
          std::function<MissingVotes(const RowEvidence&)> missing_acked, Clock& clock);

  // Reads all rows unless the last reading was too recent for its cost.
  void read_when_due();
  // Reads all rows now; false when the store does not let us.
  bool read();
  [[nodiscard]] adapters::RowStore& store() const { return store_; }
  [[nodiscard]] Result<adapters::Elsewhere> find_elsewhere() {
    return store_.find_elsewhere(question_.ids, {});
  }
  // Nothing when the store does not answer.
  [[nodiscard]] std::optional<adapters::StoreActivity> activity();

  // Of the last reading, which is gone when a later one fails.
  [[nodiscard]] bool has_rows() const { return rows_.has_value(); }
  [[nodiscard]] Instant read_at() const { return read_at_; }  // when it began
  [[nodiscard]] const MissingVotes& missing() const { return missing_; }
  // Since when the same votes are missing.
  [[nodiscard]] Instant missing_since() const { return missing_since_; }
  // Of the last reading: who has a row, ascending.
  [[nodiscard]] std::vector<VoterIndex> voters() const;
  // Of the last reading: all rows, whoever's.
  [[nodiscard]] std::uint64_t all_rows() const { return rows_ ? rows_->rows.total : 0; }
  [[nodiscard]] std::uint64_t own_rows() const { return rows_ ? rows_->rows.own.size() : 0; }
  // Absence in it would prove something: the store of the baseline, and no replica.
  [[nodiscard]] bool proves_absence() const;
  [[nodiscard]] const std::string& error() const { return error_; }  // empty: it worked
  // Moves the rows out.
  [[nodiscard]] RowEvidence take_evidence();

 private:
  Result<FinalRows> read_all();

  adapters::RowStore& store_;
  const adapters::RowQuestion question_;
  std::function<MissingVotes(const RowEvidence&)> missing_acked_;
  Clock& clock_;
  std::optional<RowEvidence> rows_;
  SeenVoters seen_;
  MissingVotes missing_;
  Instant missing_since_{};
  Instant read_at_{};
  Instant due_{};
  std::string error_;
};

}  // namespace votebench::watch
