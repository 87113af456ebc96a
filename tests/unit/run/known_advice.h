// Which advice votebench knows: the sentences of vote/advice.h and those on causes.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "vote/advice.h"
#include "vote/cause.h"
#include "vote/unaccepted.h"

namespace votebench::run::test {

// The sentence with these names and numbers: `words` has {} where they stand.
inline bool fits(std::string_view words, std::string_view sentence) {
  std::vector<std::string> pieces{""};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view two = words.substr(i, 2);
    if (two == "{}") pieces.emplace_back();
    if (two != "{}") pieces.back() += words[i];
    if (two == "{}" || two == "{{" || two == "}}") ++i;
  }
  if (pieces.size() == 1) return sentence == pieces.front();
  if (!sentence.starts_with(pieces.front())) return false;
  sentence.remove_prefix(pieces.front().size());
  for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
    const std::size_t place = sentence.find(pieces[i]);
    if (place == std::string_view::npos) return false;
    sentence.remove_prefix(place + pieces[i].size());
  }
  return sentence.ends_with(pieces.back());
}

inline bool says(const std::vector<std::string>& advice, Help help) {
  return std::ranges::any_of(advice, [&](const std::string& sentence) {
    return fits(kHelp.at(static_cast<std::size_t>(help)).words, sentence);
  });
}

// A vote of every cause, and of every kind of status.
inline std::vector<Unaccepted> every_cause() {
  std::vector<Unaccepted> all;
  for (std::size_t cause = 0; cause < kCauses; ++cause)
    all.push_back({.cause = static_cast<Cause>(cause), .count = 1});
  for (const int status : {302, 401, 403, 404, 405, 429, 500, 502, 503, 504, 599, 600})
    all.push_back(
        {.cause = Cause::status, .status = static_cast<std::uint16_t>(status), .count = 1});
  return all;
}

// Sentences on causes, with "; " between them.
inline bool is_about_causes(std::string_view text) {
  for (const Unaccepted& votes : every_cause()) {
    const std::string_view sentence = advice_for(votes);
    if (sentence.empty() || !text.starts_with(sentence)) continue;
    const std::string_view rest = text.substr(sentence.size());
    if (rest.empty() || (rest.starts_with("; ") && is_about_causes(rest.substr(2)))) return true;
  }
  return false;
}

inline bool is_known_advice(const std::string& sentence) {
  const std::string_view behind = "; or allow more with audit.unknown";
  const std::string_view all = sentence;
  if (all.ends_with(behind)) return is_known_advice(sentence.substr(0, all.size() - behind.size()));
  return is_about_causes(sentence) || std::ranges::any_of(kHelp, [&](const HelpWords& row) {
           return row.help != Help::allow_unknown && fits(row.words, sentence);
         });
}

}  // namespace votebench::run::test
