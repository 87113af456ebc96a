#include "report/document/document.h"

#include <algorithm>

namespace votebench::report {

bool Section::shown(Details page) const {
  return (in & page) != 0 &&
         std::ranges::any_of(blocks, [page](const Block& block) { return (block.in & page) != 0; });
}

void Section::add(Paragraph paragraph, Details where) {
  if (!paragraph.words.empty()) blocks.push_back({std::move(paragraph), where});
}

void Section::add(List list, Details where) {
  if (!list.items.empty()) blocks.push_back({std::move(list), where});
}

void Section::add(Table table, Details where) {
  if (!table.rows.empty()) blocks.push_back({std::move(table), where});
}

}  // namespace votebench::report
