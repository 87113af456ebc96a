#include "report/exit_code.h"

#include <array>

namespace votebench::report {
namespace {

bool has_error(const ExitFacts& facts, ErrorKind kind) { return facts.error == kind; }
bool judged(const ExitFacts& facts, VerdictKind kind) { return facts.verdict == kind; }

// One row: when it applies.
struct ExitRow {
  ExitMeaning meaning;
  bool (*applies)(const ExitFacts&) = nullptr;
};

// The order is the precedence.
constexpr std::array<ExitRow, 10> kRows{{
    {{ExitCode::internal, "internal error, or the auditor's own check failed",
      "internal error, this run proves nothing"},
     [](const ExitFacts& f) {
       return has_error(f, ErrorKind::internal) || judged(f, VerdictKind::broken);
     }},
    {{ExitCode::interrupted, "interrupted twice, the audit is not finished"},
     [](const ExitFacts& f) { return f.stopped == StopCause::interrupt && !f.audit_finished; }},
    {{ExitCode::terminated, "terminated, the audit is not finished"},
     [](const ExitFacts& f) { return f.stopped == StopCause::terminate && !f.audit_finished; }},
    {{ExitCode::audit_failed,
      "audit failed: a vote proven lost, stale, flipped, duplicated or "
      "phantom beyond its allowance",
      "audit failed"},
     [](const ExitFacts& f) { return judged(f, VerdictKind::fail); }},
    {{ExitCode::usage, "usage or scenario error, nothing was sent", "usage or scenario error"},
     [](const ExitFacts& f) { return has_error(f, ErrorKind::usage); }},
    {{ExitCode::environment, "target or environment error, nothing proven"},
     [](const ExitFacts& f) { return has_error(f, ErrorKind::environment); }},
    {{ExitCode::inconclusive, "inconclusive: the evidence proves neither loss nor its absence",
      "inconclusive"},
     [](const ExitFacts& f) {
       return !judged(f, VerdictKind::pass) || f.threshold_unmeasured ||
              (is_signal(f.stopped) && !f.every_vote_sent);
     }},
    {{ExitCode::regression, "confirmed regression"},
     [](const ExitFacts& f) { return f.regression; }},
    {{ExitCode::threshold_failed, "audit passed, a threshold failed"},
     [](const ExitFacts& f) { return f.threshold_failed; }},
    {{ExitCode::passed, "passed"}, [](const ExitFacts&) { return true; }},
}};

constexpr auto kTable = [] {
  std::array<ExitMeaning, kRows.size()> table{};
  for (std::size_t i = 0; i < kRows.size(); ++i) table[i] = kRows[i].meaning;
  return table;
}();

}  // namespace

ExitCode exit_code_of(ErrorKind error) {
  ExitFacts facts;
  facts.error = error;
  return exit_code(facts);
}

ExitCode exit_code(const ExitFacts& facts) {
  for (const ExitRow& row : kRows)
    if (row.applies(facts)) return row.meaning.code;
  return ExitCode::internal;
}

ExitCode higher(ExitCode one, ExitCode other) {
  for (const ExitRow& row : kRows)
    if (row.meaning.code == one || row.meaning.code == other) return row.meaning.code;
  return ExitCode::internal;
}

std::span<const ExitMeaning> exit_table() { return kTable; }

std::string_view exit_words(ExitCode code) {
  for (const ExitMeaning& row : kTable)
    if (row.code == code) return row.brief.empty() ? row.summary : row.brief;
  return "unknown";
}

}  // namespace votebench::report
