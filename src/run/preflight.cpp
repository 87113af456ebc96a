#include "run/preflight.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "adapters/services.h"
#include "core/counted.h"
#include "core/text.h"
#include "run/budget.h"
#include "run/probe_votes.h"

namespace votebench::run {
namespace {

// A baseline queue longer than this is counted, not read: votes beyond it are not recognised as
// carried over.
constexpr std::uint64_t kMostCarriedOver = 1'000'000;

Failure unfit(std::string message, std::string help) {
  return fail(ErrorKind::environment, std::move(message), std::move(help));
}

void say(const PreflightInput& input, std::string_view step) {
  if (input.progress) input.progress(step);
}

Result<Adapters> open_adapters(const PreflightInput& input) {
  Adapters adapters;
  TRY_ASSIGN(adapters.votes, adapters::open_vote_box(input.target, input.scenario.http, input.ids,
                                                     input.plan.choices()));
  if (input.target.queue) {
    TRY_ASSIGN(adapters.queue, adapters::open_queue_probe(*input.target.queue));
  }
  if (input.target.rows) {
    TRY_ASSIGN(adapters.rows, adapters::open_row_store(*input.target.rows));
  }
  return adapters;
}

// Returns whether votes of others wait in the lists.
Result<bool> check_queue(const PreflightInput& input, adapters::QueueProbe& queue,
                         Preflight& preflight) {
  const QueueSettings& settings = *input.target.queue;
  TRY_ASSIGN(adapters::QueueFacts facts, queue.facts());
  preflight.facts.emplace_back(settings.kind, std::move(facts.version));
  std::ranges::move(facts.warnings, std::back_inserter(preflight.warnings));
  preflight.queue_client_timeout = facts.client_timeout;
  if (facts.client_timeout && *facts.client_timeout > Nanoseconds(0))
    preflight.facts.emplace_back("idle clients are cut off after",
                                 format_duration(*facts.client_timeout));
  if (std::string blind = adapters::blind_spot_of(settings); !blind.empty())
    preflight.warnings.push_back(std::move(blind));
  TRY_ASSIGN(const QueueSnapshot look, queue.snapshot());
  const std::uint64_t waiting = look.waiting();
  if (waiting > 0 && input.scenario.preflight.require_empty_queue)
    return unfit(
        fmt::format("{} elements wait in {} of {} already", format_count(waiting),
                    adapters::place_of(settings), settings.where()),
        "let the worker finish, empty it (`votebench stack reset NAME` for a stack of ours), "
        "or set preflight.require_empty_queue: false");
  return waiting > 0;
}

// Of columns that are there, and that no vote changes.
Result<> check_where(const RowSettings& settings, const adapters::TableFacts& table,
                     const std::string& columns) {
  for (const auto& [column, value] : settings.where) {
    if (column == settings.voter_column || column == settings.choice_column)
      return unfit(fmt::format("{}.where names column '{}', which each vote fills: the rows of "
                               "other votes would look lost",
                               settings.kind, printable(column)),
                   "name columns that hold the same in every row of this run");
    if (std::ranges::find(table.columns, column) == table.columns.end())
      return unfit(fmt::format("table '{}' has no column '{}'", printable(settings.table),
                               printable(column)),
                   fmt::format("it has: {}; see {}.where", columns, settings.kind));
  }
  if (table.unfit_where) return fail(*table.unfit_where);
  return {};
}

Result<> check_columns(const RowSettings& settings, const adapters::TableFacts& table) {
  if (!table.exists)
    return unfit(fmt::format("there is no table '{}'", printable(settings.table)),
                 fmt::format("check {0}.url (which database?) and {0}.table; the worker usually "
                             "creates the table when it starts",
                             settings.kind));
  std::string columns;
  for (const std::string& column : table.columns)
    columns += (columns.empty() ? "" : ", ") + printable(column, 60);
  for (const auto& [present, name] : {std::pair(table.has_voter_column, settings.voter_column),
                                      std::pair(table.has_choice_column, settings.choice_column)})
    if (!present)
      return unfit(
          fmt::format("table '{}' has no column '{}'", printable(settings.table), printable(name)),
          fmt::format("it has: {}; set {}.columns", columns, settings.kind));
  return check_where(settings, table, columns);
}

bool is_loopback(const TargetSettings& target) {
  if (target.tunnel || target.proxy) return false;
  const std::string& host =
      target.vote.connect_to ? target.vote.connect_to->host : target.vote.host;
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<> ask_before_leaving_rows(const PreflightInput& input, adapters::RowStore& store) {
  if (is_loopback(input.target) || input.may_leave_rows) return {};
  TRY_ASSIGN(const RowBaseline rows, store.baseline(input.ids));
  // Rows that are not looked at are somebody's, too.
  if (rows.rows == 0 && input.target.rows->where.empty()) return {};
  const std::uint64_t votes = input.plan.planned() + input.scenario.preflight.probe_votes;
  if (input.target.rows->counters)
    return unfit(fmt::format("the counters stand at {}, and this run will raise them by about {}, "
                             "which cannot be taken back, on a stack that is not on this machine",
                             format_count(rows.rows), format_count(votes)),
                 "say --yes if that is meant");
  return unfit(
      fmt::format("{} holds {} rows, and this run will leave about {} more in a "
                  "database that is not on this machine",
                  input.target.rows->place(), format_count(rows.rows), format_count(votes)),
      "say --yes if that is meant");
}

Result<adapters::TableFacts> check_rows(const PreflightInput& input, adapters::RowStore& rows,
                                        Preflight& preflight) {
  TRY_ASSIGN(const adapters::StoreFacts facts, rows.facts());
  preflight.facts.emplace_back(lower_case(adapters::store_kind(input.target.rows).title),
                               facts.version);
  preflight.facts.emplace_back("commit times", facts.has_commit_times ? "kept" : "not kept");
  if (facts.is_replica)
    return unfit(facts.replica_kind + ": it may lag, and absence in it proves nothing",
                 fmt::format("point {}.url at the primary", input.target.rows->kind));
  TRY_ASSIGN(const adapters::TableFacts table, rows.table(input.ids));
  TRY(check_columns(*input.target.rows, table));
  TRY(check_counted_choices(input));
  if (table.partial_view) return fail(*table.partial_view);
  if (table.no_room_for_id && sends_ids(input.target.vote.identity))
    return fail(*table.no_room_for_id);
  TRY_ASSIGN(const bool taken, rows.has_rows_of(input.ids));
  if (taken)
    return unfit(fmt::format("the table holds rows of run {} already", input.ids.run().hex()),
                 "another run drew the same id: start again");
  TRY(ask_before_leaving_rows(input, rows));
  return table;
}

// What the probes showed of the order of votes, and of what is known of those in hand.
void describe_hands(const ProbeFindings& probes, Preflight& preflight) {
  const auto warn = [&](bool condition, std::string_view text) {
    if (condition) preflight.warnings.emplace_back(text);
  };
  warn(probes.use.newest_first,
       "votes are pushed and taken at the same end: the newest first, so that trailing votes prove "
       "nothing of those that wait");
  warn(probes.not_kept,
       "workers are handed votes and acknowledge none: what they have in hand is not seen");
  warn(probes.settled_early,
       "votes are acknowledged before they are written: what workers have in hand is not seen");
}

// How the votes go through the queue, as far as the probes showed it.
void describe_way(const ProbeFindings& probes, Preflight& preflight) {
  if (!preflight.adapters.queue || probes.cast == 0) return;
  const auto words = [](const std::vector<std::string>& commands) {
    return fmt::format("{}", fmt::join(commands, ", "));
  };
  if (!probes.use.pushes.empty())
    preflight.facts.emplace_back("queued by", words(probes.use.pushes));
  if (!probes.use.takes.empty()) preflight.facts.emplace_back("taken by", words(probes.use.takes));
  describe_hands(probes, preflight);
  if (!probes.pushes_add_up)
    preflight.warnings.push_back(
        fmt::format("{} probe votes have their rows, but fewer pushes were counted{}: the app puts "
                    "several votes into one push, or does not push them; how many votes were "
                    "queued will not be known",
                    probes.cast,
                    probes.use.hidden.empty() ? "" : " (beside " + words(probes.use.hidden) + ")"));
}

Result<QueueBaseline> queue_baseline(const PreflightInput& input, const ProbeFindings& probes,
                                     Preflight& preflight) {
  QueueBaseline baseline;
  TRY_ASSIGN(const adapters::QueueContents contents,
             preflight.adapters.queue->contents(input.ids, kMostCarriedOver));
  baseline.snapshot = contents.snapshot;
  baseline.shares_pushes = probes.strangers_push;
  baseline.pushes_add_up = probes.pushes_add_up;
  baseline.newest_first = probes.use.newest_first;
  baseline.settled_early = probes.settled_early;
  baseline.blocking_pops = probes.blocking_pops;
  baseline.counts_only = input.target.vote.identity == IdentityMode::none;
  baseline.client_timeout = preflight.queue_client_timeout;
  baseline.seen_in = contents.seen_in();
  for (std::size_t i = 0; i < std::min(probes.seen_in.size(), baseline.seen_in.size()); ++i)
    if (probes.seen_in[i]) baseline.seen_in[i] = true;
  const auto remember = [&](const adapters::QueueList& list) {
    baseline.carry_over_ids.insert(list.others.begin(), list.others.end());
  };
  for (const adapters::QueueList* list : contents.all()) remember(*list);
  if (contents.snapshot.depth > 0)
    preflight.warnings.push_back(
        fmt::format("{} votes of others wait in the queue: they will arrive during the run",
                    format_count(contents.snapshot.depth)));
  const bool was_seen = std::ranges::find(baseline.seen_in, true) != baseline.seen_in.end();
  if (probes.cast > 0 && !was_seen && !probes.blocking_pops)
    preflight.warnings.push_back(
        fmt::format("no probe vote was seen standing in {}: is the name right? As long as "
                    "none is, no loss can be proven",
                    adapters::place_of(*input.target.queue)));
  return baseline;
}

// Which way probe votes took, and how far they were followed.
Ground ground_of_way(const PreflightInput& input, const ProbeFindings& probes,
                     const Preflight& preflight) {
  if (probes.cast == 0)
    return {Ground::Kind::assumed, "way", "votes go the way that the target names: none was tried"};
  std::string text = counted(probes.cast, "probe vote");
  text += " went";
  if (preflight.queue) {
    const bool seen =
        std::ranges::find(preflight.queue->seen_in, true) != preflight.queue->seen_in.end();
    text += fmt::format(" {} {}", seen ? "through" : "unseen, perhaps through",
                        adapters::place_of(*input.target.queue));
  }
  if (preflight.adapters.rows && input.target.rows->counters)
    text += probes.reached_rows ? " into the counters" : ", not followed to the counters";
  else if (preflight.adapters.rows)
    text += probes.reached_rows ? " into " + input.target.rows->place()
                                : ", not followed to their rows";
  return {Ground::Kind::measured, "way", std::move(text)};
}

RevoteRule rule_of(TableModel model) {
  return model == TableModel::append ? RevoteRule::append : RevoteRule::last_wins;
}

std::string_view describe(RevoteRule rule) {
  switch (rule) {
    case RevoteRule::last_wins:
      return "one row per voter";
    case RevoteRule::append:
      return "every vote is a row";
    case RevoteRule::first_wins:
      return "one row per voter, the first vote stands";
  }
  return "";
}

Ground ground_of_model(const PreflightInput& input, const TableFindings& found, RevoteRule rule) {
  using enum Ground::Kind;
  if (input.target.rows->revotes)
    return {assumed, "table",
            fmt::format("{}: {}.rows says so", describe(rule), input.target.rows->kind)};
  if (found.rule)
    return {measured, "table", fmt::format("{} (probe voters voted twice)", describe(rule))};
  return {assumed, "table",
          fmt::format(
              "{}, by its index: {}", describe(rule),
              found.untested.empty() ? "no probe vote was followed to its row" : found.untested)};
}

Ground ground_of_choices(const TableFindings& found) {
  if (found.choices.empty())
    return {Ground::Kind::assumed, "choices", "choices stand in the table as they were sent"};
  return {Ground::Kind::measured, "choices", "choices stand in the table " + found.choices};
}

TableModel settle_counters(const ProbeFindings& probes, Preflight& preflight) {
  preflight.facts.emplace_back("counters", "every vote raises one");
  if (probes.counters.cast > 0)
    preflight.grounds.push_back({Ground::Kind::measured, "counters",
                                 "a probe vote for each choice raised its counter by one"});
  else
    preflight.grounds.push_back(
        {Ground::Kind::assumed, "counters", "each choice has the counter that the target names"});
  if (probes.counters.shared)
    preflight.warnings.emplace_back(
        "the counters moved by more than the probe votes: somebody else votes, and such a run "
        "cannot pass");
  return TableModel::append;
}

// Re-votes whose fate the table does not show.
Result<> check_revotes(const RowSettings& settings, const adapters::TableFacts& table,
                       RevoteRule rule) {
  if (rule == RevoteRule::first_wins)
    return unfit(
        "a voter's first vote stands in this table (first-wins): re-votes change nothing, and "
        "cannot be checked",
        fmt::format("let every voter vote once (no voters.revote), or say {}.rows: last-wins to "
                    "have re-votes judged by that rule",
                    settings.kind));
  if (rule == RevoteRule::append && !table.key_with_choice.empty())
    return unfit(fmt::format("table '{}' has the unique key {}: it refuses a vote that repeats an "
                             "earlier choice of its voter, and such a vote looks like a lost one",
                             printable(settings.table), table.key_with_choice),
                 "let every voter vote once (no voters.revote)");
  return {};
}

// What the table does with re-votes: as the target says, as the probes have shown, or as its index
// makes likely.
Result<TableModel> settle_model(const PreflightInput& input, const ProbeFindings& probes,
                                const adapters::TableFacts& table, Preflight& preflight) {
  if (input.target.rows->counters) return settle_counters(probes, preflight);
  const auto& stated = input.target.rows->revotes;
  const std::string_view block = input.target.rows->kind;
  const bool revotes = input.scenario.voters.revote.ratio > 0;
  const RevoteRule rule = stated ? *stated : probes.table.rule.value_or(rule_of(table.model));
  preflight.facts.emplace_back("table", describe(rule));
  preflight.grounds.push_back(ground_of_model(input, probes.table, rule));
  preflight.grounds.push_back(ground_of_choices(probes.table));
  if (const std::string condition = input.target.rows->condition(); !condition.empty())
    preflight.grounds.push_back(
        {Ground::Kind::assumed, "rows",
         fmt::format("every vote has its row where {} ({}.where says so)", condition, block)});
  if (!stated && !probes.table.rule && revotes)
    preflight.warnings.push_back(fmt::format(
        "what the table does with re-votes is assumed ({}); say {}.rows if it does otherwise",
        preflight.grounds.front().text, block));
  if (revotes) TRY(check_revotes(*input.target.rows, table, rule));
  return rule == RevoteRule::append ? TableModel::append : TableModel::last_wins;
}

// The probes were counted by the form of their ids; the audit knows a vote by its whole id.
Result<> check_probe_ids(const PreflightInput& input, const Preflight& preflight) {
  if (!preflight.rows || input.target.vote.identity == IdentityMode::none) return {};
  const std::uint64_t own = preflight.rows->rows - preflight.rows->strangers;
  if (own >= preflight.probe_rows || input.stop.stop_requested()) return {};
  const RowSettings& settings = *input.target.rows;
  return unfit(fmt::format("{} probe votes have rows in table '{}', but only {} with the ids that "
                           "were sent",
                           preflight.probe_rows, printable(settings.table), own),
               fmt::format("ids must arrive unchanged: what does column '{}' or the worker do to "
                           "them?",
                           printable(settings.voter_column)));
}

// Whether the plan can drain in time at the rate that the probes showed.
void compare_with_plan(const PreflightInput& input, double rate, Preflight& preflight) {
  preflight.facts.emplace_back("drain rate", fmt::format("{:.1f} votes/s", rate));
  const auto load_s = in_seconds(input.plan.last_due().value_or(Nanoseconds(0)));
  const auto limit_s = in_seconds(input.scenario.drain_timeout);
  const double needed_s = static_cast<double>(input.plan.planned()) / rate;
  if (needed_s <= load_s + limit_s) return;
  const auto whole = Nanoseconds(static_cast<std::int64_t>((needed_s - load_s) * 1e9));
  preflight.warnings.push_back(fmt::format(
      "the worker writes about {:.1f} votes/s: {} votes need {} after the load (drain.timeout is "
      "{})",
      rate, format_count(input.plan.planned()), format_duration(whole),
      format_duration(input.scenario.drain_timeout)));
}

void note_clock(const PreflightInput& input, ServerClock::Of of, const ClockOffset& clock,
                Preflight& preflight) {
  preflight.clocks.push_back({of, clock, input.clock.wall_now()});
  if (std::chrono::abs(clock.offset) <= input.scenario.preflight.max_clock_skew) return;
  const auto& [queue, table] = adapters::services_of(input.target);
  preflight.warnings.push_back(
      fmt::format("the clock of {} differs from ours by {}; it is corrected for, within {}",
                  lower_case(of == ServerClock::Of::queue ? queue.title : table.title),
                  format_duration(clock.offset), format_duration(clock.uncertainty)));
}

// What the verdict will lean on, and preflight cannot prove.
std::vector<std::string> assumptions(const TargetSettings& target) {
  std::vector<std::string> list{"an accepted answer means that the vote was pushed"};
  if (target.rows && target.rows->counters && !target.queue)
    list = {"an accepted answer means that the vote is counted, or will be"};
  else
    list.emplace_back(target.worker == WorkerModel::serial
                          ? "each worker pops one vote, writes it, then pops again"
                          : "workers may hold several votes at once");
  if (target.queue && !target.queue->in_flight.empty())
    list.push_back(
        fmt::format("votes in hand stand in {}", fmt::join(target.queue->in_flight, ", ")));
  if (target.settle_quiet)
    list.push_back(fmt::format("{} without movement means nothing is in hand (settle.quiet)",
                               format_duration(*target.settle_quiet)));
  return list;
}

// What the tunnel adds to every look at a store: a reading of its clock is one round trip.
void describe_tunnel(const TargetSettings& target, Preflight& preflight) {
  const auto& [queue, table] = adapters::services_of(target);
  std::string text = "via " + target.tunnel->via;
  for (const ServerClock& clock : preflight.clocks)
    text += fmt::format(", {} {} away",
                        lower_case(clock.of == ServerClock::Of::queue ? queue.title : table.title),
                        format_duration(2 * clock.offset.uncertainty));
  preflight.facts.emplace_back("tunnel", std::move(text));
}

Result<> take_baselines(const PreflightInput& input, const ProbeFindings& probes,
                        Preflight& preflight) {
  Adapters& adapters = preflight.adapters;
  if (adapters.queue) {
    TRY_ASSIGN(preflight.queue, queue_baseline(input, probes, preflight));
    TRY_ASSIGN(const ClockOffset clock, adapters.queue->clock_offset(input.clock));
    note_clock(input, ServerClock::Of::queue, clock, preflight);
  }
  if (adapters.rows) {
    TRY_ASSIGN(preflight.rows, adapters.rows->baseline(input.ids));
    TRY_ASSIGN(const ClockOffset clock, adapters.rows->clock_offset(input.clock));
    note_clock(input, ServerClock::Of::rows, clock, preflight);
  }
  if (input.target.tunnel) describe_tunnel(input.target, preflight);
  return {};
}

// The probe votes that still wait are of no use to anybody, and would be in the way of the next
// run. What cannot be taken back is said.
void take_back_probes(const PreflightInput& input, adapters::QueueProbe& queue,
                      const ProbeFindings& probes, Error& why) {
  const std::string place = adapters::place_of(*input.target.queue);
  const auto say_too = [&](const std::string& clause) {
    why.help += (why.help.empty() ? "" : "; ") + clause;
  };
  const auto removed = queue.remove_own(input.ids);
  if (!removed) return say_too(fmt::format("probe votes may still wait in {}", place));
  if (*removed > 0)
    say_too(fmt::format("{} that waited in {} {} taken out again", counted(*removed, "probe vote"),
                        place, *removed == 1 ? "was" : "were"));
  if (probes.unclear > *removed) say_too("that probe vote may still be queued or stored");
}

Result<> question_target(const PreflightInput& input, const adapters::TableFacts& table,
                         const ProbeFindings& probes, Preflight& preflight) {
  preflight.drain_rate_per_s = probes.drain_rate_per_s;
  preflight.probe_rows = probes.reached_rows ? probes.cast + probes.table.further_rows : 0;
  if (preflight.adapters.rows && input.target.rows->counters) preflight.probe_rows = 0;
  std::ranges::copy(probes.table.warnings, std::back_inserter(preflight.warnings));
  TableModel model = table.model;
  if (preflight.adapters.rows) {
    TRY_ASSIGN(model, settle_model(input, probes, table, preflight));
  }
  if (probes.drain_rate_per_s) compare_with_plan(input, *probes.drain_rate_per_s, preflight);
  describe_way(probes, preflight);
  TRY(take_baselines(input, probes, preflight));
  if (preflight.rows) {
    preflight.rows->model = model;
    preflight.rows->values_change = probes.table.values_change;
    preflight.rows->counters.shared = probes.counters.shared;
  }
  preflight.grounds.push_back(ground_of_way(input, probes, preflight));
  TRY(check_probe_ids(input, preflight));
  say(input, fmt::format("assuming: {}", fmt::join(assumptions(input.target), "; ")));
  return {};
}

}  // namespace

Result<> run_preflight(const PreflightInput& input, Preflight& preflight) {
  say(input, "opening the target");
  TRY_ASSIGN(preflight.adapters, open_adapters(input));
  bool queue_is_dirty = false;
  if (preflight.adapters.queue) {
    TRY_ASSIGN(queue_is_dirty, check_queue(input, *preflight.adapters.queue, preflight));
  }
  adapters::TableFacts table;
  if (preflight.adapters.rows) {
    TRY_ASSIGN(table, check_rows(input, *preflight.adapters.rows, preflight));
  }
  for (std::string& warning :
       check_budget(read_machine_limits(), input.plan, !input.scenario.http.keep_alive,
                    input.scenario.http.source_addresses.size()))
    preflight.warnings.push_back(std::move(warning));
  say(input, "casting probe votes");
  ProbeFindings probes;
  Result<> fit = cast_probe_votes(input, preflight.adapters, queue_is_dirty, probes);
  if (fit) fit = question_target(input, table, probes, preflight);
  preflight.in_hand_fall = probes.in_hand_fall;
  if (!fit && preflight.adapters.queue)
    take_back_probes(input, *preflight.adapters.queue, probes, fit.error());
  return fit;
}

}  // namespace votebench::run
