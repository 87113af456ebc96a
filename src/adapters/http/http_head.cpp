#include "adapters/http/http_head.h"

#include <algorithm>
#include <string>

#include "core/number.h"

namespace votebench::adapters {
namespace {

constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::string_view kBlank = " \t";

struct Fields {
  int content_lengths = 0;
  std::uint64_t length = 0;
  bool transfer_coded = false;
  bool chunked = false;  // the last transfer coding
  bool says_close = false;
  bool says_keep_alive = false;
  bool echoed = false;
  std::string location;
  std::string told_id;
  Cause fault = Cause::none;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// `lower` is in lower case already.
bool same_word(std::string_view text, std::string_view lower) {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), same);
}

template <typename Visit>
void for_each_item(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    visit(trimmed(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

void read_content_length(std::string_view value, Fields& fields) {
  const auto length = whole_number<std::uint64_t>(value);
  if (!length)
    fields.fault = Cause::bad_length;
  else if (++fields.content_lengths > 1)
    fields.fault = Cause::many_lengths;
  else
    fields.length = *length;
}

// NAME=VALUE, the value perhaps in quotes.
void read_cookie(std::string_view pair, const ExpectedCookie& cookie, Fields& fields) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != cookie.name) return;
  std::string_view value = trimmed(pair.substr(equals + 1));
  fields.echoed |= !cookie.value.empty() && value == cookie.value;
  if (!cookie.tells_id) return;
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  fields.told_id = value;
}

void read_field(std::string_view name, std::string_view value, const ExpectedCookie& cookie,
                Fields& fields) {
  if (same_word(name, "content-length")) {
    read_content_length(value, fields);
  } else if (same_word(name, "transfer-encoding")) {
    fields.transfer_coded = true;
    for_each_item(value,
                  [&](std::string_view item) { fields.chunked = same_word(item, "chunked"); });
  } else if (same_word(name, "connection")) {
    for_each_item(value, [&](std::string_view item) {
      fields.says_close |= same_word(item, "close");
      fields.says_keep_alive |= same_word(item, "keep-alive");
    });
  } else if (same_word(name, "set-cookie")) {
    read_cookie(value.substr(0, value.find(';')), cookie, fields);
  } else if (same_word(name, "location")) {
    fields.location = value;
  }
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool folds(std::string_view rest) { return !rest.empty() && kBlank.find(rest[0]) != kBlank.npos; }

Fields read_fields(std::string_view rest, const ExpectedCookie& cookie) {
  Fields fields;
  std::string unfolded;
  while (fields.fault == Cause::none) {
    std::string_view line = take_line(rest);
    if (line.empty()) break;
    if (folds(rest)) {
      unfolded = line;
      while (folds(rest)) unfolded.append(" ").append(trimmed(take_line(rest)));
      line = unfolded;
    }
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || name.empty() || name.find_first_of(kBlank) != name.npos)
      fields.fault = Cause::bad_header;
    else
      read_field(name, trimmed(line.substr(colon + 1)), cookie, fields);
  }
  return fields;
}

// "HTTP/1.x SSS[ reason]"; 0 = malformed.
std::uint16_t read_status(std::string_view line) {
  constexpr std::size_t kCodeAt = 9;
  if (!line.starts_with(kVersion) || line.size() < kCodeAt + 3) return 0;
  const bool minor_is_digit = line[7] >= '0' && line[7] <= '9';
  const auto status = whole_number<std::uint64_t>(line.substr(kCodeAt, 3));
  if (!minor_is_digit || line[8] != ' ' || !status || *status < 100) return 0;
  if (line.size() > kCodeAt + 3 && line[kCodeAt + 3] != ' ') return 0;
  return static_cast<std::uint16_t>(*status);
}

void frame_body(const Fields& fields, ResponseHead& head) {
  if (head.status < 200 || head.status == 204 || head.status == 304) return;
  if (fields.transfer_coded)
    head.body = fields.chunked ? BodyKind::chunked : BodyKind::until_close;
  else if (fields.content_lengths == 1)
    head.body = BodyKind::counted, head.length = fields.length;
  else
    head.body = BodyKind::until_close;
}

}  // namespace

tl::expected<ResponseHead, Cause> parse_head(std::string_view head, const ExpectedCookie& cookie) {
  const std::string_view status_line = take_line(head);
  ResponseHead parsed;
  parsed.status = read_status(status_line);
  if (parsed.status == 0) return tl::unexpected(Cause::not_http);
  const Fields fields = read_fields(head, cookie);
  if (fields.fault != Cause::none) return tl::unexpected(fields.fault);
  frame_body(fields, parsed);
  parsed.echoed = fields.echoed;
  if (parsed.status / 100 == 3) parsed.location = fields.location;
  parsed.told_id = fields.told_id;
  const bool old = status_line[7] == '0';
  // Both framings at once may be an attempt at response splitting: do not trust what follows.
  const bool doubtful = fields.transfer_coded && (fields.content_lengths > 0 || old);
  parsed.closes = fields.says_close || (old && !fields.says_keep_alive) || doubtful ||
                  parsed.body == BodyKind::until_close || parsed.status == 101;
  return parsed;
}

std::size_t head_end(std::string_view bytes, std::size_t from) {
  for (std::size_t at = bytes.find('\n', from); at != std::string_view::npos;
       at = bytes.find('\n', at + 1)) {
    const std::string_view next = bytes.substr(at + 1);
    if (next.starts_with('\n')) return at + 2;
    if (next.starts_with("\r\n")) return at + 3;
  }
  return std::string_view::npos;
}

bool may_be_head(std::string_view bytes) {
  return bytes.substr(0, kVersion.size()) == kVersion.substr(0, bytes.size());
}

}  // namespace votebench::adapters
