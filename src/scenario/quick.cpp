#include "scenario/quick.h"

#include <fmt/format.h>

#include <cmath>

#include "core/text.h"
#include "scenario/keys.h"
#include "scenario/values.h"

namespace votebench::scenario {
namespace {

constexpr std::string_view kDefaultClients = "40";

// One option against the row of the key that it stands for.
Result<> check_option(std::string_view option, const std::string& text, std::string_view key) {
  if (text.empty()) return {};
  const Key& row = key_at(fmt::format("/workloads/*/{}", key));
  const auto value = convert(row, text, false);
  if (value) return {};
  std::string message = value.error().message;
  if (const std::size_t at = message.find("{value}"); at != std::string::npos)
    message.replace(at, 7, "'" + printable(text, 60) + "'");
  return fail(ErrorKind::usage, fmt::format("--{}: {}", option, message), value.error().help);
}

std::string workload(std::string_view executor, const std::string& keys) {
  return fmt::format("version: 1\nname: command-line\nworkloads:\n  votes:\n    executor: {}\n{}",
                     executor, keys);
}

std::string key_line(std::string_view key, std::string_view value) {
  return fmt::format("    {}: {}\n", key, value);
}

// The key `within` of votes at a rate: the time that they take, to the nanosecond.
Result<std::string> within(const QuickRun& run) {
  const double seconds =
      static_cast<double>(parse_count(run.votes).value()) / parse_rate(run.rate).value();
  if (seconds > 240 * 3600.0 || seconds < 0.001)
    return fail(ErrorKind::usage,
                "--votes and --rate: so many votes at this rate take too "
                "long or no time",
                "from 1ms to 240h");
  return key_line("within", duration_literal(Nanoseconds(std::llround(seconds * 1e9))));
}

}  // namespace

Result<std::string> quick_yaml(const QuickRun& run) {
  TRY(check_option("votes", run.votes, "votes"));
  TRY(check_option("clients", run.clients, "clients"));
  TRY(check_option("rate", run.rate, "rate"));
  TRY(check_option("duration", run.duration, "duration"));
  const bool votes = !run.votes.empty();
  const bool clients = !run.clients.empty();
  const bool rate = !run.rate.empty();
  const bool duration = !run.duration.empty();

  if (votes && !rate && !duration)
    return workload("burst", key_line("votes", run.votes) +
                                 key_line("clients", clients ? run.clients : kDefaultClients));
  if (votes && !clients && !rate)
    return workload("burst", key_line("votes", run.votes) + key_line("within", run.duration));
  if (votes && !clients && !duration) {
    TRY_ASSIGN(const std::string time, within(run));
    return workload("burst", key_line("votes", run.votes) + time);
  }
  if (!votes && !clients && rate && duration)
    return workload("constant-arrival-rate",
                    key_line("rate", run.rate) + key_line("duration", run.duration));
  if (!votes && clients && !rate && duration)
    return workload("constant-clients",
                    key_line("clients", run.clients) + key_line("duration", run.duration));
  return fail(ErrorKind::usage, "these options do not say what to send",
              "give --votes with --clients, --duration or --rate; or --duration with --rate or "
              "--clients");
}

Result<Scenario> quick_scenario(const QuickRun& run, const ParseOptions& options) {
  TRY_ASSIGN(const std::string yaml, quick_yaml(run));
  return parse_scenario(yaml, "(command line)", options).result();
}

std::string starter_scenario(std::string_view name) {
  return fmt::format(
      R"(# A votebench scenario: what to send. Where it goes is said on the command line
# (--stack, --target), or by a `stack` or `target` key here. `votebench schema` knows every key.
version: 1
name: {}

# Two workloads side by side; delete one, or add more.
workloads:
  # Votes are due at times that do not depend on the answers.
  steady:
    executor: constant-arrival-rate
    rate: 50/s
    duration: 20s
  # Each client waits for its answer, thinks, and votes again.
  browsers:
    executor: constant-clients
    clients: 5
    duration: 20s
    think_time: 500ms

# Who votes for what. Weights, not percentages.
voters:
  choices: {{ a: 55, b: 45 }}
  # revote: {{ ratio: 20%, switch: 100%, gap: 1s..10s }}

# How long to wait, after the last vote, while nothing moves.
drain: {{ timeout: 60s }}

# Votes that may be wrong without failing the run. These are the defaults.
audit: {{ lost: 0, flipped: 0, duplicated: 0, phantom: 0, stale: 0, unknown: 1% }}

# What else must hold.
thresholds:
  - http.error_rate < 0.1%
  # - http.response.p99 < 200ms
)",
      name);
}

}  // namespace votebench::scenario
