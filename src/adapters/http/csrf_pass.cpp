#include "adapters/http/csrf_pass.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "adapters/http/hidden_input.h"
#include "core/number.h"
#include "core/text.h"
#include "vote/request_text.h"

namespace votebench::adapters {
namespace {

constexpr std::size_t kMostPage = std::size_t{1} << 20U;

using Cookies = std::vector<std::pair<std::string, std::string>>;

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// A cookie that is being deleted.
bool expires_at_once(std::string_view attributes) {
  const std::string lower = lower_case(attributes);
  const std::size_t at = lower.find("max-age=");
  if (at == std::string::npos) return false;
  const std::string_view age = std::string_view(lower).substr(at + 8);
  return age.starts_with('-') || whole_number<std::uint64_t>(age.substr(0, age.find(';'))) == 0;
}

// As the Cookie header will say them; a later one of a name takes the place of an earlier one.
Cookies cookies_of(const HttpReply& page) {
  Cookies cookies;
  for (const std::string_view line : page.set_cookies) {
    const std::string_view pair = line.substr(0, line.find(';'));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || !fits_header(trimmed(pair))) continue;
    const std::string name(trimmed(pair.substr(0, equals)));
    std::erase_if(cookies, [&](const auto& known) { return known.first == name; });
    if (!expires_at_once(line.substr(pair.size())))
      cookies.emplace_back(name, trimmed(pair.substr(equals + 1)));
  }
  return cookies;
}

std::optional<std::string> value_of(const Cookies& cookies, std::string_view name) {
  const auto found =
      std::ranges::find(cookies, name, [](const auto& cookie) { return cookie.first; });
  if (found == cookies.end()) return std::nullopt;
  return found->second;
}

Failure no_page(const HttpReply& page, const std::string& url) {
  const std::string which = "the page of vote.csrf, " + printable(url) + ",";
  if (!page.error.empty())
    return fail(ErrorKind::environment,
                fmt::format("{} cannot be read: {}", which, printable(page.error)));
  return fail(
      ErrorKind::environment, fmt::format("{} answers {}", which, page.status),
      page.status / 100 == 3 && !page.location.empty()
          ? fmt::format("it leads to {}: give vote.csrf.page that path", printable(page.location))
          : "give vote.csrf.page the path of a page that shows the voting form");
}

std::string_view list_or_none(std::string_view list) { return list.empty() ? "none" : list; }

Failure no_token(const CsrfSettings& csrf, const HttpReply& page, const Cookies& cookies) {
  const auto suggestion = suggested_csrf(page, csrf.page);
  const std::string help =
      suggestion ? fmt::format("say vote.csrf: {}", *suggestion)
                 : "give vote.csrf.page a page that shows the voting form to a new visitor";
  if (csrf.cookie.empty())
    return fail(
        ErrorKind::environment,
        fmt::format(
            "the page {} has no hidden input '{}' (it has: {})", printable(csrf.page),
            printable(csrf.field),
            list_or_none(printable(fmt::format("{}", fmt::join(hidden_inputs(page.body), ", "))))),
        help);
  std::vector<std::string_view> names;
  for (const auto& cookie : cookies) names.push_back(cookie.first);
  return fail(ErrorKind::environment,
              fmt::format("the page {} sets no cookie '{}' (it sets: {})", printable(csrf.page),
                          printable(csrf.cookie),
                          list_or_none(printable(fmt::format("{}", fmt::join(names, ", "))))),
              help);
}

// What frameworks call their tokens.
constexpr std::array<std::string_view, 6> kKnownInputs{{"csrfmiddlewaretoken", "csrf_token",
                                                        "authenticity_token", "_csrf", "_token",
                                                        "__RequestVerificationToken"}};
struct KnownCookie {
  std::string_view cookie, header;
};
constexpr std::array<KnownCookie, 2> kKnownCookies{
    {{"csrftoken", "X-CSRFToken"}, {"XSRF-TOKEN", "X-XSRF-TOKEN"}}};

}  // namespace

Result<CsrfPass> fetch_csrf_pass(const TargetSettings& target, Nanoseconds timeout) {
  CsrfPass pass;
  if (!target.vote.csrf) return pass;
  const CsrfSettings& csrf = *target.vote.csrf;
  const std::string url = target.vote.csrf_page_url();
  const HttpReply page =
      http_exchange({.url = url, .most_body = kMostPage}, timeout, via_of(target));
  if (!page.error.empty() || page.status != 200) return no_page(page, url);
  pass.cookies = cookies_of(page);
  // Scripts that send a cookie's value decode it.
  auto token = csrf.cookie.empty() ? hidden_value(page.body, csrf.field)
                                   : value_of(pass.cookies, csrf.cookie);
  if (token && !csrf.cookie.empty()) token = percent_decoded(*token);
  if (!token || token->empty()) return no_token(csrf, page, pass.cookies);
  if (!csrf.header.empty() && !fits_header(*token))
    return fail(ErrorKind::environment,
                "the token of vote.csrf has bytes that a header cannot hold",
                "is it the right input or cookie?");
  pass.token = *token;
  std::erase_if(pass.cookies,
                [&](const auto& cookie) { return cookie.first == target.vote.cookie; });
  return pass;
}

std::optional<std::string> suggested_csrf(const HttpReply& page, std::string_view path) {
  for (const std::string_view input : kKnownInputs)
    if (hidden_value(page.body, input))
      return fmt::format("{{ page: \"{}\", field: {} }}", path, input);
  const Cookies cookies = cookies_of(page);
  for (const KnownCookie& known : kKnownCookies)
    if (value_of(cookies, known.cookie))
      return fmt::format("{{ page: \"{}\", cookie: {}, header: {} }}", path, known.cookie,
                         known.header);
  return std::nullopt;
}

}  // namespace votebench::adapters
