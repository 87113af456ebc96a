// What a run says on standard error while it is going on: a live block on a terminal, else plain
// lines.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "report/live/progress.h"
#include "report/style.h"

namespace votebench::run {

enum class ProgressMode {
  automatic,  // live on a terminal, plain lines otherwise
  live,
  plain,
  none,
};

// Thread-safe.
class Display {
 public:
  explicit Display(ProgressMode mode);
  ~Display();  // clears the live block
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;

  // One line for good, above the live block.
  void say(std::string_view line);
  // The state of the run now; draws or logs as the mode asks.
  void show(const report::ProgressState& state);
  // Removes the live block; the next show() brings it back.
  void clear();

 private:
  ProgressMode mode_;
  report::ProgressView view_;
  report::ProgressLog log_;
  std::mutex mutex_;
};

// The style of the terminal behind standard output or standard error.
[[nodiscard]] report::Style style_of(int fd);

}  // namespace votebench::run
