#include "report/live/progress.h"

#include <algorithm>

#include "support/golden.h"

using namespace votebench;
using namespace votebench::report;
using namespace std::chrono_literals;
using votebench::tests::check_golden;

namespace {

constexpr Style kUnicode{true, false, 80};
constexpr Style kAscii{false, false, 80};

// `seconds` into 400 votes a second for two minutes; the worker died at 60 s.
ProgressState crashed_at(int seconds) {
  ProgressState state;
  state.stage = "peak: hold 400/s";
  state.elapsed = std::chrono::seconds(seconds);
  state.planned_load = 120s;
  state.planned_votes = 48000;
  state.drain_limit = 60s;
  for (int s = std::max(seconds - 60, 1); s <= seconds; ++s) {
    const auto sent = static_cast<std::uint64_t>(400 * s);
    const std::uint64_t written = std::min<std::uint64_t>(sent, 24000);
    state.history.push_back(
        {std::chrono::seconds(s), sent, sent - 8, sent - written, written, s > 60 ? 39U : 0U});
  }
  state.now = state.history.back();
  state.history.pop_back();
  state.errors = 5;
  state.unknown = 3;
  state.lag = 400us;
  state.response_p50 = 3200us;
  state.response_p99 = 48ms;
  if (seconds > 60) state.events = {{60s, "worker-crash", "kill worker", EventKind::fault}};
  return state;
}

ProgressState draining() {
  ProgressState state = crashed_at(60);
  state.stage = "drain";
  state.draining = true;
  state.elapsed = 75s;
  state.drained = 15s;
  state.events.clear();
  state.history.clear();
  for (int s = 60; s <= 75; ++s)
    state.history.push_back({std::chrono::seconds(s), 24000, 24000,
                             static_cast<std::uint64_t>(75 - s) * 100U + 500,
                             static_cast<std::uint64_t>(s - 60) * 100U + 22000,
                             static_cast<std::uint64_t>(75 - s) * 100U + 500});
  state.now = state.history.back();
  state.history.pop_back();
  return state;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// What a terminal of `columns` shows after `bytes`: enough of a VT100 for what the view writes.
class Screen {
 public:
  explicit Screen(std::size_t columns) : columns_(columns) {}

  void write(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] == '\x1b') {
        i = escape(bytes, i + 2);
      } else if (bytes[i] == '\r') {
        column_ = 0;
      } else if (bytes[i] == '\n') {
        ++row_;
        column_ = 0;
        grow();
      } else {
        put(bytes[i]);
      }
    }
  }

  [[nodiscard]] std::string text() const {
    std::string all;
    for (const std::string& line : lines_) {
      std::string trimmed = line;
      trimmed.erase(trimmed.find_last_not_of(' ') + 1);
      all += trimmed + "\n";
    }
    while (all.ends_with("\n\n")) all.pop_back();
    return all == "\n" ? "" : all;
  }

 private:
  std::size_t escape(std::string_view bytes, std::size_t at) {
    std::size_t number = 0;
    while (bytes[at] >= '0' && bytes[at] <= '9')
      number = number * 10 + static_cast<std::size_t>(bytes[at++] - '0');
    if (bytes[at] == 'A') row_ -= std::min(row_, number);
    if (bytes[at] == 'K') lines_[row_].resize(std::min(lines_[row_].size(), column_));
    if (bytes[at] == 'J') {
      lines_.resize(row_ + 1);
      lines_[row_].resize(std::min(lines_[row_].size(), column_));
    }
    return at;
  }

  void put(char c) {
    if (column_ == columns_) {
      ++row_;
      column_ = 0;
    }
    grow();
    std::string& line = lines_[row_];
    if (line.size() <= column_) line.resize(column_ + 1, ' ');
    line[column_++] = c;
  }

  void grow() {
    if (lines_.size() <= row_) lines_.resize(row_ + 1);
  }

  std::size_t columns_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  std::vector<std::string> lines_{1};
};

}  // namespace

TEST_CASE("the live block", "[golden]") {
  check_golden("report/progress-start.txt", joined(progress_block(crashed_at(4), kUnicode)));
  check_golden("report/progress-crash.txt", joined(progress_block(crashed_at(66), kUnicode)));
  check_golden("report/progress-crash.ascii.txt", joined(progress_block(crashed_at(66), kAscii)));
  check_golden("report/progress-crash.colour.txt",
               joined(progress_block(crashed_at(66), {true, true, 80})));
  check_golden("report/progress-drain.txt", joined(progress_block(draining(), kUnicode)));
  ProgressState preflight;
  preflight.stage = "preflight: 20 probe votes";
  check_golden("report/progress-preflight.txt", joined(progress_block(preflight, kUnicode)));
}

TEST_CASE("no line of the block is wider than the terminal, at any width and number") {
  ProgressState state = crashed_at(66);
  state.stage = std::string(200, 's');
  state.warnings = {"a\x1b[2J" + std::string(300, 'w')};
  state.now = {state.elapsed, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL};
  for (const std::size_t width : {20, 40, 79, 80, 200})
    for (const std::string& line : progress_block(state, {true, false, width})) {
      INFO(line);
      CHECK(display_width(line) <= width);
      CHECK(line.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("on a narrow terminal remarks win over pictures and padding") {
  const std::string narrow = joined(progress_block(crashed_at(66), {true, false, 60}));
  const std::string wide = joined(progress_block(crashed_at(66), kUnicode));
  CHECK(narrow.find("…") == std::string::npos);
  for (const char* remark : {"not lost: judged after drain", "! stalled for 6 s", "54 left",
                             "p50 3.2 ms, p99 48 ms in the last second"}) {
    INFO(narrow);
    CHECK(wide.find(remark) != std::string::npos);
    CHECK(narrow.find(remark) != std::string::npos);
  }
}

TEST_CASE("missing votes are never called lost while they may still arrive") {
  for (const ProgressState& state : {crashed_at(66), draining()})
    for (const std::string& line : progress_block(state, kUnicode))
      if (line.find("lost") != std::string::npos) CHECK(line.find("not lost") != std::string::npos);
}

TEST_CASE("a healthy run looks calm though the looks at the table lag behind") {
  ProgressState state;
  state.elapsed = 4300ms;
  state.planned_load = 5s;
  for (int s = 1; s <= 4; ++s) {  // a little after each full second
    const auto votes = static_cast<std::uint64_t>(400 * s + 20);
    state.history.push_back({std::chrono::seconds(s) + 50ms, votes, votes, 1, votes - 40, 40});
  }
  state.now = {state.elapsed, 1720, 1720, 2, 1620, 100};
  const std::string text = joined(progress_block(state, kUnicode));
  CHECK(text.find("on their way") != std::string::npos);
  CHECK(text.find("oldest") == std::string::npos);
  CHECK(text.find("████   ") != std::string::npos);  // the first second is as high as the others
  CHECK(text.find("00:01 left") != std::string::npos);
  state.now.written = 400;
  CHECK(joined(progress_block(state, kUnicode)).find("not lost") != std::string::npos);
}

TEST_CASE("an empty state is drawn, not divided by") {
  CHECK_FALSE(progress_block({}, kUnicode).empty());
  ProgressState state;
  state.has_queue = state.has_rows = false;
  state.draining = true;
  CHECK_FALSE(progress_block(state, kUnicode).empty());
}

TEST_CASE("the view draws in place: the screen shows the last block alone") {
  ProgressView view(kAscii);
  Screen screen(100);
  for (int second = 55; second <= 66; ++second)
    screen.write(view.update(crashed_at(second), {100, 40}));
  CHECK(screen.text() == joined(progress_block(crashed_at(66), kAscii)));
  screen.write(view.message("redis answers again", {100, 40}));
  screen.write(view.update(crashed_at(50), {100, 40}));  // fewer lines than before
  CHECK(screen.text() == "redis answers again\n" + joined(progress_block(crashed_at(50), kAscii)));
  screen.write(view.clear({100, 40}));
  CHECK(screen.text() == "redis answers again\n");
  CHECK(view.clear({100, 40}).empty());
}

TEST_CASE("the view never erases before it writes: that would flicker") {
  ProgressView view(kAscii);
  const std::string first = view.update(crashed_at(5), {80, 24});
  const std::string second = view.update(crashed_at(6), {80, 24});
  CHECK(first.find("\x1b[J") > first.rfind('\n'));
  CHECK(second.find("\x1b[J") > second.rfind('\n'));
  CHECK(second.find("\x1b[2J") == std::string::npos);
}

TEST_CASE("the view fits the terminal it has now") {
  ProgressView view(kAscii);
  Screen screen(40);
  screen.write(view.update(crashed_at(65), {40, 24}));
  screen.write(view.update(crashed_at(66), {40, 24}));
  const Style narrow{false, false, 39};
  CHECK(screen.text() == joined(progress_block(crashed_at(66), narrow)));

  // Drawn at 80 columns, then the terminal shrinks to 40 and wraps each long line.
  ProgressView resized(kAscii);
  const std::string before = resized.update(crashed_at(65), {80, 24});
  Screen wrapped(40);
  wrapped.write(before);
  wrapped.write(resized.update(crashed_at(66), {40, 24}));
  CHECK(wrapped.text() == joined(progress_block(crashed_at(66), narrow)));

  // A terminal of five lines scrolls if it is given more than four.
  ProgressView low(kAscii);
  const std::string bytes = low.update(crashed_at(66), {80, 5});
  CHECK(std::count(bytes.begin(), bytes.end(), '\n') == 4);
}

TEST_CASE("off a terminal: lines at changes and at a steady interval", "[golden]") {
  ProgressLog log;
  const WallTime start(1'763'661'671s);
  std::string text;
  for (int s = 0; s <= 40; ++s) {
    ProgressState state = crashed_at(s + 40);
    state.planned_load = 800s;  // one line in 20 s
    if (s >= 34) state.events[0].until = 74s;
    if (s >= 34) state.events[0].detail += "; undone: start worker";
    if (s == 31) state.warnings = {"two words, \"quoted\"\n"};
    text += log.update(state, start + std::chrono::seconds(s));
  }
  check_golden("report/progress-log.txt", text);
}

TEST_CASE("the log's interval is ten seconds, or a fortieth of a long run") {
  const auto lines = [](Nanoseconds planned, int seconds) {
    ProgressLog log;
    std::size_t count = 0;
    for (int s = 0; s < seconds; ++s) {
      ProgressState state = crashed_at(1);
      state.planned_load = planned;
      count += log.update(state, WallTime(std::chrono::seconds(s))).empty() ? 0 : 1;
    }
    return count;
  };
  CHECK(lines(60s, 60) == 6);
  CHECK(lines(400s, 400) == 40);
  CHECK(lines(36000s, 36000) == 40);
  CHECK(lines(0s, 20) == 2);
}
