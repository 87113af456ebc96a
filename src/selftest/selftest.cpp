#include "selftest/selftest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>

#include "core/counted.h"
#include "core/os.h"
#include "selftest/case_run.h"
#include "stack/programs.h"

namespace votebench::selftest {
namespace {

namespace fs = std::filesystem;

Result<std::vector<const Case*>> wanted(const std::vector<std::string>& names) {
  std::vector<const Case*> chosen;
  for (const std::string& name : names)
    if (find_case(name) == nullptr) {
      std::vector<std::string> all;
      for (const Case& which : cases()) all.emplace_back(which.name);
      const auto near = closest_match(name, all);
      return fail(ErrorKind::usage, fmt::format("there is no case '{}'", printable(name)),
                  near ? fmt::format("did you mean '{}'?", *near) : "--list shows them");
    }
  for (const Case& which : cases())
    if (names.empty() || std::ranges::count(names, which.name) > 0) chosen.push_back(&which);
  return chosen;
}

// Where the cases work. Removes a temporary one at its end.
class Workplace {
 public:
  static Result<Workplace> make(const fs::path& given) {
    std::error_code error;
    if (!given.empty()) {
      fs::create_directories(given, error);
      if (error) return file_failure("make", given, error.value());
      return Workplace(fs::absolute(given, error), false);
    }
    std::string path = (fs::temp_directory_path(error) / "votebench-selftest-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) return file_failure("make", path, errno);
    return Workplace(path, true);
  }
  Workplace(Workplace&& other) noexcept
      : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, false)) {}
  Workplace& operator=(Workplace&&) = delete;
  ~Workplace() {
    std::error_code none;
    if (temporary_) fs::remove_all(path_, none);
  }

  // A place for one case, or for what all of them need.
  [[nodiscard]] Result<Place> of(std::string_view name) const {
    Place place{path_ / name, path_ / "cluster"};
    std::error_code error;
    fs::remove_all(place.directory, error);
    fs::create_directories(place.directory, error);
    if (error) return file_failure("make", place.directory, error.value());
    return place;
  }

 private:
  Workplace(fs::path path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}
  fs::path path_;
  bool temporary_;
};

Judged judge(const Case& which, const Workplace& workplace, std::uint64_t planted,
             const std::stop_token& stop) {
  Judged judged{&which, {}, {}};
  if (auto place = workplace.of(which.name)) {
    place->planted = planted;
    judged.seen = run_case(which, *place, stop);
  } else {
    judged.seen.trouble = place.error().message;
  }
  judged.ruling = rule(which, judged.seen);
  return judged;
}

std::string progress_line(const Judged& judged, std::size_t done, std::size_t of) {
  return fmt::format("{:>2} of {}: {} {} ({})", done, of, judged.which->name,
                     judged.ruling.right ? "right" : "WRONG: " + judged.ruling.why,
                     format_duration(judged.seen.took));
}

std::string planted_words(const Case& which) {
  if (which.planted == &kNothing) return "-";
  std::string words(which.planted->word);
  if (which.hop != Hop::unknown) words += fmt::format(" @{}", to_string(which.hop));
  return words;
}

constexpr std::string_view kRow = "{:<20} {:<19} {:<20} {:<6} {:>4} {}\n";

// The verdict in six columns.
std::string verdict_word(const Seen& seen) {
  if (seen.verdict.empty()) return "none";
  return seen.verdict == to_string(VerdictKind::inconclusive) ? "open" : seen.verdict;
}

std::string row(const Judged& judged) {
  const Seen& seen = judged.seen;
  std::string found = found_words(seen);
  if (judged.which->planted == &kLost && !seen.lost_at.empty()) found += ' ' + hop_words(seen);
  std::string text =
      fmt::format(fmt::runtime(kRow), judged.which->name, planted_words(*judged.which), found,
                  verdict_word(seen), fmt::format("{:.0f}s", in_seconds(seen.took)),
                  judged.ruling.right ? "ok" : "WRONG");
  if (!judged.ruling.right) text += fmt::format("    {}\n", printable(judged.ruling.why, 72));
  return text;
}

std::uint64_t count_if(const std::vector<Judged>& judged, bool (*wanted)(const Judged&)) {
  return static_cast<std::uint64_t>(std::ranges::count_if(judged, wanted));
}

}  // namespace

Result<std::vector<Judged>> examine(const Options& options,
                                    const std::function<void(std::string_view)>& tell,
                                    const std::stop_token& stop) {
  TRY_ASSIGN(const std::vector<const Case*> chosen, wanted(options.names));
  TRY(stack::find_programs({}));
  TRY_ASSIGN(const Workplace workplace, Workplace::make(options.directory));
  TRY_ASSIGN(const Place first, workplace.of("first"));
  TRY(make_cluster(first, stop));
  std::vector<std::optional<Judged>> ended(chosen.size());
  std::atomic<std::size_t> next{0};
  std::mutex one_at_a_time;
  std::size_t done = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < chosen.size() && !stop.stop_requested(); i = next++) {
      Judged judged = judge(*chosen[i], workplace, options.planted, stop);
      if (stop.stop_requested()) return;
      const std::lock_guard lock(one_at_a_time);
      tell(progress_line(judged, ++done, chosen.size()));
      ended[i] = std::move(judged);
    }
  };
  std::vector<std::jthread> threads;
  for (std::uint32_t i = 0; i < options.jobs; ++i) threads.emplace_back(work);
  threads.clear();
  std::vector<Judged> judged;
  for (std::optional<Judged>& one : ended)
    if (one) judged.push_back(std::move(*one));
  return judged;
}

std::string table(const std::vector<Judged>& judged, std::uint64_t planted, Nanoseconds took) {
  std::string text = fmt::format(fmt::runtime(kRow), fmt::format("case ({} planted)", planted),
                                 "planted", "found", "says", "time", "");
  for (const Judged& one : judged) text += row(one);
  const std::uint64_t right = count_if(judged, [](const Judged& one) { return one.ruling.right; });
  const std::uint64_t accused =
      count_if(judged, [](const Judged& one) { return one.ruling.accused; });
  text += fmt::format("\n{} of {} right; {} accused of what was not planted; {}\n", right,
                      counted(judged.size(), "case"), accused, format_duration(took));
  return text;
}

std::string list() {
  std::string text;
  for (const Case& which : cases()) text += fmt::format("{:<22} {}\n", which.name, which.about);
  return text;
}

bool all_right(const std::vector<Judged>& judged) {
  return std::ranges::all_of(judged, [](const Judged& one) { return one.ruling.right; });
}

}  // namespace votebench::selftest
