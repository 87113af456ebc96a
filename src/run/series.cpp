#include "run/series.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "core/counted.h"
#include "core/os.h"
#include "core/print.h"
#include "core/text.h"
#include "ledger/files.h"
#include "report/compare/comparison_words.h"
#include "report/words.h"
#include "report/write/render.h"

namespace votebench::run {
namespace {

// Of a group that was given none: the user can name it, and no other group has it.
std::string fresh_tag() {
  std::array<std::uint8_t, 3> bytes{};
  fill_random(bytes);
  return "series-" + to_hex(bytes);
}

// What earlier runs left in a stack that stays up.
Result<> empty(const Destination& destination, Display& display) {
  const auto* stack = std::get_if<WantedStack>(&destination);
  if (stack == nullptr || !stack->kind->is_there(stack->wanted.id)) return {};
  display.say("emptying the stack for the next run");
  return stack->kind->reset(stack->wanted.id, [](std::string_view) {});
}

class Runner {
 public:
  Runner(Series series, Display& display, const SignalWatcher& signals)
      : series_(std::move(series)), display_(display), signals_(signals) {
    const bool group = series_.times > 1 || series_.kinds.size() > 1;
    if (series_.tag.empty() && group) series_.tag = fresh_tag();
    done_.resize(series_.kinds.size());
    as_json_ = series_.kinds.front().output == Output::json && (total() > 1 || series_.baseline);
    for (std::size_t kind = 0; kind < series_.kinds.size(); ++kind) {
      done_[kind].name = series_.tag.empty() ? "this run" : "@" + tag_of(kind);
      if (!series_.tag.empty()) series_.kinds[kind].tags = {tag_of(kind)};
      if (as_json_) series_.kinds[kind].output = Output::nothing;
    }
  }

  [[nodiscard]] SeriesOutcome run() && {
    for (std::uint32_t round = 0; round < series_.times && may_go_on(); ++round)
      for (std::size_t kind = 0; kind < series_.kinds.size() && may_go_on(); ++kind)
        one_run(round, kind);
    conclude();
    return std::move(outcome_);
  }

 private:
  [[nodiscard]] std::string tag_of(std::size_t kind) const {
    if (series_.kinds.size() == 1) return series_.tag;
    return series_.tag + (kind == 0 ? "-a" : "-b");
  }

  [[nodiscard]] bool may_go_on() const {
    return !outcome_.error && !signals_.first().stop_requested();
  }

  [[nodiscard]] std::size_t total() const { return series_.times * series_.kinds.size(); }

  void note(const Error& error) {
    outcome_.error = error;
    outcome_.exit = report::higher(outcome_.exit, report::exit_code_of(error.kind));
  }

  void one_run(std::uint32_t round, std::size_t kind) {
    const std::size_t number = round * series_.kinds.size() + kind;
    const RunRequest& request = series_.kinds[kind];
    if (total() > 1)
      display_.say(fmt::format("run {} of {}, {}", number + 1, total(), done_[kind].name));
    if (number > 0)
      if (const auto reset = empty(request.destination, display_); !reset)
        return note(reset.error());
    const Result<RunOutcome> done = execute(request, display_, signals_);
    display_.clear();
    if (!done) return note(done.error());
    done_[kind].paths.push_back(done->directory);
    outcome_.exit = ++finished_ == 1 ? done->exit : report::higher(outcome_.exit, done->exit);
    if (done->teardown) note(*done->teardown);
  }

  // One run alone has said everything already.
  void conclude() {
    const bool compares = (series_.baseline || series_.kinds.size() > 1) && may_go_on();
    if (finished_ == 0 || (total() == 1 && !compares && !as_json_)) return;
    if (total() > 1 && !as_json_) print_groups();
    if (compares) compare();
    if (as_json_) return print_json();
    print_out("exit {}: {}\n", static_cast<int>(outcome_.exit), exit_words());
  }

  [[nodiscard]] std::string exit_words() const {
    if (!compared_.empty()) return compared_;
    for (const report::ExitMeaning& row : report::exit_table())
      if (row.code == outcome_.exit) return std::string(row.summary);
    return {};
  }

  void print_groups() {
    print_out("\n");
    for (const SelectedRuns& group : done_) {
      const Result<report::Side> runs = figures_of(group);
      if (!runs) return note(runs.error());
      print_out("{}", report::series_text(*runs, series_.times, style_of(STDOUT_FILENO)));
    }
  }

  void print_json() const {
    std::vector<report::SeriesGroup> groups;
    for (const SelectedRuns& done : done_) {
      report::SeriesGroup group{done.name, series_.times, {}};
      for (const auto& path : done.paths)
        if (Result<std::string> result = read_file(path / ledger::kResultFile))
          group.results.push_back(*std::move(result));
      groups.push_back(std::move(group));
    }
    write_out(report::series_json(groups, outcome_.exit, comparison_));
  }

  // The `compare` that does what this series does at its end.
  [[nodiscard]] Invocation comparing() const {
    const RunRequest& first = series_.kinds.front();
    Invocation invocation{first.invocation.program, first.invocation.directory, "compare", {}};
    invocation.options.push_back({"--reports", first.scenario.report.directory});
    return invocation;
  }

  void compare() {
    const SelectedRuns& a = series_.baseline ? *series_.baseline : done_.front();
    const SelectedRuns& b = done_.back();
    const auto comparison = compare_runs(a, b, comparing());
    if (!comparison) return note(comparison.error());
    if (as_json_)
      comparison_ = report::comparison_json(*comparison);
    else
      print_out("\n{}", report::comparison_text(*comparison, style_of(STDOUT_FILENO), false));
    outcome_.exit = report::higher(outcome_.exit, comparison->exit);
    if (outcome_.exit == comparison->exit) compared_ = report::exit_words(*comparison);
    if (const auto saved = save_comparison(*comparison, b.paths.back()); !saved)
      return note(saved.error());
    if (!as_json_) print_out("  report   {}\n", (b.paths.back() / "comparison.html").string());
  }

  Series series_;
  Display& display_;
  const SignalWatcher& signals_;
  std::vector<SelectedRuns> done_;  // by kind
  std::size_t finished_ = 0;
  bool as_json_ = false;    // one document, in place of what each run prints
  std::string comparison_;  // of it, where there is one
  std::string compared_;    // what decided the exit status, where that was the comparison
  SeriesOutcome outcome_;
};

}  // namespace

SeriesOutcome execute_series(Series series, Display& display, const SignalWatcher& signals) {
  return Runner(std::move(series), display, signals).run();
}

}  // namespace votebench::run
