// Whose rows the readings of the drain have shown: a row that was there and is not any more was
// removed or lost, however settled the pipeline is.
#pragma once

#include <cstdint>
#include <vector>

#include "vote/evidence.h"

namespace votebench::watch {

// Two bytes per voter.
class SeenVoters {
 public:
  // Says in `reading` who vanished or changed, then takes in whom it shows.
  void compare(RowEvidence& reading);

 private:
  std::vector<std::uint16_t> seen_;  // 0: never; else the last value, plus one
  bool values_changed_ = false;
  bool rows_vanished_ = false;
};

}  // namespace votebench::watch
