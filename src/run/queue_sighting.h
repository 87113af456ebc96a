// Looks at the lists as often as it can while probe votes pass through them: a vote that a quick
// worker takes stands there for a moment only.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "adapters/queue.h"

namespace votebench::run {

class QueueSighting {
 public:
  // `any_element`: votes bear ids of the app, so whatever stands there is taken for ours.
  QueueSighting(std::unique_ptr<adapters::QueueProbe> probe, const VoterIds& ids, bool any_element);

  // In which lists our votes were seen so far, the main list first.
  [[nodiscard]] std::vector<bool> seen_in();

 private:
  void look();
  // An element may stand there before the answer tells that its id is ours.
  void remember(const adapters::QueueList& list, std::size_t place);
  void look_at_untold();

  std::unique_ptr<adapters::QueueProbe> probe_;
  const VoterIds& ids_;
  bool any_element_;
  std::mutex mutex_;
  std::vector<bool> seen_in_;
  std::map<std::string, std::size_t> untold_;  // ids, and in which list they stood
  std::jthread thread_;
};

}  // namespace votebench::run
