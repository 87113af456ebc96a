#include "run/counter_experiment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "core/text.h"

namespace votebench::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanoseconds kPoll = milliseconds(10);
constexpr Nanoseconds kCountLimit = seconds(15);
// Whoever votes more seldom is not seen.
constexpr Nanoseconds kStill = seconds(1);

using Counts = std::map<std::string, std::uint64_t>;

std::uint64_t count_in(const Counts& counts, const std::string& choice) {
  const auto found = counts.find(choice);
  return found == counts.end() ? 0 : found->second;
}

class CounterExperiment {
 public:
  CounterExperiment(const PreflightInput& input, const Adapters& adapters, VoterIndex voter)
      : input_(input), adapters_(adapters), voter_(voter) {}

  Result<CounterFindings> run(std::uint64_t sum) {
    TRY_ASSIGN(counts_, read());
    std::uint64_t now = 0;
    for (const auto& [choice, count] : counts_) now += count;
    findings_.shared = now != sum;
    const auto choices = static_cast<ChoiceIndex>(input_.plan.choices().size());
    for (ChoiceIndex choice = 0; choice < choices && !stopped(); ++choice) TRY(vote(choice));
    if (!wrong_.empty()) return wrong_counters();
    TRY(stand_still());
    return findings_;
  }

 private:
  [[nodiscard]] bool stopped() const { return input_.stop.stop_requested(); }

  Result<Counts> read() {
    TRY_ASSIGN(RowBaseline now, adapters_.rows->baseline(input_.ids));
    return std::move(now.choices);
  }

  Result<> vote(ChoiceIndex choice) {
    const std::string& sent = input_.plan.choices()[choice];
    const adapters::VoteRequest request{voter_ + static_cast<VoterIndex>(findings_.cast), choice};
    TRY_ASSIGN(const adapters::VoteAnswer answer,
               adapters::cast_one_vote(*adapters_.votes, request, input_.clock));
    if (answer.outcome != Outcome::acked)
      return fail(ErrorKind::environment,
                  fmt::format("a probe vote for '{}' was not accepted", printable(sent, 40)),
                  "does the app know this choice? see voters.choices");
    ++findings_.cast;
    return await_rise(sent);
  }

  Result<> await_rise(const std::string& sent) {
    const Instant begin = input_.clock.now();
    for (;;) {
      TRY_ASSIGN(Counts now, read());
      if (now != counts_) {
        note(sent, now);
        counts_ = std::move(now);
        return {};
      }
      if (stopped()) return {};
      if (input_.clock.now() - begin >= kCountLimit)
        return fail(ErrorKind::environment,
                    fmt::format("a probe vote for '{}' was accepted, and no counter rose for {}",
                                printable(sent, 40), format_duration(kCountLimit)),
                    "do the target's counters name what the app raises for this choice?");
      real_clock().sleep_until(input_.clock.now() + kPoll, input_.stop);
    }
  }

  // Which counters a vote for `sent` has raised.
  void note(const std::string& sent, const Counts& now) {
    std::uint64_t rise = 0;
    std::string other;
    for (const auto& [choice, count] : now) {
      const std::uint64_t before = count_in(counts_, choice);
      if (count <= before) continue;
      rise += count - before;
      if (choice != sent) other = choice;
    }
    findings_.shared |= rise != 1;
    if (count_in(now, sent) <= count_in(counts_, sent) && !other.empty())
      wrong_.emplace_back(sent, other);
  }

  [[nodiscard]] Failure wrong_counters() const {
    std::vector<std::string> told;
    for (const auto& [sent, other] : wrong_)
      told.push_back(fmt::format("a vote for '{}' raised the counter of '{}'", printable(sent, 40),
                                 printable(other, 40)));
    return fail(ErrorKind::environment, fmt::format("{}", fmt::join(told, ", ")),
                "the counters of the target are exchanged, or the app counts votes for another "
                "choice than was sent: compare the names in its counters block");
  }

  Result<> stand_still() {
    real_clock().sleep_until(input_.clock.now() + kStill, input_.stop);
    TRY_ASSIGN(const Counts now, read());
    findings_.shared |= now != counts_;
    return {};
  }

  const PreflightInput& input_;
  const Adapters& adapters_;
  const VoterIndex voter_;
  CounterFindings findings_;
  Counts counts_;
  std::vector<std::pair<std::string, std::string>> wrong_;  // sent, and raised instead
};

}  // namespace

Result<CounterFindings> question_counters(const PreflightInput& input, const Adapters& adapters,
                                          VoterIndex voter, std::uint64_t sum) {
  return CounterExperiment(input, adapters, voter).run(sum);
}

Result<> check_counted_choices(const PreflightInput& input) {
  const RowSettings& settings = *input.target.rows;
  if (!settings.counters || settings.stored_choices.empty()) return {};
  for (const std::string& choice : input.plan.choices())
    if (!settings.stored_choices.contains(choice)) {
      std::vector<std::string> known;
      for (const auto& [sent, stored] : settings.stored_choices)
        known.push_back(printable(sent, 40));
      return fail(
          ErrorKind::environment,
          fmt::format("the target names no counter for the choice '{}'", printable(choice, 40)),
          fmt::format("it counts {}: say voters.choices, or name its counter in "
                      "counters.{}",
                      fmt::join(known, ", "), settings.counters->source));
    }
  return {};
}

}  // namespace votebench::run
