// What every service does the same way: it stops on SIGTERM and SIGINT, and speaks in single lines
// (progress for its supervisor on stdout, trouble on stderr).
#pragma once

#include <stop_token>
#include <string_view>
#include <thread>

namespace votebench::votestack {

// Turns SIGTERM and SIGINT into a stop request. Construct it before any other thread is started:
// threads inherit the blocked signals. SIGPIPE is ignored from here on.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  void wait() const;  // until the stop request

 private:
  std::stop_source source_;
  std::jthread waiter_;
};

// One line on stdout, delivered at once.
void announce(std::string_view line);

// "votestack: message" as one line on stderr, whatever bytes `message` holds. Thread-safe.
void complain(std::string_view message);

}  // namespace votebench::votestack
