// Which votes a planted defect hits, and what it makes of them.
#include "votestack/planting.h"

#include <fmt/format.h>

#include "support/catch.h"

using namespace votebench;
using namespace votebench::votestack;

namespace {

// The numbers of those of `votes` votes that are hit, the first one is 1.
std::vector<int> hits(Planting& planting, Site site, int votes) {
  std::vector<int> numbers;
  for (int number = 1; number <= votes; ++number)
    if (planting.strike(site, {fmt::format("v{}", number), "a"})) numbers.push_back(number);
  return numbers;
}

const TruthLog& no_log() {
  static const Result<TruthLog> log = TruthLog::open("test", {});
  return *log;
}

std::vector<Ballot> struck(const char* plant, const Ballot& ballot) {
  Planting planting(parse_plant(plant), no_log());
  static_cast<void>(hits(planting, Site::vote, 44));
  return planting.strike(Site::vote, ballot).value();
}

}  // namespace

TEST_CASE("a plant is what, where and how many") {
  const auto plant = parse_plant("flipped@db:12");
  REQUIRE(plant);
  CHECK(plant->defect->word == "flipped");
  CHECK(plant->site == Site::db);
  CHECK(plant->count == 12);
  for (const char* wrong : {"", "lost", "lost@", "lost@db", "lost@db:", "lost@db:x", "lost@db:-1",
                            "gone@db:1", "lost@moon:1", "lost:1@db", "unknown@worker:1"}) {
    INFO(wrong);
    CHECK_FALSE(parse_plant(wrong));
  }
}

TEST_CASE("it spares the first 40, hits every 5th, and ends with the last that was wanted") {
  Planting planting(parse_plant("lost@worker:3"), no_log());
  CHECK(hits(planting, Site::vote, 100).empty());
  CHECK(hits(planting, Site::worker, 100) == std::vector{45, 50, 55});
}

TEST_CASE("one that could not be committed is made up for") {
  Planting planting(parse_plant("lost@queue:1"), no_log());
  CHECK(hits(planting, Site::queue, 45) == std::vector{45});
  planting.missed();
  CHECK(hits(planting, Site::queue, 10) == std::vector{5});
}

TEST_CASE("each defect makes something else of a vote") {
  const Ballot vote{"v", "a"};
  CHECK(struck("lost@vote:1", vote).empty());
  CHECK(struck("duplicated@vote:1", vote) == std::vector{vote, vote});
  CHECK(struck("flipped@vote:1", vote) == std::vector{Ballot{"v", "b"}});
  CHECK(struck("foreign@vote:1", vote) == std::vector{vote, Ballot{"stranger-v", "a"}});
  CHECK(struck("renamed@vote:1", vote) == std::vector{Ballot{"V", "a"}});
  CHECK(struck("unknown@vote:1", vote) == std::vector{vote});
}

TEST_CASE("a stale one hits those who voted otherwise before, and nobody else") {
  Planting planting(parse_plant("stale@vote:2"), no_log());
  CHECK(hits(planting, Site::vote, 60).empty());
  CHECK_FALSE(planting.strike(Site::vote, {"v1", "a"}));  // the same again
  CHECK(planting.strike(Site::vote, {"v1", "b"}) == std::vector{Ballot{"v1", "a"}});
  CHECK_FALSE(planting.strike(Site::vote, {"new", "b"}));
}

TEST_CASE("an answer is left out by one defect only") {
  CHECK(Planting(std::nullopt, no_log()).answers());
  CHECK(Planting(parse_plant("lost@vote:1"), no_log()).answers());
  CHECK_FALSE(Planting(parse_plant("unknown@vote:1"), no_log()).answers());
}
