// The local stack: redis-server, PostgreSQL and votestack's services as processes of this machine,
// on loopback ports and Unix sockets of their own.
//
// A small guardian process (stack/local/guardian.h) is the parent of all of them. It holds one end
// of a socket pair; when the other end closes, however this process ended, it stops the services in
// order and removes the stack's private directory. `artifacts/NAME/` keeps what people read
// afterwards: target.yaml, state (stack/local/state.h) and logs/.
//
// Threads: a LocalStack belongs to one thread; control() may be called from another one while the
// owner does not take the stack down. The free functions work from any process.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/os.h"
#include "core/result.h"
#include "process/identity.h"
#include "stack/kind.h"
#include "stack/variant.h"

namespace votebench::stack {

struct LocalStackOptions {
  StackId id;
  std::string variant = "reference";
  WorkerKnobs worker;
  bool truth_log = false;  // for tests: the services log what they do into artifacts/NAME/truth/
  // For tests: more options of `votestack vote` and of its workers, apart by blanks. What the
  // stack's target says of the workers knows nothing of them.
  std::string vote_flags, worker_flags;
  // Where a new cluster of PostgreSQL is kept for the next stack, which copies it: initdb takes
  // long. A directory that is empty, or was filled so; no path: every stack makes its own.
  std::filesystem::path cluster;
  std::filesystem::path votestack;                    // empty: beside this program
  std::filesystem::path guardian = "/proc/self/exe";  // a program that calls guardian_main
};

// Of the options of `stack up local` ("--variant", "--truth-log" and the knobs); the rest is left
// as it is. Error (usage): no whole number, or no duration.
[[nodiscard]] Result<LocalStackOptions> local_options(const OptionValues& given);

struct ServiceStatus {
  std::string name;
  pid_t pid = 0;  // 0 when it does not run
  [[nodiscard]] bool running() const { return pid != 0; }
};

struct StackStatus {
  StackId id;
  StackPhase phase = StackPhase::absent;
  std::string variant;
  bool kept = false;  // true: stays until `stack down`; false: lives with the run that made it
  std::vector<ServiceStatus> services;
};

// Its description: "local: redis 7.0.15, PostgreSQL 15.13, vote 127.0.0.1:20481, 1 worker
// (reference)".
class LocalStack final : public RunningStack {
 public:
  LocalStack(LocalStack&&) noexcept = default;
  ~LocalStack() override;  // takes the stack down if this object owns it

  // `service`: "vote", "worker" (all workers, or "worker-2" of several), "result", "redis",
  // "postgres". All its processes are meant: kill, pause and resume reach PostgreSQL's backends
  // too.
  [[nodiscard]] Result<> control(std::string_view verb, std::string_view service) const override;
  [[nodiscard]] bool client_is_dead(const std::string& name) const override;
  // From now on the stack outlives this process, until `stack down`; whoever looks finds it kept.
  [[nodiscard]] Result<> leave_up() override;
  // Stops everything and waits for the end; nothing is left but artifacts/NAME. A stack that this
  // object only attached to stays as it is.
  [[nodiscard]] Result<> take_down() override;

 private:
  friend Result<LocalStack> bring_up(const LocalStackOptions&, const Progress&,
                                     const std::stop_token&);
  friend Result<LocalStack> attach(const StackId&);
  LocalStack() = default;

  StackId id_;
  FileDescriptor lifeline_;  // empty: this object does not own the stack
  process::Identity guardian_;
};

// Returns when every service answers. Takes about 2 s. On failure everything is torn down again and
// the error quotes the last log lines of the service that failed.
// Errors: usage (name, variant, knobs), environment (programs missing, name already in use, a
// service did not start, `stop` was requested).
[[nodiscard]] Result<LocalStack> bring_up(const LocalStackOptions& options,
                                          const Progress& progress,
                                          const std::stop_token& stop = {});

// A stack that is up already, made by another process. Error (environment): it is not up.
[[nodiscard]] Result<LocalStack> attach(const StackId& id);

// What follows works on the stacks of other processes too. Each of them first cleans up after a
// guardian that was killed.

[[nodiscard]] Result<StackStatus> status(const StackId& id);
// Stops a stack whoever made it. Error (environment): nothing runs under this name.
[[nodiscard]] Result<> take_down(const StackId& id);
// Empties table, queue and side lists; the workers are stopped meanwhile so that no vote in hand
// arrives afterwards.
[[nodiscard]] Result<> reset(const StackId& id);
// The last `lines` lines of each service's log (of `service` only, unless empty), made safe for a
// terminal; also of a stack that is down already.
[[nodiscard]] Result<std::string> logs(const StackId& id, std::string_view service,
                                       std::size_t lines);

}  // namespace votebench::stack
