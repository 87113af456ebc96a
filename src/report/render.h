// The renderers: a Report becomes text. Everything that others wrote (names, ids, error texts) is
// made safe for where it goes; invalid UTF-8 never fails, NaN and infinity never appear.
#pragma once

#include <string>

#include "report/report.h"
#include "report/style.h"

namespace votebench::report {

// result.json: "votebench.result/1", pretty-printed, ends with a newline. Numbers that were not
// measured are null.
[[nodiscard]] std::string result_json(const Report& report);

// The final summary on the terminal, verdict first, "exit N: ..." last; lines of at most
// style.width columns, each ended by a newline.
[[nodiscard]] std::string summary_text(const Report& report, const Style& style);

// summary.md: GitHub Markdown, at most kMaxMarkdownBytes.
inline constexpr std::size_t kMaxMarkdownBytes = 60 * 1000;
[[nodiscard]] std::string summary_markdown(const Report& report);

// report.html: one file that needs nothing else, under 400 KB for an hour's run.
[[nodiscard]] std::string report_html(const Report& report);

}  // namespace votebench::report
