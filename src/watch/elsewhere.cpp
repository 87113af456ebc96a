#include "watch/elsewhere.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/counted.h"
#include "core/text.h"

namespace votebench::watch {
namespace {

constexpr const char* kMaybeASideList =
    "; if workers keep there what they have in hand, say so in the target (in_flight)";

std::string name_of(const adapters::Place& place) {
  return fmt::format("{} '{}' of database {}", place.kind, printable(place.name, 60),
                     place.database);
}

bool is_due(const ElsewhereQuestion& question, const adapters::Place& place) {
  return !place.due || *place.due <= question.wall;
}

bool is_log(const ElsewhereQuestion& question, const adapters::Place& place) {
  if (question.in_hand_elsewhere || !is_due(question, place)) return false;
  if (!question.votes_are_missing) return 2 * place.own.size() >= question.stored.size();
  const auto stored =
      static_cast<std::size_t>(std::ranges::count_if(place.own, [&question](VoterIndex voter) {
        return std::ranges::binary_search(question.stored, voter);
      }));
  return 4 * stored >= 3 * place.own.size();
}

}  // namespace

void ElsewhereCheck::note_cut(const ElsewhereQuestion& question, const adapters::Elsewhere& queue) {
  const bool moved = queue.others_unseen || !question.moved_unseen.empty();
  if (moved && question.votes_are_missing && !question.leans_on_quiet)
    obstacle_ = fmt::format(
        "votes may have been put elsewhere{}, and not all of the queue's server was looked at: {}",
        queue.others_unseen ? "" : fmt::format(" ({})", fmt::join(question.moved_unseen, ", ")),
        queue.cut_short);
  else
    assumptions_.push_back(
        fmt::format("votes stand nowhere else on the queue's server ({})", queue.cut_short));
}

void ElsewhereCheck::note_room(const ElsewhereQuestion& question, const adapters::Place& place,
                               const Room* before) {
  const std::string name = name_of(place);
  const bool same = before != nullptr && before->votes == place.own && is_due(question, place);
  const Instant changed_at = same ? before->changed_at : question.at;
  rooms_[name] = {place.own, changed_at};
  const std::string found = fmt::format(
      "{} in {}", counted(place.own.size(), "vote of ours stands", "votes of ours stand"), name);
  const bool is_parked =
      question.votes_are_missing ? question.at - changed_at >= max_hold_ : question.leans_on_quiet;
  if (is_parked && is_due(question, place))
    assumptions_.push_back(fmt::format(
        "{} and {} parked there: nothing moved them for {}", found,
        place.own.size() == 1 ? "is" : "are",
        question.votes_are_missing ? format_duration(max_hold_) : "as long as settle.quiet"));
  else if (obstacle_.empty())
    obstacle_ =
        found + ": they may still be on their way" + (place.kind == "list" ? kMaybeASideList : "");
}

void ElsewhereCheck::observe(const ElsewhereQuestion& question, const adapters::Elsewhere& queue,
                             const adapters::Elsewhere& store) {
  const std::map<std::string, Room> before = std::exchange(rooms_, {});
  obstacle_.clear();
  assumptions_.clear();
  if (!queue.cut_short.empty()) note_cut(question, queue);
  if (!store.cut_short.empty())
    assumptions_.push_back("votes stand in no other table of the database (" + store.cut_short +
                           ")");
  for (const adapters::Elsewhere* look : {&queue, &store})
    for (const adapters::Place& place : look->places) {
      if (place.own.empty() || is_log(question, place)) continue;
      const auto known = before.find(name_of(place));
      note_room(question, place, known == before.end() ? nullptr : &known->second);
    }
}

}  // namespace votebench::watch
