// The way out: what the result page shows.
//
// Two forms are read, whichever the page speaks:
//   GET api/scores             {"a":2,"b":1}: our reference stack
//   GET socket.io/?EIO=4&...   Socket.IO by long polling; the event "scores" carries such an
//   object,
//                              as JSON or as its text: the original result app, once a second
// (Engine.IO protocol, revision 4, and Socket.IO protocol, revision 5, of github.com/socketio.)
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "vote/evidence.h"
#include "vote/target_settings.h"

namespace votebench::adapters {

// Not thread-safe.
class ResultFeed {
 public:
  virtual ~ResultFeed() = default;
  // What the page shows now. Blocks for at most about 5 s.
  // Error (environment): no answer, or one of neither form.
  [[nodiscard]] virtual Result<Tallies> read() = 0;
};

// Connects when it is read. Required: target.result_url is not empty. The target's proxy and TLS
// settings hold; vote.connect_to is about the vote app. The clock must be a running one and outlive
// the feed.
[[nodiscard]] std::unique_ptr<ResultFeed> open_result_feed(const TargetSettings& target,
                                                           const Clock& clock);

// {"a":2,"b":0} -> {a: 2}; nothing when it is not an object of counts.
[[nodiscard]] std::optional<Tallies> parse_scores(std::string_view json);

// The scores of the last event "scores" in the answer to one poll.
[[nodiscard]] std::optional<Tallies> scores_in_packets(std::string_view payload);

}  // namespace votebench::adapters
