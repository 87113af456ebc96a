#include <array>
#include <utility>

#include "core/check.h"
#include "report/html/assets.h"
#include "report/html/sections.h"
#include "report/render.h"
#include "report/words.h"

namespace votebench::report {
namespace {

std::string title(const Report& report) {
  return escape(fmt::format("{} {}: {}", verdict_word(report), report.scenario, report.headline));
}

std::string part(std::string_view name, const Report& report) {
  if (name == "title") return title(report);
  if (name == "verdict") return std::string(to_string(report.verdict));
  if (name == "scenario") return escape(report.scenario);
  if (name == "run") return escape(report.run_id);
  if (name == "version") return escape(report.version);
  if (name == "style-hash") return std::string(assets::kStyleHash);
  if (name == "script-hash") return std::string(assets::kScriptHash);
  if (name == "library-hash") return std::string(assets::kChartLibraryHash);
  if (name == "style") return std::string(assets::kStyle);
  if (name == "script") return std::string(assets::kScript);
  if (name == "library") return std::string(assets::kChartLibrary);
  if (name == "library-notice") return std::string(assets::kChartNotice);
  if (name == "glossary") return std::string(assets::kGlossary);
  if (name == "data") return html::chart_data(report);
  static constexpr std::array<std::pair<std::string_view, html::Raw (*)(const Report&)>, 9>
      kSections{{{"banner", html::banner},
                 {"tiles", html::tiles},
                 {"checks", html::checks},
                 {"over-time", html::over_time},
                 {"ladder", html::ladder},
                 {"latencies", html::latencies},
                 {"anomalies", html::anomalies},
                 {"generator", html::generator},
                 {"environment", html::environment}}};
  for (const auto& [section, render] : kSections)
    if (section == name) return render(report).text;
  CHECK_THAT_HOLDS(false);  // page.html asks for a part that there is not
  return {};
}

}  // namespace

std::string_view result_schema() { return assets::kResultSchema; }

std::string report_html(const Report& report) {
  std::string page;
  std::string_view rest = assets::kPage;
  for (std::size_t open = 0; (open = rest.find("{{")) != std::string_view::npos;) {
    const std::size_t close = rest.find("}}", open);
    page += rest.substr(0, open);
    page += part(rest.substr(open + 2, close - open - 2), report);
    rest.remove_prefix(close + 2);
  }
  return page += rest;
}

}  // namespace votebench::report
