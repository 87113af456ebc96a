#include "votestack/vote_service.h"

#include <fmt/format.h>

#include "votestack/form.h"
#include "votestack/queue_shape.h"
#include "votestack/service.h"
#include "votestack/vote_page.h"

namespace votebench::votestack {
namespace {

constexpr std::string_view kCookie = "voter_id";

HttpResponse plain(unsigned status, std::string_view text) {
  return {status, std::string(text) + '\n', {{"Content-Type", "text/plain; charset=utf-8"}}};
}

HttpResponse without_cookie(HttpResponse response) {
  response.headers.resize(1);  // its type
  return response;
}

HttpResponse in_json(const NamedVoter& voter) {
  return {200,
          fmt::format(R"({{"status": "ok", "voter": {{"id": "{}"}}}})", voter.id),
          {{"Content-Type", "application/json"}}};
}

HttpResponse not_allowed(std::string_view allowed) {
  HttpResponse response = plain(405, "method not allowed");
  response.headers.emplace_back("Allow", allowed);
  return response;
}

}  // namespace

VoteDesk::VoteDesk(const VoteSettings& its_settings, const TruthLog& its_truth)
    : settings(its_settings),
      truth(its_truth),
      naming(*find_id_habit(settings.ids)),
      planting(settings.plant, truth),
      late(*find_push_habit(settings.push), settings.push_delay, settings.redis, settings.list,
           truth) {}

VoteHandler::VoteHandler(VoteDesk& desk)
    : desk_(desk), settings_(desk.settings), redis_(settings_.redis) {
  const std::string_view action = settings_.contract.posts_at_root ? "/" : "/vote";
  first_page_ = vote_page(action, "");
  page_a_ = vote_page(action, "a");
  page_b_ = vote_page(action, "b");
  page_other_ = vote_page(action, "other");
}

HttpResponse VoteHandler::handle(const HttpRequest& request) {
  HttpResponse response = route(request);
  response.close = !settings_.contract.keep_alive;
  return response;
}

HttpResponse VoteHandler::route(const HttpRequest& request) {
  const VoteContract& contract = settings_.contract;
  if (request.path == "/health") return health();
  const std::string_view verb = settings_.shape.put ? "PUT" : "POST";
  const bool votes = request.method == verb;
  const std::string path = votes ? path_of_votes(settings_.shape, request.path) : request.path;
  const bool root = path == "/";
  if (!root && !(path == "/vote" && contract.posts_at_vote)) return plain(404, "not found");
  const bool posts = root ? contract.posts_at_root : contract.posts_at_vote;
  const bool pages = root || contract.posts_at_root;
  if (votes && posts) return vote(request);
  if ((request.method == "GET" || request.method == "HEAD") && pages) {
    HttpResponse first = page(voter_of_cookie(request), "");
    if (settings_.shape.csrf) desk_.guard.equip(first);
    return first;
  }
  return not_allowed(fmt::format("{}{}{}", pages ? "GET, HEAD" : "", posts && pages ? ", " : "",
                                 posts ? verb : ""));
}

// RPUSHX of a list that does not exist adds nothing, and is refused where RPUSH would be: wrong
// password, read-only replica, full memory, broken disk.
HttpResponse VoteHandler::health() {
  if (settings_.counters) {
    const auto alive = redis_.run({{"PING"}});
    return alive ? plain(200, "a vote can be counted") : plain(503, alive.error().message);
  }
  const std::string absent = settings_.list + ":health";
  const auto replies = redis_.run({{"RPUSHX", absent, "-"}, {"TYPE", settings_.list}});
  if (!replies) return plain(503, replies.error().message);
  const RedisReply& push = replies->at(0);
  const RedisReply& type = replies->at(1);
  if (push.kind != RedisReply::Kind::integer) return plain(503, "redis refuses: " + push.text);
  const bool no_list = find_queue_shape(settings_.queue)->lists == nullptr;
  if (type.text != (no_list ? "stream" : "list") && type.text != "none")
    return plain(503,
                 fmt::format("the key {} is no {}", settings_.list, no_list ? "stream" : "list"));
  return plain(200, "a vote can be queued");
}

HttpResponse VoteHandler::vote(const HttpRequest& request) {
  if (settings_.shape.csrf && !desk_.guard.admits(request))
    return plain(403, "CSRF verification failed");
  const auto read = read_ballot(settings_.shape, request);
  if (!read) return plain(read.error().status, read.error().why);
  const NamedVoter voter = desk_.naming.name(read->voter);
  const Ballot ballot{voter.id, read->choice};
  desk_.truth.record("delivered", ballot);
  if (settings_.silent_after && desk_.received.fetch_add(1) >= *settings_.silent_after)
    return {.silent = true};
  const auto instead = desk_.planting.strike(Site::vote, ballot);
  bool pushed = true;
  for (const Ballot& passed : instead.value_or(std::vector{ballot})) pushed &= pass_on(passed);
  if (instead) desk_.planting.committed(ballot);
  if (instead && !desk_.planting.answers()) return {.silent = true};
  if (!pushed && !settings_.contract.always_200) return plain(500, "the vote was not queued");
  if (desk_.naming.in_json()) return in_json(voter);
  return voter.told ? page(ballot.voter, ballot.choice) : without_cookie(page("", ballot.choice));
}

bool VoteHandler::pass_on(const Ballot& ballot) {
  if (!desk_.late.take(ballot)) return true;
  const bool pushed = push_now(ballot);
  desk_.truth.record(pushed ? "pushed" : "push_failed", ballot);
  if (pushed) meddle_with_list(ballot);
  return pushed;
}

// Only what still stands there can be changed. A stranger comes and goes: one who stayed connected
// might have the element in hand.
void VoteHandler::meddle_with_list(const Ballot& ballot) {
  const auto instead = desk_.planting.strike(Site::queue, ballot);
  if (!instead) return;
  const std::string element = to_element(ballot);
  RedisLink stranger(settings_.redis);
  const auto removed = stranger.run({{"LREM", settings_.list, "-1", element}});
  if (!removed || removed->front().integer != 1) return desk_.planting.missed();
  for (const Ballot& other : *instead) {
    const std::string changed = to_element(other);
    if (!stranger.run({{"RPUSH", settings_.list, changed}})) complain("a plant failed");
  }
  desk_.planting.committed(ballot);
}

bool VoteHandler::push_now(const Ballot& ballot) {
  const auto push = find_queue_shape(settings_.queue)->push(settings_.list, ballot);
  std::vector<RedisCommand> commands{{push.begin(), push.end()}};
  if (settings_.counters) commands = {{"INCR", ballot.choice}};
  if (settings_.contract.always_200) commands.push_back({"SET", ballot.voter, ballot.choice});
  const auto replies = redis_.run(commands);
  const bool pushed = replies && replies->front().kind != RedisReply::Kind::error;
  note_trouble(pushed     ? ""
               : !replies ? replies.error().message
                          : "redis refused a push: " + replies->front().text);
  return pushed;
}

// Thousands of votes a second may meet the same trouble: it is told once.
void VoteHandler::note_trouble(std::string trouble) {
  if (!trouble.empty() && trouble != trouble_) complain(trouble);
  trouble_ = std::move(trouble);
}

HttpResponse VoteHandler::page(const std::string& voter, std::string_view choice) const {
  const std::string& body = choice.empty()  ? first_page_
                            : choice == "a" ? page_a_
                            : choice == "b" ? page_b_
                                            : page_other_;
  HttpResponse response{200, body, {{"Content-Type", "text/html; charset=utf-8"}}};
  if (settings_.shape.id == RequestShape::IdPlace::cookie)
    response.headers.emplace_back("Set-Cookie",
                                  fmt::format("{}={}; Path=/", kCookie, cookie_text(voter)));
  return response;
}

}  // namespace votebench::votestack
