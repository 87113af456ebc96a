// What is right and what is wrong, of results that are made up here.
#include "selftest/ruling.h"

#include "support/catch.h"

using namespace votebench;
using namespace votebench::selftest;

namespace {

Case guilty(const Defect& planted, Hop hop = Hop::worker) {
  return {.name = "guilty", .about = "", .planted = &planted, .hop = hop};
}
const Case kInnocent{.name = "innocent", .about = ""};

Seen seen(std::string verdict, const Defect& defect, std::uint64_t count) {
  Seen result;
  result.verdict = std::move(verdict);
  result.planted = kPlanted;
  result.counts[std::string(defect.count)] = count;
  return result;
}

Seen lost(std::uint64_t count, HopRange range) {
  Seen result = seen("fail", kLost, count);
  result.lost_at = {{range, count}};
  return result;
}

}  // namespace

TEST_CASE("a planted defect is right only with its class, its number and its verdict") {
  const Case which = guilty(kFlipped);
  CHECK(rule(which, seen("fail", kFlipped, kPlanted)).right);
  CHECK(rule(which, seen("fail", kFlipped, kPlanted - 1)).why == "4 of 5 found");
  CHECK(rule(which, seen("fail", kFlipped, kPlanted + 1)).why == "6 of 5 found");
  CHECK(rule(which, seen("pass", kFlipped, kPlanted)).why == "the verdict is pass");
  CHECK(rule(which, seen("inconclusive", kFlipped, 0)).why == "0 of 5 found");
  CHECK_FALSE(rule(which, seen("inconclusive", kFlipped, 0)).accused);
}

TEST_CASE("another class than the planted one is an accusation") {
  Seen both = seen("fail", kFlipped, kPlanted);
  both.counts[std::string(kDuplicated.count)] = 1;
  const Ruling ruling = rule(guilty(kFlipped), both);
  CHECK_FALSE(ruling.right);
  CHECK(ruling.accused);
  CHECK(ruling.why == "found 5 flipped, 1 duplicated");

  Seen contradiction = seen("fail", kFlipped, kPlanted);
  contradiction.counts["/audit/contradiction/count"] = 1;
  CHECK(rule(guilty(kFlipped), contradiction).accused);
}

TEST_CASE("answers that stay open accuse nobody where a case leaves them open") {
  Case which = kInnocent;
  const Seen unknown = seen("pass", kUnknown, 3);
  CHECK(rule(which, unknown).accused);
  which.leaves_answers_open = true;
  CHECK(rule(which, unknown).right);
  CHECK(rule(which, seen("pass", kStale, 1)).accused);
}

TEST_CASE("an innocent stack passes") {
  CHECK(rule(kInnocent, seen("pass", kLost, 0)).right);
  const Ruling open = rule(kInnocent, seen("inconclusive", kLost, 0));
  CHECK_FALSE(open.right);
  CHECK_FALSE(open.accused);
  CHECK(rule(kInnocent, seen("fail", kLost, 1)).accused);
  CHECK(rule(kInnocent, seen("fail", kLost, 0)).accused);
  CHECK(rule(kInnocent, seen("pass", kForeign, 1)).accused);
}

TEST_CASE("the range of a loss contains its hop, and tells the app from what is behind it") {
  const auto right = [](Hop truth, HopRange said) {
    return rule(guilty(kLost, truth), lost(kPlanted, said)).right;
  };
  CHECK(right(Hop::vote, {Hop::vote, Hop::vote}));
  CHECK(right(Hop::vote, {Hop::vote, Hop::db}));
  CHECK_FALSE(right(Hop::vote, {Hop::queue, Hop::db}));
  CHECK(right(Hop::worker, {Hop::queue, Hop::db}));
  CHECK(right(Hop::db, {Hop::worker, Hop::db}));
  CHECK_FALSE(right(Hop::queue, {Hop::worker, Hop::db}));
  CHECK_FALSE(right(Hop::worker, {Hop::vote, Hop::db}));  // not told apart
  CHECK_FALSE(right(Hop::worker, {}));
}

TEST_CASE("a defect that was not committed proves nothing") {
  Seen none = seen("pass", kLost, 0);
  none.planted = 0;
  CHECK(rule(guilty(kLost), none).why == "only 0 planted");
  Seen no_result;
  no_result.trouble = "ended with status 6";
  CHECK(rule(guilty(kLost), no_result).why == "ended with status 6");
  CHECK_FALSE(rule(kInnocent, no_result).right);
}

TEST_CASE("votes under altered ids are lost under their own") {
  Seen renamed = seen("fail", kRenamed, kPlanted);
  renamed.counts[std::string(kLost.count)] = kPlanted;
  CHECK(rule(guilty(kRenamed), renamed).right);
  CHECK_FALSE(rule(guilty(kForeign), renamed).right);
}

TEST_CASE("a result is read as it is written") {
  const auto read = read_seen(R"({"verdict": "fail", "audit": {
    "lost": {"count": 7, "by_hop": {"vote": 2, "queue": 0, "worker": 0, "db": 0, "unknown": 5},
             "by_hop_range": {"queue-to-db": 4}},
    "stale": {"count": 1}, "foreign": 3, "contradiction": {"count": 9}}})");
  REQUIRE(read);
  CHECK(read->verdict == "fail");
  CHECK(found_words(*read) == "7 lost, 1 stale, 3 foreign, 9 contradictions");
  CHECK(hop_words(*read) == "vote, queue-to-db, unknown");
  REQUIRE(read->lost_at.size() == 3);
  CHECK(read->lost_at[2].second == 1);
  CHECK_FALSE(read_seen("{}"));
  CHECK_FALSE(read_seen("no JSON"));
}
