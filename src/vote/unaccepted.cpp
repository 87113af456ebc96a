#include "vote/unaccepted.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/counted.h"
#include "core/text.h"

namespace votebench {
namespace {

constexpr std::size_t kListed = 3;
constexpr std::uint64_t kNotablePart = 10;  // a tenth

Outcome outcome_of(const Attempt& attempt) {
  const bool open = attempt.state != AttemptState::concluded || attempt.outcome == Outcome::none;
  return open ? Outcome::ambiguous : attempt.outcome;
}

Cause cause_by_flags(const Attempt& attempt) {
  const auto has = [&](AttemptFlag flag) { return (attempt.flags & flag) != 0; };
  if (has(kNotEchoed)) return Cause::not_echoed;
  if (attempt.status != 0) return Cause::status;
  if (has(kMalformedAnswer)) return Cause::not_http;
  if (has(kConnectFailed)) return has(kTimedOut) ? Cause::connect_timed_out : Cause::no_connection;
  if (has(kTimedOut)) return Cause::timed_out;
  return has(kClosedEarly) ? Cause::closed_early : Cause::given_up;
}

void add(const Attempt& attempt, std::vector<Unaccepted>& all) {
  const Outcome outcome = outcome_of(attempt);
  if (outcome == Outcome::acked) return;
  const Cause cause = cause_of(attempt);
  const std::uint16_t status = cause == Cause::status ? attempt.status : std::uint16_t{0};
  auto found = std::ranges::find_if(all, [&](const Unaccepted& votes) {
    return votes.outcome == outcome && votes.cause == cause && votes.status == status;
  });
  if (found == all.end()) found = all.insert(all.end(), {outcome, cause, status, 0, {}});
  ++found->count;
  found->longest = std::max(found->longest, attempt.service_time());
}

bool waited(Cause cause) { return cause == Cause::timed_out || cause == Cause::connect_timed_out; }

}  // namespace

Cause cause_of(const Attempt& attempt) {
  if (attempt.state != AttemptState::concluded) return Cause::given_up;
  return attempt.cause == Cause::none ? cause_by_flags(attempt) : attempt.cause;
}

std::vector<Unaccepted> unaccepted_votes(const AttemptHistory& attempts) {
  std::vector<Unaccepted> all;
  attempts.for_each([&](AttemptNumber, const Attempt& attempt) { add(attempt, all); });
  std::ranges::stable_sort(all, std::ranges::greater(), &Unaccepted::count);
  return all;
}

std::string words_of(const Unaccepted& votes) {
  return votes.cause == Cause::status ? fmt::format("status {}", votes.status)
                                      : std::string(words_of(votes.cause).words);
}

std::string_view advice_for(const Unaccepted& votes) {
  return votes.cause == Cause::status ? advice_on_status(votes.status)
                                      : words_of(votes.cause).advice;
}

std::string cause_words(const Attempt& attempt) {
  return words_of(Unaccepted{.cause = cause_of(attempt), .status = attempt.status});
}

std::string list_of(const std::vector<Unaccepted>& votes) {
  std::string text;
  for (std::size_t i = 0; i < std::min(votes.size(), kListed); ++i)
    text += fmt::format("{}{} x {}{}", i == 0 ? "" : ", ", format_count(votes[i].count),
                        words_of(votes[i]),
                        votes[i].longest == Nanoseconds(0)
                            ? ""
                            : fmt::format(" {} {}", waited(votes[i].cause) ? "after" : "within",
                                          format_duration(votes[i].longest)));
  if (votes.size() > kListed)
    text += fmt::format(", {}", counted(votes.size() - kListed, "more cause"));
  return text;
}

std::vector<std::string> advice_on(const std::vector<Unaccepted>& votes) {
  std::uint64_t all = 0;
  for (const Unaccepted& entry : votes) all += entry.count;
  std::vector<std::string> advice;
  for (const Unaccepted& entry : votes) {
    std::string sentence(advice_for(entry));
    const bool said = std::ranges::find(advice, sentence) != advice.end();
    if (!said && !sentence.empty() && entry.count * kNotablePart >= all)
      advice.push_back(std::move(sentence));
  }
  return advice;
}

}  // namespace votebench
