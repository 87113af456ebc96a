// Where votes went: what every station saw, and what was left behind between two of them.
#include <algorithm>
#include <array>

#include "core/text.h"
#include "report/html/sections.h"
#include "report/html/words.h"
#include "report/words.h"

namespace votebench::report::html {
namespace {

class Ladder {
 public:
  explicit Ladder(const Report& report)
      : sum_(report.audit.accounting), most_(std::max<std::uint64_t>(sum_.planned, 1)) {
    out_.add(
        R"(<svg class="defs" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="6" )"
        R"(height="6" patternUnits="userSpaceOnUse"><path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5"/>)"
        R"(</pattern></defs></svg><div class="ladder">
)");
  }

  // A bar; the part of it from `solid` on is told apart by its pattern.
  void station(std::string_view name, std::uint64_t votes, std::string_view note,
               std::uint64_t hatched = 0) {
    out_.add(
        R"(<div class="station"><span class="name">{}</span><svg class="bar" width="100%" )"
        R"(height="26" aria-hidden="true"><rect class="rest" width="100%" height="26" rx="3"/>)"
        R"(<rect class="votes" width="{}%" height="26" rx="3"/>)",
        name, width(votes));
    if (hatched > 0)
      out_.add(R"(<rect class="hatched" x="{}%" width="{}%" height="26" rx="3"/>)",
               width(votes - hatched), width(hatched));
    out_.add(R"(</svg><span class="count">{}</span><span class="note">{}</span></div>
)",
             format_count(votes), note);
  }

  void left_behind(State state, std::uint64_t votes, std::string_view why) {
    if (votes == 0) return;
    const double share = static_cast<double>(votes) / static_cast<double>(most_);
    out_.add(R"(<div class="step {}"><span class="drop">{}</span> {}</div>
)",
             state_class(state),
             fmt::format("{} −{} ({})",
                         state == State::bad    ? "✗"
                         : state == State::open ? "?"
                                                : "·",
                         format_count(votes), percent_text(share)),
             why);
  }

  [[nodiscard]] Raw take() && {
    out_.add("</div>\n");
    return std::move(out_).raw();
  }

 private:
  [[nodiscard]] std::string width(std::uint64_t votes) const {
    return fmt::format(
        "{:.6g}", std::min(100.0, 100.0 * static_cast<double>(votes) / static_cast<double>(most_)));
  }

  const Accounting& sum_;
  std::uint64_t most_;
  Markup out_;
};

std::string_view place_of(Hop hop) {
  static constexpr std::array<std::string_view, 5> kPlaces{"the vote app", "the queue",
                                                           "the worker", "the database", "unknown"};
  return kPlaces.at(static_cast<std::size_t>(hop));
}

std::string lost_where(HopRange range) {
  if (range.first == Hop::unknown || range.last == Hop::unknown)
    return "lost; where cannot be said";
  if (range.first == range.last) return fmt::format("lost in {}", place_of(range.first));
  const bool neighbours = static_cast<int>(range.last) - static_cast<int>(range.first) == 1;
  return fmt::format("lost in {} {} {}", place_of(range.first),
                     neighbours ? "or" : "or anywhere up to", place_of(range.last));
}

// Votes lost in hops that end with one of [first, last]: before, or after the queue.
void add_losses(Ladder& ladder, const Report& report, Hop first, Hop last) {
  for (const auto& [range, count] : report.audit.lost_by_hop) {
    const Hop end = range.last;
    if (end < first || end > last) continue;
    ladder.left_behind(report.audit.lost.passed() ? State::open : State::bad, count,
                       lost_where(range));
  }
}

void add_pending(Ladder& ladder, const Verdict& audit) {
  ladder.left_behind(State::open, audit.queued, "still in the queue at the end");
  ladder.left_behind(State::open, audit.in_flight, "still in a worker's list at the end");
  ladder.left_behind(State::open, audit.pending, "no row yet; a worker may still hold them");
}

// Rows that stand for no vote as it was sent.
void add_wrong_rows(Ladder& ladder, const Verdict& audit) {
  const auto state = [](const ClassTally& tally) {
    return tally.passed() ? State::open : State::bad;
  };
  ladder.left_behind(state(audit.stale), audit.stale.count,
                     "stale: an earlier choice of the voter stands");
  ladder.left_behind(state(audit.flipped), audit.flipped.count,
                     "flipped: the row holds a choice that was never sent");
}

void add_stored(Ladder& ladder, const Report& report) {
  const Verdict& audit = report.audit;
  if (!report.rows_configured) return;
  const std::string note =
      audit.superseded == 0
          ? "as they were sent"
          : fmt::format("as they were sent; {} of them superseded by a later vote (hatched)",
                        format_count(audit.superseded));
  ladder.station("Stored (PostgreSQL)", audit.persisted + audit.superseded, note, audit.superseded);
}

}  // namespace

Raw ladder(const Report& report) {
  if (report.error) return {};
  const Accounting& sum = report.audit.accounting;
  Ladder steps(report);
  steps.station("Planned", sum.planned, "");
  steps.left_behind(State::open, sum.never_started, "never started");
  steps.left_behind(State::open, sum.not_sent, "not sent: no connection");
  steps.station("Sent", sum.acked + sum.rejected + sum.ambiguous, "");
  steps.left_behind(State::remark, sum.rejected,
                    "rejected: the answer says that they do not count");
  steps.left_behind(State::open, sum.ambiguous, "unknown: no clear answer, may or may not count");
  steps.station("Accepted (HTTP)", sum.acked, "promised to the voter");
  add_losses(steps, report, Hop::vote, Hop::vote);
  if (report.pushed)
    steps.station("Queued (Redis)", *report.pushed,
                  "pushes that Redis counted, those of unknown votes too");
  add_losses(steps, report, Hop::queue, Hop::unknown);
  add_pending(steps, report.audit);
  add_wrong_rows(steps, report.audit);
  add_stored(steps, report);
  Markup out;
  out.add(R"(<section id="ladder"><h2>Where votes went</h2>
{}<p class="note">{}. Shares are of the planned votes.{}</p></section>
)",
          std::move(steps).take(), accounting_text(sum),
          report.audit.recovered > 0
              ? fmt::format(" {} without a clear answer turned up in the table.",
                            counted(report.audit.recovered, "vote"))
              : std::string());
  return std::move(out).raw();
}

}  // namespace votebench::report::html
