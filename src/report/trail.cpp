#include "report/trail.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "report/words.h"

namespace votebench::report {
namespace {

constexpr std::size_t kLabel = 13;  // where the words of a line begin
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

std::string flag_words(std::uint8_t flags) {
  static constexpr std::array<std::pair<AttemptFlag, std::string_view>, 6> kFlags{
      {{kTruncatedBody, "body cut short"},
       {kTimedOut, "timed out"},
       {kConnectFailed, "no connection"},
       {kNotEchoed, "our id was not echoed"},
       {kClosedEarly, "closed early"},
       {kMalformedAnswer, "no HTTP answer"}}};
  std::string text;
  for (const auto& [flag, words] : kFlags)
    if ((flags & flag) != 0) text += fmt::format(", {}", words);
  return text;
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

Colour colour_of(VoteClass vote_class) {
  switch (vote_class) {
    case VoteClass::lost:
    case VoteClass::stale:
    case VoteClass::flipped:
    case VoteClass::contradiction:
      return Colour::bad;
    case VoteClass::pending:
    case VoteClass::queued:
    case VoteClass::in_flight:
      return Colour::warning;
    default:
      return Colour::good;
  }
}

class TrailPage {
 public:
  TrailPage(const Trail& trail, const Style& style) : trail_(trail), style_(style) {}

  [[nodiscard]] std::string render() {
    head(paint(style_, Colour::bold, safe(style_, trail_.voter_id)));
    head(fmt::format("voter {} of run {} ({})", format_count(trail_.voter),
                     safe(style_, trail_.run_id), safe(style_, trail_.scenario)));
    for (const TrailVote& vote : trail_.votes) add(vote);
    if (trail_.votes.empty()) line("votes", "none on record: no vote of this voter was sent");
    rows();
    queue();
    for (std::size_t i = 0; i < std::min(trail_.events.size(), kTrailEvents); ++i)
      line(i == 0 ? "events" : "", safe(style_, event_text(trail_.events[i]), 500));
    for (const std::string& note : trail_.notes) line("note", note);
    return std::move(text_);
  }

 private:
  void head(std::string_view words) { wrapped("", words, 0); }
  void line(std::string_view label, std::string_view words) {
    wrapped("  " + std::string(label), words, kLabel);
  }
  void wrapped(std::string label, std::string_view words, std::size_t indent) {
    label = pad_right(std::move(label), indent);
    for (const std::string& part : wrap(words, style_.width - indent)) {
      text_ += label + part + '\n';
      label.assign(indent, ' ');
    }
  }

  void add(const TrailVote& vote) {
    const Attempt& attempt = vote.attempt;
    text_ += '\n';
    head(fmt::format("vote {}: \"{}\", workload {}", vote.number, safe(style_, vote.choice),
                     safe(style_, vote.workload)));
    const Nanoseconds due = attempt.started() - attempt.lag();
    line("planned", vote.open ? fmt::format("due {} after the start ({})", moment(due),
                                            format_utc(trail_.t0 + due))
                              : std::string("as soon as its client was free"));
    line("sent", fmt::format("{} after the start{}", moment(attempt.started()),
                             vote.open ? ", lag " + format_duration(attempt.lag()) : ""));
    line("outcome", outcome_text(attempt));
    if (vote.vote_class) line("verdict", verdict_text(*vote.vote_class));
  }

  [[nodiscard]] static std::string outcome_text(const Attempt& attempt) {
    std::string text(outcome_words(attempt));
    if (attempt.state != AttemptState::concluded) return text;
    if (attempt.status != 0) text += fmt::format(", status {}", attempt.status);
    text += fmt::format(", after {}", format_duration(attempt.service_time()));
    if (attempt.first_byte_100ns != 0)
      text += fmt::format(" (first byte {})",
                          format_duration(Nanoseconds(attempt.first_byte_100ns * 100LL)));
    return text + flag_words(attempt.flags);
  }

  [[nodiscard]] std::string verdict_text(VoteClass vote_class) const {
    std::string text = paint(style_, colour_of(vote_class), to_string(vote_class)) + ": " +
                       std::string(class_words(vote_class));
    if (vote_class == VoteClass::lost && trail_.lost_at.first != Hop::unknown)
      text += fmt::format("; at {}", to_string(trail_.lost_at));
    return text;
  }

  void rows() {
    text_ += '\n';
    if (!trail_.rows) return line("table", "its rows were not read");
    if (trail_.rows->empty()) line("table", "no row");
    for (const TrailRow& row : *trail_.rows) {
      std::string words = fmt::format("\"{}\"", safe(style_, row.choice));
      if (row.committed) {
        words += fmt::format(", committed {} after the start", moment(*row.committed));
        words += fmt::format(" ({}{})", style_.unicode ? "±" : "+-",
                             format_duration(trail_.rows_uncertainty));
      }
      line("table", words);
    }
  }

  void queue() {
    if (!trail_.listed) return line("queue", "not read at the end");
    std::string words = *trail_.listed == 0
                            ? "not in the list at the end"
                            : counted(*trail_.listed, "element") + " in the list at the end";
    if (trail_.in_flight > 0)
      words += ", " + counted(trail_.in_flight, "element") + " in a worker's list";
    line("queue", words);
  }

  const Trail& trail_;
  const Style& style_;
  std::string text_;
};

}  // namespace

std::string trail_text(const Trail& trail, const Style& style) {
  return TrailPage(trail, style).render();
}

}  // namespace votebench::report
