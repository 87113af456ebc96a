// The vote service: a form post becomes one element of the list.
//
//   POST /        form field vote; 200 with Set-Cookie: voter_id=<id>; 400 without the field
//   GET  /        the page; never touches Redis
//   GET  /health  200 if a vote could be queued now, else 503; sends no vote
//   else          404, or 405 for a known path
//
// The id is the cookie voter_id if there is one, else 13 to 15 random hexadecimal digits, unless
// --ids says otherwise (voter_naming.h). Any
// string is a vote. A push that Redis refuses, or whose reply does not come within 5 s, is answered
// 500 and never repeated; it may still be counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "votestack/csrf_guard.h"
#include "votestack/http_server.h"
#include "votestack/late_pushes.h"
#include "votestack/planting.h"
#include "votestack/profile.h"
#include "votestack/redis_link.h"
#include "votestack/request_shape.h"
#include "votestack/truth_log.h"
#include "votestack/voter_naming.h"

namespace votebench::votestack {

struct VoteSettings {
  VoteContract contract;
  Address redis;
  std::string list = "votes";
  std::string queue = "list";                 // a word of queue_shape.h
  std::optional<std::uint64_t> silent_after;  // votes that are answered; later ones never are
  std::string push = "at-once";               // a word of late_pushes.h
  Nanoseconds push_delay = std::chrono::seconds(2);
  RequestShape shape;          // how votes are to be sent
  std::string ids = "cookie";  // a word of voter_naming.h
  bool counters = false;       // no list: INCR of the key that is called like the choice
  std::optional<Plant> plant;  // in the app or the list; nothing: no defect
};

// What all threads of the service have in common. Thread-safe.
struct VoteDesk {
  // Both must outlive it.
  VoteDesk(const VoteSettings& settings, const TruthLog& truth);

  const VoteSettings& settings;
  const TruthLog& truth;
  VoterNaming naming;
  std::atomic<std::uint64_t> received{0};
  Planting planting;
  LatePushes late;
  CsrfGuard guard;
};

// What one thread of the service does. Not thread-safe: each thread has its own.
class VoteHandler {
 public:
  explicit VoteHandler(VoteDesk& desk);  // which must outlive it

  [[nodiscard]] HttpResponse handle(const HttpRequest& request);

 private:
  [[nodiscard]] HttpResponse route(const HttpRequest& request);
  [[nodiscard]] HttpResponse vote(const HttpRequest& request);
  [[nodiscard]] HttpResponse page(const std::string& voter, std::string_view choice) const;
  [[nodiscard]] HttpResponse health();
  // As the habit and the plants have it. False: a push failed.
  [[nodiscard]] bool pass_on(const Ballot& ballot);
  [[nodiscard]] bool push_now(const Ballot& ballot);
  void meddle_with_list(const Ballot& ballot);
  void note_trouble(std::string trouble);

  VoteDesk& desk_;
  const VoteSettings& settings_;
  RedisLink redis_;
  std::string trouble_;  // of the last push; empty: none
  std::string first_page_, page_a_, page_b_, page_other_;
};

}  // namespace votebench::votestack
