// The head of an HTTP/1.x answer: status line and the few headers that decide how the answer ends,
// whether the connection survives it, and whether it shows our voter id.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "vote/cause.h"

namespace votebench::adapters {

enum class BodyKind : std::uint8_t { none, counted, chunked, until_close };

struct ResponseHead {
  std::uint16_t status = 0;  // 100..999
  BodyKind body = BodyKind::none;
  std::uint64_t length = 0;  // of a counted body
  bool closes = false;       // no further answer will come on this connection
  bool echoed = false;       // a Set-Cookie carries the expected id
  std::string location{};    // where a redirect (3xx) leads to, as it was sent; empty: not told
  std::string told_id{};     // what a Set-Cookie says where its value was asked for

  // 101 is none of them: it ends HTTP on this connection.
  [[nodiscard]] bool interim() const { return status < 200 && status != 101; }
};

// The cookie whose echo proves that the application answered. An empty id is never echoed.
struct ExpectedCookie {
  std::string_view name;  // compared exactly
  std::string_view value;
  bool tells_id = false;  // its value, whatever that is, is asked for
};

// Parses a whole head, from the status line to the empty line that ends it (RFC 9112, sections 4
// to 6). Accepts bare LF and folded lines. Error: why it is no HTTP/1.x head, or has framing that
// cannot be trusted (several Content-Length fields, or one that is no number).
[[nodiscard]] tl::expected<ResponseHead, Cause> parse_head(std::string_view head,
                                                           const ExpectedCookie& cookie);

// Where the head that starts `bytes` ends (one past its empty line), or npos. Looks for ends after
// `from` only, so that a growing buffer is searched once.
[[nodiscard]] std::size_t head_end(std::string_view bytes, std::size_t from);

// False as soon as `bytes` cannot become an HTTP/1.x head.
[[nodiscard]] bool may_be_head(std::string_view bytes);

}  // namespace votebench::adapters
