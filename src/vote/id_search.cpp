#include "vote/id_search.h"

#include <sodium.h>
#include <zlib.h>

#include <algorithm>
#include <optional>
#include <string>

#include "vote/id_book.h"

namespace votebench {
namespace {

constexpr int kDeepest = 3;
constexpr std::size_t kMostOfPiece = std::size_t{256} << 10U;
constexpr std::size_t kShortest = 22;  // base64 of an id: of a UUID's 16 bytes
constexpr std::size_t kMostUnpacked = std::size_t{1} << 20U;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
bool is_hex(char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f'); }
// What the ids of apps are mostly made of, and what stands between values.
bool is_of_id(char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_'; }
bool is_of_value(char c) {
  return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '\'' && c != ',';
}
bool is_base64(char c) {
  return is_digit(c) || is_letter(c) || c == '+' || c == '/' || c == '-' || c == '_';
}

// Without the line breaks and backslashes that JSON and MIME put into a base64 text.
std::string unbroken(std::string_view bytes) {
  std::string kept;
  kept.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    const char next = i + 1 < bytes.size() ? bytes[i + 1] : '\0';
    if (c == '\\' && (next == 'n' || next == 'r')) ++i;
    if (c != '\\' && c != '\n' && c != '\r') kept.push_back(c);
  }
  return kept;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 == 1) text.remove_suffix(1);
  const bool url = text.find_first_of("-_") != std::string_view::npos;
  std::string bytes(text.size(), '\0');
  std::size_t length = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &length, nullptr,
                        url ? sodium_base64_VARIANT_URLSAFE_NO_PADDING
                            : sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0)
    return std::nullopt;
  bytes.resize(length);
  return bytes;
}

// "0x41" and "\x41", too: how languages and databases write bytes.
std::optional<std::string> from_hex(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(1);
  if (text.starts_with('x')) text.remove_prefix(1);
  if (!std::ranges::all_of(text, is_hex)) return std::nullopt;
  text.remove_suffix(text.size() % 2);
  std::string bytes(text.size() / 2, '\0');
  if (sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                     text.size(), nullptr, nullptr, nullptr) != 0)
    return std::nullopt;
  return bytes;
}

bool looks_packed(std::string_view bytes) {
  if (bytes.size() < 8) return false;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  const bool gzip = first == 0x1F && second == 0x8B;
  const bool zlib = (first & 0x0FU) == 8 && (first * 256U + second) % 31 == 0;
  return gzip || zlib;
}

// What can be unpacked of a gzip or zlib stream; a broken one gives what came before.
std::string unpacked(std::string_view bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 32) != Z_OK) return {};
  std::string plain(kMostOfPiece, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(bytes.size(), kMostOfPiece));
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  inflate(&stream, Z_SYNC_FLUSH);
  plain.resize(plain.size() - stream.avail_out);
  inflateEnd(&stream);
  return plain;
}

class Search {
 public:
  explicit Search(const VoterIds& ids) : ids_(ids) {}

  void look_into(std::string_view bytes, int depth) {
    if (ids_.book() != nullptr) {
      find_told(bytes, is_of_id);
      find_told(bytes, is_of_value);
    } else {
      const std::string text = squeezed(bytes);  // an id is one piece, whatever separates its parts
      find_text(text);
      find_uuid(text);
      find_raw(bytes);
    }
    if (depth == kDeepest || !found_.own.empty()) return;
    bytes = bytes.substr(0, kMostOfPiece);
    if (looks_packed(bytes)) look_into_piece(unpacked(bytes), depth);
    look_into_texts(unbroken(bytes), depth);
  }
  [[nodiscard]] IdsFound take() { return std::move(found_); }

 private:
  // `id`: without dashes.
  void note(std::string_view id) { note(ids_.check_undashed(id)); }
  void note(const IdCheck& check) {
    if (check.origin == IdOrigin::other_run) found_.other_run = true;
    if (check.origin == IdOrigin::own &&
        std::ranges::find(found_.own, check.index) == found_.own.end())
      found_.own.push_back(check.index);
  }

  // An id of the app's own: every longest piece of such characters may be one.
  void find_told(std::string_view bytes, bool (*belongs)(char)) {
    for (auto begin = bytes.begin(); begin != bytes.end();) {
      begin = std::find_if(begin, bytes.end(), belongs);
      const auto end = std::find_if_not(begin, bytes.end(), belongs);
      if (end - begin >= static_cast<std::ptrdiff_t>(IdBook::kShortestPiece) &&
          end - begin <= static_cast<std::ptrdiff_t>(IdBook::kLongest))
        note(ids_.check({begin, end}));
      begin = end;
    }
  }

  void find_text(std::string_view text) {
    constexpr std::size_t kLength = length_of(IdForm::votebench);
    for (std::size_t at = text.find("vb"); at != text.npos; at = text.find("vb", at + 1))
      note(text.substr(at, kLength));
  }

  void find_uuid(std::string_view text) {
    for (std::size_t at = text.find(kUuidMark, kUuidRunDigits); at != text.npos;
         at = text.find(kUuidMark, at + 1))
      note(text.substr(at - kUuidRunDigits, kUuidDigits));
  }

  // The 16 bytes of a UUID.
  void find_raw(std::string_view bytes) {
    constexpr std::string_view kMark = "vb";  // the mark's two whole bytes
    constexpr std::size_t kMarkAt = kUuidRunDigits / 2;
    constexpr std::size_t kBytes = kUuidDigits / 2;
    for (std::size_t at = bytes.find(kMark, kMarkAt); at != bytes.npos;
         at = bytes.find(kMark, at + 1)) {
      const std::string_view id = bytes.substr(at - kMarkAt, kBytes);
      if (id.size() < kBytes) return;
      char digits[kUuidDigits + 1];
      note({sodium_bin2hex(digits, sizeof digits, reinterpret_cast<const unsigned char*>(id.data()),
                           id.size()),
            kUuidDigits});
    }
  }

  // Every run of base64's characters that could hold an id, from each of the four places that its
  // text may begin at.
  void look_into_texts(const std::string& text, int depth) {
    for (std::size_t at = 0; at < text.size();) {
      const auto end =
          std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_base64);
      const auto length = static_cast<std::size_t>(end - text.begin()) - at;
      if (length >= kShortest) look_into_run(std::string_view(text).substr(at, length), depth);
      at += length + 1;
    }
  }

  void look_into_run(std::string_view run, int depth) {
    if (const auto bytes = from_hex(run)) look_into_piece(*bytes, depth);
    for (std::size_t skip = 0; skip < 4 && found_.own.empty(); ++skip)
      if (const auto bytes = from_base64(run.substr(skip))) look_into_piece(*bytes, depth);
  }

  void look_into_piece(const std::string& bytes, int depth) {
    if (bytes.empty() || bytes.size() > budget_) return;
    budget_ -= bytes.size();
    look_into(bytes, depth + 1);
  }

  const VoterIds& ids_;
  IdsFound found_;
  std::size_t budget_ = kMostUnpacked;
};

}  // namespace

IdsFound find_ids(std::string_view bytes, const VoterIds& ids) {
  Search search(ids);
  search.look_into(bytes, 0);
  return search.take();
}

}  // namespace votebench
