// The identity of a vote, as it travels through the cookie, the queue and the table:
//
//   voter_id = "vb" + run (8 hex) + voter index (8 hex) + mac (8 hex)       26 characters
//
// The mac is the first half of keyed SipHash-2-4 (libsodium's crypto_shorthash) over the first 18
// characters. It tells a corrupted or forged id from one of ours; it is no defence against somebody
// who holds the run directory. Hexadecimal digits are lower case.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "vote/names.h"

namespace votebench {

// Drawn from getrandom for every run, never derived from the seed.
struct RunId {
  std::uint32_t value = 0;
  [[nodiscard]] std::string hex() const;  // 8 digits
  friend bool operator==(RunId, RunId) = default;
};

// Kept in the manifest, so that a stored run can be verified later and elsewhere.
using RunKey = std::array<std::uint8_t, 16>;

// Dense: a voter's place in flat arrays. The top 2^16 are the preflight's probe votes.
using VoterIndex = std::uint32_t;
inline constexpr VoterIndex kFirstProbeIndex = 0xFFFF0000;
// Of these the top 2^8 are trailing votes, cast behind the load (watch/trailing_votes.h).
inline constexpr VoterIndex kFirstTrailingIndex = 0xFFFFFF00;

enum class IdOrigin : std::uint8_t {
  own,          // our run, right mac
  invalid_own,  // our run's prefix, but malformed or a wrong mac
  other_run,    // the form of a votebench id of another run (form only: we have no key)
  foreign,      // no votebench id
};
constexpr std::array<std::string_view, 4> names_of(IdOrigin) {
  return {"own", "invalid_own", "other_run", "foreign"};
}

struct IdCheck {
  IdOrigin origin = IdOrigin::foreign;
  VoterIndex index = 0;  // meaningful for own and other_run
};

// Makes and checks the ids of one run. Immutable; any thread may use it.
class VoterIds {
 public:
  static constexpr std::size_t kLength = 26;

  VoterIds(RunId run, const RunKey& key);
  [[nodiscard]] static VoterIds of_new_run();

  void write(VoterIndex index, char (&out)[kLength]) const noexcept;
  [[nodiscard]] std::string make(VoterIndex index) const;
  [[nodiscard]] IdCheck check(std::string_view id) const noexcept;
  [[nodiscard]] RunId run() const noexcept { return run_; }
  [[nodiscard]] const RunKey& key() const noexcept { return key_; }
  // "vb" + run: what every id of this run starts with.
  [[nodiscard]] std::string prefix() const { return "vb" + run_.hex(); }

 private:
  RunId run_;
  RunKey key_;
};

}  // namespace votebench
