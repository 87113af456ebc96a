#include "watch/seen_voters.h"

#include <algorithm>

namespace votebench::watch {

void SeenVoters::compare(RowEvidence& reading) {
  std::vector<std::uint16_t> now(seen_.size());
  for (const OwnRow& row : reading.rows.own) {
    if (row.voter >= now.size()) now.resize(row.voter + std::size_t{1});
    now[row.voter] = static_cast<std::uint16_t>(row.choice + 1);
  }
  seen_.resize(now.size());
  for (std::size_t voter = 0; voter < now.size(); ++voter) {
    if (now[voter] == 0) {
      if (seen_[voter] == 0) continue;
      ++reading.voters_vanished;
      if (reading.vanished.size() < RowEvidence::kMaxVanished)
        reading.vanished.push_back(static_cast<VoterIndex>(voter));
      continue;
    }
    // Of several rows of a voter no one is the same as before.
    if (seen_[voter] != 0 && seen_[voter] != now[voter] && reading.model == TableModel::last_wins)
      values_changed_ = true;
    seen_[voter] = now[voter];
  }
  rows_vanished_ |= reading.voters_vanished + reading.probes_vanished > 0;
  reading.values_changed |= values_changed_;
  reading.rows_vanished = rows_vanished_;
}

}  // namespace votebench::watch
