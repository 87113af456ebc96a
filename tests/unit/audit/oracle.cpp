#include "oracle.h"

#include <algorithm>
#include <set>

namespace oracle {
namespace {

int number_of(const Voter& voter, Answer answer, char value) {
  return static_cast<int>(std::count_if(
      voter.votes.begin(), voter.votes.end(),
      [&](const Vote& vote) { return vote.answer == answer && vote.value == value; }));
}

int number_of(const Voter& voter, Answer answer) {
  return static_cast<int>(std::count_if(voter.votes.begin(), voter.votes.end(),
                                        [&](const Vote& vote) { return vote.answer == answer; }));
}

int unsent_of(const Voter& voter, char value) {
  return number_of(voter, Answer::unsent, value) + number_of(voter, Answer::refused, value);
}

// Adds `count` votes to a class; zero leaves no trace, so that opinions can be compared.
void put(Classes& classes, const std::string& name, int count) {
  if (count > 0) classes[name] += count;
}

// Accepted votes that the rows do not show: what may be said of them.
void put_missing(Opinion& opinion, const World& world, const Voter& voter, int missing,
                 const std::string& proven) {
  const int queued = std::min(missing, voter.seen_in_list);
  const int with_worker = std::min(missing - queued, voter.seen_with_worker);
  put(opinion.accepted, "queued", queued);
  put(opinion.accepted, "in_flight", with_worker);
  put(opinion.accepted, world.absence_counts ? proven : "pending", missing - queued - with_worker);
}

// Where values (or surplus rows) were seen to come right, only what has settled is wrong.
bool flips_count(const World& world) { return world.absence_counts || !world.values_changed; }
bool duplicates_count(const World& world) { return world.absence_counts || !world.rows_vanished; }

// "Admissible final values = {value of the last ACKED attempt} and {value of any AMBIGUOUS}."
void last_wins(Opinion& opinion, const World& world, const Voter& voter) {
  const int accepted = number_of(voter, Answer::accepted);
  const int unclear = number_of(voter, Answer::unclear);
  const int unsent = static_cast<int>(voter.votes.size()) - accepted - unclear;
  std::set<char> unclear_values, earlier_accepted, never_left;
  std::string final_value;
  for (const Vote& vote : voter.votes) {
    if (vote.answer == Answer::accepted) {
      if (!final_value.empty()) earlier_accepted.insert(final_value[0]);
      final_value = vote.value;
    } else if (vote.answer == Answer::unclear) {
      unclear_values.insert(vote.value);
    } else {
      never_left.insert(vote.value);
    }
  }
  const int earlier = std::max(0, accepted - 1);

  if (voter.rows.empty()) {
    put(opinion.accepted, "superseded", earlier);
    put_missing(opinion, world, voter, accepted - earlier, "lost");
    put(opinion.unclear, "absent_ambiguous", unclear);
    put(opinion.unsent, "not_counted", unsent);
    return;
  }
  const char row = voter.rows[0];
  const bool nothing_left = accepted + unclear == 0;
  if (row == (final_value.empty() ? '\0' : final_value[0])) {
    put(opinion.rows, "persisted", 1);
    put(opinion.accepted, "persisted", 1);
    put(opinion.accepted, "superseded", earlier);
    put(opinion.unclear, "absent_ambiguous", unclear);
    put(opinion.unsent, "not_counted", unsent);
  } else if (unclear_values.count(row) > 0) {
    put(opinion.rows, "recovered", 1);
    put(opinion.accepted, "superseded", accepted);
    put(opinion.unclear, "recovered", 1);
    put(opinion.unclear, "absent_ambiguous", unclear - 1);
    put(opinion.unsent, "not_counted", unsent);
  } else if (earlier_accepted.count(row) > 0) {
    const bool proven =
        world.absence_counts && voter.seen_in_list == 0 && voter.seen_with_worker == 0;
    put(opinion.rows, proven ? "stale" : "superseded", 1);
    put_missing(opinion, world, voter, 1, "stale");
    put(opinion.accepted, "superseded", earlier);
    put(opinion.unclear, "absent_ambiguous", unclear);
    put(opinion.unsent, "not_counted", unsent);
  } else if (never_left.count(row) > 0 || nothing_left) {
    put(opinion.rows, "contradiction", 1);
    put(opinion.accepted, "superseded", accepted);
    put(opinion.unclear, "absent_ambiguous", unclear);
    put(opinion.unsent, "contradiction", 1);
    put(opinion.unsent, "not_counted", unsent - 1);
  } else if (!flips_count(world)) {
    put(opinion.rows, "undecided", 1);
    put_missing(opinion, world, voter, accepted > 0 ? 1 : 0, "flipped");
    put(opinion.accepted, "superseded", earlier);
    put(opinion.unclear, "absent_ambiguous", unclear);
    put(opinion.unsent, "not_counted", unsent);
  } else {
    put(opinion.rows, "flipped", 1);
    put(opinion.accepted, "flipped", accepted > 0 ? 1 : 0);
    put(opinion.accepted, "superseded", earlier);
    put(opinion.unclear, "flipped", accepted > 0 ? 0 : 1);
    put(opinion.unclear, "absent_ambiguous", accepted > 0 ? unclear : unclear - 1);
    put(opinion.unsent, "not_counted", unsent);
  }
}

// "Per (voter, value): must = ACKED, may = AMBIGUOUS, have = rows; deficit = max(0, must - have),
// surplus = max(0, have - must - may). Pair a deficit with a surplus as FLIPPED where nobody sent
// the surplus value." What the voter sent itself may as well be a second row, and a vote too few.
void append(Opinion& opinion, const World& world, const Voter& voter) {
  int deficit = 0, idle_unclear = 0, surplus_sent = 0, surplus_unknown = 0, idle_unsent = 0;
  int leaving = 0;
  const std::string all_values = "abc?";
  for (const char value : all_values) {
    const int must = number_of(voter, Answer::accepted, value);
    const int may = number_of(voter, Answer::unclear, value);
    const int have = static_cast<int>(std::count(voter.rows.begin(), voter.rows.end(), value));
    const int recovered = std::clamp(have - must, 0, may);
    const int surplus = std::max(0, have - must - may);
    const int contradicted = std::min(surplus, unsent_of(voter, value));
    put(opinion.accepted, "persisted", std::min(must, have));
    put(opinion.rows, "persisted", std::min(must, have));
    put(opinion.unclear, "recovered", recovered);
    put(opinion.rows, "recovered", recovered);
    put(opinion.unsent, "contradiction", contradicted);
    put(opinion.rows, "contradiction", contradicted);
    deficit += std::max(0, must - have);
    idle_unclear += may - recovered;
    idle_unsent += unsent_of(voter, value) - contradicted;
    (must + may > 0 ? surplus_sent : surplus_unknown) += surplus - contradicted;
    leaving += must + may;
  }
  if (!flips_count(world)) {
    put(opinion.rows, "undecided", surplus_unknown);
    surplus_unknown = 0;
  }
  const int flips = std::min(deficit, surplus_unknown);
  const int unknown_left = surplus_unknown - flips;
  const int unclear_flips = std::min(idle_unclear, unknown_left);
  const int excused =
      leaving == 0 ? std::min(idle_unsent, surplus_sent + surplus_unknown - flips) : 0;
  put(opinion.accepted, "flipped", flips);
  put(opinion.unclear, "flipped", unclear_flips);
  put(opinion.rows, "flipped", flips + unclear_flips);
  put(opinion.unsent, "contradiction", excused);
  put(opinion.rows, "contradiction", excused);
  put(opinion.rows, duplicates_count(world) ? "duplicated" : "undecided",
      surplus_sent + surplus_unknown - flips - unclear_flips - excused);
  put_missing(opinion, world, voter, deficit - flips, "lost");
  put(opinion.unclear, "absent_ambiguous", idle_unclear - unclear_flips);
  put(opinion.unsent, "not_counted", idle_unsent - excused);
}

bool any(const Classes& classes, const std::string& name) { return classes.count(name) > 0; }

std::string verdict_of(const World& world, const Opinion& opinion) {
  if (any(opinion.accepted, "lost") || any(opinion.accepted, "stale") ||
      any(opinion.rows, "flipped") || any(opinion.rows, "duplicated") ||
      any(opinion.rows, "phantom"))
    return "fail";
  const bool waiting = any(opinion.accepted, "pending") || any(opinion.accepted, "queued") ||
                       any(opinion.accepted, "in_flight");
  const bool nobody = opinion.accepted.empty();
  if (nobody || waiting || any(opinion.rows, "undecided") || !world.absence_counts ||
      any(opinion.rows, "contradiction"))
    return "inconclusive";
  return "pass";
}

}  // namespace

Opinion judge(const World& world) {
  Opinion opinion;
  for (const Voter& voter : world.voters) {
    if (voter.votes.empty())
      put(opinion.rows, "phantom", static_cast<int>(voter.rows.size()));
    else if (world.last_wins)
      last_wins(opinion, world, voter);
    else
      append(opinion, world, voter);
  }
  opinion.verdict = verdict_of(world, opinion);
  return opinion;
}

}  // namespace oracle
