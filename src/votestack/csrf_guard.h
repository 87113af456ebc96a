// Votes that only a visitor of the page can send: they show a cookie, and a token that belongs to
// it (in the form or the header X-CSRFToken) or the cookie's own value in that header, as Django
// has it.
#pragma once

#include <string>

#include "vote/voter_id.h"
#include "votestack/http_server.h"

namespace votebench::votestack {

// Immutable; any thread may use it.
class CsrfGuard {
 public:
  static constexpr std::string_view kCookie = "csrftoken";
  static constexpr std::string_view kField = "csrfmiddlewaretoken";

  // Puts a new token into the first form of the page, and its cookie into the headers.
  void equip(HttpResponse& page) const;
  [[nodiscard]] bool admits(const HttpRequest& request) const;

 private:
  VoterIds tokens_ = VoterIds::of_new_run();  // of random numbers: only this process can make them
};

}  // namespace votebench::votestack
