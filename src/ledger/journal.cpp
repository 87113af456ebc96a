// Files of lines; times are nanoseconds after t0, text is written as bytes_text.h says.
//
//   timeseries.ndjson := sample*
//   sample := { "at_ns", "queue": { "depth", "in_flight", "pushed" } | null,
//               "rows_written": n | null, "started" (what was sent), "acked", "failed" }
//             newline
//   events.ndjson := event*
//   event := { "at_ns", "name", "detail", "kind": "observed" | "mark" | "fault" | "command",
//              "until_ns": n | null, "failed", "skipped": true (or absent),
//             "optional": true (or absent) } newline
//   An event that has a window is written when it begins and again when it ends: of two lines with
//   one name and time the later holds.
//   warnings.ndjson := ({ "text" } newline)*
#include "ledger/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "ledger/bytes_text.h"
#include "ledger/files.h"
#include "ledger/names.h"

namespace votebench::ledger {
namespace {

using Json = nlohmann::ordered_json;

Sample sample_of(const Json& json) {
  Sample sample;
  sample.at = Nanoseconds(json.at("at_ns").get<std::int64_t>());
  if (const Json& queue = json.at("queue"); !queue.is_null()) {
    sample.has_queue = true;
    queue.at("depth").get_to(sample.queue_depth);
    queue.at("in_flight").get_to(sample.in_flight);
    queue.at("pushed").get_to(sample.pushed);
  }
  if (const Json& rows = json.at("rows_written"); !rows.is_null()) {
    sample.has_rows = true;
    rows.get_to(sample.rows_written);
  }
  json.at("started").get_to(sample.sent);
  json.at("acked").get_to(sample.acked);
  json.at("failed").get_to(sample.failed);
  return sample;
}

RunEvent event_of(const Json& json) {
  return {Nanoseconds(json.at("at_ns").get<std::int64_t>()),
          from_text(json.at("name").get<std::string>()),
          from_text(json.at("detail").get<std::string>()),
          named<EventKind>(json.at("kind").get<std::string>()),
          json.at("until_ns").is_null() ? std::optional<Nanoseconds>()
                                        : Nanoseconds(json.at("until_ns").get<std::int64_t>()),
          json.at("failed").get<bool>(),
          json.value("skipped", false),
          json.value("optional", false)};
}

template <typename T>
Result<std::vector<T>> read_lines(const std::filesystem::path& file, T (*read)(const Json&)) {
  std::vector<T> values;
  if (!std::filesystem::exists(file)) return values;
  TRY_ASSIGN(const std::string content, read_file(file));
  std::size_t line_number = 1;
  for (std::size_t begin = 0, end = 0; (end = content.find('\n', begin)) != std::string::npos;
       begin = end + 1, ++line_number) {
    try {
      values.push_back(read(Json::parse(content.begin() + static_cast<std::ptrdiff_t>(begin),
                                        content.begin() + static_cast<std::ptrdiff_t>(end))));
    } catch (const std::exception& error) {  // of the JSON, or a word that means nothing
      return damaged(file, fmt::format("line {}: {}", line_number, printable(error.what())));
    }
  }
  return values;
}

}  // namespace

Result<> Journal::append(const std::string& line) {
  if (!fd_)
    fd_ = FileDescriptor(::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!fd_) return file_failure("write", file_, errno);
  const off_t before = ::lseek(fd_.get(), 0, SEEK_END);
  Result<> written = write_fully(fd_.get(), line, file_);
  if (!written && before >= 0 && ::ftruncate(fd_.get(), before) != 0)
    return damaged(file_, "a line could not be finished: " + os_error(errno));
  return written;
}

std::string line_of(const Sample& sample) {
  const Json queue = sample.has_queue ? Json{{"depth", sample.queue_depth},
                                             {"in_flight", sample.in_flight},
                                             {"pushed", sample.pushed}}
                                      : Json();
  const Json json{{"at_ns", sample.at.count()},
                  {"queue", queue},
                  {"rows_written", sample.has_rows ? Json(sample.rows_written) : Json()},
                  {"started", sample.sent},
                  {"acked", sample.acked},
                  {"failed", sample.failed}};
  return json.dump() + '\n';
}

std::string line_of(const RunEvent& event) {
  Json json{{"at_ns", event.at.count()},
            {"name", to_text(event.name)},
            {"detail", to_text(event.detail)},
            {"kind", to_string(event.kind)},
            {"until_ns", event.until ? Json(event.until->count()) : Json()},
            {"failed", event.failed}};
  if (event.skipped) json["skipped"] = true;
  if (event.optional) json["optional"] = true;
  return json.dump() + '\n';
}

std::string line_of_warning(const std::string& text) {
  return Json{{"text", to_text(text)}}.dump() + '\n';
}

Result<std::vector<Sample>> read_samples(const std::filesystem::path& file) {
  return read_lines(file, sample_of);
}

Result<std::vector<std::string>> read_warnings(const std::filesystem::path& file) {
  return read_lines<std::string>(
      file, [](const Json& json) { return from_text(json.at("text").get<std::string>()); });
}

Result<std::vector<RunEvent>> read_events(const std::filesystem::path& file) {
  TRY_ASSIGN(const std::vector<RunEvent> lines, read_lines(file, event_of));
  std::vector<RunEvent> events;
  for (const RunEvent& line : lines) {
    const auto begun = std::find_if(events.begin(), events.end(), [&](const RunEvent& event) {
      return event.at == line.at && event.name == line.name;
    });
    if (begun == events.end())
      events.push_back(line);
    else
      *begun = line;
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const RunEvent& a, const RunEvent& b) { return a.at < b.at; });
  return events;
}

}  // namespace votebench::ledger
