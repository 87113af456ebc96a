// What the verdict stands on, in one short block; and at length, why each part matters.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/document/sections.h"

namespace votebench::report::sections {
namespace {

// Why a ground is asked for, by Ground::what.
struct Meaning {
  std::string_view what;
  std::string_view why;
};
constexpr std::array<Meaning, 8> kMeanings{
    {{"table",
      "A voter's second vote replaces the first one's row, or adds one, or changes nothing. Which "
      "of them tells what a stale vote and what a duplicate is. Before the run three probe voters "
      "vote twice."},
     {"choices",
      "A row that says something else than was sent is a flipped vote, unless the stack spells "
      "every choice its own way. Probe votes for every choice tell the two apart."},
     {"rows",
      "The table serves others, too: rows whose columns hold something else are not looked at, and "
      "a vote that was written there is missing here."},
     {"way",
      "A list without votes of ours proves something only where they were seen to pass through it. "
      "Probe votes are followed from their answer to their row."},
     {"trailing votes",
      "What a worker collects before it writes stands in no list and in no row. Votes that are "
      "cast behind the load push the last ones out, or do not come themselves: then nothing is "
      "claimed."},
     {"workers",
      "A worker that handles one vote at a time has written the last one when it asks for the "
      "next. More rows than workers, after the lists were empty, would show that it is not so."},
     {"clients",
      "Whoever took a vote and does not ask for another one may still hold it. Each client that "
      "was ever seen taking votes is asked for."},
     {"elsewhere",
      "A vote may wait in another list, a retry set or a renamed backlog. They are searched for "
      "ids of ours before a vote is called lost."}}};

std::string_view meaning_of(const Ground& ground) {
  const auto found = std::ranges::find(kMeanings, ground.what, &Meaning::what);
  if (found != kMeanings.end()) return found->why;
  return ground.kind == Ground::Kind::assumed ? "Nothing that can be seen shows it. Where it does "
                                                "not hold, the verdict may be wrong."
                                              : "";
}

constexpr std::array<std::pair<Ground::Kind, const char*>, 3> kKinds{
    {{Ground::Kind::measured, "measured"},
     {Ground::Kind::looked_at, "looked at"},
     {Ground::Kind::assumed, "assumed"}}};

std::string joined(const Grounds& grounds, Ground::Kind kind) {
  std::string text;
  for (const Ground& ground : grounds)
    if (ground.kind == kind) text += (text.empty() ? "" : "; ") + ground.text;
  return text;
}

// Each with its meaning.
List explained(const Grounds& grounds) {
  List list;
  for (const auto& [kind, word] : kKinds)
    for (const Ground& ground : grounds) {
      if (ground.kind != kind) continue;
      const std::string subject = ground.what.empty() ? "" : ", " + ground.what;
      list.items.emplace_back(State::remark, fmt::format("{}{}: {}. {}", word, subject, ground.text,
                                                         meaning_of(ground)));
    }
  return list;
}

}  // namespace

Section proof(const Report& report) {
  Section section{"proof", "PROOF", "What this stands on"};
  const Grounds grounds = grounds_of(report);
  if (grounds.empty()) return section;
  Facts facts;
  List brief;
  brief.marked = false;
  for (const auto& [kind, word] : kKinds) {
    const std::string text = joined(grounds, kind);
    if (text.empty()) continue;
    facts.facts.push_back({word, text});
    brief.items.emplace_back(State::remark, fmt::format("{}: {}", word, text));
  }
  section.add(std::move(facts), kPages);
  section.add(report.shown.explain ? explained(grounds) : std::move(brief), kBrief);
  section.add(Fold{"Why each of these matters", {{explained(grounds)}}}, kFull);
  return section;
}

}  // namespace votebench::report::sections
