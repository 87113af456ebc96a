#include "ledger/later_verdict.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/number.h"
#include "core/os.h"

namespace votebench::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBefore = "verify-";
constexpr std::string_view kBehind = ".json";

// "verify-20261120T180111Z-2.json" is the second of its second.
std::optional<std::pair<std::string, unsigned>> order_of(const std::string& name) {
  if (!name.starts_with(kBefore) || !name.ends_with(kBehind)) return std::nullopt;
  const std::string stamp =
      name.substr(kBefore.size(), name.size() - kBefore.size() - kBehind.size());
  const std::size_t dash = stamp.find('-');
  if (dash == std::string::npos) return std::pair(stamp, 1U);
  const auto nth = whole_number<unsigned>(std::string_view(stamp).substr(dash + 1));
  if (!nth) return std::nullopt;
  return std::pair(stamp.substr(0, dash), *nth);
}

}  // namespace

std::optional<std::string> verdict_in(const fs::path& result) {
  const Result<std::string> text = read_file(result);
  if (!text) return std::nullopt;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const auto verdict = json.is_object() ? json.find("verdict") : json.end();
  if (verdict == json.end() || !verdict->is_string()) return std::nullopt;
  return verdict->get<std::string>();
}

std::optional<LaterVerdict> later_verdict(const fs::path& run) {
  std::vector<std::pair<std::pair<std::string, unsigned>, std::string>> files;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(run, none)) {
    std::string name = entry.path().filename().string();
    if (auto order = order_of(name)) files.emplace_back(*std::move(order), std::move(name));
  }
  std::ranges::sort(files, std::greater<>());
  for (const auto& [order, name] : files)
    if (const auto verdict = verdict_in(run / name); verdict == "pass" || verdict == "fail")
      return LaterVerdict{*verdict, name};
  return std::nullopt;
}

}  // namespace votebench::ledger
