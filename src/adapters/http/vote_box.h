// The way in: casting votes over HTTP/1.1.
//
// We frame the requests ourselves over a byte channel, because then "how many bytes of the vote
// left us" is a fact and nothing is ever sent again behind our back. The bytes live here, the epoll
// loop lives with the caller.
//
//   VoteBox      one target, opened once; any thread may open sessions.
//   VoteSession  one vote at a time over a connection of its own; belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "vote/attempt.h"
#include "vote/target_settings.h"
#include "vote/vote.h"
#include "vote/voter_id.h"

namespace votebench::adapters {

struct VoteRequest {
  VoterIndex voter = 0;
  ChoiceIndex choice = 0;
};

// What came of one attempt; the outcome as defined in design: audit, section 2.
struct VoteAnswer {
  Outcome outcome = Outcome::none;
  std::uint8_t flags = 0;    // AttemptFlag bits
  std::uint16_t status = 0;  // of the final answer (1xx are skipped); 0 = none
  Instant first_byte{};      // of the answer; the epoch = none came
  int error = 0;             // errno that ended the connection, 0 = none
  Cause cause = Cause::none;
  std::string excerpt{};   // how an answer began that is no HTTP/1.x
  std::string location{};  // where an answer leads to that is a redirect
  std::string voter_id{};  // that the app made, where the answer told it
};

// Where a session's descriptors are registered: edge-triggered, with data.u64 = tag.
// The caller owns the epoll instance; closing a descriptor unregisters it.
struct WakeUp {
  int epoll_fd = -1;
  std::uint64_t tag = 0;
};

enum class Progress { working, finished };

// One vote at a time. After `finished` answer() holds until the next start(). Between votes the
// session may keep its connection; on_ready() and on_deadline() must be called then, too.
// Times are the caller's cached clock and never go back. Not thread-safe.
class VoteSession {
 public:
  virtual ~VoteSession() = default;

  // Required: no vote is under way. May finish at once.
  [[nodiscard]] virtual Progress start(const VoteRequest& request, Instant now) = 0;
  // Epoll reported the tag; which events does not matter, the session looks for itself.
  // Between votes: `finished`, the last answer stays.
  [[nodiscard]] virtual Progress on_ready(Instant now) = 0;
  // To be called once deadline() has passed.
  [[nodiscard]] virtual Progress on_deadline(Instant now) = 0;
  // The next time at which on_deadline() has work; Instant::max() = none.
  [[nodiscard]] virtual Instant deadline() const = 0;
  // Ends the vote under way with what is known by now.
  virtual void abandon(Instant now) = 0;

  [[nodiscard]] virtual const VoteAnswer& answer() const = 0;
};

// Thread-safe.
class VoteBox {
 public:
  virtual ~VoteBox() = default;
  // The session refers to the box, which must outlive it. Connects at the first vote.
  [[nodiscard]] virtual std::unique_ptr<VoteSession> open_session(WakeUp wake_up) = 0;
};

// Resolves the name once; where it has several addresses, the first that accepts a connection is
// used from then on. Over TLS or through a proxy one connection is made, so that what is wrong with
// it is said before any vote. Casts nothing; a page that the target names for a CSRF token is
// fetched here. Errors (environment): the name is unknown, a source address is not ours, the proxy
// refuses, the server's certificate is not accepted, the page holds no token.
[[nodiscard]] Result<std::unique_ptr<VoteBox>> open_vote_box(const TargetSettings& target,
                                                             const HttpSettings& http,
                                                             const VoterIds& ids,
                                                             const ChoiceNames& choices);

// One vote, waiting for its answer (at most http.timeout). For probes, not for load.
// The clock must be a running one. Error (environment): no epoll instance could be made.
[[nodiscard]] Result<VoteAnswer> cast_one_vote(VoteBox& box, const VoteRequest& request,
                                               const Clock& clock);

}  // namespace votebench::adapters
