#include "votestack/vote_list.h"

#include <algorithm>

namespace votebench::votestack {
namespace {

// In seconds, as Redis has it. It bounds how long a stop request waits.
constexpr std::string_view kLongestWait = "0.25";

void keep_text(VoteList::Elements& elements, RedisReply& reply) {
  if (reply.kind == RedisReply::Kind::text) elements.push_back(std::move(reply.text));
}

VoteList::Elements texts_of(std::vector<RedisReply> replies) {
  VoteList::Elements elements;
  for (RedisReply& reply : replies) keep_text(elements, reply);
  return elements;
}

}  // namespace

VoteList::VoteList(RedisLink& link, std::string name, std::vector<std::string> from,
                   bool on_the_right)
    : link_(link),
      name_(std::move(name)),
      processing_(name_ + ":processing"),
      rejected_(name_ + ":rejected"),
      from_(std::move(from)),
      on_the_right_(on_the_right) {
  if (from_.empty()) from_.push_back(name_);
}

Result<VoteList::Elements> VoteList::pop(std::uint32_t limit, bool wait) {
  Elements elements;
  if (wait) {
    RedisCommand command{on_the_right_ ? "BRPOP" : "BLPOP"};
    command.insert(command.end(), from_.begin(), from_.end());
    command.push_back(kLongestWait);
    TRY_ASSIGN(auto first, run({command}));
    if (first[0].kind != RedisReply::Kind::list) return elements;
    keep_text(elements, first[0].elements.back());
  }
  for (const std::string& list : from_)
    if (elements.size() < limit) TRY(pop_from(list, limit - elements.size(), elements));
  return elements;
}

// Without a count where it is one, as the real worker pops.
Result<> VoteList::pop_from(const std::string& list, std::size_t limit, Elements& elements) {
  const std::string count = std::to_string(limit);
  RedisCommand command{on_the_right_ ? "RPOP" : "LPOP", list};
  if (limit > 1) command.emplace_back(count);
  TRY_ASSIGN(auto popped, run({command}));
  keep_text(elements, popped[0]);
  for (RedisReply& element : popped[0].elements) keep_text(elements, element);
  return {};
}

Result<VoteList::Elements> VoteList::take(std::uint32_t limit, bool wait) {
  Elements elements;
  if (wait) {
    TRY_ASSIGN(elements,
               run({{"BLMOVE", name_, processing_, "LEFT", "RIGHT", kLongestWait}}).map(texts_of));
    if (elements.empty()) return elements;
    --limit;
  }
  TRY_ASSIGN(const auto length, run({{"LLEN", name_}}));
  const auto more = std::min<std::size_t>(limit, static_cast<std::size_t>(length[0].integer));
  if (more == 0) return elements;
  const std::vector<RedisCommand> moves(more, {"LMOVE", name_, processing_, "LEFT", "RIGHT"});
  TRY_ASSIGN(auto moved, run(moves));
  for (RedisReply& reply : moved) keep_text(elements, reply);
  return elements;
}

Result<VoteList::Elements> VoteList::unsettled(std::uint32_t limit) {
  const std::string last = std::to_string(limit - 1);
  TRY_ASSIGN(auto range, run({{"LRANGE", processing_, "0", last}}));
  return texts_of(std::move(range[0].elements));
}

// By value and not by position: nothing that is not ours can be removed.
Result<> VoteList::settle(const Elements& elements) {
  std::vector<RedisCommand> removals;
  for (const std::string& element : elements)
    removals.push_back({"LREM", processing_, "1", element});
  TRY(run(removals));
  return {};
}

Result<> VoteList::reject(const std::string& element) {
  TRY(run(
      {{"MULTI"}, {"RPUSH", rejected_, element}, {"LREM", processing_, "1", element}, {"EXEC"}}));
  return {};
}

// Every refusal (wrong type, out of memory, read-only) is an error here.
Result<std::vector<RedisReply>> VoteList::run(const std::vector<RedisCommand>& commands) {
  TRY_ASSIGN(auto replies, link_.run(commands));
  for (const RedisReply& reply : replies)
    if (reply.kind == RedisReply::Kind::error)
      return fail(ErrorKind::environment, "redis: " + reply.text);
  return replies;
}

}  // namespace votebench::votestack
