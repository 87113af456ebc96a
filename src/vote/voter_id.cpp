#include "vote/voter_id.h"

#include <sodium.h>

#include <cstring>

#include "core/os.h"

namespace votebench {
namespace {

constexpr std::size_t kRunAt = 2;
constexpr std::size_t kIndexAt = 10;
constexpr std::size_t kMacAt = 18;
static_assert(crypto_shorthash_KEYBYTES == std::tuple_size_v<RunKey>);

void write_hex(std::uint32_t value, char* out) noexcept {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int i = 7; i >= 0; --i, value >>= 4U) out[i] = kDigits[value & 0xFU];
}

bool read_hex(const char* text, std::uint32_t& value) noexcept {
  value = 0;
  for (int i = 0; i < 8; ++i) {
    const char c = text[i];
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c >= 'a' && c <= 'f')) return false;
    value = value << 4U | static_cast<std::uint32_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return true;
}

std::uint32_t mac_of(const char* id, const RunKey& key) noexcept {
  std::uint8_t hash[crypto_shorthash_BYTES];
  crypto_shorthash(hash, reinterpret_cast<const unsigned char*>(id), kMacAt, key.data());
  std::uint32_t half = 0;
  std::memcpy(&half, hash, sizeof half);
  return half;
}

}  // namespace

std::string RunId::hex() const {
  std::string text(8, '0');
  write_hex(value, text.data());
  return text;
}

VoterIds::VoterIds(RunId run, const RunKey& key) : run_(run), key_(key) {}

VoterIds VoterIds::of_new_run() {
  std::array<std::uint8_t, sizeof(RunId::value)> id{};
  fill_random(id);
  RunKey key{};
  fill_random(key);
  RunId run;
  std::memcpy(&run.value, id.data(), id.size());
  return {run, key};
}

void VoterIds::write(VoterIndex index, char (&out)[kLength]) const noexcept {
  out[0] = 'v';
  out[1] = 'b';
  write_hex(run_.value, out + kRunAt);
  write_hex(index, out + kIndexAt);
  write_hex(mac_of(out, key_), out + kMacAt);
}

std::string VoterIds::make(VoterIndex index) const {
  char id[kLength];
  write(index, id);
  return {id, kLength};
}

IdCheck VoterIds::check(std::string_view id) const noexcept {
  std::uint32_t run = 0;
  if (id.size() < kIndexAt || !id.starts_with("vb") || !read_hex(id.data() + kRunAt, run))
    return {IdOrigin::foreign, 0};
  const bool ours = run == run_.value;
  std::uint32_t index = 0;
  std::uint32_t mac = 0;
  const bool formed = id.size() == kLength && read_hex(id.data() + kIndexAt, index) &&
                      read_hex(id.data() + kMacAt, mac);
  if (!ours) return {formed ? IdOrigin::other_run : IdOrigin::foreign, index};
  if (!formed || mac != mac_of(id.data(), key_)) return {IdOrigin::invalid_own, index};
  return {IdOrigin::own, index};
}

}  // namespace votebench
