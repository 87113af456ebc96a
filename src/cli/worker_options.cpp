#include "cli/worker_options.h"

#include <fmt/format.h>

#include "core/text.h"

namespace votebench::cli {
namespace {

Result<std::optional<Nanoseconds>> parse_knob(const std::string& flag, const std::string& text) {
  if (text.empty()) return std::optional<Nanoseconds>();
  const std::optional<Nanoseconds> value = parse_duration(text);
  if (!value)
    return fail(ErrorKind::usage, fmt::format("{} {}: not a duration", flag, printable(text)),
                "write a number with a unit, for example 100ms or 4s");
  return value;
}

}  // namespace

void WorkerOptions::add_to(CLI::App& command) {
  command.add_option("--workers", workers, "Worker processes of the local stack");
  command.add_option("--batch", batch, "Votes that a worker takes at once");
  command.add_option("--poll", poll, "A worker's pause between two looks (100ms)");
  command.add_option("--hold", hold, "A worker's pause between pop and write (4s)");
  command.add_option("--order", order, "ack-after-write or pop-before-write")
      ->check(CLI::IsMember({"ack-after-write", "pop-before-write"}));
}

Result<stack::WorkerKnobs> WorkerOptions::parsed() const {
  stack::WorkerKnobs knobs;
  knobs.workers = workers;
  knobs.batch = batch;
  TRY_ASSIGN(knobs.poll, parse_knob("--poll", poll));
  TRY_ASSIGN(knobs.hold, parse_knob("--hold", hold));
  knobs.order = order;
  return knobs;
}

}  // namespace votebench::cli
