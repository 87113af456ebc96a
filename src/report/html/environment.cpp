#include "core/text.h"
#include "report/html/sections.h"
#include "report/result_page.h"
#include "report/words.h"

namespace votebench::report::html {
namespace {

constexpr std::size_t kMaxScenarioBytes = 20'000;
constexpr std::size_t kMaxFiles = 100;

void row(Markup& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out.add("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", name, value);
}

void add_surroundings(Markup& out, const Report& report) {
  out.add("<div class=\"scroll\"><table class=\"plain\"><tbody>\n");
  row(out, "run", report.run_id);
  row(out, "scenario", report.scenario_source);
  row(out, "seed", std::to_string(report.seed));
  row(out, "target", report.target);
  row(out, "table",
      !report.rows_configured              ? "none to look at"
      : report.table == TableModel::append ? "append: every vote is a row"
                                           : "last wins: one row per voter");
  row(out, "result page", result_page_text(report.page));
  row(out, "started", format_utc(report.started));
  row(out, "ended", format_utc(report.ended));
  row(out, "votebench", report.version);
  for (const auto& [name, value] : report.environment) row(out, name, value);
  out.add("</tbody></table></div>\n");
}

void add_files(Markup& out, const Report& report) {
  if (report.evidence_files.empty()) return;
  out.add(
      R"(<details><summary>Files that this report is made from, with SHA-256</summary>)"
      R"(<div class="scroll"><table><thead><tr><th scope="col">File</th>)"
      R"(<th scope="col" class="number">Bytes</th><th scope="col">SHA-256</th></tr></thead><tbody>
)");
  std::size_t shown = 0;
  for (const FileFact& file : report.evidence_files) {
    if (shown++ == kMaxFiles) break;
    out.add(
        "<tr><td><code>{}</code></td><td class=\"number\">{}</td>"
        "<td><code class=\"hash\">{}</code></td></tr>\n",
        file.name, format_count(file.bytes), file.sha256);
  }
  out.add("</tbody></table></div>");
  if (report.evidence_files.size() > kMaxFiles)
    out.add("<p class=\"note\">{} more are in end.json.</p>",
            report.evidence_files.size() - kMaxFiles);
  out.add("</details>\n");
}

}  // namespace

Raw environment(const Report& report) {
  Markup out;
  out.add("<section id=\"environment\"><h2>Run and environment</h2>\n");
  add_surroundings(out, report);
  if (!report.scenario_text.empty())
    out.add("<details><summary>Scenario, as written</summary><pre>{}</pre></details>\n",
            Raw{escape_lines(report.scenario_text, kMaxScenarioBytes)});
  add_files(out, report);
  out.add("</section>\n");
  return std::move(out).raw();
}

}  // namespace votebench::report::html
