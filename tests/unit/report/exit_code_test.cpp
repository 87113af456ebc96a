#include "report/exit_code.h"

#include <map>

#include "support/catch.h"

using namespace votebench;
using namespace votebench::report;

namespace {

ExitFacts judged(VerdictKind kind) {
  ExitFacts facts;
  facts.verdict = kind;
  return facts;
}

ExitFacts failed(ErrorKind kind) {
  ExitFacts facts;
  facts.error = kind;
  return facts;
}

ExitFacts stopped(StopCause cause, bool audit_finished, VerdictKind kind) {
  ExitFacts facts = judged(kind);
  facts.stopped = cause;
  facts.audit_finished = audit_finished;
  return facts;
}

}  // namespace

TEST_CASE("each row of the exit table has its code") {
  CHECK(exit_code(judged(VerdictKind::pass)) == ExitCode::passed);
  CHECK(exit_code(judged(VerdictKind::fail)) == ExitCode::audit_failed);
  CHECK(exit_code(judged(VerdictKind::inconclusive)) == ExitCode::inconclusive);
  CHECK(exit_code(judged(VerdictKind::broken)) == ExitCode::internal);
  CHECK(exit_code(failed(ErrorKind::usage)) == ExitCode::usage);
  CHECK(exit_code(failed(ErrorKind::environment)) == ExitCode::environment);
  CHECK(exit_code(failed(ErrorKind::internal)) == ExitCode::internal);
  CHECK(exit_code({}) == ExitCode::inconclusive);  // no verdict is never a pass

  ExitFacts facts = judged(VerdictKind::pass);
  facts.threshold_failed = true;
  CHECK(exit_code(facts) == ExitCode::threshold_failed);
  facts.regression = true;
  CHECK(exit_code(facts) == ExitCode::regression);
  facts.threshold_unmeasured = true;
  CHECK(exit_code(facts) == ExitCode::inconclusive);
}

TEST_CASE("an interruption is inconclusive once the audit is finished, unless all was sent") {
  using enum StopCause;
  CHECK(exit_code(stopped(interrupt, true, VerdictKind::pass)) == ExitCode::inconclusive);
  CHECK(exit_code(stopped(terminate, true, VerdictKind::pass)) == ExitCode::inconclusive);
  CHECK(exit_code(stopped(interrupt, true, VerdictKind::fail)) == ExitCode::audit_failed);
  CHECK(exit_code(stopped(interrupt, false, VerdictKind::fail)) == ExitCode::interrupted);
  CHECK(exit_code(stopped(terminate, false, VerdictKind::inconclusive)) == ExitCode::terminated);
  CHECK(exit_code(stopped(threshold, true, VerdictKind::pass)) == ExitCode::passed);
  for (const StopCause cause : {interrupt, terminate}) {  // once every planned vote was sent
    ExitFacts facts = stopped(cause, true, VerdictKind::pass);
    facts.every_vote_sent = true;
    CHECK(exit_code(facts) == ExitCode::passed);
    facts.verdict = VerdictKind::inconclusive;
    CHECK(exit_code(facts) == ExitCode::inconclusive);
    facts.audit_finished = false;
    CHECK(exit_code(facts) != ExitCode::passed);
  }
}

TEST_CASE("a proven loss beats everything but an internal error and signals") {
  ExitFacts facts = judged(VerdictKind::fail);
  facts.threshold_failed = facts.threshold_unmeasured = facts.regression = true;
  CHECK(exit_code(facts) == ExitCode::audit_failed);
  facts.error = ErrorKind::environment;
  CHECK(exit_code(facts) == ExitCode::audit_failed);
  facts.error = ErrorKind::internal;
  CHECK(exit_code(facts) == ExitCode::internal);
}

TEST_CASE("the table lists every code once, the highest row first") {
  std::vector<int> codes;
  for (const ExitMeaning& row : exit_table()) {
    codes.push_back(static_cast<int>(row.code));
    CHECK_FALSE(row.summary.empty());
  }
  CHECK(codes == std::vector<int>{70, 130, 143, 1, 2, 6, 3, 5, 4, 0});
}

TEST_CASE("of two statuses the higher row wins") {
  const std::vector<int> rows{70, 130, 143, 1, 2, 6, 3, 5, 4, 0};
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = i; j < rows.size(); ++j) {
      CHECK(higher(ExitCode(rows[i]), ExitCode(rows[j])) == ExitCode(rows[i]));
      CHECK(higher(ExitCode(rows[j]), ExitCode(rows[i])) == ExitCode(rows[i]));
    }
}
