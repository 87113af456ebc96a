// Where the body of an answer ends. Its bytes are counted and forgotten, unless somebody wants
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/http/http_head.h"

namespace votebench::adapters {

class BodyReader {
 public:
  enum class State : std::uint8_t { reading, complete, malformed };

  BodyReader() = default;
  explicit BodyReader(const ResponseHead& head);

  // From now on its bytes are appended there, up to kMostKept of them.
  void keep_in(std::string& kept) { kept_ = &kept; }
  static constexpr std::size_t kMostKept = std::size_t{64} * 1024;

  // Takes the bytes up to the end of the body and returns how many those were.
  std::size_t take(std::string_view bytes);
  // The peer has closed: completes a body that ends that way.
  void end();
  [[nodiscard]] State state() const { return state_; }

  // Chunk extensions and trailers together may not be longer than this.
  static constexpr std::size_t kMaxOverhead = std::size_t{64} * 1024;

 private:
  // Chunked coding (RFC 9112, section 7.1), one step per byte but for the data.
  enum class Step : std::uint8_t {
    size_first,  // the first digit of a chunk size
    size,
    extension,
    data,
    data_end,  // the CRLF after the data
    trailer_start,
    trailer,
  };
  [[nodiscard]] Step step_of(char c);
  [[nodiscard]] Step after_size_line() const;
  [[nodiscard]] bool add_digit(char c);
  std::size_t take_data(std::string_view bytes);
  void keep(std::string_view bytes);
  std::size_t take_chunked(std::string_view bytes);

  std::string* kept_ = nullptr;  // null: they are forgotten
  BodyKind kind_ = BodyKind::none;
  State state_ = State::complete;
  Step step_ = Step::size_first;
  bool after_return_ = false;  // a CR was taken, only LF may follow
  std::uint64_t left_ = 0;     // of the body, or of the chunk
  std::size_t overhead_ = 0;
};

}  // namespace votebench::adapters
