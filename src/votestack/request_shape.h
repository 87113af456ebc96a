// How the vote app wants a vote to be sent: a table of traits, each as it was met in a real app.
// One without traits takes a form, and the voter's id in a cookie.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "votestack/ballot.h"
#include "votestack/http_server.h"

namespace votebench::votestack {

struct RequestShape {
  enum class IdPlace { cookie, body, header, query, path };

  IdPlace id = IdPlace::cookie;
  bool json = false;
  bool numbers = false;  // the choice is a number of JSON
  bool choice_in_path = false;
  bool put = false;
  bool nested = false;  // fields vote[choice] and vote[voter_id]
  bool csrf = false;
  bool words = false;  // another spelling is queued than was sent
};

struct RequestTrait {
  std::string_view word;
  std::string_view what;  // one clause
  void (*add)(RequestShape& shape);
};
[[nodiscard]] std::span<const RequestTrait> request_traits();
// "json,id-in-body"; nothing: a word is none.
[[nodiscard]] std::optional<RequestShape> parse_request_shape(std::string_view words);

// A request that is no vote: what it is answered.
struct Refusal {
  unsigned status = 400;
  std::string_view why;
};
// What the request votes for. An app that reads the id from a cookie makes one where there is none.
[[nodiscard]] tl::expected<Ballot, Refusal> read_ballot(const RequestShape& shape,
                                                        const HttpRequest& request);
// The path without what a vote says in it; "/" at least.
[[nodiscard]] std::string path_of_votes(const RequestShape& shape, const std::string& path);

// The id of the cookie, or a new one.
[[nodiscard]] std::string voter_of_cookie(const HttpRequest& request);

}  // namespace votebench::votestack
