// What really happened to each vote, for tests: votebench never reads it.
//
// NDJSON, one object per line, each line one write(2) with O_APPEND before the next step is taken,
// so that several processes may share a file and a SIGKILL loses nothing that was done:
//
//   {"service":"vote","event":"pushed","voter":"6e2df0fa632cf7a","choice":"a","t_ns":1763...}
//
//   vote     delivered    the whole request was read
//            pushed       Redis confirmed the push
//            push_failed  Redis refused it, or its answer did not come (it may be in the list)
//            pushed_again the vote had been pushed before (late_pushes.h)
//   worker   popped       taken from the list; written before the hold begins
//            recovered    found in the processing list of an earlier life
//            written      committed
//            dropped      given up: in no list and not written (voter and choice empty: not a vote)
//            rejected     cannot be written, kept in the list <list>:rejected
//   both     planted      a defect was committed on purpose (planting.h)
//
// t_ns: nanoseconds since 1970-01-01 UTC.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/os.h"
#include "core/result.h"
#include "votestack/ballot.h"

namespace votebench::votestack {

// Thread-safe.
class TruthLog {
 public:
  // An empty path: nothing is recorded.
  [[nodiscard]] static Result<TruthLog> open(std::string service,
                                             const std::filesystem::path& path);

  void record(std::string_view event, const Ballot& ballot) const;

 private:
  TruthLog(std::string service, FileDescriptor file);

  std::string service_;
  FileDescriptor file_;
};

}  // namespace votebench::votestack
