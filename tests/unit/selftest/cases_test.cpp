// The tables: of the cases, and of what they come to.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "scenario/parse.h"
#include "selftest/selftest.h"
#include "stack/stack_id.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::selftest;

namespace {

bool planted_at(const Defect& defect, Hop hop) {
  return std::ranges::any_of(
      cases(), [&](const Case& which) { return which.planted == &defect && which.hop == hop; });
}

}  // namespace

TEST_CASE("every class is planted at every hop where it can be") {
  for (const Defect* defect : {&kLost, &kFlipped, &kDuplicated, &kStale, &kForeign})
    for (const Hop hop : {Hop::vote, Hop::queue, Hop::worker, Hop::db}) {
      INFO(defect->word << " at " << to_string(hop));
      CHECK(planted_at(*defect, hop));
    }
  CHECK(planted_at(kPhantom, Hop::queue));
  CHECK(planted_at(kCarriedOver, Hop::queue));
  CHECK(planted_at(kUnknown, Hop::vote));
  CHECK(planted_at(kRenamed, Hop::vote));
}

TEST_CASE("cases have names of their own that a stack can bear, and scenarios that parse") {
  std::set<std::string_view> names;
  for (const Case& which : cases()) {
    INFO(which.name);
    CHECK(names.insert(which.name).second);
    CHECK(stack::check_name(std::string(which.name)));
    CHECK(find_case(which.name) == &which);
    CHECK(scenario::parse_scenario(scenario_of(which), "case.yaml", {}).result());
  }
  CHECK(find_case("no-such-case") == nullptr);
}

TEST_CASE("a plant is one that the case tells of") {
  for (const Case& which : cases()) {
    const std::string flags = fmt::format("{} {}", which.vote_flags, which.worker_flags);
    const std::size_t plant = flags.find("--plant ");
    if (plant == flags.npos) continue;
    const std::string told =
        fmt::format("--plant {}@{}:{}", which.planted->word, to_string(which.hop), kPlanted);
    INFO(which.name);
    CHECK(flags.substr(plant, told.size()) == told);
  }
}

TEST_CASE("the table fits 80 columns, whatever was found") {
  std::vector<Judged> judged;
  for (const Case& which : cases()) {
    Judged one{&which, {}, {}};
    one.seen.verdict = "inconclusive";
    if (!which.planted->count.empty())
      one.seen.counts[std::string(which.planted->count)] = kPlanted;
    one.seen.lost_at = {{{Hop::queue, Hop::db}, kPlanted}};
    one.seen.took = std::chrono::seconds(59);
    one.ruling = rule(which, one.seen);
    judged.push_back(one);
  }
  std::istringstream lines(table(judged, kPlanted, std::chrono::seconds(170)));
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(line.size() <= 80);
  }
  std::istringstream names(list());
  for (std::string line; std::getline(names, line);) CHECK(line.size() <= 80);
}

TEST_CASE("only a table without a wrong row is all right") {
  Judged right{&cases().front(), {}, {.right = true}};
  Judged accused{&cases().front(), {}, {.accused = true, .why = "found 1 lost"}};
  CHECK(all_right({right, right}));
  CHECK_FALSE(all_right({right, accused}));
  const std::string text = table({right, accused}, kPlanted, std::chrono::seconds(3));
  CHECK(text.find("1 of 2 cases right; 1 accused of what was not planted; 3 s") != text.npos);
  CHECK(text.find("    found 1 lost\n") != text.npos);
}

TEST_CASE("a case that is not there is said before anything is started") {
  const auto judged = examine({.names = {"late-lots"}}, [](std::string_view) {}, {});
  REQUIRE_FALSE(judged);
  CHECK(judged.error().kind == ErrorKind::usage);
  CHECK(judged.error().help == "did you mean 'late-lost'?");
}
