#include "vote/voter_id.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "core/os.h"
#include "vote/id_book.h"

namespace votebench {
namespace {

constexpr std::string_view kStart = "vb";
constexpr std::size_t kRunAt = 2;
constexpr std::size_t kIndexAt = 10;
constexpr std::size_t kMacAt = 18;

// Of a UUID's digits.
constexpr std::size_t kUuidMarkAt = kUuidRunDigits;
constexpr std::size_t kUuidIndexAt = 13;  // 3 digits, the variant's, 5 digits
constexpr std::size_t kUuidVariantAt = 16;
constexpr std::size_t kUuidMacAt = 22;
constexpr std::size_t kUuidMacDigits = kUuidDigits - kUuidMacAt;
constexpr bool is_before_dash(std::size_t digit) {
  return digit == 7 || digit == 11 || digit == 15 || digit == 19;
}

static_assert(crypto_shorthash_KEYBYTES == std::tuple_size_v<RunKey>);

// The last `digits` of the value.
void write_hex(std::uint64_t value, char* out, std::size_t digits = 8) noexcept {
  constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = digits; i-- > 0; value >>= 4U) out[i] = kDigits[value & 0xFU];
}

bool read_hex(std::string_view text, std::uint32_t& value) noexcept {
  value = 0;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c >= 'a' && c <= 'f')) return false;
    value = value << 4U | static_cast<std::uint32_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return true;
}

// Of the digits before the mac. Its low digits are the mac.
std::uint64_t mac_of(std::string_view digits, const RunKey& key) noexcept {
  std::uint8_t hash[crypto_shorthash_BYTES];
  crypto_shorthash(hash, reinterpret_cast<const unsigned char*>(digits.data()), digits.size(),
                   key.data());
  std::uint64_t mac = 0;
  static_assert(sizeof mac == sizeof hash);
  std::memcpy(&mac, hash, sizeof mac);
  return mac;
}

bool has_mac(std::string_view digits, std::size_t mac_at, const RunKey& key) noexcept {
  char mac[kUuidMacDigits];
  const std::string_view right(mac, digits.size() - mac_at);
  write_hex(mac_of(digits.substr(0, mac_at), key), mac, right.size());
  return digits.substr(mac_at) == right;
}

using UuidDigits = std::array<char, kUuidDigits>;

// All but the mac.
void write_uuid_stem(RunId run, VoterIndex index, UuidDigits& digits) noexcept {
  char* const out = digits.data();
  write_hex(run.value, out);
  std::copy(kUuidMark.begin(), kUuidMark.end(), out + kUuidMarkAt);
  char number[8];
  write_hex(index, number);
  std::copy(number, number + 3, out + kUuidIndexAt);
  out[kUuidVariantAt] = '8';
  std::copy(number + 3, number + 8, out + kUuidVariantAt + 1);
}

// Returns the end of what was written.
char* write_dashed(std::string_view digits, char* out) noexcept {
  for (std::size_t i = 0; i < digits.size(); ++i) {
    *out++ = digits[i];
    if (is_before_dash(i)) *out++ = '-';
  }
  return out;
}

// False where the dashes stand elsewhere.
bool take_dashes_out(std::string_view id, UuidDigits& digits) noexcept {
  if (id.size() != length_of(IdForm::uuid)) return false;
  std::size_t at = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    digits[i] = id[at++];
    if (is_before_dash(i) && id[at++] != '-') return false;
  }
  return true;
}

IdCheck check_text(std::string_view id, RunId ours, const RunKey& key) noexcept {
  std::uint32_t run = 0;
  if (id.size() < kIndexAt || !read_hex(id.substr(kRunAt, 8), run)) return {IdOrigin::foreign, 0};
  std::uint32_t index = 0;
  std::uint32_t mac = 0;
  const bool formed = id.size() == length_of(IdForm::votebench) &&
                      read_hex(id.substr(kIndexAt, 8), index) && read_hex(id.substr(kMacAt), mac);
  if (run != ours.value) return {formed ? IdOrigin::other_run : IdOrigin::foreign, index};
  return {formed && has_mac(id, kMacAt, key) ? IdOrigin::own : IdOrigin::invalid_own, index};
}

// Whether it begins as a UUID of ours does, of the run that is told.
bool is_of_uuid_form(std::string_view digits, std::uint32_t& run) noexcept {
  return digits.size() >= kUuidMarkAt + kUuidMark.size() &&
         digits.substr(kUuidMarkAt).starts_with(kUuidMark) &&
         read_hex(digits.substr(0, kUuidRunDigits), run);
}

IdCheck check_uuid(std::string_view digits, RunId ours, const RunKey& key) noexcept {
  std::uint32_t run = 0;
  if (!is_of_uuid_form(digits, run)) return {IdOrigin::foreign, 0};
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  std::uint32_t mac_high = 0;
  std::uint32_t mac_low = 0;
  const bool formed = digits.size() == kUuidDigits && digits[kUuidVariantAt] == '8' &&
                      read_hex(digits.substr(kUuidIndexAt, 3), high) &&
                      read_hex(digits.substr(kUuidVariantAt + 1, 5), low) &&
                      read_hex(digits.substr(kUuidMacAt, 5), mac_high) &&
                      read_hex(digits.substr(kUuidMacAt + 5), mac_low);
  const VoterIndex index = high << 20U | low;
  if (run != ours.value) return {formed ? IdOrigin::other_run : IdOrigin::foreign, index};
  return {formed && has_mac(digits, kUuidMacAt, key) ? IdOrigin::own : IdOrigin::invalid_own,
          index};
}

}  // namespace

std::string RunId::hex() const {
  std::string text(8, '0');
  write_hex(value, text.data());
  return text;
}

VoterIds::VoterIds(RunId run, const RunKey& key, IdForm form) : run_(run), key_(key), form_(form) {}

VoterIds VoterIds::of_new_run(IdForm form) {
  std::array<std::uint8_t, sizeof(RunId::value)> id{};
  fill_random(id);
  RunKey key{};
  fill_random(key);
  RunId run;
  std::memcpy(&run.value, id.data(), id.size());
  return {run, key, form};
}

VoterIds VoterIds::told_by_answers(std::shared_ptr<IdBook> book) const {
  VoterIds ids = *this;
  ids.book_ = std::move(book);
  return ids;
}

void VoterIds::write(VoterIndex index, char* out) const noexcept {
  if (form_ == IdForm::uuid) {
    UuidDigits digits;
    write_uuid_stem(run_, index, digits);
    write_hex(mac_of({digits.data(), kUuidMacAt}, key_), digits.data() + kUuidMacAt,
              kUuidMacDigits);
    write_dashed({digits.data(), digits.size()}, out);
    return;
  }
  std::copy(kStart.begin(), kStart.end(), out);
  write_hex(run_.value, out + kRunAt);
  write_hex(index, out + kIndexAt);
  write_hex(mac_of({out, kMacAt}, key_), out + kMacAt);
}

std::string VoterIds::make(VoterIndex index) const {
  if (book_) return book_->id_of(index);
  std::string id(length(), '\0');
  write(index, id.data());
  return id;
}

std::string VoterIds::prefix() const {
  if (form_ == IdForm::votebench) return std::string(kStart) + run_.hex();
  std::string prefix(length(), '\0');
  prefix.resize(static_cast<std::size_t>(
      write_dashed(run_.hex() + std::string(kUuidMark), prefix.data()) - prefix.data()));
  return prefix;
}

std::string VoterIds::stem(VoterIndex index) const {
  constexpr std::size_t kDashes = 4;  // all stand before the mac
  return make(index).substr(0, form_ == IdForm::uuid ? kUuidMacAt + kDashes : kMacAt);
}

IdCheck VoterIds::check(std::string_view id) const noexcept {
  if (book_) {
    const auto voter = book_->voter_of(id);
    return voter ? IdCheck{IdOrigin::own, *voter} : IdCheck{};
  }
  if (id.starts_with(kStart)) return check_text(id, run_, key_);
  UuidDigits digits;
  if (take_dashes_out(id, digits)) return check_uuid({digits.data(), digits.size()}, run_, key_);
  // Cut short, or added to.
  const bool began = form_ == IdForm::uuid && id.starts_with(prefix());
  return {began ? IdOrigin::invalid_own : IdOrigin::foreign, 0};
}

IdCheck VoterIds::check_undashed(std::string_view id) const noexcept {
  return id.starts_with(kStart) ? check_text(id, run_, key_) : check_uuid(id, run_, key_);
}

}  // namespace votebench
