#include "run/probe_votes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "adapters/http/csrf_pass.h"
#include "adapters/http/http_exchange.h"
#include "adapters/services.h"
#include "core/os.h"
#include "core/text.h"
#include "run/queue_sighting.h"
#include "run/redirect_words.h"
#include "vote/id_book.h"

namespace votebench::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanoseconds kPoll = milliseconds(10);
// Pushes happen before the answer in every known contract: this only absorbs a slow INFO.
constexpr Nanoseconds kPushLimit = seconds(2);
// Without a further probe row for this long, the worker is taken for stuck.
constexpr Nanoseconds kRowLimit = seconds(15);
// Rates are stated only where the rows came slowly enough for the polling to tell.
constexpr Nanoseconds kShortestRate = kPoll * 10;

// Where votes go, without what a vote fills in there: to GET such a path might be to vote.
VoteEndpoint page_of(const VoteEndpoint& vote) {
  VoteEndpoint page = vote;
  page.path = vote.path.substr(0, vote.path.find('{'));
  return page;
}

adapters::HttpReply get_page(const PreflightInput& input) {
  return adapters::http_exchange({page_of(input.target.vote).url()}, seconds(2),
                                 adapters::via_of(input.target));
}

std::string describe(const adapters::HttpReply& page) {
  if (!page.error.empty()) return fmt::format("GET fails too: {}", printable(page.error));
  std::string text = fmt::format("GET answers {}", page.status);
  if (page.status / 100 == 3) text += leading_to(page.location);
  if (!page.server.empty()) text += fmt::format(", server {}", printable(page.server, 60));
  return text;
}

constexpr std::string_view kSayJson =
    R"(say vote.json: '{"vote": "{choice}", "voter_id": "{voter}"}' with the app's own names)";

std::string json_advice(const VoteEndpoint& vote) {
  return vote.json.empty() ? fmt::format("take JSON: {}", kSayJson)
                           : "want other names or types than vote.json's";
}

// What apps mean by a status that refuses a vote. {json}: they may take JSON, or another.
struct StatusAdvice {
  int from, to;
  std::string_view words;
};
constexpr StatusAdvice kStatusAdvice[] = {
    {400, 400, "the app may know other choices (say voters.choices), or {json}"},
    {401, 401,
     "the app wants a login, which votebench cannot do; a fixed token can stand in vote.headers: "
     "{{ Authorization: {{ env: NAME }} }}"},
    {403, 403,
     "the app may want a CSRF token (say vote.csrf: {{ page: PATH, field: NAME }}, the page with "
     "the form and its hidden input), or refuse this host"},
    {404, 405,
     "the app takes votes somewhere else: try vote.url with /vote or / as its path (see the "
     "contract profiles), or vote.method: PUT"},
    {415, 415, "the app takes another type than it was sent: it may {json}"},
    {422, 422, "the app may {json}"},
    {429, 429, "the app limits how often one client may vote"},
    {300, 499, "check vote.url, vote.form and vote.accept"},
};

// Frameworks refuse a vote without a token by 400, 403, 419 or 422.
std::string advice_on(const adapters::VoteAnswer& answer, const PreflightInput& input,
                      const adapters::HttpReply& page) {
  const VoteEndpoint& vote = input.target.vote;
  const int status = answer.status;
  if (status / 100 == 3) return advice_on_redirect(status, vote, answer.location);
  if (status >= 500)
    return fmt::format("can the vote app reach its {}?",
                       adapters::services_of(input.target).queue.title);
  if (status >= 400 && !vote.csrf)
    if (const auto csrf = adapters::suggested_csrf(page, page_of(vote).path))
      return fmt::format(
          "its page holds a CSRF token, which votes may have to show: say vote.csrf: "
          "{}",
          *csrf);
  const auto found = std::ranges::find_if(kStatusAdvice, [status](const StatusAdvice& advice) {
    return advice.from <= status && status <= advice.to;
  });
  if (found == std::end(kStatusAdvice)) return "check vote.accept";
  return fmt::format(fmt::runtime(found->words), fmt::arg("json", json_advice(vote)));
}

std::string words_of(const AnswerId& where) {
  return where.json.empty() ? fmt::format("its cookie '{}'", printable(where.cookie, 60))
                            : fmt::format("its JSON at '{}'", printable(where.json, 60));
}

// Why a probe was not accepted, and what to try.
Failure not_accepted(const PreflightInput& input, const adapters::VoteAnswer& answer,
                     std::uint64_t nth) {
  const std::string url = input.target.vote.url();
  const std::string connect_to = input.target.vote.connect_to
                                     ? fmt::format(" (at {})", input.target.vote.connect_to->text())
                                     : "";
  const std::string which =
      fmt::format("probe vote {} to {} {}", nth, to_string(input.target.vote.method), url);
  const CauseWords& cause = words_of(answer.cause);
  if (cause.ours)
    return fail(ErrorKind::environment, fmt::format("{} could not be sent: {}", which, cause.words),
                std::string(cause.advice));
  if ((answer.flags & kConnectFailed) != 0)
    return fail(ErrorKind::environment,
                fmt::format("nothing answers at {}{}: {}", url, connect_to,
                            answer.error != 0 ? os_error(answer.error) : std::string(cause.words)),
                std::string(cause.advice));
  if (answer.cause == Cause::no_id)
    return fail(ErrorKind::environment,
                fmt::format("{} answered {} without an id in {}", which, answer.status,
                            words_of(*input.target.vote.answer_id)),
                std::string(cause.advice) +
                    "; an app that tells none: vote.identity: none, and votes are counted");
  if ((answer.flags & kNotEchoed) != 0)
    return fail(
        ErrorKind::environment,
        fmt::format("{} answered {} without echoing our voter id", which, answer.status),
        fmt::format(
            "another app or a proxy may have answered, or the app rewrites ids; if it never "
            "sets the cookie '{}', say vote.identity: sent; or it may {}",
            input.target.vote.cookie, json_advice(input.target.vote)));
  if ((answer.flags & kTimedOut) != 0)
    return fail(ErrorKind::environment,
                fmt::format("{} got no complete answer within {}", which,
                            format_duration(input.scenario.http.timeout)),
                describe(get_page(input)) + "; raise http.timeout if the app is that slow");
  if (answer.status != 0) {
    const adapters::HttpReply page = get_page(input);
    return fail(ErrorKind::environment,
                fmt::format("{} answered {}{}", which, answer.status, leading_to(answer.location)),
                fmt::format("{}; {}", describe(page), advice_on(answer, input, page)));
  }
  if ((answer.flags & kMalformedAnswer) != 0)
    return fail(ErrorKind::environment,
                fmt::format("{}: {}{}", which, cause.words,
                            answer.excerpt.empty()
                                ? ""
                                : fmt::format(" (it began '{}')", printable(answer.excerpt))),
                fmt::format("{}; {}", describe(get_page(input)), cause.advice));
  return fail(ErrorKind::environment,
              fmt::format("{} was cut off without an answer: {}", which, cause.words),
              fmt::format("{}; {}", describe(get_page(input)), cause.advice));
}

// An id that several votes have tells nothing of any.
Failure not_its_own_id(const IdBook& book, VoterIndex voter, const std::string& id) {
  const VoterIndex first = book.repeat_of(voter).value_or(voter) - kFirstProbeIndex;
  return fail(ErrorKind::environment,
              fmt::format("probe votes {} and {} were answered with the same id ('{}')", first + 1,
                          voter - kFirstProbeIndex + 1, printable(id, 60)),
              "vote.answer_id must name what is another one for every vote: a session's or a "
              "device's id is not; without one say vote.identity: none, and votes are counted");
}

Result<> cast_all(const PreflightInput& input, const Adapters& adapters, ProbeFindings& findings) {
  // At least one for each choice: only what was tried is known to be spelled as it was sent.
  const std::uint64_t count =
      std::max<std::uint64_t>(input.scenario.preflight.probe_votes, input.plan.choices().size());
  while (findings.cast < count && !input.stop.stop_requested()) {
    const auto choice = static_cast<ChoiceIndex>(findings.cast % input.plan.choices().size());
    const adapters::VoteRequest request{kFirstProbeIndex + static_cast<VoterIndex>(findings.cast),
                                        choice};
    TRY_ASSIGN(const adapters::VoteAnswer answer,
               adapters::cast_one_vote(*adapters.votes, request, input.clock));
    ++findings.cast;
    if (answer.outcome == Outcome::ambiguous) ++findings.unclear;
    if (answer.outcome != Outcome::acked) return not_accepted(input, answer, findings.cast);
    if (IdBook* book = input.ids.book(); book && !book->add(request.voter, answer.voter_id))
      return not_its_own_id(*book, request.voter, answer.voter_id);
  }
  return {};
}

std::uint64_t pushed_between(const QueueSnapshot& before, const QueueSnapshot& after) {
  return after.pushed - before.pushed;
}

// Nothing: the server counted anew, or does not show what waits.
std::optional<std::uint64_t> popped_between(const QueueSnapshot& before, const QueueSnapshot& now) {
  if (now.server_id != before.server_id || now.pushed < before.pushed) return std::nullopt;
  return now.popped(before.depth, pushed_between(before, now));
}

// Asks `look` every kPoll, and at most half of the time, for the amount seen so far, until that is
// `enough` or nothing changed for `limit`. Returns the greatest one.
template <typename Look>
Result<std::uint64_t> wait_for(const PreflightInput& input, std::uint64_t enough, Nanoseconds limit,
                               Look&& look) {
  std::uint64_t best = 0;
  Instant last_change = input.clock.now();
  for (;;) {
    const Instant asked = input.clock.now();
    TRY_ASSIGN(const std::uint64_t seen, look());
    const Instant now = input.clock.now();
    if (seen > best) last_change = now;
    best = std::max(best, seen);
    if (best >= enough || now - last_change >= limit || input.stop.stop_requested()) return best;
    real_clock().sleep_until(now + std::max(kPoll, now - asked), input.stop);
  }
}

// How many pushes were counted since.
Result<std::uint64_t> follow_to_queue(const PreflightInput& input, const Adapters& adapters,
                                      const QueueSnapshot& before, std::uint64_t count) {
  return wait_for(input, count, kPushLimit, [&]() -> Result<std::uint64_t> {
    TRY_ASSIGN(const QueueSnapshot now, adapters.queue->snapshot());
    return pushed_between(before, now);
  });
}

Failure not_pushed(const PreflightInput& input, const ProbeFindings& findings,
                   std::uint64_t pushed) {
  const std::string where = input.target.queue->where();
  const std::string server = adapters::services_of(input.target).queue.title;
  const std::string place = adapters::place_of(*input.target.queue);
  const std::string answered = fmt::format("{} probe votes answered 200", findings.cast);
  const std::vector<std::string>& hidden = findings.use.hidden;
  if (pushed == 0 && !hidden.empty())
    return fail(ErrorKind::environment,
                fmt::format("{}, no push was counted ({}), and none was seen in {}; the "
                            "server saw {}, which cannot be counted",
                            answered, where, place, fmt::join(hidden, ", ")),
                findings.use.advice.empty()
                    ? "votebench follows votes that wait in a list: which one does the app fill?"
                    : findings.use.advice);
  if (pushed == 0)
    return fail(ErrorKind::environment,
                fmt::format("{}, none reached the queue ({})", answered, where),
                findings.use.advice.empty()
                    ? fmt::format("the vote app writes to another {1}, or hides that it cannot "
                                  "reach one: compare its settings with {0}.url; where it "
                                  "raises numbers (INCR) and queues no votes, say counters in "
                                  "place of {0}",
                                  input.target.queue->kind, server)
                    : findings.use.advice);
  return fail(ErrorKind::environment,
              fmt::format("{}, only {} reached the queue ({})", answered, pushed, where),
              "the vote app loses votes before they are queued; look at its log");
}

// The probes that have a row, found by their ids.
Result<std::uint64_t> found_probes(const PreflightInput& input, adapters::RowStore& rows,
                                   std::uint64_t count) {
  std::vector<std::string> ids;
  for (std::uint64_t i = 0; i < count; ++i)
    ids.push_back(input.ids.make(kFirstProbeIndex + static_cast<VoterIndex>(i)));
  TRY_ASSIGN(const std::vector<adapters::FoundRow> found, rows.find_rows(ids));
  std::set<std::string> voters;
  for (const adapters::FoundRow& row : found) voters.insert(row.voter_id);
  return voters.size();
}

// A clause: probes whose rows do not have the values that the target names.
std::string rows_beside(const PreflightInput& input, std::uint64_t count) {
  RowSettings settings = *input.target.rows;
  if (settings.where.empty()) return "";
  const std::string condition = settings.condition();
  settings.where.clear();
  const auto whole_table = adapters::open_row_store(settings);
  if (!whole_table) return "";
  const auto found = found_probes(input, **whole_table, count);
  if (!found || *found == 0) return "";
  return fmt::format("; {} stand in the table, but not where {} ({}.where)", *found, condition,
                     settings.kind);
}

Failure no_rows(const PreflightInput& input, const Adapters& adapters, std::uint64_t count,
                std::uint64_t arrived) {
  const Services services = adapters::services_of(input.target);
  if (input.target.rows->counters)
    return fail(ErrorKind::environment,
                fmt::format("{} of {} probe votes were counted, and no more for {}", arrived, count,
                            format_duration(kRowLimit)),
                fmt::format("does the app raise the counters that the target names, and is what "
                            "raises them running? check counters.{}",
                            input.target.rows->counters->source));
  std::string waiting;
  if (adapters.queue)
    if (const auto look = adapters.queue->snapshot())
      waiting = fmt::format("; {} elements wait in {}", look->depth,
                            adapters::place_of(*input.target.queue));
  return fail(
      ErrorKind::environment,
      fmt::format("{} of {} probe votes arrived in {} and no more for {}{}{}", arrived, count,
                  input.target.rows->place(), format_duration(kRowLimit), waiting,
                  rows_beside(input, count)),
      fmt::format(
          "is the worker running, does it take votes from there and write this table? check "
          "the names in {}, {}.url and {}.table; ids must arrive unchanged: the app may "
          "read them elsewhere (vote.form, vote.headers, vote.url), or {}",
          services.queue.block, services.table.block, services.table.block,
          json_advice(input.target.vote)));
}

// How many of `count` probes have a row. Without identity their rows bear ids of the app: all rows
// count. progress() knows altered ids too, and may miss rows: asking for each vote by its id does
// not.
Result<std::uint64_t> probe_rows(const PreflightInput& input, adapters::RowStore& rows,
                                 std::uint64_t rows_before, std::uint64_t count) {
  if (input.target.vote.identity == IdentityMode::none) {
    TRY_ASSIGN(const RowBaseline now, rows.baseline(input.ids));
    return now.rows - std::min(now.rows, rows_before);
  }
  std::uint64_t seen = 0;
  if (sends_ids(input.target.vote.identity)) {
    TRY_ASSIGN(const std::optional<std::uint64_t> looked, rows.progress(input.ids, false));
    seen = looked.value_or(0);
  }
  if (seen >= count) return seen;
  TRY_ASSIGN(const std::uint64_t found, found_probes(input, rows, count));
  return std::max(seen, found);
}

// `probe_rows` looks for `count` probes.
template <typename ProbeRows>
Result<std::optional<double>> follow_to_rows(const PreflightInput& input, const Adapters& adapters,
                                             std::uint64_t count, ProbeRows&& probe_rows) {
  std::uint64_t first_seen = 0;
  Instant first_at{};
  Instant last_at{};
  std::uint64_t last_seen = 0;
  const auto look = [&]() -> Result<std::uint64_t> {
    TRY_ASSIGN(const std::uint64_t seen, probe_rows());
    if (seen > last_seen) {
      last_at = input.clock.now();
      if (last_seen == 0) {
        first_at = last_at;
        first_seen = seen;
      }
      last_seen = seen;
    }
    return seen;
  };
  TRY_ASSIGN(const std::uint64_t arrived, wait_for(input, count, kRowLimit, look));
  if (arrived < count && !input.stop.stop_requested())
    return no_rows(input, adapters, count, arrived);
  const Nanoseconds span = last_at - first_at;
  if (span < kShortestRate || last_seen <= first_seen) return std::optional<double>();
  return std::optional<double>(static_cast<double>(last_seen - first_seen) / in_seconds(span));
}

// What the probes do to the queue.
class PathToQueue {
 public:
  PathToQueue(const PreflightInput& input, const Adapters& adapters)
      : input_(input), adapters_(adapters) {}

  Result<> begin(bool queue_is_dirty) {
    TRY_ASSIGN(before_, adapters_.queue->snapshot());
    TRY_ASSIGN(auto probe, adapters::open_queue_probe(*input_.target.queue));
    const bool any_element = input_.target.vote.identity == IdentityMode::none && !queue_is_dirty;
    sighting_.emplace(std::move(probe), input_.ids, any_element);
    return {};
  }

  // Fewer pushes than probes: the rows say whether a vote was lost, where there are any to follow
  // to.
  Result<> follow(ProbeFindings& findings) {
    TRY_ASSIGN(pushed_, follow_to_queue(input_, adapters_, before_, findings.cast));
    TRY(learn(findings));
    findings.strangers_push = pushed_ > findings.cast;
    findings.pushes_add_up = pushed_ >= findings.cast || input_.stop.stop_requested();
    const bool was_seen = std::ranges::find(findings.seen_in, true) != findings.seen_in.end();
    const bool unknown_way = pushed_ == 0 && findings.use.hidden.empty() && !was_seen;
    if (!findings.pushes_add_up && (unknown_way || !adapters_.rows)) return not_pushed(findings);
    return {};
  }

  // Where all probes have their rows, none is in hand any more.
  Result<> end(ProbeFindings& findings) {
    if (findings.pushes_add_up) findings.in_hand_fall = in_hand_.seen();
    TRY(learn(findings));
    if (!findings.reached_rows || !findings.never_done) return {};
    // Some acknowledge many votes at a time.
    TRY_ASSIGN(const std::uint64_t acknowledged,
               wait_for(input_, 1, kRowLimit, [&]() -> Result<std::uint64_t> {
                 TRY_ASSIGN(const QueueSnapshot now, adapters_.queue->snapshot());
                 return now.acknowledged != before_.acknowledged ? 1 : 0;
               }));
    if (acknowledged > 0 || input_.stop.stop_requested()) return {};
    return fail(ErrorKind::environment,
                fmt::format("{} probe votes have their rows, and the queue has them in hand as "
                            "before: workers acknowledge none",
                            findings.cast),
                "what is in hand says nothing then: leave the group out of the target");
  }

  // Reads rows by `read`, and the queue before it, to learn how many votes are in hand.
  template <typename Read>
  Result<std::uint64_t> before_rows(Read&& read) {
    const Instant begun = input_.clock.now();
    if (const auto now = adapters_.queue->snapshot())
      in_hand_.observe_queue(begun, popped_between(before_, *now));
    in_hand_.reading_begins();
    TRY_ASSIGN(const std::uint64_t rows, read());
    in_hand_.observe_rows(input_.clock.now(), rows);
    return rows;
  }

  // Of a queue that knows what is in hand: a vote that a worker is done with has its row, where it
  // acknowledges after the write.
  Result<> look_at_hands(ProbeFindings& findings) {
    TRY_ASSIGN(const QueueSnapshot first, adapters_.queue->snapshot());
    if (!first.delivered) return {};
    TRY_ASSIGN(const std::uint64_t empty,
               wait_for(input_, 1, kPushLimit, [&]() -> Result<std::uint64_t> {
                 TRY_ASSIGN(const QueueSnapshot now, adapters_.queue->snapshot());
                 return now.waiting() == 0 ? 1 : 0;
               }));
    if (empty == 0 || input_.stop.stop_requested()) return {};
    TRY_ASSIGN(const std::uint64_t found, found_probes(input_, *adapters_.rows, findings.cast));
    findings.settled_early = found < findings.cast;
    return {};
  }

  [[nodiscard]] Failure not_pushed(const ProbeFindings& findings) const {
    return run::not_pushed(input_, findings, pushed_);
  }

 private:
  Result<> learn(ProbeFindings& findings) {
    TRY_ASSIGN(const QueueSnapshot now, adapters_.queue->snapshot());
    findings.use = adapters::queue_kind(input_.target.queue).use(before_, now);
    findings.seen_in = sighting_->seen_in();
    const bool handed = now.delivered && *now.delivered > before_.delivered.value_or(0) &&
                        now.acknowledged == before_.acknowledged;
    findings.never_done = handed && now.in_flight() >= findings.cast;
    findings.not_kept = handed && now.waiting() == 0;
    if (const auto clients = adapters_.queue->clients())
      findings.blocking_pops |= std::ranges::any_of(*clients, &QueueClient::blocks);
    return {};
  }

  const PreflightInput& input_;
  const Adapters& adapters_;
  QueueSnapshot before_;
  std::uint64_t pushed_ = 0;
  watch::FallCheck in_hand_;
  std::optional<QueueSighting> sighting_;
};

}  // namespace

Result<> cast_probe_votes(const PreflightInput& input, const Adapters& adapters,
                          bool queue_is_dirty, ProbeFindings& findings) {
  if (input.scenario.preflight.probe_votes == 0) return {};
  std::optional<PathToQueue> queue;
  if (adapters.queue) {
    queue.emplace(input, adapters);
    TRY(queue->begin(queue_is_dirty));
  }
  std::uint64_t rows_before = 0;
  if (adapters.rows && input.target.vote.identity == IdentityMode::none) {
    TRY_ASSIGN(const RowBaseline rows, adapters.rows->baseline(input.ids));
    rows_before = rows.rows;
  }
  TRY(cast_all(input, adapters, findings));
  if (queue) TRY(queue->follow(findings));
  if (adapters.rows && !queue_is_dirty) {
    const bool by_id = input.target.vote.identity != IdentityMode::none;
    if (queue && by_id) TRY(queue->look_at_hands(findings));
    const auto read = [&] { return probe_rows(input, *adapters.rows, rows_before, findings.cast); };
    auto rate = follow_to_rows(input, adapters, findings.cast,
                               [&] { return queue ? queue->before_rows(read) : read(); });
    if (!rate && !findings.pushes_add_up) return queue->not_pushed(findings);
    if (!rate) return fail(rate.error());
    findings.drain_rate_per_s = *rate;
    findings.reached_rows = true;
    if (input.target.rows->counters) {
      const auto next = kFirstProbeIndex + static_cast<VoterIndex>(findings.cast);
      TRY_ASSIGN(findings.counters,
                 question_counters(input, adapters, next, rows_before + findings.cast));
    } else if (by_id) {
      TRY_ASSIGN(findings.table, question_table(input, adapters, findings.cast));
    }
  }
  if (queue) TRY(queue->end(findings));
  return {};
}

}  // namespace votebench::run
