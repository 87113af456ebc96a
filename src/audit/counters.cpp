#include "audit/counters.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/counted.h"
#include "core/text.h"

namespace votebench::audit {
namespace {

// Every choice with a difference, as `tell` puts it.
template <typename Difference>
std::string by_choice(const Verdict& verdict, std::string_view than, Difference difference) {
  std::string text;
  for (const ChoiceCount& choice : verdict.counts)
    if (const std::uint64_t votes = difference(choice); votes > 0)
      text += fmt::format("{}{} {} for choice '{}' (counted {}, accepted {}{})",
                          text.empty() ? "" : "; ", counted(votes, "vote"), than,
                          printable(choice.choice, 40), choice.rows, format_count(choice.acked),
                          choice.ambiguous > 0 ? fmt::format(", {} without an answer",
                                                             format_count(choice.ambiguous))
                                               : std::string());
  return text;
}

// Of votes more than were sent, where it is not known whose they are.
Advice surplus_advice(const AuditInput& input) {
  if (input.rows.counters.shared) return {};  // somebody was seen voting there, and that is said
  if (!input.rows.counters.exclusive) return advise<Help::say_exclusive>();
  return input.queue.depth_start > 0 ? advise<Help::begin_empty>() : Advice();
}

}  // namespace

std::optional<Doubt> set_back(const AuditInput& input) {
  const RowEvidence& rows = input.rows;
  if (!rows.counters.kept) return std::nullopt;
  if (!rows.fell.empty())
    return Doubt{rows.fell +
                     ": somebody set it back (a reset button, a restart), so what is "
                     "missing need not be lost",
                 advise<Help::keep_counters_still>()};
  if (rows.restarted)
    return Doubt{
        "the server of the counters was restarted during the run: they may have gone "
        "back with it",
        advise<Help::keep_counters_still>()};
  if (rows.updates.value_or(0) > 0)
    return Doubt{fmt::format("the server of the counters took {} that may set a counter to "
                             "another value or remove it: what is missing need not be lost",
                             counted(*rows.updates, "command")),
                 advise<Help::keep_counters_still>()};
  return std::nullopt;
}

bool surplus_is_ours(const AuditInput& input) {
  const RowEvidence& rows = input.rows;
  return rows.counters.kept && rows.counters.exclusive && !rows.counters.shared &&
         rows.same_store && !set_back(input) && input.queue.depth_start == 0 &&
         !input.queue.shares_pushes;
}

std::vector<Doubt> counter_doubts(const AuditInput& input, const Verdict& verdict) {
  std::vector<Doubt> doubts;
  const RowEvidence& rows = input.rows;
  const bool differs = verdict.pending > 0 || verdict.lost.count > 0 || verdict.foreign > 0;
  if (std::optional<Doubt> back = set_back(input); back && (differs || !rows.fell.empty()))
    doubts.push_back(*std::move(back));
  if (rows.counters.shared)
    doubts.push_back(
        {"somebody else votes on these counters: they moved while votebench did not "
         "vote, so votes of others may stand for lost ones",
         advise<Help::be_alone_on_counters>()});
  if (verdict.foreign > 0)
    doubts.push_back(
        {more_counted(verdict) +
             ": somebody else voted, or votes were counted twice; counters cannot tell",
         surplus_advice(input)});
  return doubts;
}

std::string fewer_counted(const Verdict& verdict) {
  return by_choice(verdict, "fewer than accepted",
                   [](const ChoiceCount& choice) { return choice.missing(); });
}

std::string more_counted(const Verdict& verdict) {
  return by_choice(verdict, "more than were sent",
                   [](const ChoiceCount& choice) { return choice.surplus(); });
}

std::string note_of(const ChoiceCount& choice) {
  return fmt::format(
      "{}: {} accepted{}, counted {}", printable(choice.choice, 40), format_count(choice.acked),
      choice.ambiguous > 0 ? fmt::format(", {} without an answer", format_count(choice.ambiguous))
                           : std::string(),
      choice.rows);
}

std::string counts_agree(const Verdict& verdict) {
  std::int64_t rise = 0;
  for (const ChoiceCount& choice : verdict.counts) rise += choice.rows;
  return fmt::format(
      "counts agree: the counters rose by {} for {}{}",
      format_count(static_cast<std::uint64_t>(std::max<std::int64_t>(rise, 0))),
      counted(verdict.accounting.acked, "accepted vote"),
      verdict.accounting.ambiguous > 0
          ? fmt::format(" and {} without an answer", format_count(verdict.accounting.ambiguous))
          : std::string());
}

std::vector<std::string> counter_assumptions(const Verdict& verdict) {
  std::vector<std::string> assumptions{
      "no vote was lost while another one of the same choice was counted twice: in a counter the "
      "two cancel out",
      "nobody set a counter back between two looks at it"};
  if (verdict.accounting.ambiguous > 0)
    assumptions.push_back(fmt::format(
        "of the accepted votes none is missing behind {}, which may or may not have been counted",
        counted(verdict.accounting.ambiguous, "vote without an answer",
                "votes without an answer")));
  return assumptions;
}

}  // namespace votebench::audit
