// Manual pages, made from what a program says of itself.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace votebench::help {

// The page of section 1 of a program: its description, then each of its commands with the text and
// the options that --help shows. Descriptions hold paragraphs and indented lines, as for --help.
[[nodiscard]] std::string man_page(const CLI::App& program);

// A page of Markdown (headings, paragraphs, tables) as the page NAME of section 5. Of a table's row
// the first cell becomes the heading and the last one the text; the others are said with their
// column's name.
[[nodiscard]] std::string man_page_of(std::string_view markdown, std::string_view name);

}  // namespace votebench::help
