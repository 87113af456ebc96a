#include "ledger/run_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/check.h"
#include "core/os.h"
#include "core/text.h"
#include "ledger/files.h"
#include "ledger/seal.h"

namespace votebench::ledger {
namespace {

namespace fs = std::filesystem;

// Manifest, texts, samples and report of a short run.
constexpr std::size_t kSmallFiles = std::size_t{512} * 1024;

// A scenario's name as the name of a directory: one part, visible, not the name of the links.
std::string directory_name(const std::string& scenario) {
  std::string name;
  for (const char c : scenario) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    name += plain ? c : '-';
  }
  if (name.empty() || name.front() == '.' || name == kLatestLink) name.insert(0, "_");
  return name;
}

// 2026-11-20T18:01:11.250Z -> 20261120T180111Z
std::string compact_utc(WallTime time) {
  std::string text = format_utc(time);
  text.resize(text.find('.'));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + 'Z';
}

Result<> make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (!error) return {};
  return fail(ErrorKind::environment,
              fmt::format("cannot create {}: {}", directory.string(), error.message()));
}

// The link never stops pointing to a run: a new one takes its name in one step.
Result<> replace_link(const fs::path& link, const fs::path& target) {
  const fs::path fresh = link.string() + fmt::format(".{}.tmp", ::getpid());
  ::unlink(fresh.c_str());
  if (::symlink(target.c_str(), fresh.c_str()) == 0 && ::rename(fresh.c_str(), link.c_str()) == 0)
    return {};
  const int error = errno;
  ::unlink(fresh.c_str());
  return fail(ErrorKind::environment,
              fmt::format("cannot replace the link {}: {}", link.string(), os_error(error)));
}

// The texts first and the manifest last: where a manifest stands, the rest of it is whole. Sealed,
// because a judgement leans on every digit of them, also in a run that is killed.
Result<> write_manifest(const fs::path& run, const Manifest& manifest) {
  TRY(write_file_durably(run / kScenarioFile, manifest.scenario_text));
  TRY(write_file_durably(run / kResolvedFile, manifest.resolved_text));
  TRY(write_file_durably(run / kTargetFile, manifest.target_text));
  if (manifest.queue) TRY(write_ids(run / kCarryOverFile, manifest.queue->carry_over_ids));
  TRY(write_file_durably(run / kManifestFile, to_json(manifest)));
  TRY_ASSIGN(const std::vector<FileSeal> seals, seal_files(run));
  return write_file_durably(run / kBeginFile, to_json(seals));
}

// Nothing where a run was killed before it had written it, and had sent nothing.
Result<std::vector<FileSeal>> first_seals(const fs::path& run) {
  if (!fs::exists(run / kBeginFile)) return std::vector<FileSeal>();
  TRY_ASSIGN(const std::string json, read_file(run / kBeginFile));
  Result<std::vector<FileSeal>> seals = parse_seals(json);
  if (!seals) return damaged(run / kBeginFile, seals.error().message);
  return seals;
}

Result<Manifest> read_manifest(const fs::path& run) {
  TRY_ASSIGN(const std::string json, read_file(run / kManifestFile));
  Result<Manifest> manifest = parse_manifest(json);
  if (!manifest && manifest.error().message.starts_with(kOtherSchema))
    return fail(ErrorKind::environment,
                fmt::format("{} is of another version of votebench: {}",
                            (run / kManifestFile).string(), manifest.error().message),
                "read it with the version that wrote it");
  if (!manifest) return damaged(run / kManifestFile, manifest.error().message);
  TRY_ASSIGN(manifest->scenario_text, read_file(run / kScenarioFile));
  TRY_ASSIGN(manifest->resolved_text, read_file(run / kResolvedFile));
  TRY_ASSIGN(manifest->target_text, read_file(run / kTargetFile));
  if (manifest->queue) {
    TRY_ASSIGN(manifest->queue->carry_over_ids, read_ids(run / kCarryOverFile));
  }
  return manifest;
}

}  // namespace

Result<> RunDirectory::check_room(const fs::path& reports,
                                  const std::vector<WorkloadRange>& workloads) {
  static constexpr const char* kAdvice =
      "free some disk space, or name another place: --reports DIR";
  Result<> made = make_directory(reports);
  if (!made) return fail(ErrorKind::environment, made.error().message, kAdvice);
  const fs::path file = reports / fmt::format(".room.{}.tmp", ::getpid());
  const FileDescriptor fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return file_failure("write to", reports, errno, kAdvice);
  const auto bytes = static_cast<off_t>(AttemptStore::bytes_at_first(workloads) + kSmallFiles);
  int error = EINTR;
  while (error == EINTR) error = ::posix_fallocate(fd.get(), 0, bytes);
  ::unlink(file.c_str());
  if (error == 0) return {};
  return fail(ErrorKind::environment,
              fmt::format("no room for a run in {} ({} KiB): {}", reports.string(), bytes / 1024,
                          os_error(error)),
              kAdvice);
}

RunDirectory::RunDirectory(fs::path path)
    : path_(std::move(path)),
      samples_(path_ / kSamplesFile),
      events_(path_ / kEventsFile),
      warnings_(path_ / kWarningsFile),
      log_(path_ / kRunLogFile) {}

Result<RunDirectory> RunDirectory::create(const fs::path& reports, const Manifest& manifest) {
  const std::string scenario = directory_name(manifest.scenario_name);
  const std::string name = fmt::format("{}-{}", compact_utc(manifest.t0_wall), manifest.run.hex());
  const fs::path run = reports / scenario / name;
  TRY(make_directory(run));
  TRY_ASSIGN(RunDirectory directory, create_in(run, manifest));
  TRY(sync_directory(reports / scenario));
  TRY(sync_directory(reports));
  TRY(replace_link(reports / scenario / kLatestLink, name));
  TRY(replace_link(reports / kLatestLink, fs::path(scenario) / name));
  return directory;
}

Result<RunDirectory> RunDirectory::create_in(const fs::path& run, const Manifest& manifest) {
  TRY(write_manifest(run, manifest));
  RunDirectory directory(run);
  directory.lock_ = FileDescriptor(::open(run.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  (void)::flock(directory.lock_.get(), LOCK_EX | LOCK_NB);  // ours alone, or not to be had here
  return directory;
}

bool RunDirectory::is_being_written() const {
  const FileDescriptor fd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

Result<RunDirectory> RunDirectory::open(const fs::path& reports, const std::string& selector,
                                        Among among) {
  TRY_ASSIGN(const fs::path run, find_run(reports, selector, among));
  return RunDirectory(run);
}

Result<Manifest> RunDirectory::begin() const { return read_manifest(path_); }

Result<std::unique_ptr<AttemptStore>> RunDirectory::create_attempts(
    const Manifest& manifest) const {
  TRY_ASSIGN(auto attempts, AttemptStore::create(path_ / kAttemptsDirectory, manifest.workloads,
                                                 {manifest.run, manifest.slots}));
  if (manifest.identity != IdentityMode::answered) return attempts;
  TRY_ASSIGN(std::unique_ptr<IdStore> ids, IdStore::create(path_ / kIdsDirectory, manifest.run));
  for (const auto& [voter, id] : manifest.book->probe_ids()) TRY(ids->add(voter, id));
  attempts->keep_ids(std::move(ids));
  return attempts;
}

Result<std::unique_ptr<AttemptStore>> RunDirectory::open_attempts() const {
  // Samples are taken only where there is a store.
  if (fs::exists(path_ / kSamplesFile) && !fs::exists(path_ / kAttemptsDirectory))
    return damaged(path_ / kAttemptsDirectory, "it is missing");
  TRY_ASSIGN(const Manifest manifest, begin());
  TRY_ASSIGN(auto attempts, AttemptStore::open(path_ / kAttemptsDirectory, manifest.workloads,
                                               {manifest.run, manifest.slots}));
  if (manifest.identity != IdentityMode::answered) return attempts;
  TRY_ASSIGN(std::unique_ptr<IdStore> ids, IdStore::open(path_ / kIdsDirectory, manifest.run));
  attempts->keep_ids(std::move(ids));
  return attempts;
}

Result<std::unique_ptr<AttemptStore>> RunDirectory::begin_again(const Manifest& manifest) const {
  std::error_code error;
  for (const char* unfinished : {".new", ".new.tmp"})
    fs::remove_all(path_ / (std::string(kAttemptsDirectory) + unfinished), error);
  return AttemptStore::create(path_ / (std::string(kAttemptsDirectory) + ".new"),
                              manifest.workloads, {manifest.run, manifest.slots});
}

Result<> RunDirectory::replace_attempts(const std::vector<ShardRecord>& shards) const {
  const fs::path now = path_ / kAttemptsDirectory;
  const fs::path fresh = now.string() + ".new";
  std::error_code error;
  TRY(save_shards(shards));
  fs::remove_all(now, error);
  if (!error) fs::rename(fresh, now, error);
  if (!error) return sync_directory(path_);
  return fail(ErrorKind::environment,
              fmt::format("cannot replace {}: {}", now.string(), error.message()));
}

Result<> RunDirectory::save_shards(const std::vector<ShardRecord>& shards) const {
  return write_shards(path_, shards);
}

Result<> RunDirectory::append(const Sample& sample) { return samples_.append(line_of(sample)); }

Result<> RunDirectory::append(const RunEvent& event) { return events_.append(line_of(event)); }

Result<> RunDirectory::append_warning(const std::string& text) {
  return warnings_.append(line_of_warning(text));
}

Result<> RunDirectory::append_log(const std::string& text) { return log_.append(text); }

Result<> RunDirectory::save(const RunRecord& record) const { return write_evidence(path_, record); }

Result<RunRecord> RunDirectory::load() const {
  RunRecord record;
  TRY_ASSIGN(record.begin, begin());
  TRY_ASSIGN(record.samples, read_samples(path_ / kSamplesFile));
  TRY_ASSIGN(record.events, read_events(path_ / kEventsFile));
  TRY_ASSIGN(record.warnings, read_warnings(path_ / kWarningsFile));
  TRY_ASSIGN(record.shards, read_shards(path_));
  TRY(read_evidence(path_, record));
  if (const auto& queue = record.begin.queue)
    record.evidence.queue.carry_over_ids = queue->carry_over_ids;
  TRY_ASSIGN(const std::optional<EndRecord> end, end_record());
  record.unclosed = !end;
  record.cleaned = fs::exists(path_ / kCleanedFile);
  record.host_crashed = !end && record.begin.boot_id != current_boot_id();
  return record;
}

// What is sealed has to be on the disk before its seal: otherwise a crash of the host could leave a
// seal on files that it cut short.
Result<> RunDirectory::close(EndRecord record) const {
  TRY(sync_files(path_));
  TRY_ASSIGN(record.files, seal_files(path_));
  return write_file_durably(path_ / kEndFile, to_json(record));
}

Result<std::optional<EndRecord>> RunDirectory::end_record() const {
  if (!fs::exists(path_ / kEndFile)) return std::optional<EndRecord>();
  TRY_ASSIGN(const std::string json, read_file(path_ / kEndFile));
  Result<EndRecord> record = parse_end_record(json);
  if (!record) return damaged(path_ / kEndFile, record.error().message);
  return std::optional<EndRecord>(std::move(*record));
}

Result<std::vector<FileSeal>> RunDirectory::seals() const {
  TRY_ASSIGN(std::optional<EndRecord> record, end_record());
  if (record) return std::move(record->files);
  return seal_files(path_);
}

Result<std::vector<std::string>> RunDirectory::damage() const {
  TRY_ASSIGN(const std::optional<EndRecord> record, end_record());
  if (record) return broken_seals(path_, record->files);
  TRY_ASSIGN(const std::vector<FileSeal> seals, first_seals(path_));
  return broken_seals(path_, seals);
}

Result<> RunDirectory::mark_cleaned(WallTime now) const {
  TRY(write_file_durably(path_ / kCleanedFile, format_utc(now) + '\n'));
  return sync_directory(path_);
}

Result<> RunDirectory::save_text(std::string_view name, std::string_view content) const {
  CHECK_THAT_HOLDS(!name.empty() && name.find('/') == std::string_view::npos);
  return write_file_durably(path_ / name, content);
}

Result<std::string> RunDirectory::load_text(std::string_view name) const {
  return read_file(path_ / name);
}

}  // namespace votebench::ledger
