// The texts of a vote request, with the places that every vote fills in: "{choice}" and "{voter}".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vote/voter_id.h"

namespace votebench {

inline constexpr std::string_view kChoicePlace = "{choice}";
inline constexpr std::string_view kVoterPlace = "{voter}";

// A text is its pieces, one after the other.
struct RequestPiece {
  enum class Kind : std::uint8_t {
    plain,
    choice,
    voter,
    unknown,  // looks like a place, and nothing fills it in: "{user}", "{{choice}}"
  };
  Kind kind = Kind::plain;
  std::string_view text;
};
[[nodiscard]] std::vector<RequestPiece> pieces_of(std::string_view text);
[[nodiscard]] bool has_piece(std::string_view text, RequestPiece::Kind kind);

// What a text is part of: how it is written there.
enum class RequestPart : std::uint8_t {
  url,     // as it stands; choices with %XX
  header,  // as it stands
  form,    // a field or its value, encoded
  json,    // as it stands; choices escaped inside of strings
};

// Bytes of a request of one choice, and where in them the voter's id belongs. Until it is there,
// zeros keep its place.
class RequestText {
 public:
  // `form`: of the voter's id.
  explicit RequestText(IdForm form = IdForm::votebench) : form_(form) {}

  void add(std::string_view bytes) { bytes_ += bytes; }
  void add(const RequestText& text);
  void add_voter();
  // `text` with its places filled in.
  void fill(std::string_view text, RequestPart part, std::string_view choice);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] const std::vector<std::size_t>& ids_at() const { return ids_at_; }
  [[nodiscard]] std::size_t id_length() const { return length_of(form_); }

 private:
  IdForm form_;
  std::string bytes_;
  std::vector<std::size_t> ids_at_;
};

// Whether a place of this kind stands in a JSON text outside of a string.
[[nodiscard]] bool has_bare_piece(std::string_view json, RequestPiece::Kind kind);

// Can a header hold `text`? Printable ASCII, no blank at its ends.
[[nodiscard]] bool fits_header(std::string_view text);

}  // namespace votebench
