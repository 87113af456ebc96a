#include "vote/evidence.h"

#include <algorithm>

namespace votebench {
namespace {

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(';', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

bool StoreIdentity::is_same_as(const StoreIdentity& earlier) const {
  const std::vector<std::string> now = parts_of(table);
  const std::vector<std::string> before = parts_of(earlier.table);
  return std::ranges::all_of(
      before, [&](const std::string& part) { return std::ranges::find(now, part) != now.end(); });
}

}  // namespace votebench
