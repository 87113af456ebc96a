#include "run/table_experiment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/text.h"
#include "run/probe_rows.h"

namespace votebench::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanoseconds kPoll = milliseconds(10);
constexpr std::uint64_t kSecondVotes = 3;
// Ids that are altered are never found. Rows that do not say what was sent may be changed yet: by
// an UPDATE behind an INSERT.
constexpr Nanoseconds kNothingFound = seconds(1);
constexpr Nanoseconds kFinalValues = seconds(5);
// Two rows may be one again soon: a worker may insert before it deletes.
constexpr Nanoseconds kConfirmed = milliseconds(250);
// A second vote that shows nothing for this long is asked after by the vote of another voter, which
// must arrive this long before the second vote is taken for one that changes nothing.
constexpr Nanoseconds kNothingShown = seconds(1);
constexpr Nanoseconds kRowLimit = seconds(15);
constexpr VoterIndex kMarker = kFirstTrailingIndex - 1;  // far behind the other probes

class Experiment {
 public:
  Experiment(const PreflightInput& input, const Adapters& adapters, std::uint64_t probes)
      : input_(input), adapters_(adapters), probes_(probes) {}

  Result<TableFindings> run() {
    TRY(read_choices());
    if (!findings_.untested.empty()) return findings_;
    if (input_.target.rows->revotes)
      findings_.untested = "the target says so";
    else if (input_.ids.book() != nullptr)
      findings_.untested = "the app makes the ids, so nobody votes twice";
    else if (choices().size() < 2)
      findings_.untested = "there is one choice only";
    else
      TRY(vote_twice());
    return findings_;
  }

 private:
  // What rows show, by voter.
  using Stored = std::map<VoterIndex, std::vector<std::string>>;

  [[nodiscard]] const ChoiceNames& choices() const { return input_.plan.choices(); }
  [[nodiscard]] const std::string& choice_of(std::uint64_t nth) const {
    return choices()[nth % choices().size()];
  }
  [[nodiscard]] bool stopped() const { return input_.stop.stop_requested(); }
  void pause() const { real_clock().sleep_until(input_.clock.now() + kPoll, input_.stop); }

  Result<Stored> rows_of(const std::vector<VoterIndex>& voters);
  Result<Stored> rows_of_probes(std::uint64_t count);
  [[nodiscard]] static bool changes_a_value(const Stored& before, const Stored& now);
  Result<> read_choices();
  Result<> judge_choices(const Spelling& spelling);
  Result<> vote_twice();
  Result<bool> cast(VoterIndex voter, const std::string& choice);
  Result<> await_second_votes();
  Result<> look_at_second_votes();
  Result<> conclude();

  const PreflightInput& input_;
  const Adapters& adapters_;
  const std::uint64_t probes_;
  TableFindings findings_;
  Stored first_;  // rows of the probe voters at the last look before the second votes
  std::vector<SecondVote> second_;
  bool marker_cast_ = false;
  bool marker_seen_ = false;
};

Result<Experiment::Stored> Experiment::rows_of(const std::vector<VoterIndex>& voters) {
  std::vector<std::string> ids;
  for (const VoterIndex voter : voters) ids.push_back(input_.ids.make(voter));
  TRY_ASSIGN(std::vector<adapters::FoundRow> rows, adapters_.rows->find_rows(ids));
  Stored stored;
  for (adapters::FoundRow& row : rows)
    if (const IdCheck id = input_.ids.check(row.voter_id); id.origin == IdOrigin::own)
      stored[id.index].push_back(std::move(row.choice));
  for (auto& [voter, words] : stored) std::ranges::sort(words);
  return stored;
}

Result<Experiment::Stored> Experiment::rows_of_probes(std::uint64_t count) {
  std::vector<VoterIndex> voters;
  for (std::uint64_t i = 0; i < count; ++i)
    voters.push_back(kFirstProbeIndex + static_cast<VoterIndex>(i));
  return rows_of(voters);
}

// A worker that saves a vote twice: a row of its own first, its value later.
bool Experiment::changes_a_value(const Stored& before, const Stored& now) {
  return std::ranges::any_of(before, [&](const auto& row) {
    const auto later = now.find(row.first);
    return later != now.end() && later->second != row.second;
  });
}

Result<> Experiment::read_choices() {
  const Instant begin = input_.clock.now();
  for (;;) {
    TRY_ASSIGN(Stored stored, rows_of_probes(probes_));
    findings_.values_change |= changes_a_value(first_, stored);
    first_ = std::move(stored);
    std::vector<ProbeVoter> voters;
    for (std::uint64_t i = 0; i < probes_; ++i)
      voters.push_back({choice_of(i), first_[kFirstProbeIndex + static_cast<VoterIndex>(i)]});
    const Spelling spelling = spelling_of(voters, choices());
    const bool all_there =
        std::ranges::none_of(voters, [](const ProbeVoter& voter) { return voter.stored.empty(); });
    const bool placeholder = spelling.kind == Spelling::Kind::one_word;
    const Nanoseconds patience = first_.empty() ? kNothingFound
                                 : placeholder  ? kRowLimit
                                                : kFinalValues;
    const bool over = input_.clock.now() - begin >= patience || stopped();
    if (!over && (!all_there || spelling.kind != Spelling::Kind::as_sent)) {
      pause();
      continue;
    }
    if (!all_there) findings_.untested = "rows of probe votes were not found by their ids";
    return stopped() ? Result<>() : judge_choices(spelling);
  }
}

Result<> Experiment::judge_choices(const Spelling& spelling) {
  switch (spelling.kind) {
    case Spelling::Kind::as_sent:
      findings_.choices = "as they were sent";
      return {};
    case Spelling::Kind::other_words:
      return fail(ErrorKind::environment,
                  "the table spells choices otherwise: " + describe(spelling),
                  fmt::format("if that is meant, say {}.choices: {}", input_.target.rows->kind,
                              choices_key(spelling)));
    case Spelling::Kind::one_word:
      return fail(ErrorKind::environment,
                  fmt::format("{}, and so for {}", describe(spelling), format_duration(kRowLimit)),
                  fmt::format("is it a placeholder that is replaced later, or another column than "
                              "{}.columns.choice? Votes can be checked only where it is replaced "
                              "within that time",
                              input_.target.rows->kind));
    case Spelling::Kind::exchanged:
    case Spelling::Kind::mixed:
      findings_.choices = describe(spelling);
      findings_.warnings.push_back("probe votes do not stand as they were sent: " +
                                   findings_.choices);
      return {};
  }
  return {};
}

// Whether it was accepted.
Result<bool> Experiment::cast(VoterIndex voter, const std::string& choice) {
  const auto index =
      static_cast<ChoiceIndex>(std::ranges::find(choices(), choice) - choices().begin());
  TRY_ASSIGN(const adapters::VoteAnswer answer,
             adapters::cast_one_vote(*adapters_.votes, {voter, index}, input_.clock));
  if (answer.outcome == Outcome::acked) return true;
  findings_.untested = answer.status == 0
                           ? std::string("a second vote got no answer")
                           : fmt::format("a second vote was answered {}", answer.status);
  return false;
}

Result<> Experiment::vote_twice() {
  for (std::uint64_t i = 0; i < std::min(probes_, kSecondVotes); ++i) {
    const VoterIndex voter = kFirstProbeIndex + static_cast<VoterIndex>(i);
    second_.push_back({choice_of(i), first_[voter], first_[voter]});
    TRY_ASSIGN(const bool accepted, cast(voter, choice_of(i + 1)));
    if (!accepted) return {};
  }
  TRY(await_second_votes());
  return stopped() ? Result<>() : conclude();
}

Result<> Experiment::look_at_second_votes() {
  TRY_ASSIGN(Stored stored, rows_of_probes(second_.size()));
  for (std::size_t i = 0; i < second_.size(); ++i)
    second_[i].stored = stored[kFirstProbeIndex + static_cast<VoterIndex>(i)];
  if (!marker_cast_ || marker_seen_) return {};
  TRY_ASSIGN(const Stored marker, rows_of({kMarker}));
  marker_seen_ = !marker.empty();
  return {};
}

Result<> Experiment::await_second_votes() {
  const auto shown = [](const SecondVote& vote) {
    const auto rule = rule_shown_by(vote);
    return rule && rule != RevoteRule::first_wins;
  };
  const auto state = [this] {
    std::vector<std::vector<std::string>> rows;
    for (const SecondVote& vote : second_) rows.push_back(vote.stored);
    return std::pair(rows, marker_seen_);
  };
  auto before = state();
  Instant changed = input_.clock.now();
  while (!stopped()) {
    TRY(look_at_second_votes());
    const Instant now = input_.clock.now();
    if (before != std::exchange(before, state())) changed = now;
    const Nanoseconds still = now - changed;
    if (std::ranges::all_of(second_, shown) && still >= kConfirmed) return {};
    if (marker_seen_ && still >= kNothingShown) return {};
    if (still >= kRowLimit) {  // a worker that waits for more of them before it commits
      findings_.untested =
          fmt::format("neither second votes nor a further one had arrived after {}",
                      format_duration(kRowLimit));
      return {};
    }
    if (!marker_cast_ && still >= kNothingShown) {
      TRY_ASSIGN(const bool accepted, cast(kMarker, choices().front()));
      if (!accepted) return {};
      marker_cast_ = true;
    }
    pause();
  }
  return {};
}

Result<> Experiment::conclude() {
  std::map<RevoteRule, std::size_t> rules;
  std::uint64_t rows = 0;
  for (const SecondVote& vote : second_) {
    rows += vote.stored.size();
    if (const auto rule = rule_shown_by(vote)) ++rules[*rule];
  }
  findings_.further_rows =
      rows - std::min<std::uint64_t>(rows, second_.size()) + (marker_seen_ ? 1 : 0);
  if (!findings_.untested.empty()) return {};
  if (rules.size() > 1) {
    std::vector<std::string> seen;
    for (const auto& [rule, count] : rules)
      seen.push_back(fmt::format("{} ({})", word_of(rule), count));
    return fail(ErrorKind::environment,
                fmt::format("the second votes of {} probe voters came to different ends: {}",
                            second_.size(), fmt::join(seen, ", ")),
                fmt::format("does the worker drop votes? if not, say what the table does with a "
                            "voter's further votes: {}.rows: last-wins | append | first-wins",
                            input_.target.rows->kind));
  }
  if (rules.empty() || rules.begin()->second < second_.size())
    findings_.untested = "the rows of second votes say nothing";
  else
    findings_.rule = rules.begin()->first;
  return {};
}

}  // namespace

Result<TableFindings> question_table(const PreflightInput& input, const Adapters& adapters,
                                     std::uint64_t probes) {
  return Experiment(input, adapters, probes).run();
}

}  // namespace votebench::run
