#include "cli/commands.h"
#include "core/counted.h"
#include "core/number.h"
#include "core/print.h"
#include "core/text.h"
#include "ledger/prune.h"

namespace votebench::cli {
namespace {

struct PruneOptions {
  std::string reports = "reports";
  std::uint32_t runs = 50;
  std::string failed = "all";
  bool dry_run = false;
};

int prune(const PruneOptions& options) {
  ledger::KeepRule rule{options.runs, std::nullopt};
  if (options.failed != "all") rule.failed = whole_number<std::uint32_t>(options.failed);
  const auto surplus = ledger::surplus_runs(ledger::list_runs(options.reports), rule);
  std::size_t removed = 0;
  for (const ledger::RunSummary& run : surplus) {
    if (!options.dry_run)
      if (const Result<> done = ledger::remove_run(options.reports, run); !done) {
        report_error(done.error());
        continue;
      }
    ++removed;
    print_out("{} {}  {}  {}\n", options.dry_run ? "would remove" : "removed", run.run_id,
              ledger::state_of(run), printable(run.path.string()));
  }
  print_out("{} {}\n", options.dry_run ? "would remove" : "removed", counted(removed, "run"));
  return removed == surplus.size() ? 0 : 6;
}

// "all" or a number.
std::string check_failed(const std::string& text) {
  if (text == "all" || whole_number<std::uint32_t>(text)) return "";
  return "'" + text + "' is neither a number nor 'all'";
}

}  // namespace

void add_prune(CLI::App& app, Context& context) {
  CLI::App* command = add_command(app, "prune", "Delete old runs, but for those worth keeping",
                                  "  votebench prune --dry-run\n"
                                  "  votebench prune --runs 20 --failed all --dry-run\n");
  auto options = std::make_shared<PruneOptions>();
  command->add_option("--runs", options->runs, "Of each scenario, keep the newest N")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command
      ->add_option("--failed", options->failed, "And of the older ones that did not pass: all, N")
      ->check(check_failed)
      ->capture_default_str();
  command->add_flag("--dry-run", options->dry_run, "Only say what would be deleted");
  add_reports_option(*command, options->reports);
  command->callback([options, &context] { context.exit_status = prune(*options); });
}

}  // namespace votebench::cli
