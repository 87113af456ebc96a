#include "audit/wording.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "audit/counters.h"
#include "core/counted.h"
#include "core/text.h"
#include "vote/id_book.h"
#include "vote/settlement_words.h"

namespace votebench::audit {
namespace {

std::string percent(double share) { return fmt::format("{:.4g} %", share * 100); }

// ": 59 x status 500 within 4 ms"
std::string because_of(const std::vector<Unaccepted>& votes) {
  return votes.empty() ? "" : ": " + list_of(votes);
}

// On the causes, where they have any.
Advice advice_or(const std::vector<Unaccepted>& votes, Advice otherwise) {
  const std::vector<std::string> advice = advice_on(votes);
  if (advice.empty()) return otherwise;
  return Advice::of_others(fmt::format("{}", fmt::join(advice, "; ")));
}

std::string place(HopRange range) {
  if (range.first == range.last)
    return range.first == Hop::unknown ? "somewhere" : fmt::format("at {}", to_string(range.first));
  return fmt::format("between {} and {}", to_string(range.first), to_string(range.last));
}

// "lost between queue and db", "30 lost at vote, 7 between queue and db (pushed 70, accepted 100)"
std::string where_lost(const AuditInput& input, const Verdict& verdict) {
  std::string text;
  bool counted_pushes = !verdict.hop_condition.empty();
  for (const auto& [range, count] : verdict.lost_by_hop) {
    counted_pushes |= range == HopRange{Hop::vote, Hop::vote};
    const std::string number =
        verdict.lost_by_hop.size() > 1 ? format_count(count) + " " : std::string();
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", number, text.empty() ? "lost " : "",
                        place(range));
  }
  if (!verdict.hop_condition.empty()) text += ", if " + verdict.hop_condition;
  if (counted_pushes && input.queue.pushed)
    text += fmt::format(" (pushed {}, accepted {})", format_count(*input.queue.pushed),
                        format_count(verdict.accounting.acked));
  return text;
}

std::string allowance(const ClassTally& tally) {
  return tally.allowed == 0 ? "" : fmt::format(" (allowed: {})", format_count(tally.allowed));
}

struct ClassSentence {
  ClassTally tally;
  std::string sentence;
};

// Of a voter who sent both values, a row too many and a vote too few have two readings.
std::string or_changed(std::uint64_t pairs) {
  if (pairs == 0) return {};
  return fmt::format(", or ({} of them) the missing vote of the same voter, changed",
                     format_count(pairs));
}

// For every class that accuses and is not empty.
std::vector<ClassSentence> class_sentences(const AuditInput& input, const Verdict& verdict) {
  std::vector<ClassSentence> sentences;
  const auto add = [&](const ClassTally& tally, std::string_view one, std::string_view many,
                       const std::string& rest) {
    if (tally.count > 0) sentences.push_back({tally, counted(tally.count, one, many) + rest});
  };
  add(verdict.flipped, "vote was", "votes were", " not counted with the value that was sent");
  const bool counters = input.rows.counters.kept;
  if (counters && verdict.duplicated.count > 0)
    sentences.push_back({verdict.duplicated, more_counted(verdict) + ": counted twice"});
  else
    add(verdict.duplicated, "row", "rows",
        " more than votes: counted twice" + or_changed(verdict.lost_or_changed));
  add(verdict.phantom, "row has", "rows have", " an id of this run that was never sent");
  if (counters && verdict.lost.count > 0)
    sentences.push_back({verdict.lost, fewer_counted(verdict) + ": " + where_lost(input, verdict)});
  else
    add(verdict.lost, "accepted vote has", "accepted votes have",
        " no row: " + where_lost(input, verdict));
  add(verdict.stale, "accepted vote was", "accepted votes were",
      " overtaken by an earlier vote of the same voter: re-votes were processed out of order, or a "
      "later one was dropped");
  return sentences;
}

void add_if(bool condition, std::string sentence, std::vector<std::string>& notes) {
  if (condition) notes.push_back(std::move(sentence));
}

void add_queue_notes(const AuditInput& input, const Verdict& verdict,
                     std::vector<std::string>& notes) {
  const QueueEvidence& queue = input.queue;
  const std::uint64_t explained = verdict.accounting.acked + verdict.accounting.ambiguous;
  add_if(
      queue.restarts > 0,
      fmt::format("{} restarted {}", input.services.queue.title, counted(queue.restarts, "time")),
      notes);
  add_if(queue.evicted > 0,
         fmt::format("{} evicted {}: the list of votes may be among them",
                     input.services.queue.title, counted(queue.evicted, "key")),
         notes);
  add_if(queue.removed > 0,
         fmt::format("{} thrown out of the queue before a worker had {}",
                     counted(queue.removed, "vote was", "votes were"),
                     queue.removed == 1 ? "it" : "them"),
         notes);
  if (queue.pushed && *queue.pushed > explained)
    notes.push_back(
        fmt::format("{} more than votes sent: somebody else pushes, or a client library "
                    "repeats a push when a reply is late",
                    counted(*queue.pushed - explained, "push", "pushes")));
}

// The ids were meant to be told apart.
void add_repeat_note(const AuditInput& input, std::vector<std::string>& notes) {
  const std::uint64_t repeats = input.ids.book() == nullptr ? 0 : input.ids.book()->repeats();
  add_if(repeats > 0,
         counted(repeats, "vote was", "votes were") +
             " answered with the id of another one: what became of each cannot be told, they count "
             "as votes without a clear answer",
         notes);
}

void add_stranger_notes(const AuditInput& input, const Verdict& verdict,
                        std::vector<std::string>& notes) {
  const auto rows = [&](std::uint64_t count, std::string_view what) {
    add_if(count > 0, fmt::format("{} {}", counted(count, "row"), what), notes);
  };
  rows(verdict.carry_over, "from votes that were queued before the run");
  rows(verdict.other_run, "with an id of another votebench run");
  const QueueEvidence& queue = input.queue;
  const std::uint64_t sent = verdict.accounting.acked + verdict.accounting.ambiguous;
  const bool all_pushed =
      queue.pushed && queue.same_server && *queue.pushed >= sent + verdict.foreign;
  const bool told = input.identity == IdentityMode::answered;
  rows(told ? verdict.foreign : 0,
       "with an id that no answer told: of a vote without an answer, somebody else's, or made up");
  rows(told ? 0 : verdict.foreign,
       all_pushed && !queue.shares_pushes
           ? "of other voters, pushed during the run though nobody was seen voting before it: "
             "somebody else voted, or the stack makes votes up"
           : "of other voters");
  rows(verdict.invalid_own, "with a damaged or forged id of this run");
  rows(verdict.altered_ids, fmt::format("whose id is one of ours in another spelling ('{}')",
                                        printable(verdict.altered_id, 60)));
  add_if(input.rows.strangers_changed,
         "rows that were there before the run were changed or removed", notes);
}

}  // namespace

std::vector<std::string> failures(const AuditInput& input, const Verdict& verdict) {
  std::vector<std::string> reasons;
  for (const ClassSentence& entry : class_sentences(input, verdict))
    if (!entry.tally.passed()) reasons.push_back(entry.sentence + allowance(entry.tally));
  return reasons;
}

std::vector<Advice> failure_advice(const ServiceWords& queue, const Verdict& verdict) {
  std::vector<Advice> advice;
  const bool lost = !verdict.lost.passed();
  if (lost && verdict.altered_ids > 0)
    advice.push_back(advise<Help::find_id_changer>(
        counted(verdict.altered_ids, "row says", "rows say for instance"),
        printable(verdict.altered_id, 60)));
  if (lost && verdict.lost_by_hop.contains({Hop::vote, Hop::vote}))
    advice.push_back(advise<Help::check_queue_address>(queue.title));
  if (!verdict.stale.passed()) advice.push_back(advise<Help::find_overtaker>(queue.title));
  if (!verdict.duplicated.passed()) advice.push_back(advise<Help::find_repeater>());
  return advice;
}

std::vector<std::string> notes(const AuditInput& input, const std::optional<Balance>& balance,
                               const Verdict& verdict) {
  std::vector<std::string> notes;
  for (const ClassSentence& entry : class_sentences(input, verdict))
    add_if(entry.tally.passed(), entry.sentence + allowance(entry.tally), notes);
  if (balance)
    for (const ChoiceCount& choice : balance->choices)
      notes.push_back(input.rows.counters.kept
                          ? note_of(choice)
                          : fmt::format("{}: {} accepted, {} more rows",
                                        printable(choice.choice, 40), format_count(choice.acked),
                                        choice.rows));
  if (verdict.blind > 0)
    notes.push_back(counted(verdict.blind, "final vote repeats", "final votes repeat") +
                    " the voter's previous choice: a loss there would not show");
  add_if(!verdict.phantom_provable, "phantom: not provable, because the app makes the voters' ids",
         notes);
  add_repeat_note(input, notes);
  add_queue_notes(input, verdict, notes);
  if (!input.rows.counters.kept) add_stranger_notes(input, verdict, notes);
  if (input.second_look != nullptr)
    notes.insert(notes.end(), input.second_look->notes.begin(), input.second_look->notes.end());
  return notes;
}

std::string pass_reason(const Verdict& verdict) {
  return fmt::format("{} of {} lost in this run", format_count(verdict.lost.count),
                     counted(verdict.accounting.acked, "accepted vote"));
}

Doubt none_accepted(const Verdict& verdict) {
  return {"no vote was accepted: there is nothing to audit" + because_of(verdict.unaccepted),
          advice_or(verdict.unaccepted, advise<Help::read_target_log>())};
}

// Votes that never left have no cause on record. Where most that are missing are such, the causes
// of the others explain nothing.
Doubt too_few_accepted(const CountingVotes& counting, const std::vector<Unaccepted>& unaccepted,
                       const AuditLimits& limits) {
  const Accounting& accounting = counting.sum;
  std::string reason =
      fmt::format("only {} of {} {} votes were accepted; a pass needs {}{}",
                  format_count(accounting.acked), format_count(accounting.planned), counting.which,
                  percent(limits.min_acked_share), because_of(unaccepted));
  if (accounting.never_started <= accounting.started() - accounting.acked)
    return {std::move(reason), advice_or(unaccepted, advise<Help::send_all_votes>())};
  reason += fmt::format("{}{} never left", unaccepted.empty() ? ": " : ", ",
                        format_count(accounting.never_started));
  return {std::move(reason), advise<Help::send_all_votes>()};
}

Doubt too_many_unknown(const CountingVotes& counting, const std::vector<Unaccepted>& unaccepted,
                       const AuditLimits& limits) {
  const Accounting& accounting = counting.sum;
  const double planned = static_cast<double>(std::max<std::uint64_t>(accounting.planned, 1));
  const double share = static_cast<double>(accounting.ambiguous) / planned;
  Doubt doubt{fmt::format("{} no clear answer ({} of the {} votes, allowed {}): they may or may "
                          "not count",
                          counted(accounting.ambiguous, "vote got", "votes got"), percent(share),
                          counting.which, percent(limits.unknown_share)),
              {}};
  if (accounting.acked == 0) return doubt;  // the causes are told with that
  std::vector<Unaccepted> unclear = unaccepted;
  std::erase_if(unclear,
                [](const Unaccepted& votes) { return votes.outcome != Outcome::ambiguous; });
  doubt.reason += because_of(unclear);
  doubt.advice =
      advise<Help::allow_unknown>(advice_or(unclear, advise<Help::read_target_log>()).text());
  return doubt;
}

std::string removed_rows(const AuditInput& input) {
  const RowEvidence& rows = input.rows;
  std::vector<std::string> gone;
  if (rows.probes_vanished > 0)
    gone.push_back(fmt::format("{} of {}", format_count(rows.probes_vanished),
                               counted(rows.probes_seen, "probe row")));
  if (!rows.vanished.empty())
    gone.push_back(fmt::format(
        "the rows of {} that the run saw ({}{})", counted(rows.voters_vanished, "voter"),
        input.ids.make(rows.vanished.front()),
        rows.voters_vanished > 1 ? fmt::format(", {} more", format_count(rows.voters_vanished - 1))
                                 : ""));
  return fmt::format(
      "{} vanished, and the server was not restarted: somebody removes rows, so "
      "what is absent need not be lost",
      fmt::join(gone, " and "));
}

std::string missing_without_queue(std::uint64_t missing) {
  return counted(missing, "accepted vote is", "accepted votes are") +
         " not in the table, and no queue is configured: late and lost look alike";
}

std::string listed_though_settled(std::uint64_t missing) {
  return counted(missing, "accepted vote") + " came to light in the queue after it had settled";
}

Doubt not_pushed(std::uint64_t count, bool settled, const Services& services) {
  return {fmt::format("{} {} pushed into {}: {}dropped for a later vote of the same voter, or "
                      "several votes travelled in one push",
                      counted(count, "accepted vote was", "accepted votes were"),
                      settled ? "never" : "not",
                      services.queue.title.empty() ? "the queue" : services.queue.title,
                      settled ? "" : "still to come, "),
          advise<Help::ask_vote_service>()};
}

Doubt invented_votes(std::uint64_t rows) {
  return {counted(rows, "row") +
              " of voters that nobody sent a vote of, on a stack that is this run's alone: the "
              "stack makes votes up, or alters voter ids",
          advise<Help::look_at_ids>()};
}

Doubt undecided_rows(std::uint64_t count) {
  return {counted(count, "row") + (count == 1 ? " holds" : " hold") +
              " a value that was not sent, or are too many, in a table whose rows were seen to "
              "change or to go: what they end as is not known yet",
          advise<Help::give_drain_time>()};
}

Doubt contradictions(std::uint64_t count, bool unclosed) {
  if (unclosed)
    return {counted(count, "row") +
                " of votes that the record does not show as sent: the run was killed, and its "
                "record may lack its last votes",
            advise<Help::let_run_end>()};
  return {counted(count, "row") +
              " of votes that were not sent or were rejected: a wrong profile, or a fault of "
              "votebench",
          advise<Help::check_accept>()};
}

std::string surplus_rows(std::uint64_t count) {
  return counted(count, "row") +
         " more than votes: counted twice, or somebody else's; without voter ids the two look "
         "alike";
}

std::string unproven_votes(std::uint64_t count) {
  return counted(count, "accepted vote") +
         " may be missing behind as many rows of votes without an answer or from before the run";
}

std::string unsettled(const Settlement& settlement, const Verdict& verdict) {
  std::string waiting;
  const auto add = [&](std::uint64_t count, std::string_view where) {
    if (count == 0) return;
    waiting += waiting.empty() ? counted(count, "vote") : ", " + format_count(count);
    waiting += where;
  };
  add(verdict.queued, " still queued");
  add(verdict.in_flight, " still with a worker");
  add(verdict.pending, " not in the table and not seen in the queue");
  if (waiting.empty()) waiting = "not settled";
  const std::string text = fmt::format("{} after {}", waiting, format_duration(settlement.drain));
  if (const std::string needed = time_needed(settlement); !needed.empty())
    return fmt::format("{} ({})", text, needed);
  return settlement.reason.empty() ? text : settlement.reason;
}

Advice unsettled_advice(const AuditInput& input) {
  const Settlement& settlement = input.settlement;
  if (input.drain_cut_short) return advise<Help::let_run_end>();
  if (const auto enough = settlement.enough_time())
    return advise<Help::set_drain_timeout>(duration_literal(*enough));
  if (!settlement.advice.empty()) return Advice::of_others(settlement.advice);
  return advise<Help::look_after_worker>();
}

}  // namespace votebench::audit
