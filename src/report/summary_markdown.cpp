#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "report/audit_lines.h"
#include "report/markdown.h"
#include "report/render.h"
#include "report/result_page.h"
#include "report/words.h"

namespace votebench::report {
namespace {

constexpr std::size_t kMaxFindingsListed = 50;

std::string_view sign(State state) {
  switch (state) {
    case State::good:
      return "✅ ";
    case State::bad:
      return "❌ ";
    case State::open:
      return "❔ ";
    case State::warning:
      return "⚠️ ";
    case State::remark:
      break;
  }
  return "";
}

class Document {
 public:
  explicit Document(const Report& report) : report_(report) {}

  [[nodiscard]] std::string render() {
    head();
    if (!report_.error) {
      audit();
      thresholds();
      levels();
      latencies();
      generator();
      events();
      findings();
    }
    run();
    return std::move(text_);
  }

 private:
  template <typename... Arguments>
  void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_ += fmt::format(format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }

  void bullets(std::string_view title, const std::vector<std::string>& values) {
    if (values.empty()) return;
    add("\n**{}**\n", title);
    for (const std::string& value : values) add("- {}", plain(value));
  }

  void head() {
    const std::string_view mark = report_.verdict == VerdictKind::pass           ? "✅"
                                  : report_.verdict == VerdictKind::inconclusive ? "❔"
                                                                                 : "❌";
    add("## {} {}: {}, {}\n", mark, verdict_word(report_), plain(report_.scenario),
        plain(report_.headline));
    if (!report_.error)
      add("{}, in {}. Exit code {}: {}.", audit_subject(report_), time_text(report_),
          static_cast<int>(report_.exit), plain(exit_words(report_)));
    if (report_.exit != ExitCode::passed) bullets("Why", report_.reasons);
    bullets("What would help", report_.advice);
  }

  void audit() {
    add("\n### Audit\n\n| class | votes | meaning |\n|---|--:|---|");
    for (const AuditLine& line : audit_lines(report_)) {
      std::string meaning = plain(line.text);
      for (const std::string& detail : line.details) meaning += "<br>" + plain(detail);
      add("| {}{} | {} | {} |", sign(line.state), line.name, format_count(line.count), meaning);
    }
    add("\n{}", plain(accounting_text(report_.audit.accounting)));
    add("\nSettled: {}{}.", report_.settlement.settled() ? "yes" : "no",
        report_.settlement.reason.empty() ? "" : ", " + plain(report_.settlement.reason));
    if (const std::string page = result_page_text(report_.page); !page.empty())
      add("\nResult page: {}{}.", sign(state_of(report_.page)), plain(page));
    bullets("Assumed", report_.audit.assumptions);
    bullets("Notes", report_.audit.notes);
  }

  void thresholds() {
    if (report_.thresholds.empty()) return;
    add("\n### Thresholds\n\n| | threshold | measured |\n|---|---|--:|");
    for (const ThresholdResult& threshold : report_.thresholds) {
      const State state = state_of(threshold);
      add("| {}| {} | {} |", sign(state), code(threshold.expression),
          plain(threshold_words(threshold, true)));
    }
  }

  void level(std::string_view name, const Level& level) {
    if (level.known)
      add("| {} | {} | {} | {} |", name, format_count(level.votes), rate_text(level.mean_per_s),
          rate_text(level.peak_per_s));
  }

  void levels() {
    add("\n### Levels\n\n| level | votes | mean/s | peak/s |\n|---|--:|--:|--:|");
    level("sent", report_.levels.sent);
    level("accepted", report_.levels.accepted);
    level("queued", report_.levels.queued);
    level("written", report_.levels.written);
    if (report_.queue_configured)
      add("\nQueue depth: {} at the start, at most {}, {} at the end.",
          format_count(report_.depth_start), format_count(report_.depth_max),
          format_count(report_.depth_end));
  }

  template <typename Text>
  void latency(std::string_view name, const Latency& latency, Text text) {
    if (latency.count() == 0) return;
    std::string row = fmt::format("| {} |", name);
    for (const double share : {0.5, 0.9, 0.99, 0.999, 1.0})
      row += fmt::format(" {} |", percentile_text(text(share), true));
    add("{} {} | {} | {} |", row, format_count(latency.count()),
        format_count(latency.unfinished.count()), to_string(latency.kind));
  }

  void latencies() {
    add("\n### Latency\n\n| | p50 | p90 | p99 | p99.9 | max | votes | without an end | kind |\n"
        "|---|--:|--:|--:|--:|--:|--:|--:|---|");
    const auto upper = [](const Latency& of) {
      return [&of](double share) { return of.percentile(share); };
    };
    const Latency& stored = report_.stored;
    const bool bounded = stored.kind == LatencyKind::bounded;
    latency("response (from the planned time)", report_.response, upper(report_.response));
    latency("service (from the actual start)", report_.service, upper(report_.service));
    if (bounded)
      latency("end to end, at least", stored,
              [&](double share) { return stored.lower_percentile(share); });
    latency(bounded ? "end to end, at most" : "end to end (to the commit)", stored, upper(stored));
    add("\nA vote without an end counts as slower than all others. Rates and latencies leave out "
        "the warm-up ({}); counts cover everything.",
        format_duration(report_.warm_up));
    if (stored.uncertainty > Nanoseconds(0))
      add("The clocks of the two machines agree within {}.", format_duration(stored.uncertainty));
    if (!stored.note.empty()) add("End to end {}.", plain(stored.note));
  }

  void generator() {
    const Validity& validity = report_.validity;
    add("\n### Load generator\n\n{}", validity.all()
                                          ? "Valid: rates and latencies hold."
                                          : "**Not valid**: rates and latencies do not hold, the "
                                            "audit does.");
    bullets("Why not", validity.reasons);
    bullets("Notes", validity.notes);
    if (const auto lag = report_.lag.percentile(0.99))
      add("\nLag p99 {}, {}.", format_duration(*lag), counted(report_.generator.threads, "thread"));
  }

  void events() {
    if (report_.events.empty()) return;
    add("\n### Events\n");
    for (const RunEvent& event : report_.events) add("- {}", plain(event_text(event)));
    if (!report_.coincidences.empty())
      add("\nThe audit's table tells which votes were sent near an event: what coincided, not what "
          "caused it.");
  }

  void findings() {
    const auto& all = report_.audit.findings;
    if (all.empty()) return;
    add("\n### Findings\n\n| class | voter | sent | expected | found | where |\n"
        "|---|---|--:|---|---|---|");
    for (std::size_t i = 0; i < std::min(all.size(), kMaxFindingsListed); ++i) {
      const Finding& finding = all[i];
      add("| {} | {} | {} | {} | {} | {} |", to_string(finding.vote_class), code(finding.voter_id),
          finding.sent_at ? format_duration(*finding.sent_at) : std::string(kNotMeasured),
          code(finding.expected), finding.found.empty() ? "no row" : code(finding.found),
          finding.vote_class == VoteClass::lost ? to_string(finding.hop) : plain(finding.note));
    }
    if (all.size() > kMaxFindingsListed)
      add("\n{} more in the run's files.", format_count(all.size() - kMaxFindingsListed));
  }

  void run() {
    add("\n### Run\n\n| | |\n|---|---|");
    const auto row = [&](std::string_view name, std::string_view value) {
      if (!value.empty()) add("| {} | {} |", plain(name), value);
    };
    row("run", code(report_.run_id));
    row("scenario", code(report_.scenario_source));
    row("seed", std::to_string(report_.seed));
    row("target", code(report_.target));
    row("started", format_utc(report_.started));
    row("ended", format_utc(report_.ended));
    row("votebench", plain(report_.version));
    for (const auto& [name, value] : report_.environment) row(name, plain(value));
  }

  const Report& report_;
  std::string text_;
};

}  // namespace

std::string summary_markdown(const Report& report) {
  static constexpr std::string_view kCut = "\n(cut here; result.json has everything)\n";
  std::string text = Document(report).render();
  if (text.size() <= kMaxMarkdownBytes) return text;
  text.resize(text.rfind('\n', kMaxMarkdownBytes - kCut.size()) + 1);
  return text += kCut;
}

}  // namespace votebench::report
