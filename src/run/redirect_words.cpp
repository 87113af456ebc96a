#include "run/redirect_words.h"

#include <fmt/format.h>

#include "core/text.h"

namespace votebench::run {
namespace {

// The address that a redirect leads to, as vote.url has it; empty: not told.
std::string redirected(const VoteEndpoint& vote, const std::string& location) {
  const std::string scheme = vote.tls ? "https" : "http";
  if (location.starts_with("//")) return scheme + ":" + location;
  if (location.starts_with('/'))
    return fmt::format("{}://{}{}", scheme, vote.authority(), location);
  return location;
}

}  // namespace

std::string leading_to(const std::string& location) {
  return location.empty() ? "" : fmt::format(", leading to {}", printable(location, 200));
}

// After a vote, 302 and 303 lead browsers to a page that shows it.
std::string advice_on_redirect(int status, const VoteEndpoint& vote, const std::string& location) {
  const std::string url = printable(redirected(vote, location), 200);
  std::string follow =
      fmt::format("votebench follows no redirect: {}",
                  url.empty() ? "give vote.url the address that it leads to"
                              : fmt::format("if votes go there, say vote.url: \"{}\"", url));
  if (status != 302 && status != 303) return follow;
  return fmt::format("if that is how the app answers a vote that counts, say vote.accept: [{}]; {}",
                     status, follow);
}

}  // namespace votebench::run
