// What was seen of the queue and of the table: the facts that the audit may lean on.
#pragma once

#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/clock.h"
#include "vote/grounds.h"
#include "vote/names.h"
#include "vote/vote.h"

namespace votebench {

// How people call a service that votebench looks at. Its adapter says it.
struct ServiceWords {
  std::string title;  // the product's name, as its makers write it
  std::string block;  // the block of the target file that describes it
};
// Of the services of one target; of what could be one where the target names none.
struct Services {
  ServiceWords queue;
  ServiceWords table;
};

// One look at the queue; all of it of one instant.
struct QueueSnapshot {
  std::string server_id;    // of the server's process: another one after a restart
  std::uint64_t depth = 0;  // of all lists that votes are pushed to
  std::vector<std::uint64_t> in_flight_depths{};  // one per declared side list
  // Calls of plain pushes since the server counts, of whatever list: elements, where each push
  // brings one.
  std::uint64_t pushed = 0;
  std::uint64_t dropped = 0;  // what it threw away for lack of memory; the list may be among it
  // What else the server counts, under the adapter's names. None falls while it goes on counting.
  std::map<std::string, std::uint64_t> counters;
  std::uint64_t uptime_s = 0;
  WallTime server_time{};
  // How often its counters were set to zero, as far as it tells: another number means that they
  // were.
  std::uint64_t resets = 0;
  // Calls since the server counts that took elements out of whatever list and put them into no
  // other: what they took stands nowhere.
  std::uint64_t taken_bare = 0;
  // Of a queue that knows itself what workers have in hand (in_flight_depths), since it began:
  std::optional<std::uint64_t> delivered{};  // elements that were handed to them
  std::uint64_t acknowledged = 0;            // calls that say of some that they are done
  std::uint64_t handed_over = 0;             // calls that may give one worker what another one has
  // Elements that went before anybody was handed them, as far as it tells now: it may fall. Nothing
  // where it does not.
  std::optional<std::uint64_t> removed{};
  bool blind = false;  // what waits is not known: `depth` is no number of it
  // Where votes are pushed to several lists: what of `depth` stands in each but the first.
  std::vector<std::uint64_t> further_depths{};

  [[nodiscard]] std::uint64_t in_flight() const {  // elements in all side lists
    return std::accumulate(in_flight_depths.begin(), in_flight_depths.end(), std::uint64_t{0});
  }
  [[nodiscard]] std::uint64_t waiting() const { return depth + in_flight(); }
  // Elements that left the main lists since a look that showed `depth_before` there, with
  // `pushed_since` pushes meanwhile. Nothing: the numbers do not tell.
  [[nodiscard]] std::optional<std::uint64_t> popped(std::uint64_t depth_before,
                                                    std::uint64_t pushed_since) const {
    if (blind || depth_before + pushed_since < depth) return std::nullopt;
    return depth_before + pushed_since - depth;
  }
};

// A client of the queue's server, none of ours.
struct QueueClient {
  std::uint64_t id = 0;  // not used again by the same server
  std::string address;
  std::string name;                     // empty when it has none
  std::string command;                  // its last one
  std::optional<std::uint64_t> idle_s;  // since then; nothing: the server's clock was set
  // What the last command says of it. `asks`: it wants its next element. `waits`: it asks, and the
  // queue has none for it. `takes`: it asks, or removes elements otherwise, or may.
  // `blocks`: where the queue is empty it waits for the next one, which then never stands in it.
  // `pushes`: it puts elements in, and nothing else. `reads`: it neither puts in nor takes out, or
  // nothing was asked at all.
  bool takes = false;
  bool asks = false;
  bool blocks = false;
  bool waits = false;
  bool pushes = false;
  bool reads = false;
  bool reads_data = false;  // it reads what others stored; not of the server or of lists
  bool exempt = false;      // a replica, monitor or subscriber: it cannot take an element
};

// The queue before the first vote of the run, after the probes have settled.
struct QueueBaseline {
  QueueSnapshot snapshot;
  std::unordered_set<std::string> carry_over_ids;  // voter ids found in the lists
  bool shares_pushes = false;                      // somebody else was seen pushing
  bool pushes_add_up = true;                       // every probe was a push of its own
  bool counts_only = false;  // votes bear ids of the app: ours cannot be told from a stranger's
  // In which lists ids of ours were seen, the main list first; absent ones: not seen.
  std::vector<bool> seen_in;
  bool blocking_pops = false;  // a worker waits in a pop: a vote may never stand in a list
  // How long a client may be silent before its server closes the connection; 0: for ever; nothing:
  // not known.
  std::optional<Nanoseconds> client_timeout;
  bool newest_first = false;   // votes are pushed and taken at the same end
  bool settled_early = false;  // probes were done with in the queue, and had no rows then
};

// A server's clock minus ours, by a bracketed reading; the true value is within +- uncertainty.
struct ClockOffset {
  Nanoseconds offset{};
  Nanoseconds uncertainty{};
};

// Of a store that keeps a number per choice, in place of a row per vote.
struct CounterTerms {
  bool kept = false;       // it does
  bool exclusive = false;  // nobody else votes, the target says
  bool shared = false;     // somebody else was seen voting, or nobody watched whether
  friend bool operator==(const CounterTerms&, const CounterTerms&) = default;
};

enum class TableModel : std::uint8_t {
  last_wins,  // UNIQUE on the voter column: one row per voter
  append,     // no UNIQUE: k votes are k rows
};
constexpr std::array<std::string_view, 2> names_of(TableModel) { return {"last_wins", "append"}; }

// What makes one store the same store later. Both are the adapter's to read.
struct StoreIdentity {
  // Of the very table, its parts divided by semicolons: others where it was replaced or rewritten,
  // more where it grew.
  std::string table;
  std::string server;  // of the server's process: another one after a restart
  friend bool operator==(const StoreIdentity&, const StoreIdentity&) = default;
  // A server that was restarted is the same store, and so is a table with a further part.
  [[nodiscard]] bool is_same_as(const StoreIdentity& earlier) const;
};

// The table before the first vote of the run, after the probes have settled: what every later
// reading is compared with. "Strangers" are the rows whose id is not our run's.
struct RowBaseline {
  StoreIdentity identity;
  TableModel model = TableModel::last_wins;
  std::string snapshot;  // the adapter's mark of this moment, by which it knows rows written later
  std::uint64_t rows = 0;
  std::uint64_t strangers = 0;
  std::uint64_t stranger_checksum = 0;
  std::vector<VoterIndex> probe_voters;          // ascending, who have rows; empty: not known
  std::map<std::string, std::uint64_t> choices;  // rows per choice text; bounded
  WallTime server_time{};
  bool values_change = false;  // a probe's row was seen with one value and then with another
  std::optional<std::uint64_t> updates;  // of rows, as the store counts; nothing: it does not
  CounterTerms counters{};
};

// A row of the table whose id is ours, with the right mac, not a probe's.
struct OwnRow {
  VoterIndex voter = 0;
  ChoiceIndex choice = kOtherChoice;
  std::int64_t committed_ns = 0;  // Unix time of the commit, server clock; 0 = not known
};

// A row (or a group of rows) that is not ours.
struct StrangerRow {
  IdOrigin origin = IdOrigin::foreign;
  std::string id;
  std::string choice;
};

// The whole table at one moment.
struct RowSet {
  std::vector<OwnRow> own;
  // The text behind an own row's kOtherChoice, by voter; bounded, so an entry may be missing.
  std::map<VoterIndex, std::string> other_choices;
  std::uint64_t probes = 0;              // own ids of the probe range, but trailing votes
  std::uint64_t trailing = 0;            // own ids of trailing votes
  std::vector<VoterIndex> probe_voters;  // of `probes`, ascending, each once
  // Rows written since the baseline that are not own. Counts are complete, `strangers` holds the
  // first kMaxStrangers of them.
  static constexpr std::size_t kMaxStrangers = 1000;
  std::uint64_t other_run = 0;
  std::uint64_t foreign = 0;
  std::uint64_t invalid_own = 0;
  std::uint64_t carry_over = 0;  // new, and the id stood in the baseline queue
  std::vector<StrangerRow> strangers;
  std::uint64_t total = 0;         // every row of the table
  std::uint64_t pre_existing = 0;  // strangers visible in the baseline and unchanged since
  // Count and order-free checksum over the non-own rows that the baseline saw.
  std::uint64_t stranger_checksum = 0;
  std::map<std::string, std::uint64_t> choices;  // rows per choice text, whole table; bounded
  std::optional<std::uint64_t> updates{};        // RowBaseline's, now
};

// Votes per choice.
using Tallies = std::map<std::string, std::uint64_t>;

// The numbers of the result page beside those of the table, after the drain. Choices without votes
// are in neither.
struct PageEvidence {
  bool configured = false;
  bool compared = false;  // both were read, and the table stood still meanwhile
  std::string why_not{};  // one clause; empty where they were compared
  Tallies shown{};
  Tallies stored{};
};

struct QueueEvidence {
  bool configured = false;
  bool readable_at_end = false;
  std::string server_id;       // at the last look that worked
  bool same_server = true;     // one server id, no counter fell, from baseline to end
  std::uint32_t restarts = 0;  // changes of the server id that were seen
  bool shares_pushes = false;  // the baseline saw strangers pushing
  std::uint64_t depth_start = 0;
  std::uint64_t depth_end = 0;
  std::uint64_t depth_max = 0;
  std::uint64_t evicted = 0;  // QueueSnapshot::dropped since the baseline
  std::uint64_t removed = 0;  // elements that went before anybody was handed them, since then
  std::optional<std::uint64_t> pushed;  // elements, baseline to end; nothing when not derivable
  std::optional<std::uint64_t> popped;  // derived: depth_start + pushed - depth_end
  // Of `pushed`: the list was seen to grow by more, so that it counts fewer than were pushed.
  bool pushes_undercount = false;
  bool pushes_repeat = false;        // a worker was seen to push: a vote may have been pushed again
  std::vector<VoterIndex> own_seen;  // voters of whom an element was seen in a list; bounded
  std::vector<VoterIndex> own_listed;     // own ids in the list at the end (one per element)
  std::vector<VoterIndex> own_in_flight;  // own ids in the declared side lists at the end
  std::uint64_t strangers_listed = 0;     // other elements in the list at the end
  std::uint64_t unreadable_listed = 0;    // elements in any list at the end that may be ours
  bool list_seen = false;      // an id of ours was seen standing in a list, a probe's or a vote's
  bool blocking_pops = false;  // a worker was seen with a pop that may never leave a vote standing
  std::unordered_set<std::string> carry_over_ids;  // ids in the baseline queue
};

struct RowEvidence {
  bool configured = false;
  bool readable = false;    // the final rows were read
  bool same_store = true;   // StoreIdentity::is_same_as
  bool is_replica = false;  // it may lag: absence proves nothing
  StoreIdentity store;      // that the final rows were read from
  TableModel model = TableModel::last_wins;
  std::uint64_t rows_start = 0;
  std::uint64_t rows_end = 0;
  std::map<std::string, std::uint64_t> choices_start;  // rows per choice at the baseline
  // What the watching saw of own rows, the probes' included: one held another value than before,
  // one was there and then was not. A wrong value, or a row too many, may then be on its way to
  // right.
  bool values_changed = false;
  bool rows_vanished = false;
  bool strangers_changed = false;  // count or checksum of the pre-existing rows changed
  // Voters whose rows were seen before and are not in `rows`.
  std::uint64_t probes_seen = 0;  // in the baseline
  std::uint64_t probes_vanished = 0;
  std::uint64_t voters_vanished = 0;  // seen by earlier readings of the drain
  std::vector<VoterIndex> vanished;   // the first of these voters
  bool restarted = false;             // the server, since the baseline
  // Rows that were written again, by whomever, as the store counted them: seconds behind. Nothing
  // when it does not tell.
  std::optional<std::uint64_t> updates;
  CounterTerms counters{};
  std::string fell{};  // a clause: a counter that was seen to go back; empty: none was
  RowSet rows;

  static constexpr std::size_t kMaxVanished = 20;
  // Rows went while the server stood: somebody removes them, and may have removed others unseen.
  [[nodiscard]] bool were_removed() const {
    return !restarted && probes_vanished + voters_vanished > 0;
  }
};

// Accepted votes that the rows do not show.
struct MissingVotes {
  std::uint64_t count = 0;
  std::uint64_t mark = 0;  // differs where the same number of other votes is missing
  std::uint64_t wrong =
      0;  // rows with a value that nobody sent: perhaps not written to the end yet
  friend bool operator==(const MissingVotes&, const MissingVotes&) = default;
};

// Why absence may, or may not, be called loss.
enum class SettleProof : std::uint8_t {
  none,          // not settled: absent votes are PENDING
  complete,      // lists empty and every own acked vote present
  empty_handed,  // lists empty and no worker can hold a vote (serial worker)
  quiet,         // lists empty, nothing moved for the time the target declared
};
constexpr std::array<std::string_view, 4> names_of(SettleProof) {
  return {"none", "complete", "empty_handed", "quiet"};
}

struct Settlement {
  SettleProof proof = SettleProof::none;
  std::string reason;                       // one sentence, for people
  std::vector<std::string> assumptions;     // what a claim of loss leans on
  Nanoseconds drain{};                      // from the end of the load to the proof or the deadline
  double drain_rate_per_s = 0;              // observed while draining; 0 = not known
  std::optional<Nanoseconds> still_needed;  // not settled: at that rate
  std::uint64_t trailing_cast = 0;  // votes of ours that were cast behind the load to test the way
  std::uint64_t trailing_rows = 0;  // of these, with a row
  std::uint64_t late = 0;           // votes that came only behind trailing votes
  Grounds grounds{};                // what the drain found out, looked at, or takes for granted
  std::string advice{};             // not settled: what to say in the target, if it is true

  [[nodiscard]] bool settled() const { return proof != SettleProof::none; }

  // A drain.timeout that would have been enough, 2 % spared, in steps of 10 s below a minute and of
  // whole minutes above. Nothing when settled or when no rate is known.
  [[nodiscard]] std::optional<Nanoseconds> enough_time() const {
    if (settled() || !still_needed) return std::nullopt;
    const Nanoseconds spared = (drain + *still_needed) * 51 / 50;
    const Nanoseconds minute = std::chrono::minutes(1);
    const Nanoseconds step = spared < minute ? Nanoseconds(std::chrono::seconds(10)) : minute;
    return (spared + step - Nanoseconds(1)) / step * step;
  }
};

// What the audit leans on beside the attempts: the last looks at the stores, and whether anything
// could still be on its way then.
struct Evidence {
  QueueEvidence queue;
  RowEvidence rows;
  Settlement settlement;
  PageEvidence page{};
};

// One point of the three-level time series. Times after t0; counters since the baseline.
struct Sample {
  Nanoseconds at{};
  bool has_queue = false;
  bool has_rows = false;
  std::uint64_t queue_depth = 0;
  std::uint64_t in_flight = 0;     // sum of the side lists
  std::uint64_t pushed = 0;        // elements since the baseline, while the server stays the same
  std::uint64_t rows_written = 0;  // own rows seen so far (progress only, never the verdict)
  // HTTP level, from the senders' counters.
  std::uint64_t sent = 0;  // what left us, answered or not
  std::uint64_t acked = 0;
  std::uint64_t failed = 0;  // rejected + ambiguous + not sent
};

// What ended the load before its plan did.
enum class StopCause : std::uint8_t {
  none,
  interrupt,  // SIGINT
  terminate,  // SIGTERM
  threshold,  // a threshold with `abort: true`
};
constexpr std::array<std::string_view, 4> names_of(StopCause) {
  return {"none", "interrupt", "terminate", "threshold"};
}
constexpr bool is_signal(StopCause cause) {
  return cause == StopCause::interrupt || cause == StopCause::terminate;
}

enum class EventKind : std::uint8_t {
  observed,  // somebody watched it happen
  mark,      // the scenario marks a moment
  fault,     // the scenario did something to a service of the stack
  command,   // the scenario ran a program
};
constexpr std::array<std::string_view, 4> names_of(EventKind) {
  return {"observed", "mark", "fault", "command"};
}

// Something that happened on the time axis (a store restarted, a sampler gap, a fault).
struct RunEvent {
  Nanoseconds at{};    // its beginning
  std::string name;    // "queue-restarted"; at most one event of the scenario has it
  std::string detail;  // for people: "kill worker, undone by start worker"
  EventKind kind = EventKind::observed;
  std::optional<Nanoseconds> until{};  // the end of its window; nothing: a moment
  bool failed = false;                 // what the scenario asked for was not done: see `detail`
  bool skipped = false;   // it did not happen, `detail` says why; then `at` is its planned time
  bool optional = false;  // the scenario does without it: neither of these counts
  friend bool operator==(const RunEvent&, const RunEvent&) = default;

  // The scenario wanted something done to the stack, and it was not: what the run shows is not what
  // it was to show.
  [[nodiscard]] bool missed() const {
    return (failed || skipped) && !optional && kind != EventKind::mark &&
           kind != EventKind::observed;
  }
};

}  // namespace votebench
