// The list of votes in Redis, with and without a safety net.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "votestack/redis_link.h"

namespace votebench::votestack {

// One thread at a time. Every error leaves the connection or the list in doubt: start over.
class VoteList {
 public:
  // `link` must outlive the list. `from`: the lists that pop() takes from, in turn; none: `name`.
  VoteList(RedisLink& link, std::string name, std::vector<std::string> from = {},
           bool on_the_right = false);

  using Elements = std::vector<std::string>;

  // Up to `limit` elements from the head of the list, or from its other end; empty when there is
  // none. `wait`: block up to a quarter of a second for the first one. Pops: the elements are in
  // our hands only.
  [[nodiscard]] Result<Elements> pop(std::uint32_t limit, bool wait);

  // Moves to the processing list, which keeps them until settle().
  [[nodiscard]] Result<Elements> take(std::uint32_t limit, bool wait);
  // What the processing list holds.
  [[nodiscard]] Result<Elements> unsettled(std::uint32_t limit);
  // Done with these: out of the processing list.
  [[nodiscard]] Result<> settle(const Elements& elements);
  // Cannot be written: from the processing list to the rejected list, at once.
  [[nodiscard]] Result<> reject(const std::string& element);

 private:
  [[nodiscard]] Result<std::vector<RedisReply>> run(const std::vector<RedisCommand>& commands);

  [[nodiscard]] Result<> pop_from(const std::string& list, std::size_t limit, Elements& elements);

  RedisLink& link_;
  std::string name_;
  std::string processing_;  // <name>:processing
  std::string rejected_;    // <name>:rejected
  std::vector<std::string> from_;
  bool on_the_right_;
};

}  // namespace votebench::votestack
