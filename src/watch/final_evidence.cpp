#include "watch/final_evidence.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace votebench::watch {
namespace {

bool is_probe(VoterIndex index) { return index >= kFirstProbeIndex; }

void collect_votes(const adapters::QueueList& list, std::vector<VoterIndex>& votes) {
  std::ranges::remove_copy_if(list.own, std::back_inserter(votes), is_probe);
}

bool holds_votes(const adapters::QueueList& list) {
  return !std::ranges::all_of(list.own, is_probe);
}

// `seen`: an id of ours was found in this list once, so one would be found again.
std::uint64_t unreadable_in(const adapters::QueueList& list, bool seen, bool counts_only) {
  if (counts_only) return list.length;
  return (seen || list.legible ? 0 : list.unclear) + list.length - std::min(list.read, list.length);
}

std::uint64_t strangers_in(const adapters::QueueContents& contents, const QueueHistory& history) {
  std::uint64_t sum = 0;
  const std::size_t first_further = 1 + contents.in_flight.size();
  const auto lists = contents.main();
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const adapters::QueueList& list = *lists[i];
    const bool seen = list.legible || history.seen_in_list(i == 0 ? 0 : first_further + i - 1);
    sum += static_cast<std::uint64_t>(std::ranges::count_if(list.own, is_probe)) + list.strangers +
           (seen ? list.unclear : 0);
  }
  return sum;
}

}  // namespace

std::uint64_t unreadable_elements(const adapters::QueueContents& contents,
                                  const QueueHistory& history, bool counts_only) {
  std::uint64_t sum = 0;
  const auto lists = contents.all();
  for (std::size_t i = 0; i < lists.size(); ++i)
    sum += unreadable_in(*lists[i], history.seen_in_list(i), counts_only);
  return sum;
}

bool may_hold_own_votes(const adapters::QueueContents& contents, const QueueHistory& history,
                        bool counts_only) {
  const auto holds = [](const adapters::QueueList* list) { return holds_votes(*list); };
  return unreadable_elements(contents, history, counts_only) > 0 ||
         std::ranges::any_of(contents.all(), holds);
}

QueueEvidence queue_evidence(const QueueBaseline& baseline, const QueueHistory& history,
                             const adapters::QueueContents* contents) {
  QueueEvidence evidence;
  evidence.configured = true;
  evidence.readable_at_end = contents != nullptr;
  evidence.server_id = history.last.server_id;
  evidence.same_server = history.same_server;
  evidence.restarts = history.restarts;
  evidence.shares_pushes = baseline.shares_pushes;
  evidence.depth_start = baseline.snapshot.depth;
  evidence.depth_max = history.depth_max;
  evidence.pushes_undercount = history.pushes_undercount || !baseline.pushes_add_up;
  evidence.pushes_repeat = history.consumers_push();
  evidence.own_seen = history.own_seen;
  evidence.evicted = history.evicted;
  evidence.removed = history.removed;
  evidence.carry_over_ids = baseline.carry_over_ids;
  evidence.list_seen = history.list_seen();
  evidence.blocking_pops = history.blocking_pops;
  if (contents == nullptr) return evidence;

  evidence.depth_end = contents->snapshot.depth;
  evidence.pushed = history.pushed;
  if (evidence.pushed)
    evidence.popped = contents->snapshot.popped(evidence.depth_start, *evidence.pushed);
  for (const adapters::QueueList* list : contents->main())
    collect_votes(*list, evidence.own_listed);
  for (const adapters::QueueList& side : contents->in_flight)
    collect_votes(side, evidence.own_in_flight);
  evidence.unreadable_listed = unreadable_elements(*contents, history, baseline.counts_only);
  evidence.strangers_listed = strangers_in(*contents, history);
  return evidence;
}

RowEvidence row_evidence(const RowBaseline& baseline, FinalRows* end) {
  RowEvidence evidence;
  evidence.configured = true;
  evidence.readable = end != nullptr;
  evidence.model = baseline.model;
  evidence.rows_start = baseline.rows;
  evidence.choices_start = baseline.choices;
  evidence.values_changed = baseline.values_change;
  evidence.counters = baseline.counters;
  if (end == nullptr) return evidence;

  evidence.same_store = end->store.is_same_as(baseline.identity);
  evidence.is_replica = end->is_replica;
  evidence.store = end->store;
  evidence.rows_end = end->rows.total;
  evidence.restarted = end->store.server != baseline.identity.server;
  const std::uint64_t probe_rows = baseline.rows - std::min(baseline.rows, baseline.strangers);
  evidence.probes_seen = std::max<std::uint64_t>(baseline.probe_voters.size(), probe_rows);
  evidence.probes_vanished = static_cast<std::uint64_t>(
      std::ranges::count_if(baseline.probe_voters, [&](VoterIndex probe) {
        return !std::ranges::binary_search(end->rows.probe_voters, probe);
      }));
  // On a table where every vote is a row a voter may keep one of two.
  evidence.probes_vanished =
      std::max(evidence.probes_vanished, probe_rows - std::min(probe_rows, end->rows.probes));
  evidence.strangers_changed = end->rows.pre_existing != baseline.strangers ||
                               end->rows.stranger_checksum != baseline.stranger_checksum;
  if (baseline.updates && end->rows.updates >= baseline.updates)
    evidence.updates = *end->rows.updates - *baseline.updates;
  evidence.rows = std::move(end->rows);
  return evidence;
}

}  // namespace votebench::watch
