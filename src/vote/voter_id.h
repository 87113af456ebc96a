// The identity of a vote, as it travels through the cookie, the queue and the table, in one of two
// forms:
//
//   votebench  "vb" + run (8 hex) + voter index (8 hex) + mac (8 hex)           26 characters
//   uuid       RRRRRRRR-7662-8III-8III-IIMMMMMMMMMM                             36 characters
//
// The second one is a version 8 UUID (RFC 9562) of the run (R), the mark 7662 ("vb"), the voter
// index (I) and the mac (M, 10 hex). Its ids are in the order of their indexes, too.
//
// The mac is the beginning of keyed SipHash-2-4 (libsodium's crypto_shorthash) over the digits
// before it, without dashes. It tells a corrupted or forged id from one of ours; it is no defence
// against somebody who holds the run directory. Hexadecimal digits are lower case.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
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

class IdBook;  // vote/id_book.h

enum class IdForm : std::uint8_t { votebench, uuid };
constexpr std::array<std::string_view, 2> names_of(IdForm) { return {"votebench", "uuid"}; }
// Characters of an id.
inline constexpr std::size_t kLongestId = 36;
constexpr std::size_t length_of(IdForm form) { return form == IdForm::uuid ? kLongestId : 26; }

struct IdCheck {
  IdOrigin origin = IdOrigin::foreign;
  VoterIndex index = 0;  // meaningful for own and other_run
};

// Makes the ids of one run in one form, and checks those of both. Any thread may use it.
//
// Where the app makes the ids itself, they are those that its answers told so far, whatever their
// form: every other id is foreign, an earlier run's too.
class VoterIds {
 public:
  VoterIds(RunId run, const RunKey& key, IdForm form = IdForm::votebench);
  [[nodiscard]] static VoterIds of_new_run(IdForm form = IdForm::votebench);
  [[nodiscard]] VoterIds told_by_answers(std::shared_ptr<IdBook> book) const;

  // The ids that the app makes; null where we make them.
  [[nodiscard]] IdBook* book() const noexcept { return book_.get(); }
  [[nodiscard]] std::shared_ptr<IdBook> shared_book() const noexcept { return book_; }

  // length() characters. Ours alone.
  void write(VoterIndex index, char* out) const noexcept;
  [[nodiscard]] std::string make(VoterIndex index) const;  // empty: no answer has told it
  [[nodiscard]] IdCheck check(std::string_view id) const noexcept;
  // The same of an id whose dashes were taken out.
  [[nodiscard]] IdCheck check_undashed(std::string_view id) const noexcept;
  [[nodiscard]] RunId run() const noexcept { return run_; }
  [[nodiscard]] const RunKey& key() const noexcept { return key_; }
  [[nodiscard]] IdForm form() const noexcept { return form_; }
  [[nodiscard]] std::size_t length() const noexcept { return length_of(form_); }
  // What every id of this run starts with. Ours alone, as the next one.
  [[nodiscard]] std::string prefix() const;
  // An id without its mac: in the order of bytes, those of lower indexes come before it.
  [[nodiscard]] std::string stem(VoterIndex index) const;

 private:
  RunId run_;
  RunKey key_;
  IdForm form_;
  std::shared_ptr<IdBook> book_;
};

// What stands in every id of the uuid form behind the run's 8 digits, once its dashes are taken
// out; and how many digits there are.
inline constexpr std::string_view kUuidMark = "76628";
inline constexpr std::size_t kUuidRunDigits = 8;
inline constexpr std::size_t kUuidDigits = 32;

}  // namespace votebench
