// The cases of the self-test: stacks with a defect planted in them, and innocent ones that look
// guilty. A case is a row of a table.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/clock.h"
#include "vote/target_settings.h"
#include "vote/verdict.h"

namespace votebench::selftest {

// What is planted, and where a run's result.json counts it.
struct Defect {
  std::string_view word;   // "lost"
  std::string_view count;  // JSON pointer into result.json; empty: nothing is planted
  VerdictKind verdict;     // of a run that holds it
};
inline constexpr Defect kNothing{"nothing", "", VerdictKind::pass};
inline constexpr Defect kLost{"lost", "/audit/lost/count", VerdictKind::fail};
inline constexpr Defect kStale{"stale", "/audit/stale/count", VerdictKind::fail};
inline constexpr Defect kFlipped{"flipped", "/audit/flipped/count", VerdictKind::fail};
inline constexpr Defect kDuplicated{"duplicated", "/audit/duplicated/count", VerdictKind::fail};
inline constexpr Defect kPhantom{"phantom", "/audit/phantom/count", VerdictKind::fail};
inline constexpr Defect kForeign{"foreign", "/audit/foreign", VerdictKind::pass};
inline constexpr Defect kCarriedOver{"carried over", "/audit/carry_over", VerdictKind::pass};
// Votes under ids that are none of ours any more: lost under their own, strangers' under the other.
inline constexpr Defect kRenamed{"renamed", "/audit/foreign", VerdictKind::fail};
inline constexpr Defect kUnknown{"unknown", "/audit/unknown/count", VerdictKind::pass};

// What a target says of its workers.
struct Statement {
  WorkerModel model = WorkerModel::serial;
  std::chrono::milliseconds max_hold{3000};
  std::chrono::milliseconds quiet{0};  // 0: nothing is said
  bool side_list = false;              // votes:processing
  bool said = true;                    // false: only the profile says model and max_hold
  std::string_view list = "votes";
};

// What the self-test itself does to the stack.
enum class Meddling : std::uint8_t {
  none,
  pushes_former_votes,  // of another run, before this one begins
  pushes_forged_votes,  // under ids of this run that nobody votes under, while it goes on
  pushes_others_votes,  // of another run, while this one goes on
  restarts_worker,      // in the middle
  pauses_table,         // in the middle, for 2 s
  restarts_queue,       // in the middle; it keeps what it holds
  cuts_connections,     // all of the queue's, in the middle
  crowds_queue_server,  // 5,000 pushes a second into another list, from before the first vote on
};

inline constexpr std::string_view kPlantEvent = "planted";  // of `votestack --plant`

struct Case {
  std::string_view name;   // [a-z0-9-]{1,31}
  std::string_view about;  // one clause
  const Defect* planted = &kNothing;
  Hop hop = Hop::unknown;  // where; of nothing: unknown
  std::string_view variant = "dockersamples";
  std::string_view vote_flags{};    // of `votestack vote`
  std::string_view worker_flags{};  // of `votestack worker`
  std::uint32_t workers = 1;
  Statement statement{};
  std::string_view load{};  // keys of the scenario, as YAML; empty: kOneVoteEach
  Meddling meddling = Meddling::none;
  bool may_be_open = false;                  // an inconclusive verdict is right as well
  bool leaves_answers_open = false;          // some votes are unknown to have come
  std::string_view log_event = kPlantEvent;  // what the stack's log calls a defect
};

inline constexpr std::uint64_t kPlanted = 5;  // defects in a case that has any, if nothing is said

[[nodiscard]] std::span<const Case> cases();
[[nodiscard]] const Case* find_case(std::string_view name);  // null: there is none

// The scenario of a case, as YAML.
[[nodiscard]] std::string scenario_of(const Case& which);

}  // namespace votebench::selftest
