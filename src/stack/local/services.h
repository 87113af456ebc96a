// What the services of a local stack are: programs, arguments, and how each one shows that it
// answers. Nothing is started here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "process/child.h"
#include "stack/local/layout.h"
#include "stack/local/local_stack.h"
#include "stack/programs.h"

namespace votebench::stack {

// A service's process as it began: its answers count only from there on.
struct Beginning {
  process::Identity process;
  std::uintmax_t log_size = 0;  // of the log before this process wrote to it
};

struct ServiceSpec {
  std::string name;
  process::Command command;  // its output goes to `log`
  std::filesystem::path log;
  int stop_signal = 0;
  // Never blocks for longer than 100 ms. Empty for a task, which ends by itself.
  std::function<bool(const Beginning&)> answers;
};

struct Blueprint {
  LocalStackOptions options;
  TargetSettings behaviour;  // of the variant
  Programs programs;
  std::optional<process::Account> postgres_account;
  Layout layout;
};

[[nodiscard]] ServiceSpec redis_service(const Blueprint& blueprint);
// Runs once and ends; it makes the database cluster.
[[nodiscard]] ServiceSpec initdb_task(const Blueprint& blueprint);
// Of LocalStackOptions::cluster. The tasks run once and end: what is kept there becomes this
// stack's cluster, or the other way round.
[[nodiscard]] bool holds_cluster(const std::filesystem::path& kept);
[[nodiscard]] ServiceSpec use_cluster_task(const Blueprint& blueprint);
[[nodiscard]] ServiceSpec keep_cluster_task(const Blueprint& blueprint);
[[nodiscard]] ServiceSpec postgres_service(const Blueprint& blueprint);
[[nodiscard]] ServiceSpec vote_service(const Blueprint& blueprint);
[[nodiscard]] ServiceSpec result_service(const Blueprint& blueprint);
// "worker", or "worker-1" ... when there are several.
[[nodiscard]] std::vector<ServiceSpec> worker_services(const Blueprint& blueprint);
// Runs once and ends; it empties the table of votes, if there is one.
[[nodiscard]] ServiceSpec truncate_task(const Blueprint& blueprint);

// True when `word` means the service: its name, or "worker" for any "worker-N".
[[nodiscard]] bool selects(std::string_view word, std::string_view service);

}  // namespace votebench::stack
