#include "selftest/ruling.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace votebench::selftest {
namespace {

using nlohmann::json;

// Those that are counted apart.
constexpr std::array<const Defect*, 8> kDefects{&kLost,    &kStale,   &kFlipped,     &kDuplicated,
                                                &kPhantom, &kForeign, &kCarriedOver, &kUnknown};
// Of a contradiction nothing can be planted: it would be our own fault.
constexpr std::string_view kContradictions = "/audit/contradiction/count";

std::uint64_t count_at(const json& result, std::string_view pointer) {
  return result.value(json::json_pointer(std::string(pointer)), std::uint64_t{0});
}

constexpr std::array<Hop, 4> kHops{Hop::vote, Hop::queue, Hop::worker, Hop::db};

// Votes at one hop are in by_hop, those in a range of hops in by_hop_range; by_hop counts the
// latter as unknown, too.
std::vector<std::pair<HopRange, std::uint64_t>> lost_at(const json& lost) {
  const json hops = lost.value("by_hop", json::object());
  const json ranges = lost.value("by_hop_range", json::object());
  std::vector<std::pair<HopRange, std::uint64_t>> found;
  std::uint64_t unknown = hops.value("unknown", std::uint64_t{0});
  for (const Hop first : kHops)
    for (const Hop last : kHops) {
      if (last < first) continue;
      const HopRange range{first, last};
      const json& counts = first == last ? hops : ranges;
      const std::uint64_t count = counts.value(to_string(range), std::uint64_t{0});
      if (count > 0) found.emplace_back(range, count);
      if (first != last) unknown -= std::min(unknown, count);
    }
  if (unknown > 0) found.emplace_back(HopRange{}, unknown);
  return found;
}

// A range that cannot be said contains every hop.
bool contains(HopRange range, Hop hop) {
  return range.first == Hop::unknown || (range.first <= hop && hop <= range.last);
}

// Before the queue or behind it is always to be told apart.
bool right_hops(const Seen& seen, Hop truth) {
  return std::ranges::all_of(seen.lost_at, [truth](const auto& place) {
    const auto& [range, count] = place;
    return contains(range, truth) && contains(range, Hop::vote) == (truth == Hop::vote);
  });
}

std::uint64_t count_of(const Seen& seen, std::string_view pointer) {
  const auto found = seen.counts.find(pointer);
  return found == seen.counts.end() ? 0 : found->second;
}

// Something is claimed that was not planted.
bool accuses_wrongly(const Case& which, const Seen& seen) {
  const bool renamed = which.planted == &kRenamed;  // its votes are lost under their own ids
  if (count_of(seen, kContradictions) > 0) return true;
  return std::ranges::any_of(kDefects, [&](const Defect* defect) {
    if (defect->count == which.planted->count || (renamed && defect == &kLost) ||
        (which.leaves_answers_open && defect == &kUnknown))
      return false;
    return count_of(seen, defect->count) > 0;
  });
}

Ruling wrong(const Case& which, const Seen& seen, std::string why) {
  const bool innocent = which.planted->verdict != VerdictKind::fail;
  const bool failed = seen.verdict == to_string(VerdictKind::fail);
  return {false, accuses_wrongly(which, seen) || (innocent && failed), std::move(why)};
}

}  // namespace

Result<Seen> read_seen(const std::string& result_json) {
  const json result = json::parse(result_json, nullptr, false);
  if (!result.is_object() || !result.contains("audit"))
    return fail(ErrorKind::environment, "its result.json cannot be read");
  Seen seen;
  seen.verdict = result.value("verdict", "");
  for (const Defect* defect : kDefects)
    seen.counts[std::string(defect->count)] = count_at(result, defect->count);
  seen.counts[std::string(kContradictions)] = count_at(result, kContradictions);
  seen.lost_at = lost_at(result["audit"].value("lost", json::object()));
  return seen;
}

Ruling rule(const Case& which, const Seen& seen) {
  if (!seen.trouble.empty()) return wrong(which, seen, seen.trouble);
  const Defect& planted = *which.planted;
  const std::uint64_t found = planted.count.empty() ? 0 : count_of(seen, planted.count);
  if (accuses_wrongly(which, seen)) return wrong(which, seen, "found " + found_words(seen));
  if (!planted.count.empty() && seen.planted != seen.asked)
    return wrong(which, seen, fmt::format("only {} planted", seen.planted));
  if (!planted.count.empty() && found != seen.planted)
    return wrong(which, seen, fmt::format("{} of {} found", found, seen.planted));
  if (&planted == &kLost && !right_hops(seen, which.hop))
    return wrong(which, seen, "the hop is " + hop_words(seen));
  const bool open = seen.verdict == to_string(VerdictKind::inconclusive);
  if (seen.verdict != to_string(planted.verdict) && !(open && which.may_be_open))
    return wrong(which, seen, "the verdict is " + seen.verdict);
  return {true, false, ""};
}

std::string found_words(const Seen& seen) {
  std::vector<std::string> words;
  for (const Defect* defect : kDefects)
    if (const std::uint64_t count = count_of(seen, defect->count); count > 0)
      words.push_back(fmt::format("{} {}", count, defect->word));
  if (const std::uint64_t count = count_of(seen, kContradictions); count > 0)
    words.push_back(fmt::format("{} contradictions", count));
  return words.empty() ? "nothing" : fmt::format("{}", fmt::join(words, ", "));
}

std::string hop_words(const Seen& seen) {
  std::vector<std::string> words;
  for (const auto& [range, count] : seen.lost_at) words.push_back(to_string(range));
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace votebench::selftest
