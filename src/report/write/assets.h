// The fixed parts of report.html, from src/report/write/page/, and the schema of result.json. They
// are embedded at build time (cmake/EmbedPage.cmake); edit the files, not the program.
#pragma once

#include <string_view>

namespace votebench::report::assets {

extern const std::string_view kGlossary;
extern const std::string_view kStyle;
extern const std::string_view kScript;
// "sha256-...": what a Content-Security-Policy calls them by.
extern const std::string_view kStyleHash;
extern const std::string_view kScriptHash;

extern const std::string_view kResultSchema;  // src/report/write/result.schema.json

}  // namespace votebench::report::assets
