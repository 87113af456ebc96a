// A stock worker that reads votes from a stream.
//
//   take     XREADGROUP, as a consumer of the group 'workers' ("worker-<pid>"), or XREAD
//   write    as every stock worker
//   settle   XACK, after or before the write
//
// What it had pending when it ended stays so, unless another worker claims it.
#pragma once

#include "votestack/worker_shape.h"

namespace votebench::votestack {

struct AckHabit {
  std::string_view word;
  std::string_view what;  // one clause
};
// The first one is the default.
[[nodiscard]] std::span<const AckHabit> ack_habits();

// `bench` must outlive it.
[[nodiscard]] std::unique_ptr<Shape> make_stream_reader(Bench& bench);

}  // namespace votebench::votestack
