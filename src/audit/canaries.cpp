#include "audit/canaries.h"

#include "audit/canary_world.h"

namespace votebench::audit {
namespace {

std::uint64_t count_in(const Verdict& verdict, VoteClass vote_class) {
  switch (vote_class) {
    case VoteClass::persisted:
      return verdict.persisted;
    case VoteClass::superseded:
      return verdict.superseded;
    case VoteClass::lost:
      return verdict.lost.count;
    case VoteClass::stale:
      return verdict.stale.count;
    case VoteClass::flipped:
      return verdict.flipped.count;
    case VoteClass::duplicated:
      return verdict.duplicated.count;
    case VoteClass::phantom:
      return verdict.phantom.count;
    case VoteClass::recovered:
      return verdict.recovered;
    case VoteClass::absent_ambiguous:
      return verdict.absent_ambiguous;
    case VoteClass::pending:
      return verdict.pending;
    case VoteClass::queued:
      return verdict.queued;
    case VoteClass::in_flight:
      return verdict.in_flight;
    case VoteClass::contradiction:
      return verdict.contradiction.count;
    case VoteClass::gone_since:
      return verdict.gone_since;
    case VoteClass::not_counted:
      return verdict.accounting.rejected + verdict.accounting.not_sent;
  }
  return 0;
}

std::uint64_t expected_in(const Canary& canary, VoteClass vote_class) {
  for (const auto& [expected, count] : canary.counts)
    if (expected == vote_class) return count;
  return 0;
}

bool is_recognised(const Canary& canary, const Verdict& verdict) {
  constexpr auto kLast = static_cast<std::size_t>(VoteClass::not_counted);
  for (std::size_t i = 0; i <= kLast; ++i) {
    const auto vote_class = static_cast<VoteClass>(i);
    if (count_in(verdict, vote_class) != expected_in(canary, vote_class)) return false;
  }
  const bool hop_is_right =
      !canary.lost_at || verdict.lost_by_hop == std::map<HopRange, std::uint64_t>{
                                                    {*canary.lost_at, verdict.lost.count}};
  return verdict.kind == canary.kind && hop_is_right;
}

template <typename Change>
World changed(World world, Change&& change) {
  change(world);
  return world;
}

using enum VoteClass;
constexpr auto kPass = VerdictKind::pass;
constexpr auto kFail = VerdictKind::fail;
constexpr auto kDoubt = VerdictKind::inconclusive;

std::vector<Canary> last_wins_canaries() {
  return {
      {"persisted", World().acked(kA).shows(kA), kPass, {{persisted, 2}}, {}},
      {"lost", World().acked(kA), kFail, {{persisted, 1}, {lost, 1}}, {}},
      {"stale",
       World().acked(kA).acked(kB).shows(kA),
       kFail,
       {{persisted, 1}, {superseded, 1}, {stale, 1}},
       {}},
      {"superseded",
       World().acked(kA).acked(kB).shows(kB),
       kPass,
       {{persisted, 2}, {superseded, 1}},
       {}},
      {"flipped", World().acked(kA).shows(kB), kFail, {{persisted, 1}, {flipped, 1}}, {}},
      {"phantom", World().shows(kA), kFail, {{persisted, 1}, {phantom, 1}}, {}},
      {"probe", World().row(kFirstProbeIndex, kA), kPass, {{persisted, 1}}, {}},
      {"recovered",
       World().vote(kVictim, kA, Outcome::ambiguous).shows(kA),
       kPass,
       {{persisted, 1}, {recovered, 1}},
       {}},
      {"recovered over a later vote",
       World().vote(kVictim, kA, Outcome::ambiguous).acked(kB).shows(kA),
       kPass,
       {{persisted, 1}, {superseded, 1}, {recovered, 1}},
       {}},
      {"absent without an answer",
       World().vote(kVictim, kA, Outcome::ambiguous),
       kPass,
       {{persisted, 1}, {absent_ambiguous, 1}},
       {}},
      {"intent without a conclusion",
       World().vote(kVictim, kA, Outcome::none),
       kPass,
       {{persisted, 1}, {absent_ambiguous, 1}},
       {}},
      {"rejected",
       World().vote(kVictim, kA, Outcome::rejected),
       kPass,
       {{persisted, 1}, {not_counted, 1}},
       {}},
      {"rejected, yet present",
       World().vote(kVictim, kA, Outcome::rejected).shows(kA),
       kDoubt,
       {{persisted, 1}, {contradiction, 1}, {not_counted, 1}},
       {}},
      {"not sent, yet present",
       World().acked(kA).vote(kVictim, kB, Outcome::not_sent).shows(kB),
       kDoubt,
       {{persisted, 1}, {superseded, 1}, {contradiction, 1}, {not_counted, 1}},
       {}},
  };
}

std::vector<Canary> append_canaries() {
  return {
      {"append: persisted",
       World().append().acked(kA).acked(kB).shows(kB).shows(kA),
       kPass,
       {{persisted, 3}},
       {}},
      {"append: duplicated",
       World().append().acked(kA).acked(kB).shows(kA).shows(kA).shows(kB),
       kFail,
       {{persisted, 3}, {duplicated, 1}},
       {}},
      {"append: flipped",
       World().append().acked(kA).shows(kB),
       kFail,
       {{persisted, 1}, {flipped, 1}},
       {}},
      {"append: lost and counted twice, or changed",
       World().append().acked(kA).acked(kB).shows(kA).shows(kA),
       kFail,
       {{persisted, 2}, {lost, 1}, {duplicated, 1}},
       {}},
      {"append: lost",
       World().append().acked(kA).acked(kA).shows(kA),
       kFail,
       {{persisted, 2}, {lost, 1}},
       {}},
      {"append: recovered",
       World().append().acked(kA).vote(kVictim, kA, Outcome::ambiguous).shows(kA).shows(kA),
       kPass,
       {{persisted, 2}, {recovered, 1}},
       {}},
      {"append: not sent, yet present",
       World().append().vote(kVictim, kA, Outcome::not_sent).shows(kA),
       kDoubt,
       {{persisted, 1}, {contradiction, 1}, {not_counted, 1}},
       {}},
  };
}

std::vector<Canary> settling_canaries() {
  return {
      {"pending", World().unsettled().acked(kA), kDoubt, {{persisted, 1}, {pending, 1}}, {}},
      {"queued",
       changed(World().unsettled().acked(kA), [](World& w) { w.queue.own_listed = {kVictim}; }),
       kDoubt,
       {{persisted, 1}, {queued, 1}},
       {}},
      {"in flight",
       changed(World().unsettled().acked(kA), [](World& w) { w.queue.own_in_flight = {kVictim}; }),
       kDoubt,
       {{persisted, 1}, {in_flight, 1}},
       {}},
      {"a value on its way",
       changed(World().unsettled().acked(kA).shows(kB),
               [](World& w) { w.rows.values_changed = true; }),
       kDoubt,
       {{persisted, 1}, {pending, 1}},
       {}},
      {"a row that may go",
       changed(World().append().unsettled().acked(kA).shows(kA).shows(kA),
               [](World& w) { w.rows.rows_vanished = true; }),
       kDoubt,
       {{persisted, 2}},
       {}},
      {"a re-vote on its way",
       World().unsettled().acked(kA).acked(kB).shows(kA),
       kDoubt,
       {{persisted, 1}, {superseded, 1}, {pending, 1}},
       {}},
  };
}

std::vector<Canary> store_canaries() {
  const World absent = World().acked(kA);
  const ClassCounts is_pending{{persisted, 1}, {pending, 1}};
  return {
      {"unreadable table",
       changed(absent, [](World& w) { w.rows.readable = false; }),
       kDoubt,
       {{pending, 2}},
       {}},
      {"another table",
       changed(absent, [](World& w) { w.rows.same_store = false; }),
       kDoubt,
       is_pending,
       {}},
      {"replica",
       changed(absent, [](World& w) { w.rows.is_replica = true; }),
       kDoubt,
       is_pending,
       {}},
      {"no table",
       changed(absent, [](World& w) { w.rows.configured = false; }),
       kDoubt,
       {{pending, 2}},
       {}},
      {"queue gone",
       changed(absent, [](World& w) { w.queue.readable_at_end = false; }),
       kDoubt,
       is_pending,
       {}},
      {"no queue",
       changed(absent, [](World& w) { w.queue.configured = false; }),
       kDoubt,
       is_pending,
       {}},
  };
}

std::vector<Canary> share_canaries() {
  return {
      {"crashed host",
       changed(World().shows(kA),
               [](World& w) {
                 w.host_crashed = true;
                 w.unused_slots = 1;
               }),
       kPass,
       {{persisted, 1}, {recovered, 1}},
       {}},
      {"killed",
       changed(World().shows(kA), [](World& w) { w.unclosed = true; }),
       kDoubt,
       {{persisted, 1}, {contradiction, 1}},
       {}},
      {"too few accepted",
       changed(World(),
               [](World& w) {
                 w.limits.min_acked_share = 0.7;
                 w.unused_slots = 1;
               }),
       kDoubt,
       {{persisted, 1}},
       {}},
      {"too many unknown",
       changed(World().vote(kVictim, kA, Outcome::ambiguous),
               [](World& w) { w.limits.unknown_share = 0.01; }),
       kDoubt,
       {{persisted, 1}, {absent_ambiguous, 1}},
       {}},
  };
}

World with_pushes(World world, std::uint64_t pushed) {
  world.queue.pushed = pushed;
  return world;
}

std::vector<Canary> hop_canaries() {
  const World absent = World().acked(kA);
  const ClassCounts is_lost{{persisted, 1}, {lost, 1}};
  return {
      {"lost at vote", with_pushes(absent, 1), kFail, is_lost, HopRange{Hop::vote, Hop::vote}},
      {"lost behind vote", with_pushes(absent, 2), kFail, is_lost, HopRange{Hop::queue, Hop::db}},
      {"lost anywhere", absent, kFail, is_lost, HopRange{Hop::vote, Hop::db}},
      {"queue restarted", changed(with_pushes(absent, 2), [](World& w) { w.queue.restarts = 1; }),
       kFail, is_lost, HopRange{Hop::vote, Hop::db}},
      {"seen in the queue", changed(absent, [](World& w) { w.queue.own_seen = {kVictim}; }), kFail,
       is_lost, HopRange{Hop::queue, Hop::db}},
      {"never pushed",
       with_pushes(World().acked(kA).acked(kB).shows(kB), 2),
       kDoubt,
       {{persisted, 2}, {superseded, 1}},
       {}},
  };
}

World counts_alone(std::uint64_t rows_of_a) {
  World world;
  world.acked(kA);
  world.identity = IdentityMode::none;
  world.rows.rows.own.clear();
  world.rows.rows.choices = {{"a", rows_of_a}};
  world.rows.rows.total = rows_of_a;
  return world;
}

std::vector<Canary> count_canaries() {
  return {
      {"counts agree", counts_alone(2), kPass, {{persisted, 2}}, {}},
      {"counts: lost", counts_alone(1), kFail, {{persisted, 1}, {lost, 1}}, {}},
      {"counts: surplus", counts_alone(3), kDoubt, {{persisted, 2}}, {}},
  };
}

// The app makes the ids: of the bystander and the victim, and `repeated` the victim's once more.
World told(World world, VoterIndex repeated = kVictim) {
  world.identity = IdentityMode::answered;
  world.book = std::make_shared<IdBook>();
  (void)world.book->add(kBystander, "bystander");
  (void)world.book->add(kVictim, "victim");
  (void)world.book->add(repeated, "victim");
  return world;
}

std::vector<Canary> told_canaries() {
  constexpr VoterIndex kNamesake = 2;
  const World namesakes = World().acked(kA).vote(kNamesake, kB, Outcome::acked);
  const auto rows = [](World world, ChoiceIndex choice) { return world.shows(choice); };
  return {
      {"told: persisted", told(World().acked(kA).shows(kA)), kPass, {{persisted, 2}}, {}},
      {"told: lost", told(World().acked(kA)), kFail, {{persisted, 1}, {lost, 1}}, {}},
      {"told: flipped",
       told(World().acked(kA).shows(kB)),
       kFail,
       {{persisted, 1}, {flipped, 1}},
       {}},
      {"told: duplicated",
       told(World().append().acked(kA).shows(kA).shows(kA)),
       kFail,
       {{persisted, 2}, {duplicated, 1}},
       {}},
      {"told: a row of nobody known",
       changed(told(World()), [](World& w) { w.rows.rows.foreign = 1; }),
       kPass,
       {{persisted, 1}},
       {}},
      {"told: one id for two, the later one's row",
       told(rows(namesakes, kB), kNamesake),
       kPass,
       {{persisted, 1}, {superseded, 1}, {recovered, 1}},
       {}},
      {"told: one id for two, no row",
       told(namesakes, kNamesake),
       kFail,
       {{persisted, 1}, {lost, 1}, {absent_ambiguous, 1}},
       {}},
  };
}

// What the run saw at its end, then what a later look shows.
std::vector<Canary> later_look_canaries() {
  const World complete = World().acked(kA).shows(kA);
  const World absent = World().acked(kA);
  const World waiting = changed(absent, [](World& w) { w.unsettled(); });
  const World elsewhere = changed(absent, [](World& w) { w.rows.store.table = "another"; });
  return {
      {"gone since", absent.after(complete), kDoubt, {{persisted, 2}, {gone_since, 1}}, {}},
      {"arrived late", complete.after(waiting), kPass, {{persisted, 2}}, {}},
      {"lost after all", absent.after(waiting), kFail, {{persisted, 1}, {lost, 1}}, {}},
      {"another table", elsewhere.after(waiting), kDoubt, {{persisted, 1}, {pending, 1}}, {}},
  };
}

}  // namespace

CanaryReport run_canaries(Verdict (*judge_one)(const AuditInput&)) {
  CanaryReport report;
  for (const auto make :
       {last_wins_canaries, append_canaries, settling_canaries, store_canaries, share_canaries,
        hop_canaries, count_canaries, told_canaries, later_look_canaries}) {
    for (const Canary& canary : make()) {
      ++report.total;
      if (is_recognised(canary, canary.world.judged(judge_one)))
        ++report.passed;
      else
        report.failed.emplace_back(canary.name);
    }
  }
  return report;
}

}  // namespace votebench::audit
