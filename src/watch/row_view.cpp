#include "watch/row_view.h"

#include <algorithm>
#include <utility>

namespace votebench::watch {
namespace {

// Reading all rows takes at most about a fifth of the time.
constexpr int kRowPauseFactor = 4;
constexpr Nanoseconds kShortestPause = std::chrono::milliseconds(50);
constexpr Nanoseconds kPauseAfterFailure = std::chrono::milliseconds(250);

}  // namespace

RowView::RowView(adapters::RowStore& store, const adapters::RowQuestion& question,
                 std::function<MissingVotes(const RowEvidence&)> missing_acked, Clock& clock)
    : store_(store), question_(question), missing_acked_(std::move(missing_acked)), clock_(clock) {}

void RowView::read_when_due() {
  if (clock_.now() >= due_) read();
}

bool RowView::read() {
  const Instant before = clock_.now();
  rows_.reset();  // two readings at a time would double the memory
  auto rows = read_all();
  error_ = rows ? "" : rows.error().message;
  due_ = clock_.now() + kPauseAfterFailure;
  if (!rows) return false;
  read_at_ = before;
  rows_ = row_evidence(question_.baseline, &*rows);
  rows_->fell = store_.fell();
  seen_.compare(*rows_);
  const MissingVotes missing = missing_acked_(*rows_);
  if (missing != missing_) missing_since_ = before;
  missing_ = missing;
  due_ = clock_.now() + std::max(kShortestPause, kRowPauseFactor * (clock_.now() - before));
  return true;
}

Result<FinalRows> RowView::read_all() {
  FinalRows rows;
  TRY_ASSIGN(rows.store, store_.identity());
  TRY_ASSIGN(const adapters::StoreFacts facts, store_.facts());
  rows.is_replica = facts.is_replica;
  TRY_ASSIGN(rows.rows, store_.read_rows(question_));
  return rows;
}

std::optional<adapters::StoreActivity> RowView::activity() {
  auto activity = store_.activity();
  if (activity) return *std::move(activity);
  error_ = activity.error().message;
  return std::nullopt;
}

std::vector<VoterIndex> RowView::voters() const {
  std::vector<VoterIndex> voters;
  if (!rows_) return voters;
  voters.reserve(rows_->rows.own.size());
  for (const OwnRow& row : rows_->rows.own) voters.push_back(row.voter);
  std::ranges::sort(voters);
  return voters;
}

bool RowView::proves_absence() const { return rows_ && !rows_->is_replica && rows_->same_store; }

RowEvidence RowView::take_evidence() {
  return rows_ ? std::move(*rows_) : row_evidence(question_.baseline, nullptr);
}

}  // namespace votebench::watch
