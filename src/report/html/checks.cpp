#include <array>

#include "core/text.h"
#include "report/html/sections.h"
#include "report/html/words.h"
#include "report/words.h"

namespace votebench::report::html {
namespace {

struct Row {
  State state = State::good;
  std::string_view word;
  std::string check;
  std::string measured;
  std::string kind;
};

State passed_state(bool passed) { return passed ? State::good : State::bad; }

// Without a verdict a count of zero proves nothing.
Row class_row(const Report& report, std::string_view name, const ClassTally& tally) {
  const bool proven = report.audit.kind == VerdictKind::pass ||
                      report.audit.kind == VerdictKind::fail || !tally.passed();
  const State state = proven ? passed_state(tally.passed()) : State::open;
  return {state,
          !proven          ? "not proven"
          : tally.passed() ? "met"
                           : "missed",
          fmt::format("{} <= {}", name, format_count(tally.allowed)), format_count(tally.count),
          "audit, exact"};
}

std::vector<Row> audit_rows(const Report& report) {
  const Verdict& audit = report.audit;
  std::vector<Row> rows{class_row(report, "votes.lost", audit.lost),
                        class_row(report, "votes.stale", audit.stale),
                        class_row(report, "votes.flipped", audit.flipped),
                        class_row(report, "votes.duplicated", audit.duplicated),
                        class_row(report, "votes.phantom", audit.phantom)};
  const Accounting& sum = audit.accounting;
  const double share =
      sum.planned == 0 ? 0 : static_cast<double>(sum.ambiguous) / static_cast<double>(sum.planned);
  const bool few = share <= report.unknown_allowed_share;
  rows.push_back({few ? State::good : State::open, few ? "met" : "not proven",
                  "votes.unknown <= " + percent_text(report.unknown_allowed_share),
                  percent_text(share), "audit, exact"});
  const bool settled = report.settlement.settled();
  rows.push_back({settled ? State::good : State::open, settled ? "met" : "not proven",
                  "settled: nothing is on its way any more",
                  format_duration(report.settlement.drain), "after the load"});
  return rows;
}

std::string_view word_for(State state) {
  return state == State::good      ? "met"
         : state == State::bad     ? "missed"
         : state == State::warning ? "missed"
                                   : "no data";
}

Row threshold_row(const ThresholdResult& threshold) {
  const State state = state_of(threshold);
  const std::string kind = threshold.warn ? "threshold, a warning" : "threshold";
  if (!threshold.passed)
    return {state, word_for(State::open), threshold.expression, "not measured: " + threshold.why,
            kind};
  return {state, word_for(state), threshold.expression, threshold_value(threshold, true), kind};
}

}  // namespace

Raw checks(const Report& report) {
  if (report.error) return {};
  std::vector<Row> rows = audit_rows(report);
  for (const ThresholdResult& threshold : report.thresholds)
    rows.push_back(threshold_row(threshold));
  Markup out;
  out.add(R"(<section id="checks"><h2>Checks and thresholds</h2><div class="scroll"><table>
<thead><tr><th scope="col">State</th><th scope="col">Check</th><th scope="col" class="number">)"
          R"(Measured</th><th scope="col">Kind</th></tr></thead><tbody>
)");
  for (const Row& row : rows)
    out.add(
        "<tr class=\"{}\"><td>{}</td><td><code>{}</code></td><td class=\"number\">{}</td>"
        "<td class=\"muted\">{}</td></tr>\n",
        state_class(row.state), state_mark(row.state, row.word), row.check, row.measured, row.kind);
  out.add("</tbody></table></div>\n");
  if (report.audit.canaries_total > 0)
    out.add(
        "<p class=\"note\">The auditor was audited first: it found {} of {} planted defects."
        "</p>\n",
        report.audit.canaries_passed, report.audit.canaries_total);
  for (const std::string& assumption : report.audit.assumptions)
    out.add("<p class=\"note\">Assumed: {}.</p>\n", assumption);
  for (const std::string& note : report.audit.notes) out.add("<p class=\"note\">{}.</p>\n", note);
  out.add("</section>\n");
  return std::move(out).raw();
}

}  // namespace votebench::report::html
