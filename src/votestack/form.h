// The two things the vote service reads from a request, decoded as the real app's framework does.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace votebench::votestack {

// True for application/x-www-form-urlencoded, with or without parameters, in any case.
[[nodiscard]] bool is_form(std::string_view content_type);

// The first field `name` of an application/x-www-form-urlencoded body: '+' is a space, %XX a byte,
// a '%' without two hexadecimal digits stands for itself, "name" alone is empty.
[[nodiscard]] std::optional<std::string> form_field(std::string_view body, std::string_view name);

// The first cookie `name` of a Cookie header, verbatim but for the blanks around it.
[[nodiscard]] std::optional<std::string_view> cookie(std::string_view header,
                                                     std::string_view name);

// `value` as it can stand in a Set-Cookie header: verbatim, but control bytes become \ooo inside
// quotes, as the real app writes them.
[[nodiscard]] std::string cookie_text(std::string_view value);

}  // namespace votebench::votestack
