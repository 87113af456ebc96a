// The directory of one run: the only place that knows its files' names and formats.
//
//   <reports>/<scenario>/<UTC>-<run id>/
//     scenario.yaml resolved.yaml target.yaml carry_over.ndjson
//     manifest.json                       before the first vote, durable
//     begin.json                          seals the above until the run is closed
//     provisioning.json                   what a stack of ours was made of      (save_text)
//     attempts/NNNNN.seg                  while sending                     (attempt_store.h)
//     ids/NNNNN.seg                       likewise, where the app makes them (id_store.h)
//     timeseries.ndjson events.ndjson warnings.ndjson
//                                         while sending and settling        (journal.cpp)
//     run.log                             what commands of the scenario printed
//     shards.json                         when others' votes are here       (evidence_file.cpp)
//     rows.bin strangers.ndjson evidence.json   before judging              (evidence_file.cpp)
//     end.json                            closes the run, seals the above but run.log
//     cleaned.txt                         when its rows began to be taken out again
//     result.json summary.md ...          what report makes of it           (save_text)
//   <reports>/latest, <reports>/<scenario>/latest     links, replaced atomically
//
// Killed at any point, the directory can be opened and judged.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/os.h"
#include "core/result.h"
#include "ledger/attempt_store.h"
#include "ledger/evidence_file.h"
#include "ledger/journal.h"
#include "ledger/manifest.h"
#include "ledger/run_list.h"
#include "vote/evidence.h"

namespace votebench::ledger {

// One thread at a time, except that the store of create_attempts has its own rules.
class RunDirectory {
 public:
  // Creates the directory and makes everything the manifest says durable; then moves the links.
  [[nodiscard]] static Result<RunDirectory> create(const std::filesystem::path& reports,
                                                   const Manifest& manifest);

  // The same in `run`, which somebody made for it, and without links.
  [[nodiscard]] static Result<RunDirectory> create_in(const std::filesystem::path& run,
                                                      const Manifest& manifest);
  // Of a run that is stored in `run`, which is not looked at yet.
  [[nodiscard]] static RunDirectory at(const std::filesystem::path& run) {
    return RunDirectory(run);
  }

  // Can a run be stored there? Makes the directory, and asks the disk for what create() and the
  // first votes need, without keeping it. Error (environment) with advice.
  [[nodiscard]] static Result<> check_room(const std::filesystem::path& reports,
                                           const std::vector<WorkloadRange>& workloads);

  // `selector`: as in run_list.h, "@latest" for one.
  [[nodiscard]] static Result<RunDirectory> open(const std::filesystem::path& reports,
                                                 const std::string& selector,
                                                 Among among = Among::all);

  // Whether the process that created it is still at work, as far as the file system tells.
  [[nodiscard]] bool is_being_written() const;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // What it was created with, as the disk has it. Fails, naming the file, when that is damaged.
  [[nodiscard]] Result<Manifest> begin() const;

  // `manifest`: what it was created with. Where the app makes the ids, the attempts keep those of
  // the manifest's book and add to them; what was stored is told to a book that `open` makes.
  [[nodiscard]] Result<std::unique_ptr<AttemptStore>> create_attempts(
      const Manifest& manifest) const;
  [[nodiscard]] Result<std::unique_ptr<AttemptStore>> open_attempts() const;

  // A run that several processes sent, whose votes are gathered anew: an empty store beside the one
  // that is there, and what takes its place when it is full. Between the two, a kill changes
  // nothing; after it the run has to be closed again.
  [[nodiscard]] Result<std::unique_ptr<AttemptStore>> begin_again(const Manifest& manifest) const;
  [[nodiscard]] Result<> replace_attempts(const std::vector<ShardRecord>& shards) const;
  // Durable.
  [[nodiscard]] Result<> save_shards(const std::vector<ShardRecord>& shards) const;

  // Appended and handed to the kernel: they outlive this process. A line that a killed process
  // left unfinished is skipped when reading.
  [[nodiscard]] Result<> append(const Sample& sample);
  [[nodiscard]] Result<> append(const RunEvent& event);
  [[nodiscard]] Result<> append_warning(const std::string& text);
  // What the run's own commands printed; whole lines.
  [[nodiscard]] Result<> append_log(const std::string& text);

  // What the record holds beyond `begin` and what was appended. Call it before anything is judged.
  [[nodiscard]] Result<> save(const RunRecord& record) const;
  // All that is known of the run: `complete` says whether it was saved, and `load` is empty where
  // not. Fails, naming the file, when one is damaged.
  [[nodiscard]] Result<RunRecord> load() const;

  // Seals every file that a judgement leans on (all but run.log and what save_text wrote, unless it
  // is provisioning.json) with its size and SHA-256, and makes them and the seals durable;
  // `record.files` is filled in here.
  [[nodiscard]] Result<> close(EndRecord record) const;
  // Nothing when the run was never closed.
  [[nodiscard]] Result<std::optional<EndRecord>> end_record() const;

  // Size and SHA-256 of every file that the report leans on: as sealed, and as they are now while
  // the run is not closed.
  [[nodiscard]] Result<std::vector<FileSeal>> seals() const;

  // Files that are missing, cut short or changed since they were sealed (of a run that was never
  // closed: those that it began with), one line each: "attempts/00001.seg: 1000 bytes, 2097152 when
  // it was sealed". Empty: all as sealed.
  [[nodiscard]] Result<std::vector<std::string>> damage() const;

  // To be called before the first of the run's rows or elements is taken out of the stores: from
  // then on their absence proves nothing (RunRecord::cleaned), however far that comes. Durable.
  [[nodiscard]] Result<> mark_cleaned(WallTime now) const;

  // A file made by report, replaced atomically. `name` is a plain file name.
  [[nodiscard]] Result<> save_text(std::string_view name, std::string_view content) const;
  [[nodiscard]] Result<std::string> load_text(std::string_view name) const;

 private:
  explicit RunDirectory(std::filesystem::path path);

  std::filesystem::path path_;
  Journal samples_;
  Journal events_;
  Journal warnings_;
  Journal log_;
  FileDescriptor lock_;  // of create(): held until the process ends, however it does
};

}  // namespace votebench::ledger
