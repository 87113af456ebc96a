// The vote service: a form post becomes one element of the list.
//
//   POST /        form field vote; 200 with Set-Cookie: voter_id=<id>; 400 without the field
//   GET  /        the page; never touches Redis
//   GET  /health  200 if a vote could be queued now, else 503; sends no vote
//   else          404, or 405 for a known path
//
// The id is the cookie voter_id if there is one, else 13 to 15 random hexadecimal digits. Any
// string is a vote. A push that Redis refuses, or whose reply does not come within 5 s, is answered
// 500 and never repeated; it may still be counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "votestack/http_server.h"
#include "votestack/profile.h"
#include "votestack/redis_link.h"
#include "votestack/truth_log.h"

namespace votebench::votestack {

struct VoteSettings {
  VoteContract contract;
  Address redis;
  std::string list = "votes";
  std::optional<std::uint64_t> silent_after;  // votes that are answered; later ones never are
};

// What one thread of the service does. Not thread-safe: each thread has its own.
class VoteHandler {
 public:
  // `settings`, `truth` and `received`, which all threads share, must outlive the handler.
  VoteHandler(const VoteSettings& settings, const TruthLog& truth,
              std::atomic<std::uint64_t>& received);

  [[nodiscard]] HttpResponse handle(const HttpRequest& request);

 private:
  [[nodiscard]] HttpResponse route(const HttpRequest& request);
  [[nodiscard]] HttpResponse vote(const HttpRequest& request);
  [[nodiscard]] HttpResponse page(const std::string& voter, std::string_view choice) const;
  [[nodiscard]] HttpResponse health();
  [[nodiscard]] bool push(const Ballot& ballot);
  void note_trouble(std::string trouble);

  const VoteSettings& settings_;
  const TruthLog& truth_;
  std::atomic<std::uint64_t>& received_;
  RedisLink redis_;
  std::string trouble_;  // of the last push; empty: none
  std::string first_page_, page_a_, page_b_, page_other_;
};

}  // namespace votebench::votestack
