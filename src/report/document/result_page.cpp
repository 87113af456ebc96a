#include "report/document/result_page.h"

#include <fmt/format.h>

#include <set>
#include <vector>

#include "core/text.h"
#include "report/words.h"

namespace votebench::report {
namespace {

constexpr std::size_t kChoicesTold = 4;

// One choice, on the page and in the table.
struct Pair {
  std::string choice;
  std::uint64_t shown = 0;
  std::uint64_t stored = 0;

  [[nodiscard]] std::uint64_t difference() const {
    return shown > stored ? shown - stored : stored - shown;
  }
};

std::uint64_t count_in(const Tallies& tallies, const std::string& choice) {
  const auto found = tallies.find(choice);
  return found == tallies.end() ? 0 : found->second;
}

std::vector<Pair> pairs_of(const PageEvidence& page) {
  std::set<std::string> choices;
  for (const Tallies* tallies : {&page.shown, &page.stored})
    for (const auto& [choice, count] : *tallies) choices.insert(choice);
  std::vector<Pair> pairs;
  for (const std::string& choice : choices)
    pairs.push_back({choice, count_in(page.shown, choice), count_in(page.stored, choice)});
  return pairs;
}

// The first of them, with those words that `tell` finds for one.
template <typename Tell>
std::string list(const std::vector<Pair>& pairs, Tell tell) {
  std::string text;
  for (std::size_t i = 0; i < std::min(pairs.size(), kChoicesTold); ++i)
    text += (i == 0 ? ": " : ", ") + tell(pairs[i]);
  if (pairs.size() > kChoicesTold) text += fmt::format(", {} more", pairs.size() - kChoicesTold);
  return text;
}

}  // namespace

State state_of(const PageEvidence& page) {
  if (!page.compared) return State::open;
  return difference(page) == 0 ? State::good : State::warning;
}

std::string result_page_text(const PageEvidence& page) {
  if (!page.configured) return {};
  if (!page.compared) return "not compared with the table: " + page.why_not;
  std::vector<Pair> pairs = pairs_of(page);
  const std::uint64_t off = difference(page);
  if (off == 0)
    return "shows what the table holds" + list(pairs, [](const Pair& pair) {
             return fmt::format("{} {}", pair.choice, format_count(pair.shown));
           });
  std::erase_if(pairs, [](const Pair& pair) { return pair.difference() == 0; });
  return counted(off, "vote") + " off" + list(pairs, [](const Pair& pair) {
           return fmt::format("{} {} for {}", pair.choice, format_count(pair.shown),
                              format_count(pair.stored));
         });
}

}  // namespace votebench::report
