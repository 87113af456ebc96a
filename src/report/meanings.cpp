#include "report/meanings.h"

#include <algorithm>
#include <array>
#include <utility>

namespace votebench::report {
namespace {

// A page for every place where a vote can be lost.
constexpr std::array<std::pair<Hop, std::string_view>, 4> kLost{{{Hop::vote, "lost-at-vote"},
                                                                 {Hop::queue, "lost-at-queue"},
                                                                 {Hop::worker, "lost-at-worker"},
                                                                 {Hop::db, "lost-in-db"}}};

bool may_be_at(const Verdict& verdict, Hop hop) {
  return std::ranges::any_of(verdict.lost_by_hop, [hop](const auto& entry) {
    const HopRange& range = entry.first;
    return range.first == Hop::unknown || (range.first <= hop && hop <= range.last);
  });
}

}  // namespace

std::string_view Meaning::summary() const {
  constexpr std::string_view kMark = ": ";
  const std::string_view title = text.substr(0, text.find('\n'));
  return title.substr(title.find(kMark) + kMark.size());
}

const Meaning* find_meaning(std::string_view name) {
  const auto all = meanings();
  const auto found = std::ranges::find(all, name, &Meaning::name);
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> meanings_of(const Verdict& verdict) {
  std::vector<std::string> names;
  const auto add_if = [&](bool holds, std::string_view name) {
    if (holds) names.emplace_back(name);
  };
  for (const auto& [hop, name] : kLost)
    add_if(!verdict.lost.passed() && may_be_at(verdict, hop), name);
  add_if(!verdict.flipped.passed(), "flipped");
  add_if(!verdict.duplicated.passed(), "duplicated");
  add_if(!verdict.stale.passed(), "stale");
  add_if(!verdict.phantom.passed(), "phantom");
  if (verdict.kind != VerdictKind::inconclusive) return names;
  add_if(verdict.pending + verdict.queued + verdict.in_flight > 0, "pending");
  add_if(names.empty() && verdict.accounting.ambiguous > 0, "unknown");
  return names;
}

}  // namespace votebench::report
