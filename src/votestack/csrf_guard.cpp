#include "votestack/csrf_guard.h"

#include <fmt/format.h>

#include <cstring>

#include "core/number.h"
#include "core/os.h"
#include "votestack/form.h"

namespace votebench::votestack {

void CsrfGuard::equip(HttpResponse& page) const {
  std::uint8_t bytes[4];
  fill_random(bytes);
  VoterIndex number = 0;
  std::memcpy(&number, bytes, sizeof number);
  page.headers.emplace_back("Set-Cookie", fmt::format("{}={}; Path=/", kCookie, number));
  const std::size_t form = page.body.find('>', page.body.find("<form"));
  if (form == std::string::npos) return;
  page.body.insert(form + 1, fmt::format("\n<input type=\"hidden\" name=\"{}\" value=\"{}\">",
                                         kField, tokens_.make(number)));
}

bool CsrfGuard::admits(const HttpRequest& request) const {
  const auto shown = cookie(request.cookies, kCookie);
  const auto number = shown ? whole_number<VoterIndex>(*shown) : std::nullopt;
  if (!number) return false;
  const std::string token = tokens_.make(*number);
  return request.csrf_header == token || request.csrf_header == *shown ||
         (is_form(request.content_type) && form_field(request.body, kField) == token);
}

}  // namespace votebench::votestack
