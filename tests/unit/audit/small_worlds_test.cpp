// Every small world, judged by the audit and by the oracle.
#include <string>

#include "audit/judge_one.h"
#include "core/rng.h"
#include "oracle.h"
#include "support/case_file.h"
#include "support/catch.h"

using namespace votebench;
using support::CaseFile;

namespace {

// The last one is an intent without a conclusion; three attempts go without it.
constexpr Outcome kOutcomes[] = {Outcome::acked, Outcome::rejected, Outcome::ambiguous,
                                 Outcome::not_sent, Outcome::none};

oracle::Answer answer_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::acked:
      return oracle::Answer::accepted;
    case Outcome::rejected:
      return oracle::Answer::refused;
    case Outcome::not_sent:
      return oracle::Answer::unsent;
    default:
      return oracle::Answer::unclear;
  }
}

CaseFile case_file_of(const oracle::World& world,
                      const std::vector<std::vector<Outcome>>& outcomes) {
  CaseFile file;
  file.model(world.last_wins ? TableModel::last_wins : TableModel::append);
  if (!world.absence_counts) file.unsettled();
  file.rows.values_changed = world.values_changed;
  file.rows.rows_vanished = world.rows_vanished;
  for (std::size_t v = 0; v < world.voters.size(); ++v) {
    const auto index = static_cast<VoterIndex>(v * 5000);  // on different pages
    const oracle::Voter& voter = world.voters[v];
    for (std::size_t i = 0; i < voter.votes.size(); ++i)
      file.vote(index, static_cast<ChoiceIndex>(voter.votes[i].value - 'a'), outcomes[v][i]);
    for (const char row : voter.rows)
      file.row(index, row == '?' ? kOtherChoice : static_cast<ChoiceIndex>(row - 'a'));
    for (int i = 0; i < voter.seen_in_list; ++i) file.queue.own_listed.push_back(index);
    for (int i = 0; i < voter.seen_with_worker; ++i) file.queue.own_in_flight.push_back(index);
  }
  return file;
}

std::string text(const oracle::Classes& classes) {
  std::string line;
  for (const auto& [name, count] : classes) line += " " + name + "=" + std::to_string(count);
  return line;
}

std::string text(const oracle::World& world) {
  std::string line = world.last_wins ? "last-wins" : "append";
  line += world.absence_counts ? " settled" : " unsettled";
  if (world.values_changed) line += " values-changed";
  if (world.rows_vanished) line += " rows-vanished";
  for (const oracle::Voter& voter : world.voters) {
    line += " | ";
    for (const oracle::Vote& vote : voter.votes)
      line += std::string(1, "ARUN"[static_cast<int>(vote.answer)]) + vote.value + " ";
    line += "rows '" + voter.rows + "' listed " + std::to_string(voter.seen_in_list) + "+" +
            std::to_string(voter.seen_with_worker);
  }
  return line;
}

// The audit's counts in the oracle's words: only what a Verdict shows.
oracle::Classes visible(const oracle::Opinion& opinion) {
  oracle::Classes sum;
  for (const auto& [name, count] : opinion.accepted) sum[name] += count;
  for (const auto& [name, count] : opinion.unclear) sum[name] += count;
  for (const auto& [name, count] : opinion.rows)
    if (name == "duplicated" || name == "phantom" || name == "contradiction" || name == "undecided")
      sum[name] += count;
  if (const auto flips = opinion.unclear.find("flipped"); flips != opinion.unclear.end())
    sum["flipped_ambiguous"] = flips->second;
  return sum;
}

oracle::Classes visible(const Verdict& verdict) {
  oracle::Classes sum;
  const auto put = [&](const std::string& name, std::uint64_t count) {
    if (count > 0) sum[name] = static_cast<int>(count);
  };
  put("persisted", verdict.persisted);
  put("superseded", verdict.superseded);
  put("recovered", verdict.recovered);
  put("absent_ambiguous", verdict.absent_ambiguous);
  put("pending", verdict.pending);
  put("queued", verdict.queued);
  put("in_flight", verdict.in_flight);
  put("lost", verdict.lost.count);
  put("stale", verdict.stale.count);
  put("flipped", verdict.flipped.count);
  put("flipped_ambiguous", verdict.flipped_ambiguous);
  put("duplicated", verdict.duplicated.count);
  put("undecided", verdict.undecided_rows);
  put("phantom", verdict.phantom.count);
  put("contradiction", verdict.contradiction.count);
  return sum;
}

std::uint64_t witnesses(const Verdict& verdict, VoteClass vote_class) {
  std::uint64_t count = 0;
  for (const Finding& finding : verdict.findings) count += finding.vote_class == vote_class;
  return count;
}

// One for each, and none for anything else.
bool every_claim_has_a_witness(const Verdict& verdict) {
  std::uint64_t claims = 0;
  bool witnessed = true;
  const auto check = [&](VoteClass vote_class, const ClassTally& tally) {
    claims += tally.count;
    witnessed &= witnesses(verdict, vote_class) == tally.count;
  };
  check(VoteClass::lost, verdict.lost);
  check(VoteClass::stale, verdict.stale);
  check(VoteClass::flipped, verdict.flipped);
  check(VoteClass::duplicated, verdict.duplicated);
  check(VoteClass::phantom, verdict.phantom);
  check(VoteClass::contradiction, verdict.contradiction);
  return witnessed && verdict.findings.size() == claims;
}

// Compares the two judges; counts worlds and stops at the first disagreement.
class Comparison {
 public:
  void check(const oracle::World& world, const std::vector<std::vector<Outcome>>& outcomes) {
    const oracle::Opinion opinion = oracle::judge(world);
    const CaseFile file = case_file_of(world, outcomes);
    const Verdict verdict = audit::judge_one(file.input());
    ++worlds_;
    const oracle::Classes expected = visible(opinion);
    const oracle::Classes found = visible(verdict);
    if (expected == found && opinion.verdict == to_string(verdict.kind) &&
        every_claim_has_a_witness(verdict) &&
        (world.absence_counts || missing_agrees(opinion, file)))
      return;
    FAIL(text(world) << "\n  oracle:" << text(expected) << " " << opinion.verdict
                     << "\n  audit: " << text(found) << " " << to_string(verdict.kind));
  }
  [[nodiscard]] std::size_t worlds() const { return worlds_; }

 private:
  static bool missing_agrees(const oracle::Opinion& opinion, const CaseFile& file) {
    int missing = 0;
    for (const char* name : {"lost", "stale", "pending", "queued", "in_flight"})
      if (const auto found = opinion.accepted.find(name); found != opinion.accepted.end())
        missing += found->second;
    return audit::missing_acked(file.input()).count == static_cast<std::uint64_t>(missing);
  }
  std::size_t worlds_ = 0;
};

// Calls visit(votes, outcomes) for every sequence of `length` attempts over `choices`.
template <typename Visit>
void for_each_sequence(int length, const std::string& choices, Visit&& visit) {
  std::vector<oracle::Vote> votes;
  std::vector<Outcome> outcomes;
  const auto extend = [&](auto& self) -> void {
    if (static_cast<int>(votes.size()) == length) return visit(votes, outcomes);
    for (const Outcome outcome : kOutcomes) {
      if (length == 3 && outcome == Outcome::none) continue;
      for (const char choice : choices) {
        votes.push_back({answer_of(outcome), choice});
        outcomes.push_back(outcome);
        self(self);
        votes.pop_back();
        outcomes.pop_back();
      }
    }
  };
  extend(extend);
}

// Every multiset of at most `most` rows over `values`, as a sorted word.
std::vector<std::string> row_states(std::size_t most, const std::string& values) {
  std::vector<std::string> states{""};
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i].size() == most) continue;
    for (const char value : values)
      if (states[i].empty() || states[i].back() <= value) states.push_back(states[i] + value);
  }
  return states;
}

struct Sighting {
  int listed, with_worker;
};
constexpr Sighting kSightings[] = {{0, 0}, {1, 0}, {0, 1}};

// Elements in the lists of a run that has settled are odd: short histories are enough for that.
bool is_worth_while(const Sighting& seen, bool settled, int length) {
  return !settled || length < 3 || seen.listed + seen.with_worker == 0;
}

}  // namespace

TEST_CASE("small worlds: one voter on a last-wins table", "[exhaustive]") {
  Comparison comparison;
  for (int length = 1; length <= 3; ++length)
    for_each_sequence(length, "abc", [&](const auto& votes, const auto& outcomes) {
      for (const std::string& rows : row_states(1, "?abc"))
        for (const bool settled : {true, false})
          for (const Sighting& seen : kSightings)
            if (is_worth_while(seen, settled, length))
              comparison.check({{{votes, rows, seen.listed, seen.with_worker}}, true, settled},
                               {outcomes});
    });
  CHECK(comparison.worlds() == 5 * ((15 + 225) * 6 + 1728 * 4));
}

TEST_CASE("small worlds: one voter on an append table", "[exhaustive]") {
  Comparison comparison;
  for (int length = 1; length <= 3; ++length)
    for_each_sequence(length, "ab", [&](const auto& votes, const auto& outcomes) {
      for (const std::string& rows : row_states(4, "?ab"))
        for (const bool settled : {true, false})
          for (const Sighting& seen : kSightings)
            if (is_worth_while(seen, settled, length))
              comparison.check({{{votes, rows, seen.listed, seen.with_worker}}, false, settled},
                               {outcomes});
    });
  CHECK(comparison.worlds() == 35 * ((10 + 100) * 6 + 512 * 4));
}

TEST_CASE("small worlds: rows that were seen to change or to go", "[exhaustive]") {
  Comparison comparison;
  for (int length = 1; length <= 2; ++length)
    for_each_sequence(length, "ab", [&](const auto& votes, const auto& outcomes) {
      for (const bool last_wins : {true, false})
        for (const std::string& rows : row_states(last_wins ? 1 : 3, "?ab"))
          for (const bool settled : {true, false})
            for (const Sighting& seen : kSightings)
              for (const int change : {1, 2, 3})
                comparison.check({{{votes, rows, seen.listed, seen.with_worker}},
                                  last_wins,
                                  settled,
                                  (change & 1) != 0,
                                  (change & 2) != 0},
                                 {outcomes});
    });
  CHECK(comparison.worlds() == (10 + 100) * (4 + 20) * 2 * 3 * 3);
}

TEST_CASE("larger worlds, sampled: voters with up to seven attempts and six rows", "[exhaustive]") {
  Comparison comparison;
  for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
    Rng rng(seed);
    oracle::World world{{}, rng.below(2) == 0, rng.below(2) == 0};
    world.values_changed = rng.below(3) == 0;
    world.rows_vanished = rng.below(3) == 0;
    std::vector<std::vector<Outcome>> outcomes(1 + rng.below(3));
    for (auto& of_voter : outcomes) {
      oracle::Voter voter;
      for (std::uint64_t i = rng.below(8); i > 0; --i) {
        of_voter.push_back(kOutcomes[rng.below(3) == 0 ? rng.below(5) : 0]);
        voter.votes.push_back({answer_of(of_voter.back()), "abc"[rng.below(3)]});
      }
      for (std::uint64_t i = rng.below(world.last_wins ? 2 : 7); i > 0; --i)
        voter.rows += "abc?"[rng.below(4)];
      voter.seen_in_list = rng.below(3) == 0 ? static_cast<int>(rng.below(3)) : 0;
      voter.seen_with_worker = rng.below(3) == 0 ? static_cast<int>(rng.below(3)) : 0;
      world.voters.push_back(voter);
    }
    comparison.check(world, outcomes);
  }
}

TEST_CASE("small worlds: two voters with at most one attempt each", "[exhaustive]") {
  Comparison comparison;
  std::vector<std::pair<std::vector<oracle::Vote>, std::vector<Outcome>>> casts{{{}, {}}};
  for_each_sequence(1, "ab", [&](const auto& votes, const auto& outcomes) {
    casts.emplace_back(votes, outcomes);
  });
  for (const bool last_wins : {true, false})
    for (const bool settled : {true, false})
      for (const auto& [votes0, outcomes0] : casts)
        for (const auto& [votes1, outcomes1] : casts)
          for (const std::string& rows0 : row_states(1, "?ab"))
            for (const std::string& rows1 : row_states(1, "?ab"))
              comparison.check({{{votes0, rows0}, {votes1, rows1}}, last_wins, settled},
                               {outcomes0, outcomes1});
  CHECK(comparison.worlds() == 2 * 2 * 11 * 11 * 4 * 4);
}
