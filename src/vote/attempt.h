// One attempt to cast one vote: what was intended, what came of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/clock.h"
#include "vote/cause.h"
#include "vote/names.h"
#include "vote/vote.h"

namespace votebench {

// What the HTTP level proves about one attempt.
enum class Outcome : std::uint8_t {
  none,       // intent without conclusion: the tester died; the audit takes it as ambiguous
  not_sent,   // no byte of the request can have reached the target
  rejected,   // a status that the contract decides before the push
  acked,      // an accepted status, with our id echoed where the contract says so
  ambiguous,  // everything else: may or may not count
};
constexpr std::array<std::string_view, 5> names_of(Outcome) {
  return {"none", "not_sent", "rejected", "acked", "ambiguous"};
}

// Details of a conclusion, a bit set.
enum AttemptFlag : std::uint8_t {
  kTruncatedBody = 1,     // acked: headers complete, body cut short
  kTimedOut = 2,          // our deadline ended it
  kConnectFailed = 4,     // no connection could be made
  kNotEchoed = 8,         // an accepted status without our id in Set-Cookie
  kClosedEarly = 16,      // the peer closed or reset before a complete answer
  kMalformedAnswer = 32,  // bytes that are no HTTP/1.x answer
};

enum class AttemptState : std::uint8_t { empty = 0, intended = 1, concluded = 2 };

// A ledger slot, as stored on disk (little endian, 32 bytes). One thread writes a slot; `state` is
// written last, together with `check` and with release order (ledger/attempt_store.h), so a reader
// that sees it sees the rest. Times: start in nanoseconds after the start of the load (t0); the
// others in units of 100 ns, saturating at 2^32-1 (7 minutes).
struct Attempt {
  std::int64_t started_ns = 0;
  std::uint32_t lag_100ns = 0;         // started - planned; 0 in closed models
  std::uint32_t first_byte_100ns = 0;  // after the start; 0 = no answer byte came
  std::uint32_t done_100ns = 0;        // after the start
  VoterIndex voter = 0;
  std::uint16_t status = 0;  // HTTP status, 0 = none
  ChoiceIndex choice = 0;
  WorkloadIndex workload = 0;
  // One byte; in runs of before the cause is `none`.
  Outcome outcome : 3 = Outcome::none;
  Cause cause : 5 = Cause::none;
  std::uint8_t flags = 0;  // AttemptFlag bits
  std::uint8_t check = 0;  // of the other bytes, kept by the ledger
  AttemptState state = AttemptState::empty;

  [[nodiscard]] Nanoseconds started() const { return Nanoseconds(started_ns); }
  [[nodiscard]] Nanoseconds lag() const { return Nanoseconds(lag_100ns * std::int64_t{100}); }
  [[nodiscard]] Nanoseconds service_time() const {
    return Nanoseconds(done_100ns * std::int64_t{100});
  }
  [[nodiscard]] Nanoseconds response_time() const { return lag() + service_time(); }
};
static_assert(sizeof(Attempt) == 32);

struct Intent {
  VoterIndex voter = 0;
  ChoiceIndex choice = 0;
  WorkloadIndex workload = 0;
  Nanoseconds started{};  // after t0
  Nanoseconds lag{};
};

struct Conclusion {
  Outcome outcome = Outcome::none;
  std::uint8_t flags = 0;
  std::uint16_t status = 0;
  Nanoseconds first_byte{};  // after the start of the attempt; zero = none
  Nanoseconds done{};        // after the start of the attempt
  Cause cause = Cause::none;
  std::string_view voter_id{};  // where the answer told it; valid during the call
};

// Where the senders report. Called from sender threads: for one number always from the same
// thread, first intend (before the first byte leaves), then conclude. Must not block.
class AttemptSink {
 public:
  virtual ~AttemptSink() = default;
  // False: there is no room to remember this vote, so it must not be sent (disk full).
  [[nodiscard]] virtual bool intend(AttemptNumber number, const Intent& intent) noexcept = 0;
  virtual void conclude(AttemptNumber number, const Conclusion& conclusion) noexcept = 0;
};

// Every started attempt of a run, in any order; what the audit and the report read.
class AttemptHistory {
 public:
  virtual ~AttemptHistory() = default;
  // Calls visit(number, attempt) for every slot whose state is not empty, ascending.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for_each_block([&](AttemptNumber first, const Attempt* attempts, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i)
        if (attempts[i].state != AttemptState::empty) visit(first + i, attempts[i]);
    });
  }

 protected:
  using BlockVisitor = void (*)(void* context, AttemptNumber first, const Attempt* attempts,
                                std::size_t count);
  virtual void visit_blocks(BlockVisitor visitor, void* context) const = 0;

 private:
  template <typename Visit>
  void for_each_block(Visit visit) const {
    visit_blocks([](void* context, AttemptNumber first, const Attempt* attempts,
                    std::size_t count) { (*static_cast<Visit*>(context))(first, attempts, count); },
                 &visit);
  }
};

}  // namespace votebench
