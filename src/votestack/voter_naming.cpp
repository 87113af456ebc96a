#include "votestack/voter_naming.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/os.h"
#include "votestack/ballot.h"

namespace votebench::votestack {
namespace {

constexpr std::array kIdHabits{
    IdHabit{.word = "cookie",
            .what = "the voter's cookie, else one of its own, told in Set-Cookie",
            .takes_cookie = true},
    IdHabit{.word = "server", .what = "always one of its own, told in Set-Cookie"},
    IdHabit{.word = "server-uuid", .what = "the same, a UUID", .uuid = true},
    IdHabit{.word = "server-json",
            .what = "the same, a UUID, told in JSON: {\"voter\": {\"id\": ID}}",
            .uuid = true,
            .in_json = true},
    IdHabit{.word = "server-forgets",
            .what = "as server, but every 10th answer tells no id",
            .forgets = 10},
    IdHabit{.word = "server-repeats",
            .what = "as server, but every 10th vote has the id of the one before",
            .repeats = 10}};

bool is_nth(std::uint64_t number, std::uint64_t every) {
  return every > 0 && number > kSpared && number % every == 0;
}

// Version 4.
std::string fresh_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  fill_random(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    text += fmt::format("{}{:02x}", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
  return text;
}

}  // namespace

std::span<const IdHabit> id_habits() { return kIdHabits; }

const IdHabit* find_id_habit(std::string_view word) {
  const auto found = std::ranges::find(kIdHabits, word, &IdHabit::word);
  return found == kIdHabits.end() ? nullptr : &*found;
}

std::string fresh_voter() {
  std::uint8_t bytes[8];
  fill_random(bytes);
  std::uint64_t bits = 0;
  for (const std::uint8_t byte : bytes) bits = bits << 8U | byte;
  constexpr std::uint64_t kAtLeast13Digits = std::uint64_t{1} << 48U;
  return fmt::format("{:x}", bits >> 4U | kAtLeast13Digits);
}

NamedVoter VoterNaming::name(const std::string& brought) {
  if (habit_.takes_cookie) return {brought};
  const std::lock_guard lock(mutex_);
  ++named_;
  if (!is_nth(named_, habit_.repeats)) last_ = habit_.uuid ? fresh_uuid() : fresh_voter();
  return {last_, !is_nth(named_, habit_.forgets)};
}

}  // namespace votebench::votestack
