#include "watch/final_evidence.h"

#include <algorithm>
#include <utility>

namespace votebench::watch {
namespace {

bool is_own_vote(const IdCheck& check) {
  return check.origin == IdOrigin::own && check.index < kFirstProbeIndex;
}

// Appends the own ids of `list`; returns how many elements are not own.
std::uint64_t collect_own(const adapters::QueueList& list, const VoterIds& ids,
                          std::vector<VoterIndex>& own) {
  std::uint64_t strangers = list.malformed;
  for (const adapters::QueueElement& element : list.elements) {
    const IdCheck check = ids.check(element.voter_id);
    if (is_own_vote(check))
      own.push_back(check.index);
    else
      ++strangers;
  }
  return strangers;
}

}  // namespace

bool holds_own_id(const adapters::QueueContents& contents, const VoterIds& ids) {
  const auto holds = [&](const adapters::QueueList& list) {
    return !list.complete() || std::any_of(list.elements.begin(), list.elements.end(),
                                           [&](const adapters::QueueElement& element) {
                                             return is_own_vote(ids.check(element.voter_id));
                                           });
  };
  return holds(contents.list) ||
         std::any_of(contents.in_flight.begin(), contents.in_flight.end(), holds);
}

QueueEvidence queue_evidence(const QueueBaseline& baseline, const QueueHistory& history,
                             const adapters::QueueContents* contents, const VoterIds& ids) {
  QueueEvidence evidence;
  evidence.configured = true;
  evidence.readable_at_end = contents != nullptr;
  evidence.server_id = history.last.server_id;
  evidence.same_server = history.same_server;
  evidence.restarts = history.restarts;
  evidence.shares_pushes = baseline.shares_pushes;
  evidence.depth_start = baseline.snapshot.depth;
  evidence.depth_max = history.depth_max;
  evidence.pushes_undercount = history.pushes_undercount;
  evidence.evicted = history.evicted;
  evidence.carry_over_ids = baseline.carry_over_ids;
  if (contents == nullptr) return evidence;

  evidence.depth_end = contents->snapshot.depth;
  evidence.pushed = history.pushed;
  if (evidence.pushed && evidence.depth_start + *evidence.pushed >= evidence.depth_end)
    evidence.popped = evidence.depth_start + *evidence.pushed - evidence.depth_end;
  evidence.strangers_listed = collect_own(contents->list, ids, evidence.own_listed);
  for (const adapters::QueueList& list : contents->in_flight)
    collect_own(list, ids, evidence.own_in_flight);
  return evidence;
}

RowEvidence row_evidence(const RowBaseline& baseline, FinalRows* end) {
  RowEvidence evidence;
  evidence.configured = true;
  evidence.readable = end != nullptr;
  evidence.model = baseline.model;
  evidence.rows_start = baseline.rows;
  evidence.choices_start = baseline.choices;
  if (end == nullptr) return evidence;

  evidence.same_store = end->store.is_same_as(baseline.identity);
  evidence.is_replica = end->is_replica;
  evidence.store = end->store;
  evidence.rows_end = end->rows.total;
  evidence.restarted = end->store.server != baseline.identity.server;
  evidence.probes_seen = baseline.probe_voters.size();
  evidence.probes_vanished = static_cast<std::uint64_t>(
      std::ranges::count_if(baseline.probe_voters, [&](VoterIndex probe) {
        return !std::ranges::binary_search(end->rows.probe_voters, probe);
      }));
  evidence.strangers_changed = end->rows.pre_existing != baseline.strangers ||
                               end->rows.stranger_checksum != baseline.stranger_checksum;
  evidence.rows = std::move(end->rows);
  return evidence;
}

}  // namespace votebench::watch
