#include "stack/log_tail.h"

#include <algorithm>
#include <fstream>

#include "core/text.h"

namespace votebench::stack {
namespace {

constexpr std::uintmax_t kWindow = 256ULL * 1024;
constexpr std::size_t kLongestShown = 500;

}  // namespace

std::vector<std::string> log_tail(const std::filesystem::path& log, std::size_t lines,
                                  std::uintmax_t skip) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(log, error);
  std::ifstream file(log);
  if (error || !file) return {};
  const std::uintmax_t start = std::max(skip, size > kWindow ? size - kWindow : 0);
  file.seekg(static_cast<std::streamoff>(start));
  std::vector<std::string> tail;
  for (std::string line; std::getline(file, line);) tail.push_back(printable(line, kLongestShown));
  if (tail.size() > lines)
    tail.erase(tail.begin(), tail.end() - static_cast<std::ptrdiff_t>(lines));
  return tail;
}

}  // namespace votebench::stack
