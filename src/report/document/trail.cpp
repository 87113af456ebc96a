#include "report/document/trail.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "report/document/documents.h"
#include "report/words.h"

namespace votebench::report {
namespace {

constexpr std::size_t kTrailEvents = 6;

// "1.2413 s": votes of one voter are told apart.
std::string moment(Nanoseconds time) { return fmt::format("{:.4f} s", in_seconds(time)); }

std::string_view outcome_words(const Attempt& attempt) {
  if (attempt.state != AttemptState::concluded)
    return "no outcome on record (votebench ended first): it may or may not count";
  switch (attempt.outcome) {
    case Outcome::not_sent:
      return "not sent: no byte of it can have left";
    case Outcome::rejected:
      return "rejected before it was queued";
    case Outcome::acked:
      return "accepted";
    case Outcome::ambiguous:
    case Outcome::none:
      break;
  }
  return "no clear answer: it may or may not count";
}

// What the outcome leaves open.
std::string detail_words(const Attempt& attempt) {
  if (attempt.state != AttemptState::concluded) return {};
  if ((attempt.flags & kTruncatedBody) != 0) return ", body cut short";
  const bool told = attempt.outcome == Outcome::acked || cause_of(attempt) == Cause::status;
  return told ? "" : ", " + cause_words(attempt);
}

std::string_view class_words(VoteClass vote_class) {
  switch (vote_class) {
    case VoteClass::persisted:
      return "its row holds what was sent";
    case VoteClass::superseded:
      return "a later vote of this voter replaced it, as it should";
    case VoteClass::lost:
      return "accepted, and proven absent";
    case VoteClass::stale:
      return "accepted, but an earlier vote of this voter stands";
    case VoteClass::flipped:
      return "the row holds a choice that this voter never sent";
    case VoteClass::recovered:
      return "no clear answer, but it is in the table";
    case VoteClass::absent_ambiguous:
      return "no clear answer, and not in the table: no promise broken";
    case VoteClass::pending:
      return "accepted, not in the table, and not proven lost";
    case VoteClass::queued:
      return "accepted, and still in the queue when it was last read";
    case VoteClass::in_flight:
      return "accepted, and still in a worker's list when it was last read";
    case VoteClass::contradiction:
      return "not sent or rejected, yet in the table";
    case VoteClass::not_counted:
      return "not sent or rejected, and not in the table, as it should be";
    default:
      return "";
  }
}

State state_of_class(VoteClass vote_class) {
  switch (vote_class) {
    case VoteClass::lost:
    case VoteClass::stale:
    case VoteClass::flipped:
    case VoteClass::contradiction:
      return State::bad;
    case VoteClass::pending:
    case VoteClass::queued:
    case VoteClass::in_flight:
      return State::open;
    default:
      return State::good;
  }
}

std::string outcome_text(const Attempt& attempt) {
  std::string text(outcome_words(attempt));
  if (attempt.state != AttemptState::concluded) return text;
  if (attempt.status != 0) text += fmt::format(", status {}", attempt.status);
  text += fmt::format(", after {}", format_duration(attempt.service_time()));
  if (attempt.first_byte_100ns != 0)
    text += fmt::format(" (first byte {})",
                        format_duration(Nanoseconds(attempt.first_byte_100ns * 100LL)));
  return text + detail_words(attempt);
}

Words verdict_words(VoteClass vote_class, const HopRange& lost_at) {
  std::string text = ": " + std::string(class_words(vote_class));
  if (vote_class == VoteClass::lost && lost_at.first != Hop::unknown)
    text += fmt::format("; at {}", to_string(lost_at));
  return Words::strong(std::string(to_string(vote_class)), state_of_class(vote_class)) + text;
}

Section vote_section(const Trail& trail, const TrailVote& vote) {
  const Attempt& attempt = vote.attempt;
  Section section;
  section.apart = true;
  section.title =
      fmt::format("vote {}: \"{}\", workload {}", vote.number, vote.choice, vote.workload);
  const Nanoseconds due = attempt.started() - attempt.lag();
  Facts facts{{{"planned", vote.open ? fmt::format("due {} after the start ({})", moment(due),
                                                   format_utc(trail.t0 + due))
                                     : std::string("as soon as its client was free")},
               {"sent", fmt::format("{} after the start{}", moment(attempt.started()),
                                    vote.open ? ", lag " + format_duration(attempt.lag()) : "")},
               {"outcome", outcome_text(attempt)}}};
  if (vote.vote_class)
    facts.facts.push_back({"verdict", verdict_words(*vote.vote_class, trail.lost_at)});
  section.add(std::move(facts));
  return section;
}

std::string row_text(const Trail& trail, const TrailRow& row) {
  std::string words = fmt::format("\"{}\"", row.choice);
  if (row.committed)
    words += fmt::format(", committed {} after the start (±{})", moment(*row.committed),
                         format_duration(trail.rows_uncertainty));
  return words;
}

std::string queue_text(const Trail& trail) {
  if (!trail.listed) return "not read at the end";
  std::string words = *trail.listed == 0
                          ? "not in the list at the end"
                          : counted(*trail.listed, "element") + " in the list at the end";
  if (trail.in_flight > 0)
    words += ", " + counted(trail.in_flight, "element") + " in a worker's list";
  return words;
}

Section end_section(const Trail& trail) {
  Section section;
  section.apart = true;
  Facts facts;
  const auto add = [&](std::string name, std::string words) {
    facts.facts.push_back({std::move(name), std::move(words)});
  };
  if (!trail.rows)
    add("table", "its rows were not read");
  else if (trail.rows->empty())
    add("table", "no row");
  else
    for (const TrailRow& row : *trail.rows) add("table", row_text(trail, row));
  add("queue", queue_text(trail));
  for (std::size_t i = 0; i < std::min(trail.events.size(), kTrailEvents); ++i)
    add(i == 0 ? "events" : "", event_text(trail.events[i]));
  for (const std::string& note : trail.notes) add("note", note);
  section.add(std::move(facts));
  return section;
}

}  // namespace

Document trail_document(const Trail& trail) {
  Document document;
  document.heading.word = trail.voter_id;
  document.heading.about.emplace_back(
      kEverywhere, fmt::format("voter {} of run {} ({})", format_count(trail.voter), trail.run_id,
                               trail.scenario));
  for (const TrailVote& vote : trail.votes) document.sections.push_back(vote_section(trail, vote));
  if (trail.votes.empty()) {
    Section none;
    none.add(Facts{{{"votes", "none on record: no vote of this voter was sent"}}});
    document.sections.push_back(std::move(none));
  }
  document.sections.push_back(end_section(trail));
  return document;
}

}  // namespace votebench::report
