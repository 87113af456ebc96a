// A later reading of the stores, brought together with what the run saved: late arrivals are added,
// and what the saved rows show is never taken back. Pure. (Design: audit, section 8.)
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vote/advice.h"
#include "vote/attempt.h"
#include "vote/evidence.h"

namespace votebench::audit {

// What keeps a run without a proven fault from passing.
struct Doubt {
  std::string reason;
  Advice advice;
};

// What was known before the second look. References must outlive the call.
struct FirstLook {
  const AttemptHistory& attempts;
  // Null, or its rows not readable: the run ended before it had read them.
  const Evidence* saved = nullptr;
  std::string queue_server{};  // its server when the run last saw it; empty: no queue
  bool counts_only = false;    // the app makes the voter ids: no row can be told to be of this run
  bool counters = false;       // and there are no rows, only counts
  // Own rows (the probes') that the table held before the first vote of the run.
  std::uint64_t rows_of_probes = 0;
  ServiceWords queue{};
  bool cleaned = false;  // we took rows and elements of the run out ourselves, all or some of them
};

// A row that the run saved and that the table does not show any more.
struct GoneRow {
  OwnRow saved;
  std::vector<ChoiceIndex> now;  // of the same voter; empty: no row
};

struct SecondLook {
  Evidence merged;  // for judge()
  std::uint64_t arrived_late = 0;
  std::uint64_t gone_since = 0;
  std::vector<GoneRow> gone;  // the first kMaxGone of them
  static constexpr std::size_t kMaxGone = 10000;
  std::vector<Doubt> doubts;
  std::vector<std::string> notes{};  // worth knowing, change nothing
};

// `live.rows.same_store` is the comparison with the baseline; the run's end is compared with here.
// Absence is taken for loss only where the saved evidence proved it, or where `live` proves it in
// the stores that the run ended with and nothing of the run was removed from them meanwhile.
[[nodiscard]] SecondLook look_again(const FirstLook& first, const Evidence& live);

}  // namespace votebench::audit
