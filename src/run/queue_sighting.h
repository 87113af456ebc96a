// Looks at the lists as often as it can while probe votes pass through them: a vote that a quick
// worker takes stands there for a moment only.
#pragma once

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "adapters/queue.h"

namespace votebench::run {

class QueueSighting {
 public:
  // `any_element`: votes bear ids of the app, so whatever stands there is taken for ours.
  QueueSighting(std::unique_ptr<adapters::QueueProbe> probe, const VoterIds& ids, bool any_element);

  // In which lists our votes were seen so far, the main list first.
  [[nodiscard]] std::vector<bool> seen_in() const;

 private:
  void look();

  std::unique_ptr<adapters::QueueProbe> probe_;
  const VoterIds& ids_;
  bool any_element_;
  mutable std::mutex mutex_;
  std::vector<bool> seen_in_;
  std::jthread thread_;
};

}  // namespace votebench::run
