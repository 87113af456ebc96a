#include "vote/grounds.h"

#include <fmt/format.h>

#include "vote/names.h"

namespace votebench {
namespace {

Ground ground_of(std::string_view line) {
  const std::size_t space = line.find(' ');
  const std::size_t colon = line.find(": ");
  const auto kind = space < colon ? enumerator<Ground::Kind>(line.substr(0, space)) : std::nullopt;
  if (!kind || colon == std::string_view::npos)
    return {Ground::Kind::assumed, {}, std::string(line)};
  return {*kind, std::string(line.substr(space + 1, colon - space - 1)),
          std::string(line.substr(colon + 2))};
}

}  // namespace

std::vector<std::string> lines_of(const Grounds& grounds) {
  std::vector<std::string> lines;
  lines.reserve(grounds.size());
  for (const Ground& ground : grounds)
    lines.push_back(fmt::format("{} {}: {}", to_string(ground.kind), ground.what, ground.text));
  return lines;
}

Grounds grounds_of(const std::vector<std::string>& lines) {
  Grounds grounds;
  grounds.reserve(lines.size());
  for (const std::string& line : lines) grounds.push_back(ground_of(line));
  return grounds;
}

}  // namespace votebench
