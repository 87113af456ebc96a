#include <algorithm>
#include <array>

#include "core/text.h"
#include "report/audit_lines.h"
#include "report/html/sections.h"
#include "report/result_page.h"
#include "report/words.h"

namespace votebench::report::html {
namespace {

std::string_view verdict_sign(VerdictKind verdict) {
  static constexpr std::array<std::string_view, 4> kSigns{"✓", "?", "✗", "!"};
  return kSigns.at(static_cast<std::size_t>(verdict));
}

// The headline in capitals' company: "37 votes lost", "Every vote accounted for".
std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

// What went wrong and when, from the audit: the sentence that ties votes to an event.
void add_details(Markup& out, const Report& report) {
  for (const AuditLine& line : audit_lines(report)) {
    if (line.state != State::bad && line.state != State::open) continue;
    out.add(R"(<p class="finding {}"><b>{} {}</b>: {})", line.state == State::bad ? "bad" : "open",
            format_count(line.count), line.name, line.text);
    // The last of them names voters; the table of anomalies does that here.
    for (std::size_t i = 0; i + 1 < line.details.size(); ++i) out.add("; {}", line.details[i]);
    out.add(".</p>\n");
  }
  if (state_of(report.page) == State::warning)
    out.add("<p class=\"finding open\"><b>Result page</b>: {}.</p>\n",
            result_page_text(report.page));
}

void add_list(Markup& out, std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  out.add("<div class=\"list\"><h2>{}</h2><ul>", title);
  for (const std::string& line : lines) out.add("<li>{}</li>", line);
  out.add("</ul></div>\n");
}

// The headline says the first reason already where the audit failed.
std::vector<std::string> reasons(const Report& report) {
  if (report.exit == ExitCode::passed) return {};
  std::vector<std::string> left = report.reasons;
  std::erase(left, report.headline);
  return left;
}

}  // namespace

Raw banner(const Report& report) {
  Markup out;
  out.add(R"(<div class="verdict {}"><div class="sign" aria-hidden="true">{}</div><div>
<h1><span class="word">{}</span> {}</h1>
)",
          to_string(report.verdict), verdict_sign(report.verdict), verdict_word(report),
          sentence(report.headline));
  if (!report.error) {
    out.add("<p class=\"subject\">{}</p>\n", sentence(audit_subject(report)) + ".");
    add_details(out, report);
  }
  out.add(R"(<p class="meta"><b>{}</b> · {} · {} · exit code {}: {}</p>
</div></div>
)",
          report.scenario, format_utc(report.started).substr(0, 19) + "Z",
          report.error ? std::string("nothing was sent") : time_text(report),
          static_cast<int>(report.exit), exit_words(report));
  const std::vector<std::string> why = reasons(report);
  if (why.empty() && report.advice.empty() && report.next.empty()) return std::move(out).raw();
  out.add("<div class=\"lists\">");
  add_list(out, "Why", why);
  add_list(out, "What would help", report.advice);
  if (!report.next.empty()) {
    out.add("<div class=\"list\"><h2>Next</h2><ul class=\"commands\">");
    for (const std::string& command : report.next) out.add("<li><code>{}</code></li>", command);
    out.add("</ul></div>");
  }
  out.add("</div>\n");
  return std::move(out).raw();
}

}  // namespace votebench::report::html
