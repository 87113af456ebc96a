// What can be done with a stack's services, in terms of the supervisor. Lives in the guardian.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "stack/local/local_stack.h"
#include "stack/local/services.h"
#include "stack/local/supervisor.h"

namespace votebench::stack {

// What can be done to a service; a scenario's verbs of faults (scenario/scenario.h).
enum class ServiceAction {
  kill,     // SIGKILL; returns when the processes are gone
  stop,     // the service's own orderly end (SIGTERM; a fast shutdown for PostgreSQL)
  pause,    // SIGSTOP
  resume,   // SIGCONT
  start,    // returns when the service answers; on the same port as before
  restart,  // stop, then start
};

// nullopt: another word.
[[nodiscard]] std::optional<ServiceAction> parse_action(std::string_view word);

class Operations {
 public:
  // All three must outlive it.
  Operations(const Blueprint& blueprint, Attention& attention, Supervisor& supervisor);

  // Starts everything; returns when every service answers. Tells the maker each step.
  [[nodiscard]] Result<> bring_up();
  [[nodiscard]] Result<> perform(ServiceAction action, std::string_view service);
  [[nodiscard]] Result<> reset();
  // Never fails: what does not obey in time is killed.
  void take_down();

 private:
  [[nodiscard]] Result<> run_task(const ServiceSpec& task);
  [[nodiscard]] Result<> bring_up_stores();
  [[nodiscard]] std::vector<ServiceSpec> selected(std::string_view word) const;
  [[nodiscard]] Result<> start(const std::vector<ServiceSpec>& specs);
  [[nodiscard]] Result<> empty_stores();
  void step(std::string_view text) const;

  const Blueprint& blueprint_;
  Attention& attention_;
  Supervisor& supervisor_;
  std::vector<ServiceSpec> services_;  // in the order in which they stop
};

}  // namespace votebench::stack
