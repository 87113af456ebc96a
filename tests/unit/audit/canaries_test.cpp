// The auditor's own check runs in every judgement, and notices an auditor that has gone blind.
#include "audit/canaries.h"

#include <algorithm>
#include <string>

#include "audit/judge_one.h"
#include "support/case_file.h"
#include "support/catch.h"

using namespace votebench;

namespace {

// An auditor that never saw a class: what it would have reported there is persisted instead.
template <ClassTally Verdict::*kTally>
Verdict blind_to(const audit::AuditInput& input) {
  Verdict verdict = audit::judge_one(input);
  verdict.persisted += (verdict.*kTally).count;
  (verdict.*kTally).count = 0;
  return verdict;
}

Verdict always_passes(const audit::AuditInput& input) {
  Verdict verdict = audit::judge_one(input);
  verdict.kind = VerdictKind::pass;
  return verdict;
}

}  // namespace

TEST_CASE("canaries: all are recognised, and the verdict says how many") {
  const audit::CanaryReport report = audit::run_canaries(audit::judge_one);
  CHECK(report.failed.empty());
  CHECK(report.passed == report.total);
  CHECK(report.total >= 40);
  support::CaseFile file;
  file.vote(0, 0, Outcome::acked).row(0, 0);
  const Verdict verdict = audit::judge(file.input());
  CHECK(verdict.kind == VerdictKind::pass);
  CHECK(verdict.canaries_total == report.total);
  CHECK(verdict.canaries_passed == report.total);
}

TEST_CASE("canaries: an auditor blind to one class is found out") {
  using Judge = Verdict (*)(const audit::AuditInput&);
  const Judge blind[] = {blind_to<&Verdict::lost>,
                         blind_to<&Verdict::stale>,
                         blind_to<&Verdict::flipped>,
                         blind_to<&Verdict::duplicated>,
                         blind_to<&Verdict::phantom>,
                         blind_to<&Verdict::contradiction>,
                         always_passes};
  for (const Judge judge : blind) {
    const audit::CanaryReport report = audit::run_canaries(judge);
    CHECK_FALSE(report.failed.empty());
    CHECK(report.passed + report.failed.size() == report.total);
  }
}
