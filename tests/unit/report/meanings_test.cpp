#include "report/meanings.h"

#include <set>

#include "support/catch.h"

using namespace votebench;
using namespace votebench::report;
using Names = std::vector<std::string>;

TEST_CASE("every class and every hop has its page, and no page is left over") {
  Verdict verdict;
  verdict.kind = VerdictKind::inconclusive;
  verdict.lost.count = verdict.flipped.count = verdict.duplicated.count = 1;
  verdict.stale.count = verdict.phantom.count = verdict.pending = 1;
  verdict.lost_by_hop = {{{Hop::unknown, Hop::unknown}, 1}};
  const Names all = meanings_of(verdict);
  std::set<std::string> named(all.begin(), all.end());
  CHECK(named.size() == 9);
  named.insert({"unknown", "strangers"});
  for (const std::string& name : named) CHECK(find_meaning(name) != nullptr);
  CHECK(meanings().size() == named.size());
  for (const Meaning& meaning : meanings()) {
    CHECK(meaning.text.starts_with("# "));
    CHECK_FALSE(meaning.summary().empty());
    CHECK(meaning.summary().find_first_of("\n#:") == std::string_view::npos);
  }
  CHECK(find_meaning("lost") == nullptr);
}

TEST_CASE("what is explained is what keeps a run from passing") {
  Verdict verdict;
  verdict.kind = VerdictKind::fail;
  CHECK(meanings_of(verdict).empty());
  verdict.lost = {.count = 3, .allowed = 3};
  verdict.lost_by_hop = {{{Hop::worker, Hop::worker}, 3}};
  CHECK(meanings_of(verdict).empty());
  verdict.lost.allowed = 2;
  CHECK(meanings_of(verdict) == Names{"lost-at-worker"});
  verdict.lost_by_hop = {{{Hop::vote, Hop::vote}, 2}, {{Hop::queue, Hop::worker}, 1}};
  CHECK(meanings_of(verdict) == Names{"lost-at-vote", "lost-at-queue", "lost-at-worker"});
  verdict.pending = 4;  // beside a loss that is proven
  CHECK(meanings_of(verdict).size() == 3);
}

TEST_CASE("an open verdict is explained by what is open") {
  Verdict verdict;
  verdict.kind = VerdictKind::inconclusive;
  CHECK(meanings_of(verdict).empty());
  verdict.accounting.ambiguous = 7;
  CHECK(meanings_of(verdict) == Names{"unknown"});
  verdict.queued = 1;
  CHECK(meanings_of(verdict) == Names{"pending"});
}
