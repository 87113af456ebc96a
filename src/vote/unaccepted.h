// Votes that were not accepted, by their cause.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "vote/attempt.h"

namespace votebench {

struct Unaccepted {
  Outcome outcome = Outcome::ambiguous;  // never acked
  Cause cause = Cause::none;
  std::uint16_t status = 0;  // of the answers; 0 = none, or none that counts
  std::uint64_t count = 0;
  Nanoseconds longest{};  // from the start of a vote to its end
};

// The cause of an attempt that was not accepted; of one from before causes were kept, what its
// other fields tell.
[[nodiscard]] Cause cause_of(const Attempt& attempt);

// The most frequent first. Empty: every vote was accepted.
[[nodiscard]] std::vector<Unaccepted> unaccepted_votes(const AttemptHistory& attempts);

// "status 500", "connection refused".
[[nodiscard]] std::string words_of(const Unaccepted& votes);
[[nodiscard]] std::string cause_words(const Attempt& attempt);
// A sentence, or nothing.
[[nodiscard]] std::string_view advice_for(const Unaccepted& votes);
// "59 x status 500 within 4 ms, 3 x connection refused within 1 ms": the first of them.
[[nodiscard]] std::string list_of(const std::vector<Unaccepted>& votes);
// What to do about them, a sentence each, for causes that make up a notable part.
[[nodiscard]] std::vector<std::string> advice_on(const std::vector<Unaccepted>& votes);

}  // namespace votebench
