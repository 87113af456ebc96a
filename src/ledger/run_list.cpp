#include "ledger/run_list.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <ctime>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/number.h"
#include "core/os.h"
#include "core/text.h"
#include "ledger/evidence_file.h"
#include "ledger/files.h"
#include "ledger/later_verdict.h"
#include "ledger/manifest.h"

namespace votebench::ledger {
namespace {

namespace fs = std::filesystem;

// Real directories only: the links would list a run twice.
std::vector<fs::path> directories_in(const fs::path& parent) {
  std::vector<fs::path> found;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent, none))
    if (!entry.is_symlink(none) && entry.is_directory(none)) found.push_back(entry.path());
  return found;
}

// What a later look proved goes before what the run said.
std::optional<std::string> verdict_of(const fs::path& run) {
  if (const auto later = later_verdict(run)) return later->verdict;
  return verdict_in(run / kResultFile);
}

// What the names tell of a run whose manifest does not: <scenario>/20261120T180111Z-b7f3a001.
RunSummary summary_of_names(const fs::path& run, std::string why) {
  const std::string name = run.filename().string();
  std::tm utc{};
  const bool dated = ::strptime(name.c_str(), "%Y%m%dT%H%M%SZ", &utc) != nullptr;
  return {.path = run,
          .scenario = run.parent_path().filename().string(),
          .run_id = name.substr(name.rfind('-') + 1).substr(0, 8),
          .tags = {},
          .started = WallTime(std::chrono::seconds(dated ? ::timegm(&utc) : 0)),
          .verdict = {},
          .unreadable = std::move(why)};
}

std::optional<RunSummary> summary_of(const fs::path& run) {
  std::error_code none;
  if (!fs::exists(run / kManifestFile, none)) return std::nullopt;
  const Result<std::string> text = read_file(run / kManifestFile);
  if (!text) return summary_of_names(run, text.error().message);
  const Result<Manifest> manifest = parse_manifest(*text);
  if (!manifest) return summary_of_names(run, manifest.error().message);
  RunSummary summary{run,
                     manifest->scenario_name,
                     manifest->run.hex(),
                     manifest->tags,
                     manifest->t0_wall,
                     fs::exists(run / kEndFile, none),
                     verdict_of(run),
                     {}};
  const bool proven = summary.verdict == "pass" || summary.verdict == "fail";
  summary.not_run = summary.closed && !proven && was_refused(run);
  return summary;
}

using Runs = std::vector<RunSummary>;

// What a misspelt selector may have meant.
std::vector<std::string> known_names(const Runs& runs) {
  std::vector<std::string> names{"@latest", "@prev", "@last:5"};
  for (const RunSummary& run : runs) {
    names.push_back(run.scenario);
    for (const std::string& tag : run.tags) names.push_back("@" + tag);
  }
  return names;
}

Failure not_found(const fs::path& reports, const std::string& selector, const Runs& runs) {
  std::error_code none;
  if (fs::is_directory(selector, none))
    return fail(ErrorKind::usage,
                fmt::format("{} is no run: it holds no {}", printable(selector), kManifestFile),
                "`list` shows the runs that are there; a run that was killed before it wrote one "
                "sent no vote");
  const auto near = closest_match(selector, known_names(runs));
  const std::string there = fmt::format("`list` shows the {} that are there",
                                        selector.starts_with('@') ? "runs and tags" : "runs");
  return fail(ErrorKind::usage,
              fmt::format("no run '{}' in {}", printable(selector), reports.string()),
              near ? fmt::format("did you mean '{}'? {}", printable(*near), there) : there);
}

// A path to a run, or to a file in one.
std::optional<fs::path> run_at(const fs::path& path) {
  std::error_code none;
  if (fs::exists(path / kManifestFile, none)) return path;
  if (fs::is_regular_file(path, none) && fs::exists(path.parent_path() / kManifestFile, none))
    return path.parent_path();
  return std::nullopt;
}

std::optional<std::size_t> number_after(const std::string& selector, std::string_view prefix) {
  if (!selector.starts_with(prefix)) return std::nullopt;
  return whole_number<std::size_t>(std::string_view(selector).substr(prefix.size()));
}

template <typename Wanted>
Runs those(const Runs& runs, Wanted wanted) {
  Runs found;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(found), wanted);
  return found;
}

// Those among which a place in time is counted.
Runs placed(const Runs& runs, Among among) {
  return those(runs, [&](const RunSummary& run) { return among == Among::all || !run.not_run; });
}

Runs by_place(const Runs& runs, std::size_t first, std::size_t count) {
  const std::size_t from = std::min(first, runs.size());
  const std::size_t to = std::min(from + count, runs.size());
  return {runs.begin() + static_cast<std::ptrdiff_t>(from),
          runs.begin() + static_cast<std::ptrdiff_t>(to)};
}

Runs by_glob(const Runs& runs, const std::string& glob) {
  return those(runs, [&](const RunSummary& run) {
    const std::string name = run.path.filename().string();
    const std::string full = run.path.parent_path().filename().string() + "/" + name;
    return fnmatch(glob.c_str(), name.c_str(), 0) == 0 ||
           fnmatch(glob.c_str(), full.c_str(), 0) == 0;
  });
}

// An exact name before the start of one.
Runs by_name(const Runs& runs, const std::string& name, Among among) {
  const auto named = [&](const RunSummary& run) {
    return run.run_id == name || run.path.filename() == name;
  };
  Runs found = those(runs, [&](const RunSummary& run) {
    return named(run) || (run.scenario == name && (among == Among::all || !run.not_run));
  });
  if (!found.empty()) return by_place(found, 0, 1);
  return name.empty()
             ? Runs{}
             : those(runs, [&](const RunSummary& run) { return run.run_id.starts_with(name); });
}

Runs by_selector(const Runs& runs, const std::string& selector, Among among) {
  const Runs in_time = placed(runs, among);
  if (selector == "@latest") return by_place(in_time, 0, 1);
  if (selector == "@prev") return by_place(in_time, 1, 1);
  if (const auto last = number_after(selector, "@last:")) return by_place(in_time, 0, *last);
  if (selector.starts_with('@'))
    return those(runs, [tag = selector.substr(1)](const RunSummary& run) {
      return std::find(run.tags.begin(), run.tags.end(), tag) != run.tags.end();
    });
  if (selector.find_first_of("*?") != std::string::npos) return by_glob(runs, selector);
  return by_name(runs, selector, among);
}

// Of the first digits of an id one run is meant.
bool is_ambiguous(const Runs& found, const std::string& selector) {
  return found.size() > 1 && !selector.starts_with('@') &&
         selector.find_first_of("*?") == std::string::npos;
}

Failure ambiguous(const std::vector<fs::path>& found, const std::string& selector) {
  constexpr std::size_t kMostNamed = 5;
  std::string names;
  for (std::size_t i = 0; i < std::min(found.size(), kMostNamed); ++i)
    names += (i == 0 ? "" : ", ") + found[i].filename().string();
  return fail(ErrorKind::usage,
              fmt::format("'{}' names {} runs, one is wanted", printable(selector), found.size()),
              fmt::format("name one of {}{}", names, found.size() > kMostNamed ? ", ..." : ""));
}

std::vector<fs::path> paths_of(const Runs& runs) {
  std::vector<fs::path> paths;
  for (const RunSummary& run : runs) paths.push_back(run.path);
  return paths;
}

Failure none_was_run(const fs::path& reports, const std::string& selector) {
  return fail(ErrorKind::usage,
              fmt::format("'{}' in {} names no run that sent a vote", printable(selector),
                          reports.string()),
              "`list` shows the runs that are there; of those that are not-run the target was "
              "refused, and `report` says why");
}

struct Selection {
  const fs::path& reports;
  const Runs& runs;
  Among among;
};

Result<std::vector<fs::path>> select_part(const Selection& from, const std::string& part) {
  if (const auto path = part.empty() ? std::nullopt : run_at(part)) return std::vector{*path};
  const Runs found = by_selector(from.runs, part, from.among);
  if (found.empty() && !by_selector(from.runs, part, Among::all).empty())
    return none_was_run(from.reports, part);
  if (found.empty()) return not_found(from.reports, part, from.runs);
  if (is_ambiguous(found, part)) return ambiguous(paths_of(found), part);
  return paths_of(found);
}

}  // namespace

std::string state_of(const RunSummary& run) {
  if (!run.unreadable.empty()) return "unreadable";
  if (run.not_run) return "not-run";
  return run.verdict.value_or(run.closed ? "-" : "unfinished");
}

std::string runs_json(const std::vector<RunSummary>& runs) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const RunSummary& run : runs)
    list.push_back({{"run_id", run.run_id},
                    {"scenario", run.scenario},
                    {"started", format_utc(run.started)},
                    {"state", state_of(run)},
                    {"tags", run.tags},
                    {"directory", run.path.string()}});
  return Json{{"runs", list}}.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::vector<RunSummary> list_runs(const fs::path& reports) {
  std::vector<RunSummary> runs;
  for (const fs::path& scenario : directories_in(reports))
    for (const fs::path& run : directories_in(scenario))
      if (std::optional<RunSummary> summary = summary_of(run)) runs.push_back(std::move(*summary));
  std::sort(runs.begin(), runs.end(), [](const RunSummary& a, const RunSummary& b) {
    return std::pair(b.started, b.path) < std::pair(a.started, a.path);
  });
  return runs;
}

Result<std::vector<fs::path>> select_runs(const fs::path& reports, const std::string& selector,
                                          Among among) {
  if (const auto path = selector.empty() ? std::nullopt : run_at(selector))
    return std::vector{*path};
  const Runs runs = list_runs(reports);
  std::vector<fs::path> selected;
  for (std::size_t from = 0; from <= selector.size();) {
    const std::size_t end = std::min(selector.find(',', from), selector.size());
    TRY_ASSIGN(const std::vector<fs::path> part,
               select_part({reports, runs, among}, selector.substr(from, end - from)));
    for (const fs::path& path : part)
      if (std::find(selected.begin(), selected.end(), path) == selected.end())
        selected.push_back(path);
    from = end + 1;
  }
  return selected;
}

Result<fs::path> find_run(const fs::path& reports, const std::string& selector, Among among) {
  TRY_ASSIGN(const std::vector<fs::path> found, select_runs(reports, selector, among));
  if (found.size() > 1) return ambiguous(found, selector);
  return found.front();
}

Result<> check_tag(const std::string& tag) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  constexpr std::size_t kLongest = 64;
  const bool taken = tag == "latest" || tag == "prev" || tag == "last";
  if (!tag.empty() && tag.size() <= kLongest && !taken &&
      tag.find_first_not_of(kAllowed) == std::string::npos)
    return {};
  return fail(ErrorKind::usage, fmt::format("'{}' cannot be a tag", printable(tag)),
              taken ? "@latest, @prev and @last:N have a meaning of their own"
                    : "use letters, digits, '.', '_' and '-', at most 64 of them");
}

}  // namespace votebench::ledger
