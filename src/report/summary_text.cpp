#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "report/audit_lines.h"
#include "report/render.h"
#include "report/result_page.h"
#include "report/text_page.h"
#include "report/words.h"

namespace votebench::report {
namespace {

// Columns: labels from 4, the first number ends at 24, each further one 10 to the right.
constexpr std::size_t kFirstNumber = 24;
constexpr std::size_t kNumber = 10;
constexpr std::size_t kText = 27;   // where the words of an audit line begin
constexpr std::size_t kEvents = 4;  // more are in the files

std::string indented(std::string_view label) { return fmt::format("    {}", label); }

class SummaryPage : private TextPage {
 public:
  SummaryPage(const Report& report, const Style& style) : TextPage(style), report_(report) {}

  [[nodiscard]] std::string render() {
    headline();
    why();
    if (!report_.error) {
      audit();
      result_page();
      events();
      generator();
      levels();
      latencies();
      thresholds();
    }
    closing();
    return take();
  }

 private:
  void headline() {
    const Colour colour = report_.verdict == VerdictKind::pass           ? Colour::good
                          : report_.verdict == VerdictKind::inconclusive ? Colour::warning
                                                                         : Colour::bad;
    const std::string_view word = verdict_word(report_);
    std::string row = paint(style_, colour, word) + "  " + clip(style_, safe(report_.scenario), 40);
    const auto append = [&](const std::string& piece) {
      if (display_width(row) + 3 + display_width(piece) > style_.width) {
        for (const std::string& part : wrap(piece, style_.width - 2)) {
          line(row);
          row = "  " + part;
        }
      } else {
        row += "   " + piece;
      }
    };
    if (!report_.error) append(time_text(report_));
    append(report_.headline);
    line(row);
  }

  // What thresholds say is said where they stand.
  void why() {
    if (report_.verification) section("VERIFIED", safe(verification_text(report_)));
    std::vector<std::string> reasons;
    if (report_.error)
      reasons = {report_.error->message};
    else if (report_.audit.kind != VerdictKind::pass)
      reasons = report_.audit.reasons;
    for (std::size_t i = 0; i < reasons.size(); ++i) section(i == 0 ? "WHY" : "", safe(reasons[i]));
    for (std::size_t i = 0; i < report_.advice.size(); ++i)
      section(i == 0 ? "HELP" : "", safe(report_.advice[i]));
  }

  void audit() {
    section("AUDIT", audit_subject(report_));
    for (const AuditLine& entry : audit_lines(report_)) {
      const std::string head = fmt::format("    {} {}", mark(entry.state), entry.name);
      const std::string count = format_count(entry.count);
      const std::size_t used = display_width(head) + 1;
      wrapped(head + " " + pad_left(count, kFirstNumber > used ? kFirstNumber - used : 0) + "   ",
              entry.text, kText);
      for (const std::string& detail : entry.details) wrapped("", safe(detail), kText);
    }
    const Accounting& sum = report_.audit.accounting;
    if (sum.acked != sum.planned) item(State::remark, accounting_text(sum));
    for (const std::string& note : report_.audit.notes) item(State::remark, safe(note));
    if (report_.audit.kind == VerdictKind::fail)
      for (const std::string& assumption : report_.audit.assumptions)
        item(State::remark, "assumed: " + safe(assumption));
    if (report_.audit.canaries_total > 0)
      item(State::remark, fmt::format("self-check {}/{}: planted defects that the auditor found",
                                      report_.audit.canaries_passed, report_.audit.canaries_total));
  }

  void result_page() {
    const std::string text = result_page_text(report_.page);
    if (!text.empty()) section("PAGE", mark(state_of(report_.page)) + " " + safe(text));
  }

  void events() {
    const std::size_t shown = std::min(report_.events.size(), kEvents);
    if (shown > 0) section("EVENTS", safe(event_text(report_.events[0])));
    for (std::size_t i = 1; i < shown; ++i) section("", safe(event_text(report_.events[i])));
    if (report_.events.size() > shown)
      section("", fmt::format("{} more", report_.events.size() - shown));
  }

  void generator() {
    const Validity& validity = report_.validity;
    if (!validity.all()) section("LOAD", "not valid; the audit holds all the same");
    for (const std::string& reason : validity.reasons) item(State::bad, reason);
    if (validity.all() && !validity.notes.empty()) section("LOAD", "valid");
    for (const std::string& note : validity.notes) item(State::remark, note);
  }

  // One table row: the first number ends at kFirstNumber or as far right as it must.
  [[nodiscard]] static std::string cells(std::string_view label,
                                         const std::vector<std::string>& numbers) {
    std::string row(label);
    std::size_t end = kFirstNumber;
    for (const std::string& number : numbers) {
      const std::size_t used = display_width(row) + 1;
      row += " " + pad_left(number, end > used ? end - used : 0);
      end += kNumber;
    }
    return row;
  }

  void table_head(std::string_view name, bool valid, const std::vector<std::string>& columns) {
    const std::string label = fmt::format("  {}{}", name, valid ? "" : " NOT VALID");
    line(paint(style_, Colour::bold, cells(label, columns)));
  }

  // `remark` where there is room for it.
  void level(std::string_view name, const Level& level, const std::string& remark) {
    if (!level.known) return;
    const std::string row = cells(
        indented(name),
        {format_count(level.votes), rate_text(level.mean_per_s), rate_text(level.peak_per_s)});
    const bool fits = display_width(row) + 3 + remark.size() <= style_.width;
    line(fits ? row + "   " + remark : row);
  }

  void levels() {
    const Levels& levels = report_.levels;
    if (levels.sent.votes == 0) return;
    table_head("LEVEL", report_.validity.load, {"votes", "mean/s", "peak/s"});
    level("sent", levels.sent, "");
    level("accepted", levels.accepted, "");
    level("queued", levels.queued, "depth at most " + format_count(report_.depth_max));
    level("written", levels.written, report_.audit.superseded > 0 ? "one row per voter" : "");
  }

  // `text` tells how a percentile reads; `remark` stands below where the row has no room for it.
  template <typename Text>
  void percentiles(std::string_view name, std::string_view remark, Text text) {
    std::vector<std::string> numbers;
    for (const double share : {0.5, 0.9, 0.99, 0.999, 1.0}) numbers.push_back(text(share));
    const std::string row = clip(style_, cells(indented(name), numbers), style_.width);
    const bool fits = display_width(row) + 2 + display_width(remark) <= style_.width;
    line(fits ? fmt::format("{}  {}", row, remark) : row);
    if (!fits) item(State::remark, fmt::format("{}: {}", name, remark));
  }

  void latency(std::string_view name, const Latency& latency, std::string_view remark) {
    if (latency.finished.count() > 0)
      percentiles(name, remark, [&](double share) {
        return percentile_text(latency.percentile(share), style_.unicode);
      });
  }

  // The upper ends of votes that have none are not known.
  void bounded_latency(std::string_view name, const Latency& latency) {
    if (latency.finished.count() == 0) return;
    percentiles(name, "at least", [&](double share) {
      return format_duration(latency.lower_percentile(share)->value);
    });
    percentiles("", "at most", [&](double share) {
      const auto value = latency.percentile(share);
      return value->at_least ? std::string("?") : format_duration(value->value);
    });
  }

  void stored_latency(std::string_view name, const Latency& latency_of_rows) {
    if (latency_of_rows.kind == LatencyKind::bounded) return bounded_latency(name, latency_of_rows);
    std::string label(to_string(latency_of_rows.kind));
    if (latency_of_rows.uncertainty > Nanoseconds(0))
      label += fmt::format(" {}{}", style_.unicode ? "±" : "+-",
                           format_duration(latency_of_rows.uncertainty));
    latency(name, latency_of_rows, label);
  }

  void latencies() {
    if (report_.response.finished.count() + report_.stored.finished.count() == 0) return;
    table_head("LATENCY", report_.validity.load, {"p50", "p90", "p99", "p99.9", "max"});
    latency("response", report_.response, "");
    latency("service", report_.service, "");
    stored_latency("end to end", report_.stored);
    if (const std::uint64_t votes = report_.response.unfinished.count(); votes > 0)
      item(State::remark, counted(votes, "vote") + " not accepted: slower than all others");
    if (const std::uint64_t votes = report_.stored.unfinished.count(); votes > 0)
      item(State::remark,
           counted(votes, "vote") + " accepted, not stored: end to end slower than all others");
    if (!report_.stored.note.empty()) item(State::remark, "end to end " + report_.stored.note);
    if (report_.warm_up > Nanoseconds(0))
      item(State::remark, "rates and latencies leave out the first " +
                              format_duration(report_.warm_up) + "; counts cover everything");
  }

  void thresholds() {
    if (report_.thresholds.empty()) return;
    const auto met = std::count_if(report_.thresholds.begin(), report_.thresholds.end(),
                                   [](const ThresholdResult& t) { return t.passed == true; });
    line("  " + paint(style_, Colour::bold, "THRESHOLDS") +
         fmt::format("   {} of {} met", met, report_.thresholds.size()));
    for (const ThresholdResult& threshold : report_.thresholds) {
      const State state = state_of(threshold);
      const std::string value = safe(threshold_words(threshold, style_.unicode));
      wrapped(pad_right(fmt::format("    {} {}", mark(state),
                                    clip(style_, safe(threshold.expression), 60)),
                        42) +
                  "  ",
              value, 44);
    }
  }

  // What is to be copied stays whole: a path is never cut, a command goes on in the next line the
  // way a shell reads it.
  void closing() {
    if (!report_.directory.empty())
      line("  report   " + safe(report_.directory) +
           (report_.files.empty() ? "" : "/" + safe(report_.files.front())));
    for (std::size_t i = 0; i < report_.next.size(); ++i)
      command(i == 0 ? "  next     " : "           ", report_.next[i]);
    wrapped("", fmt::format("exit {}: {}", static_cast<int>(report_.exit), exit_words(report_)), 0);
  }

  const Report& report_;
};

}  // namespace

std::string summary_text(const Report& report, const Style& style) {
  return SummaryPage(report, style).render();
}

}  // namespace votebench::report
