// A comparison as text, Markdown, HTML and JSON. Everything that others wrote (names, targets) is
// made safe for where it goes.
#pragma once

#include <string>

#include "report/compare/compare.h"
#include "report/style.h"

namespace votebench::report {

// Verdict first, "exit N: ..." last unless `closing` is false; lines of at most style.width
// columns.
[[nodiscard]] std::string comparison_text(const Comparison& comparison, const Style& style,
                                          bool closing = true);
[[nodiscard]] std::string comparison_markdown(const Comparison& comparison);
// One file without scripts or anything from the network: dots per run, the interval of each change.
[[nodiscard]] std::string comparison_html(const Comparison& comparison);
// "votebench.comparison/1"; times in seconds, changes as shares. Fields: top of the .cpp.
[[nodiscard]] std::string comparison_json(const Comparison& comparison);

}  // namespace votebench::report
