#include "report/document/document.h"

#include <algorithm>
#include <iterator>

namespace votebench::report {
namespace {

bool is_more_than_a_dot(const Curve& curve) {
  const auto known = std::ranges::count_if(curve.series, [](const auto& value) { return !!value; });
  return known + std::ssize(curve.points) > 1;
}

}  // namespace

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

bool Section::add(Chart chart, Details where) {
  if (std::ranges::none_of(chart.curves, is_more_than_a_dot)) return false;
  blocks.push_back({std::move(chart), where});
  return true;
}

}  // namespace votebench::report
