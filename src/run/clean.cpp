#include "run/clean.h"

#include <fmt/format.h>

#include "adapters/queue.h"
#include "adapters/store.h"
#include "core/ask.h"
#include "core/print.h"
#include "core/text.h"
#include "run/reach.h"
#include "run/stored_run.h"
#include "scenario/parse.h"

namespace votebench::run {
namespace {

struct Stores {
  std::unique_ptr<adapters::QueueProbe> queue;
  std::unique_ptr<adapters::RowStore> rows;
  std::string where;  // for people
};

struct Leftovers {
  std::vector<std::string> row_ids;
  std::uint64_t elements = 0;
  [[nodiscard]] bool none() const { return row_ids.empty() && elements == 0; }
};

Result<TargetSettings> target_of(const CleanRequest& request, const StoredRun& run) {
  if (request.target) return *request.target;
  return scenario::parse_target(run.record.begin.target_text,
                                (run.directory.path() / "target.yaml").string(),
                                scenario::process_options())
      .result();
}

Failure other_store(std::string_view which) {
  return fail(ErrorKind::environment,
              fmt::format("{} is not the one that the run ended with: nothing was removed", which),
              "its rows went with the old one; is --target the right one?");
}

// The table that the run ended with.
StoreIdentity table_of(const StoredRun& run) {
  if (run.record.evidence.rows.readable) return run.record.evidence.rows.store;
  return run.record.begin.rows->identity;
}

Result<Stores> open_stores(const StoredRun& run, const TargetSettings& target) {
  const ledger::Manifest& manifest = run.record.begin;
  Stores stores;
  if (target.rows && manifest.rows) {
    TRY_ASSIGN(stores.rows, adapters::open_row_store(*target.rows));
    TRY_ASSIGN(const StoreIdentity identity, stores.rows->identity());
    if (!identity.is_same_as(table_of(run))) return other_store("the table");
    stores.where =
        fmt::format("table '{}' of {}", printable(target.rows->table), printable(target.rows->url));
  }
  if (target.queue && manifest.queue) {
    TRY_ASSIGN(stores.queue, adapters::open_queue_probe(*target.queue));
    stores.where += fmt::format("{}{} of {}", stores.where.empty() ? "" : " and ",
                                adapters::place_of(*target.queue), target.queue->where());
  }
  return stores;
}

Result<Leftovers> look(Stores& stores, const VoterIds& ids) {
  Leftovers left;
  if (stores.rows) {
    TRY_ASSIGN(left.row_ids, stores.rows->own_ids(ids));
  }
  if (stores.queue) {
    TRY_ASSIGN(left.elements, stores.queue->count_own(ids));
  }
  return left;
}

Result<bool> agreed(const CleanRequest& request, const std::string& question) {
  print_out("{}\n", question);
  if (request.assume_yes) return true;
  const Consent consent = ask("remove them?");
  if (consent == Consent::nobody_there)
    return fail(ErrorKind::usage, "nobody is there to be asked: nothing was removed",
                "say --yes if that is meant");
  return consent == Consent::given;
}

Result<> remove(const StoredRun& run, Stores& stores, const Leftovers& left) {
  const VoterIds ids = run.record.begin.ids();
  // Before anything is gone: a clean that is killed must not look like a stack that loses votes.
  TRY(run.directory.mark_cleaned(real_clock().wall_now()));
  // The queue first: an element that is taken out cannot become a row any more.
  if (stores.queue) TRY(stores.queue->remove_own(ids));
  if (stores.rows) TRY(stores.rows->remove_rows(left.row_ids));
  TRY_ASSIGN(const Leftovers rest, look(stores, ids));
  if (rest.none()) return {};
  return fail(ErrorKind::environment,
              fmt::format("{} rows and {} queue elements of the run are still there, or came since",
                          format_count(rest.row_ids.size()), format_count(rest.elements)),
              "a worker may have had them in hand: clean again");
}

}  // namespace

Result<> clean_run(const CleanRequest& request) {
  TRY_ASSIGN(const StoredRun run, open_stored_run(request.reports, request.run));
  const ledger::Manifest& manifest = run.record.begin;
  const VoterIds ids = manifest.ids();
  if (manifest.stack_ends_with_run && !request.target) {
    print_out("the stack of run {} ended with it: nothing is left to remove\n", manifest.run.hex());
    return {};
  }
  if (manifest.rows && manifest.rows->counters.kept) {
    print_out(
        "run {} ({}): its votes raised counters, and counters cannot be cleaned: no vote has "
        "a row of its own that could be removed\n",
        manifest.run.hex(), printable(manifest.scenario_name));
    return {};
  }
  TRY_ASSIGN(TargetSettings target, target_of(request, run));
  TRY_ASSIGN(const auto tunnel, open_tunnel(target));
  TRY_ASSIGN(Stores stores, open_stores(run, target));
  TRY_ASSIGN(const Leftovers left, look(stores, ids));
  const std::string found =
      fmt::format("run {} ({}): {} rows and {} queue elements in {}", manifest.run.hex(),
                  printable(manifest.scenario_name), format_count(left.row_ids.size()),
                  format_count(left.elements), stores.where);
  if (left.none()) {
    print_out("{}: nothing to remove\n", found);
    return {};
  }
  TRY_ASSIGN(const bool yes, agreed(request, found));
  if (yes) TRY(remove(run, stores, left));
  print_out("{}\n", yes ? "removed; nothing else was touched" : "nothing was removed");
  return {};
}

}  // namespace votebench::run
