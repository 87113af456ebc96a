#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "report/audit_lines.h"
#include "report/render.h"
#include "report/words.h"

namespace votebench::report {
namespace {

// Columns: labels from 4, the first number ends at 24, each further one 10 to the right.
constexpr std::size_t kFirstNumber = 24;
constexpr std::size_t kNumber = 10;
constexpr std::size_t kText = 27;   // where the words of an audit line begin
constexpr std::size_t kLabel = 11;  // where the words of a section begin

std::string_view glyph(State state, bool unicode) {
  switch (state) {
    case State::good:
      return unicode ? "✓" : "+";
    case State::bad:
      return unicode ? "✗" : "x";
    case State::open:
      return "?";
    case State::remark:
      break;
  }
  return unicode ? "·" : ".";
}

Colour colour_of(State state) {
  if (state == State::good) return Colour::good;
  if (state == State::bad) return Colour::bad;
  return state == State::open ? Colour::warning : Colour::dim;
}

std::string indented(std::string_view label) { return fmt::format("    {}", label); }

class Page {
 public:
  Page(const Report& report, const Style& style) : report_(report), style_(style) {}

  [[nodiscard]] std::string render() {
    headline();
    why();
    if (!report_.error) {
      audit();
      generator();
      levels();
      latencies();
      thresholds();
    }
    closing();
    return std::move(text_);
  }

 private:
  [[nodiscard]] std::string safe(std::string_view text) const {
    return report::safe(style_, text, 500);
  }

  void line(std::string_view text) {
    const std::size_t end = text.find_last_not_of(' ');
    text_ += text.substr(0, end == std::string_view::npos ? 0 : end + 1);
    text_ += '\n';
  }

  // `head` (already painted), then `words` from column `indent` on, wrapped.
  void wrapped(std::string head, std::string_view words, std::size_t indent) {
    head = pad_right(std::move(head), indent);
    const std::size_t used = std::max(display_width(head), indent);
    const std::size_t room = style_.width > used + 10 ? style_.width - used : 10;
    for (const std::string& part : wrap(words, room)) {
      line(head + part);
      head.assign(used, ' ');
    }
  }

  void section(std::string_view name, std::string_view words) {
    wrapped("  " + paint(style_, Colour::bold, name), words, kLabel);
  }

  void item(State state, std::string_view words) {
    wrapped(fmt::format("    {} ", mark(state)), words, 6);
  }

  [[nodiscard]] std::string mark(State state) const {
    return paint(style_, colour_of(state), glyph(state, style_.unicode));
  }

  void headline() {
    const Colour colour = report_.verdict == VerdictKind::pass           ? Colour::good
                          : report_.verdict == VerdictKind::inconclusive ? Colour::warning
                                                                         : Colour::bad;
    const std::string word(verdict_word(report_));
    const std::string name = clip(style_, safe(report_.scenario), 40);
    std::string rest = "  " + name;
    if (!report_.error) rest += "   " + time_text(report_);
    const std::string end = "   " + report_.headline;
    const bool fits = word.size() + display_width(rest) + end.size() <= style_.width;
    line(paint(style_, colour, word) + rest + (fits ? end : ""));
    if (!fits) wrapped("", report_.headline, 2);
  }

  // A failed audit explains itself in its own section.
  void why() {
    if (report_.exit != ExitCode::audit_failed)
      for (std::size_t i = 0; i < report_.reasons.size(); ++i)
        section(i == 0 ? "WHY" : "", safe(report_.reasons[i]));
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
  }

  void generator() {
    const Validity& validity = report_.validity;
    if (!validity.all())
      section("LOAD", "not valid: what rests on it below does not hold; the audit does");
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

  void level(std::string_view name, const Level& level, const std::string& remark) {
    if (!level.known) return;
    line(cells(indented(name), {format_count(level.votes), rate_text(level.mean_per_s),
                                rate_text(level.peak_per_s)}) +
         (remark.empty() ? "" : "   " + remark));
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

  void latency(std::string_view name, const Latency& latency, std::string_view remark) {
    if (latency.count() == 0) return;
    std::vector<std::string> numbers;
    for (const double share : {0.5, 0.9, 0.99, 0.999, 1.0})
      numbers.push_back(percentile_text(latency.percentile(share), style_.unicode));
    line(cells(indented(name), numbers) + (remark.empty() ? "" : fmt::format("  {}", remark)));
  }

  void stored_latency() {
    const Latency& stored = report_.stored;
    if (stored.kind != LatencyKind::bounded) {
      const std::string exact =
          fmt::format("{}{}", style_.unicode ? "±" : "+-", format_duration(stored.uncertainty));
      latency("end to end", stored, stored.uncertainty > Nanoseconds(0) ? exact : "");
      return;
    }
    Latency lower;
    lower.finished = stored.lower;
    lower.unfinished = stored.unfinished;
    latency("end to end", lower, "at least");
    latency("", stored, "at most");
  }

  void latencies() {
    if (report_.response.count() == 0 && report_.stored.count() == 0) return;
    table_head("LATENCY", report_.validity.load, {"p50", "p90", "p99", "p99.9", "max"});
    latency("response", report_.response, "");
    latency("service", report_.service, "");
    stored_latency();
    if (const std::uint64_t votes = report_.response.unfinished.count(); votes > 0)
      item(State::remark, fmt::format("{} not accepted: counted as slower than all others",
                                      votes == 1 ? "1 vote" : format_count(votes) + " votes"));
    if (const std::uint64_t votes = report_.stored.unfinished.count(); votes > 0)
      item(State::remark, fmt::format("{} accepted, not stored: end to end slower than all others",
                                      votes == 1 ? "1 vote" : format_count(votes) + " votes"));
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
      const State state = !threshold.passed   ? State::open
                          : *threshold.passed ? State::good
                                              : State::bad;
      const std::string value = threshold.passed ? threshold_value(threshold, style_.unicode)
                                                 : "no valid measurement: " + threshold.why;
      wrapped(pad_right(fmt::format("    {} {}", mark(state),
                                    clip(style_, safe(threshold.expression), 60)),
                        42) +
                  "  ",
              value, 44);
    }
  }

  // What is to be copied is never cut or wrapped, however long.
  void closing() {
    if (!report_.directory.empty())
      line("  report   " + safe(report_.directory) +
           (report_.files.empty() ? "" : "/" + safe(report_.files.front())));
    for (std::size_t i = 0; i < report_.next.size(); ++i)
      line((i == 0 ? "  next     " : "           ") + safe(report_.next[i]));
    line(fmt::format("exit {}: {}", static_cast<int>(report_.exit), exit_words(report_.exit)));
  }

  const Report& report_;
  const Style& style_;
  std::string text_;
};

}  // namespace

std::string summary_text(const Report& report, const Style& style) {
  return Page(report, style).render();
}

}  // namespace votebench::report
