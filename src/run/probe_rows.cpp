#include "run/probe_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/text.h"
#include "scenario/values.h"

namespace votebench::run {
namespace {

bool is_as_sent(const std::string& sent, const std::set<std::string>& stored) {
  return stored.size() == 1 && *stored.begin() == sent;
}

}  // namespace

Spelling spelling_of(const std::vector<ProbeVoter>& voters,
                     const std::vector<std::string>& choices) {
  Spelling spelling;
  for (const ProbeVoter& voter : voters)
    spelling.stored[voter.sent].insert(voter.stored.begin(), voter.stored.end());
  std::erase_if(spelling.stored, [](const auto& entry) { return entry.second.empty(); });

  std::set<std::string> words;
  std::size_t otherwise = 0;
  std::size_t choices_among = 0;  // of the words that stand for another choice
  for (const auto& [sent, stored] : spelling.stored) {
    words.insert(stored.begin(), stored.end());
    if (is_as_sent(sent, stored)) continue;
    ++otherwise;
    if (std::ranges::find(choices, *stored.begin()) != choices.end()) ++choices_among;
  }
  const bool one_to_one =
      words.size() == spelling.stored.size() &&
      std::ranges::all_of(spelling.stored, [](const auto& e) { return e.second.size() == 1; });
  using enum Spelling::Kind;
  if (otherwise == 0)
    spelling.kind = as_sent;
  else if (one_to_one && choices_among == 0)
    spelling.kind = other_words;
  else if (one_to_one && choices_among == otherwise)
    spelling.kind = exchanged;
  else if (words.size() == 1 && choices_among == 0)
    spelling.kind = one_word;
  else
    spelling.kind = mixed;
  return spelling;
}

std::string describe(const Spelling& spelling) {
  std::vector<std::string> clauses;
  for (const auto& [sent, stored] : spelling.stored) {
    if (is_as_sent(sent, stored)) continue;
    std::vector<std::string> words;
    for (const std::string& word : stored) words.push_back("'" + printable(word, 40) + "'");
    clauses.push_back(
        fmt::format("{} where '{}' was sent", fmt::join(words, " or "), printable(sent, 40)));
  }
  return fmt::format("the table says {}", fmt::join(clauses, ", "));
}

std::string choices_key(const Spelling& spelling) {
  std::vector<std::string> pairs;
  for (const auto& [sent, stored] : spelling.stored)
    if (!is_as_sent(sent, stored))
      pairs.push_back(
          fmt::format("{}: {}", scenario::yaml_name(sent), scenario::yaml_text(*stored.begin())));
  return fmt::format("{{ {} }}", fmt::join(pairs, ", "));
}

std::optional<RevoteRule> rule_shown_by(const SecondVote& vote) {
  if (vote.stored.size() > 1) return RevoteRule::append;
  if (vote.stored.empty()) return std::nullopt;
  if (vote.stored != vote.before) return RevoteRule::last_wins;
  // A table that does not say what was sent may say the same of both votes.
  if (vote.before.front() == vote.first) return RevoteRule::first_wins;
  return std::nullopt;
}

std::string_view word_of(RevoteRule rule) {
  switch (rule) {
    case RevoteRule::last_wins:
      return "last-wins";
    case RevoteRule::append:
      return "append";
    case RevoteRule::first_wins:
      return "first-wins";
  }
  return "";
}

}  // namespace votebench::run
