// What wakes a waiting guardian: the end of the process that made the stack (its maker), signals,
// and children that ended.
//
// The lifeline is a socket pair between maker and guardian. While the stack starts, the guardian
// sends lines (stack/local/message.h). The maker may send the byte 'k', "keep the stack when I am
// gone": the guardian answers "ok" when the state says so. End of file without it, for whatever
// reason, means: take the stack down.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "core/clock.h"
#include "core/os.h"
#include "core/result.h"

namespace votebench::stack {

inline constexpr char kKeep = 'k';

class Attention {
 public:
  // Blocks the signals concerned in this process and reads them from a descriptor.
  [[nodiscard]] static Result<Attention> begin(FileDescriptor lifeline);

  // Returns after `limit`, or earlier when something happened: a child ended, a request to end, or
  // `also` (if not -1) became readable, in which case it returns true.
  bool wait(Nanoseconds limit, int also = -1);

  // The maker is gone and has not said "keep", or a signal asked for the end.
  [[nodiscard]] bool end_requested() const { return end_requested_; }
  [[nodiscard]] bool kept() const { return kept_; }

  void tell_maker(std::string_view text) const;

 private:
  void read_signals();
  void read_lifeline();

  FileDescriptor signals_;
  FileDescriptor lifeline_;
  bool end_requested_ = false;
  bool kept_ = false;
};

}  // namespace votebench::stack
