// What the rows of the probe votes tell of a table: how it spells the choices, and what it does
// with a voter's second vote. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vote/target_settings.h"

namespace votebench::run {

// Of one probe voter: the choice that was sent, and those that its rows show.
struct ProbeVoter {
  std::string sent;
  std::vector<std::string> stored;
};

// How the probes' choices stand in the table.
struct Spelling {
  enum class Kind {
    as_sent,
    other_words,  // every choice has one other word, none of them a choice: a spelling
    exchanged,    // every choice stands as another one, one to one: votes are flipped
    one_word,     // all choices stand as one other word: a placeholder, or another column
    mixed,        // anything else
  };
  Kind kind = Kind::as_sent;
  std::map<std::string, std::set<std::string>> stored;  // of each choice that was sent
};

// Of the voters that have rows; `choices`: all that the plan sends.
[[nodiscard]] Spelling spelling_of(const std::vector<ProbeVoter>& voters,
                                   const std::vector<std::string>& choices);

// "the table says 'Cats' where 'a' was sent, ..."; of the choices that stand otherwise.
[[nodiscard]] std::string describe(const Spelling& spelling);

// The value of the target's key `choices` that says this spelling: `{ a: Cats }`.
[[nodiscard]] std::string choices_key(const Spelling& spelling);

// A probe voter who voted twice, for different choices.
struct SecondVote {
  std::string first;                // was sent
  std::vector<std::string> before;  // what its rows showed before the second one was cast
  std::vector<std::string> stored;  // what they show now
};

// What the second vote has done so far: nothing where that is no rule, or not yet.
// `first_wins` is what no second vote at all looks like, too.
[[nodiscard]] std::optional<RevoteRule> rule_shown_by(const SecondVote& vote);

// As the key `rows` of the target says it.
[[nodiscard]] std::string_view word_of(RevoteRule rule);

}  // namespace votebench::run
