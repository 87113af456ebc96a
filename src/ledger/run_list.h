// The runs under a reports directory, and how a person names them.
//
//   PATH             the directory of a run, or a file in it
//   ID               a run id or its first digits, or the name of a run's directory
//   NAME             a scenario: its latest run
//   GLOB             with * or ?: every run whose directory, or scenario/directory, it matches
//   @latest, @prev   the newest run, and the one before it
//   @last:N          the newest N runs
//   @TAG             every run with this tag
//   A,B              the runs of both
//
// Where votes are wanted (Among::sent), NAME, @latest, @prev and @last:N pass over runs that were
// not run: their target was refused before the first vote.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace votebench::ledger {

// One line of `votebench list`.
struct RunSummary {
  std::filesystem::path path;
  std::string scenario;
  std::string run_id;  // 8 hexadecimal digits
  std::vector<std::string> tags;
  WallTime started{};
  bool closed = false;                 // has an end record
  std::optional<std::string> verdict;  // of result.json or of a later `verify`, if there is one
  std::string unreadable;              // why its manifest cannot be read; empty: it can
  bool not_run = false;                // its target was refused: nothing was sent
};

// Its verdict, or what keeps it from having one: "not-run", "unfinished", "unreadable", "-".
[[nodiscard]] std::string state_of(const RunSummary& run);
// {"runs": [{run_id, scenario, started, state, tags, directory}, ...]}, for scripts.
[[nodiscard]] std::string runs_json(const std::vector<RunSummary>& runs);

// Runs under `reports`, the newest first. Directories without a manifest are skipped: nothing was
// sent by a run that was killed before it wrote one.
[[nodiscard]] std::vector<RunSummary> list_runs(const std::filesystem::path& reports);

// Which runs a place in time is counted among: all of them, or those that were run.
enum class Among { all, sent };

// Every run that `selector` names, each once: in the order of its parts, the newest first. Errors
// (usage) say what is near.
[[nodiscard]] Result<std::vector<std::filesystem::path>> select_runs(
    const std::filesystem::path& reports, const std::string& selector, Among among = Among::all);

// The same where one run is wanted: a selector of several is an error that names them.
[[nodiscard]] Result<std::filesystem::path> find_run(const std::filesystem::path& reports,
                                                     const std::string& selector,
                                                     Among among = Among::all);

// Letters, digits, '.', '_' and '-', at most 64, and no word with a meaning of its own after '@'.
[[nodiscard]] Result<> check_tag(const std::string& tag);

}  // namespace votebench::ledger
