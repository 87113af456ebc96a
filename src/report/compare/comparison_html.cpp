#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "report/compare/comparison.h"
#include "report/compare/comparison_words.h"
#include "report/escape.h"
#include "report/words.h"

namespace votebench::report {
namespace {

// Neither scripts nor fonts nor pictures: the page is what stands in the file.
constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>votebench: comparison</title><style>
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2330;--dim:#5b6577;--line:#d8dee8;--card:#f6f8fb;
--a:#3a6ea5;--b:#b35c00;--good:#1a7f37;--bad:#c0281f;--open:#8a6100}
@media(prefers-color-scheme:dark){:root{--bg:#12161d;--fg:#e6eaf1;--dim:#97a3b6;--line:#2d3644;
--card:#1a202a;--a:#79b0ec;--b:#f0a250;--good:#4ac26b;--bad:#ff7b72;--open:#e3b341}}
*{box-sizing:border-box}body{margin:0 auto;max-width:64rem;padding:1.5rem 1rem;background:var(--bg);
color:var(--fg);font:15px/1.5 system-ui,sans-serif}
header{border-left:.5rem solid;padding:.25rem 1rem;margin-bottom:1rem}header p{margin:0;color:var(--fg)}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
.good{color:var(--good)}.bad{color:var(--bad)}.open{color:var(--open)}.dim{color:var(--dim)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:middle}
th{font-weight:600;color:var(--dim)}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
code,pre{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
pre{background:var(--card);padding:.75rem 1rem;white-space:pre-wrap}
svg{display:block}td.n svg{margin-left:auto}svg text{font:11px system-ui,sans-serif;fill:var(--dim)}
.a{fill:var(--a);stroke:var(--a)}.b{fill:var(--b);stroke:var(--b)}.axis{stroke:var(--line)}
.band{fill:var(--line);opacity:.5}.i{stroke-width:2}
i.a,i.b{display:inline-block;width:.7em;height:.7em;border-radius:50%}
i.a{background:var(--a)}i.b{background:var(--b)}
</style></head><body>
)";

constexpr std::string_view kFoot =
    R"(<h2>How to read this</h2><p class="dim">Every dot is one run: runs differ from each other
more than the seconds within one. Correctness is exact, any increase per run fails. A metric is
<b>worse</b> or <b>better</b> when the exact Mann-Whitney test, with Holm's correction over the
primary metrics at 5 %, tells the groups apart and the change is at least 5 %; <b>same</b> when
the 95 % interval of the change (Hodges-Lehmann) lies within ±5 %; otherwise <b>unclear</b>.
One run against many is <b>suspect</b> beyond Tukey's fence.</p></body></html>
)";

std::string_view class_of(const Comparison& comparison) {
  const State state = state_of(comparison);
  if (state == State::open) return "open";
  return state == State::good ? "good" : "bad";
}

std::string_view class_of(Word word) {
  if (word == Word::worse) return "bad";
  if (word == Word::better) return "good";
  return word == Word::unclear || word == Word::suspect ? "open" : "dim";
}

// From values to columns of a picture.
struct Scale {
  double low = 0;
  double high = 1;
  double width = 1;
  [[nodiscard]] double operator()(double value) const {
    const double share = high > low ? (value - low) / (high - low) : 0.5;
    return 8 + std::clamp(share, 0.0, 1.0) * (width - 16);
  }
};

void add_dots(std::string& svg, const std::vector<Figure>& figures, const Scale& scale,
              std::string_view side) {
  const int y = side == "a" ? 12 : 32;
  for (const Figure& figure : figures)
    svg += fmt::format(R"(<circle class="{}" cx="{:.1f}" cy="{}" r="3.5" fill-opacity=".55"/>)",
                       side, figure.at_least ? scale(scale.high) : scale(*figure.value), y);
}

void add_median(std::string& svg, const Figure& figure, const Scale& scale, std::string_view side) {
  const int y = side == "a" ? 12 : 32;
  if (figure.value && !figure.at_least)
    svg += fmt::format(R"(<line class="{0} i" x1="{1:.1f}" x2="{1:.1f}" y1="{2}" y2="{3}"/>)", side,
                       scale(*figure.value), y - 8, y + 8);
}

// A dot per run, a above b, on one axis.
std::string dots(const MetricComparison& metric) {
  std::vector<double> values;
  for (const auto* side : {&metric.a, &metric.b})
    for (const Figure& figure : *side) values.push_back(*figure.value);
  if (values.empty()) return "";
  const auto [low, high] = std::ranges::minmax(values);
  const Scale scale{low, high, 190};
  std::string svg = fmt::format(
      R"(<svg width="190" height="44" role="img" aria-label="{}: median {} in A, {} in B">)"
      R"(<line class="axis" x1="0" x2="190" y1="22" y2="22"/>)",
      metric.metric.name, figure_text(metric.metric, metric.median_a, true),
      figure_text(metric.metric, metric.median_b, true));
  add_dots(svg, metric.a, scale, "a");
  add_dots(svg, metric.b, scale, "b");
  add_median(svg, metric.median_a, scale, "a");
  add_median(svg, metric.median_b, scale, "b");
  return svg + "</svg>";
}

// The change with its interval; the band is where nothing is worth a verdict.
std::string interval(const MetricComparison& metric, double most) {
  if (!metric.change || metric.fence) return "";
  const Scale scale{-most, most, 150};
  const Shift& change = *metric.change;
  return fmt::format(
      R"(<svg width="150" height="24" role="img" aria-label="{}: change {}, 95 % interval {} %">)"
      R"(<rect class="band" x="{:.1f}" y="0" width="{:.1f}" height="24"/>)"
      R"(<line class="axis" x1="{:.1f}" x2="{:.1f}" y1="0" y2="24"/>)"
      R"(<line class="b i" x1="{:.1f}" x2="{:.1f}" y1="12" y2="12"/>)"
      R"(<circle class="b" cx="{:.1f}" cy="12" r="4"/></svg>)",
      metric.metric.name, change_text(metric), interval_text(metric, true), scale(-kMinEffect),
      scale(kMinEffect) - scale(-kMinEffect), scale(0), scale(0), scale(change.low),
      scale(change.high), scale(change.estimate));
}

// The widest end of any interval, so that all are on one scale.
double reach_of(const std::vector<MetricComparison>& metrics) {
  double most = 2 * kMinEffect;
  for (const MetricComparison& metric : metrics)
    if (metric.change)
      for (const double end : {metric.change->low, metric.change->high})
        if (std::isfinite(end)) most = std::max(most, std::abs(end));
  return std::min(most, 1.0);
}

void add_sides(std::string& html, const Comparison& comparison) {
  html += R"(<div class="scroll"><table><tr><th></th><th>selected as</th><th>runs</th></tr>)";
  for (const auto& [letter, side] :
       {std::pair("a", &comparison.a), std::pair("b", &comparison.b)}) {
    html += fmt::format(R"(<tr><td><i class="{0}"></i> {1}</td><td><code>{2}</code></td><td>)",
                        letter, letter[0] == 'a' ? "A, the baseline" : "B", escape(side->name));
    html += escape(runs_text(*side));
    if (side->runs.size() > 1) {
      html += "<details><summary>all</summary>";
      for (const RunFigures& run : side->runs)
        html += fmt::format("<code>{}</code><br>", escape(run.directory));
      html += "</details>";
    }
    html += "</td></tr>";
  }
  html += "</table></div>\n";
}

void add_differences(std::string& html, std::string_view title,
                     const std::vector<Difference>& found) {
  if (found.empty()) return;
  html += fmt::format(
      R"(<h2>{}</h2><div class="scroll"><table><tr><th>what</th><th>A</th><th>B</th></tr>)", title);
  for (const Difference& difference : found)
    html += fmt::format("<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                        escape(difference.name), escape(values_text(difference.a)),
                        escape(values_text(difference.b)));
  html += "</table></div>\n";
}

void add_correctness(std::string& html, const Comparison& comparison) {
  html += fmt::format(R"(<h2>Correctness, exact</h2><div class="scroll"><table><tr><th>votes</th>)"
                      R"(<th class="n">A, {}</th><th class="n">B, {}</th><th></th></tr>)",
                      counted(comparison.audited_a, "run"), counted(comparison.audited_b, "run"));
  for (const DefectComparison& defect : comparison.defects) {
    const bool bad = defect.change == Change::more || defect.change == Change::new_kind;
    html += fmt::format(
        R"(<tr><td>{}</td><td class="n">{}</td><td class="n">{}</td><td class="{}">{}{}</td></tr>)",
        defect.name, format_count(defect.a), format_count(defect.b), bad ? "bad" : "dim",
        bad ? "✗ " : "", change_of_defect(defect, comparison.audited_b));
  }
  html += "</table></div>\n";
}

void add_performance(std::string& html, const Comparison& comparison) {
  html += "<h2>Performance</h2>";
  const std::string why = why_no_performance(comparison);
  if (!why.empty()) html += fmt::format(R"(<p class="open">? {}</p>)", why);
  if (comparison.performance == Performance::withheld)
    return add_differences(html, "What differs", comparison.environment);
  html += fmt::format(
      R"(<div class="scroll"><table><tr><th>metric</th><th></th><th class="n">A median</th>)"
      R"(<th class="n">B median</th><th class="n">change</th><th class="n">{}</th>)"
      R"(<th>runs</th></tr>)",
      interval_title(comparison));
  const double most = reach_of(comparison.metrics);
  for (const MetricComparison& metric : comparison.metrics) {
    const std::string remark = remark_on(metric);
    html += fmt::format(
        R"(<tr><td>{}</td><td class="{}"><b>{}</b>{}</td><td class="n">{}</td><td class="n">{}</td>)",
        metric.metric.name, class_of(metric.word), to_string(metric.word),
        remark.empty() ? "" : "<br><small>" + remark + "</small>",
        figure_text(metric.metric, metric.median_a, true),
        figure_text(metric.metric, metric.median_b, true));
    html += fmt::format(R"(<td class="n">{}</td><td class="n">{}{}</td><td>{}</td></tr>)",
                        change_text(metric), interval_text(metric, true), interval(metric, most),
                        dots(metric));
  }
  html += "</table></div>\n";
}

void add_notes(std::string& html, const Comparison& comparison) {
  if (!comparison.notes.empty()) html += "<h2>Notes</h2><ul>";
  for (const std::string& note : comparison.notes) html += fmt::format("<li>{}</li>", escape(note));
  if (!comparison.notes.empty()) html += "</ul>\n";
  if (!comparison.next.empty()) html += "<h2>Next</h2><pre>";
  for (const std::string& command : comparison.next) html += escape(command) + "\n";
  if (!comparison.next.empty()) html += "</pre>\n";
}

}  // namespace

std::string comparison_html(const Comparison& comparison) {
  std::string html(kHead);
  html += fmt::format(R"(<header class="{}"><h1>{}</h1><p><b>{}</b>: {}</p></header>)",
                      class_of(comparison), comparison.word,
                      escape(comparison.b.runs.front().scenario), escape(comparison.headline));
  add_sides(html, comparison);
  add_differences(html, "What differs", comparison.scenario);
  if (comparison.scenario.empty()) {
    add_correctness(html, comparison);
    add_differences(html, "Also different", comparison.remarks);
    add_performance(html, comparison);
  }
  add_notes(html, comparison);
  html += kFoot;
  return html;
}

}  // namespace votebench::report
