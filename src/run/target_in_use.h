// The target of a run: one that is already there, perhaps behind a tunnel, or a stack that lives
// with the run.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "run/display.h"
#include "run/execute.h"
#include "stack/kind.h"
#include "stack/tunnel/ssh_tunnel.h"
#include "vote/evidence.h"
#include "vote/target_settings.h"

namespace votebench::run {

class TargetInUse {
 public:
  // A stack of the wanted name that is up already is used and left alone.
  [[nodiscard]] static Result<TargetInUse> open(const RunRequest& request, Display& display,
                                                std::stop_token stop);
  TargetInUse(TargetInUse&&) noexcept = default;
  ~TargetInUse();  // as close(false)

  // A target that is already there, through its tunnel if it has one. Errors as open_tunnel().
  [[nodiscard]] static Result<TargetInUse> reach(TargetSettings settings, Display& display);

  // Behind a tunnel with the ends of it that connections go to.
  [[nodiscard]] const TargetSettings& settings() const { return settings_; }
  [[nodiscard]] std::string describe() const;
  // What the stack was provisioned with (provisioning.json); empty: there is no such file.
  [[nodiscard]] std::string stack_record() const;
  // True only when the process behind this client of the queue is known to have ended.
  [[nodiscard]] bool client_is_dead(const QueueClient& client) const;
  // "kill", "worker" and the like, on a stack that votebench made. Thread-safe until close().
  // Error (environment): there is no such stack, or it cannot do that now.
  [[nodiscard]] Result<> control(std::string_view verb, std::string_view service) const;
  // While the result lives, what happens to the tunnel is told to `listener`, from another thread.
  [[nodiscard]] std::shared_ptr<void> on_tunnel_event(
      std::function<void(const stack::TunnelEvent&)> listener) const;
  // `error`; where it has no advice, with what the tunnel's ssh complained about.
  [[nodiscard]] Error explain(Error error) const;
  // True for a stack that this run started, and that close(keep) stops.
  [[nodiscard]] bool ends_with_run(bool keep) const { return stack_ && stack_->made_here && !keep; }
  // Stops a stack that this run started (unless it is to be kept).
  [[nodiscard]] Result<> close(bool keep);

 private:
  TargetInUse() = default;
  [[nodiscard]] static Result<TargetInUse> stand_up(const WantedStack& stack, bool assume_yes,
                                                    Display& display, std::stop_token stop);

  TargetSettings settings_;
  std::string description_;
  std::unique_ptr<stack::RunningStack> stack_;  // null: a target that was given
  std::filesystem::path record_;
  std::unique_ptr<stack::SshTunnel> tunnel_;
};

}  // namespace votebench::run
