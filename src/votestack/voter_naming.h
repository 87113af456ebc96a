// Who makes the voters' ids, and how an answer tells them: a table of habits, each as it was met in
// a real app.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace votebench::votestack {

struct IdHabit {
  std::string_view word;
  std::string_view what;      // one clause
  bool takes_cookie = false;  // an id that the voter brings is used
  bool uuid = false;          // else hexadecimal digits
  bool in_json = false;       // {"voter": {"id": ID}} in place of a page with Set-Cookie
  std::uint64_t forgets = 0;  // every nth answer tells no id; 0: none
  std::uint64_t repeats = 0;  // every nth vote has the id of the one before; 0: none
};

// The first is that of the real app.
[[nodiscard]] std::span<const IdHabit> id_habits();
[[nodiscard]] const IdHabit* find_id_habit(std::string_view word);  // null: there is none

struct NamedVoter {
  std::string id;
  bool told = true;  // by the answer
};

// Thread-safe.
class VoterNaming {
 public:
  explicit VoterNaming(const IdHabit& habit) : habit_(habit) {}
  // For one vote. `brought`: what it says, or what an app would have made of none.
  [[nodiscard]] NamedVoter name(const std::string& brought);
  [[nodiscard]] bool in_json() const { return habit_.in_json; }

 private:
  const IdHabit& habit_;
  std::mutex mutex_;
  std::uint64_t named_ = 0;
  std::string last_;
};

// As upstream makes it: 64 random bits in hexadecimal without the last digit.
[[nodiscard]] std::string fresh_voter();

}  // namespace votebench::votestack
