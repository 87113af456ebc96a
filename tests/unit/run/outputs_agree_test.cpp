// One number per fact: random runs, judged as real ones are, in every form that a report has.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "audit/audit.h"
#include "core/text.h"
#include "report/write/render.h"
#include "run/judge_run.h"
#include "support/catch.h"
#include "support/memory_stack.h"

using namespace votebench;
using namespace std::chrono_literals;
using votebench::support::CaseFile;
using votebench::support::Fault;
using votebench::support::MemoryStack;
using votebench::support::Script;

namespace {

constexpr std::uint64_t kWorlds = 200;

// By table, row and column, as an output shows them: {"level", "written", "peak/s"} is "614.6".
using Shown = std::map<std::tuple<std::string, std::string, std::string>, std::string>;

// A run of a stack in memory, with times.
struct World {
  CaseFile seen;
  scenario::Scenario scenario;
  ledger::RunRecord record;
  report::PlannedLoad planned;
  Verdict verdict;

  explicit World(std::uint64_t seed) {
    Rng rng(seed, 77);
    Script script;
    script.fault = static_cast<Fault>(seed % support::kFaults);
    script.settles = rng.uniform() < 0.8;
    script.model = rng.uniform() < 0.3 ? TableModel::append : TableModel::last_wins;
    MemoryStack stack(seed, script);
    stack.run();
    seen = stack.seen();
    time_votes(rng);
    record.begin.choices = seen.choices;
    record.begin.run = RunId{0xB7F3A};
    record.begin.key = RunKey{1, 2};
    record.begin.limits = seen.limits;
    record.begin.services = {{"Redis", "redis"}, {"PostgreSQL", "postgres"}};
    record.load.planned = seen.attempts.size() + rng.below(3);
    record.load.completed = rng.uniform() < 0.9;
    record.evidence.queue = seen.queue;
    record.evidence.rows = seen.rows;
    record.evidence.settlement = seen.settlement;
    time_rows(rng);
    record.events = {{1s, "crash", "kill worker", EventKind::fault}};
    record.complete = true;
    sample();
    scenario.name = "random";
    scenario.thresholds = {{"http.error_rate < 1%", "http.error_rate", "<", 0.01},
                           {"http.response.p99 < 20ms", "http.response.p99", "<", 0.02},
                           {"queue.depth.max < 5", "queue.depth.max", "<", 5}};
    verdict = audit::judge(run::audit_input(record, seen));
  }

  [[nodiscard]] report::Report report() const {
    return report::make_report({scenario, record, seen, planned}, verdict,
                               {.run_id = "20251120-180111Z-7f3a91bd",
                                .directory = "reports/random/20251120-180111Z-7f3a91bd",
                                .selector = "7f3a91bd",
                                .files = {"report.html"},
                                .here = {"votebench", "/home/ann", "run", {}}});
  }

 private:
  // Of half of the runs the table tells when a row was written.
  void time_rows(Rng& rng) {
    if (rng.uniform() < 0.5) return;
    record.begin.t0_wall = WallTime(std::chrono::seconds(1'763'661'671));
    record.begin.clocks = {{ServerClock::Of::rows, {0ms, 50us}, record.begin.t0_wall}};
    for (OwnRow& row : record.evidence.rows.rows.own)
      row.committed_ns = (record.begin.t0_wall.time_since_epoch() + record.load.length +
                          1us * static_cast<std::int64_t>(rng.below(900'000)))
                             .count();
  }

  // Most answers take milliseconds, some a second.
  void time_votes(Rng& rng) {
    for (Attempt& attempt : seen.attempts) {
      attempt.lag_100ns = static_cast<std::uint32_t>(rng.below(5000));
      const bool slow = rng.uniform() < 0.02;
      attempt.done_100ns = static_cast<std::uint32_t>(rng.below(slow ? 10'000'000 : 100'000));
      record.load.length = std::max(record.load.length, attempt.started() + attempt.service_time());
    }
  }

  void sample() {
    const auto votes = static_cast<double>(seen.attempts.size());
    const int seconds = static_cast<int>(record.load.length / 1s) + 1;
    for (int second = 0; second <= seconds; ++second) {
      Sample point;
      point.at = std::chrono::seconds(second);
      point.has_queue = point.has_rows = true;
      point.started = point.acked = point.pushed = point.rows_written =
          static_cast<std::uint64_t>(votes * second / seconds);
      record.samples.push_back(point);
    }
  }
};

std::string trimmed(std::string text) {
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space));
  text.erase(std::find_if_not(text.rbegin(), text.rend(), is_space).base(), text.end());
  return text;
}

// "✗ lost" and "lost" are one row, "response (from the planned time)" and "response" as well.
std::string label_of(const std::string& cell) {
  static const std::regex marks("^[^A-Za-z]+");
  static const std::regex remark(R"( \([^)]*\)$)");
  return trimmed(std::regex_replace(std::regex_replace(cell, marks, ""), remark, ""));
}

// Which table these columns are of; empty: one that only one output has, or a heading.
std::string table_of(const std::vector<std::string>& columns) {
  const std::vector<std::pair<std::string, std::string>> signs{{"class", "class"},
                                                               {"level", "level"},
                                                               {"p50", "latency"},
                                                               {"threshold", "check"},
                                                               {"check", "check"}};
  if (!columns.empty() && columns[0] == "due from") return {};
  for (const auto& [column, table] : signs)
    if (std::ranges::find(columns, column) != columns.end()) return table;
  return {};
}

void note(Shown& shown, const std::vector<std::string>& columns,
          const std::vector<std::string>& cells) {
  static const std::set<std::string> kNumbers{"votes", "mean/s", "peak/s", "p50",     "p90",
                                              "p99",   "p99.9",  "max",    "measured"};
  const std::string table = table_of(columns);
  if (table.empty()) return;
  const std::size_t name = table == "check" ? 1 : 0;
  for (std::size_t i = name + 1; i < std::min(columns.size(), cells.size()); ++i)
    if (kNumbers.contains(columns[i]) && cells[i].find("no valid") == std::string::npos)
      shown.emplace(std::tuple(table, label_of(cells[name]), columns[i]), cells[i]);
}

std::vector<std::string> split(const std::string& text, const std::regex& separator) {
  std::vector<std::string> parts;
  for (std::sregex_token_iterator part(text.begin(), text.end(), separator, -1), end; part != end;
       ++part)
    parts.push_back(trimmed(*part));
  return parts;
}

Shown of_text(const std::string& text) {
  static const std::regex wide("  +");
  static const std::map<std::string, std::vector<std::string>> kColumns{
      {"AUDIT", {"class", "votes"}},
      {"LEVEL", {"level", "votes", "mean/s", "peak/s"}},
      {"LATENCY", {"", "p50", "p90", "p99", "p99.9", "max"}},
      {"THRESHOLDS", {"", "check", "measured"}}};
  Shown shown;
  std::vector<std::string> columns;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells = split(trimmed(line), wide);
    if (line.starts_with("    ") && line.size() > 4 && line[4] != ' ') {
      if (table_of(columns) == "check") cells.insert(cells.begin(), "");
      if (cells.back() == "at least") cells[0] += ", at least";
      note(shown, columns, cells);
    } else if (line.starts_with("  ") && line.size() > 2 && line[2] != ' ') {
      const auto known = kColumns.find(cells[0]);
      columns = known != kColumns.end() ? known->second : std::vector<std::string>();
    }
  }
  return shown;
}

Shown of_markdown(const std::string& text) {
  Shown shown;
  std::vector<std::string> columns;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("|")) {
      columns.clear();
      continue;
    }
    std::vector<std::string> cells = split(line.substr(1), std::regex(R"(\|)"));
    for (std::string& cell : cells) std::erase(cell, '`');
    if (columns.empty())
      columns = cells;
    else if (!line.starts_with("|---") && !line.starts_with("|--:"))
      note(shown, columns, cells);
  }
  return shown;
}

std::string without_tags(const std::string& html) {
  std::string text = std::regex_replace(html, std::regex("<br>.*"), "");
  text = std::regex_replace(text, std::regex("<[^>]*>"), "");
  for (const auto& [from, to] :
       {std::pair("&lt;", "<"), std::pair("&gt;", ">"), std::pair("&amp;", "&"),
        std::pair("&#39;", "'"), std::pair("µs", "us")})  // a page has more signs than a terminal
    text = std::regex_replace(text, std::regex(from), to);
  return trimmed(text);
}

Shown of_html(const std::string& html) {
  static const std::regex row("<tr[^>]*>(.*?)</tr>");
  static const std::regex cell("<t[dh][^>]*>(.*?)</t[dh]>");
  Shown shown;
  std::vector<std::string> columns;
  for (std::sregex_iterator each(html.begin(), html.end(), row), end; each != end; ++each) {
    const std::string inside = (*each)[1];
    std::vector<std::string> cells;
    for (std::sregex_iterator one(inside.begin(), inside.end(), cell); one != end; ++one)
      cells.push_back(without_tags((*one)[1]));
    if (inside.find("scope=\"col\"") != std::string::npos)
      columns = cells;
    else
      note(shown, columns, cells);
  }
  return shown;
}

using Json = nlohmann::json;

// As people read it. The file has tenths of a microsecond: what they were rounded from may read
// otherwise, "5.5 ms|5.51 ms".
std::string duration_of(const Json& latency, const std::string& name) {
  if (!latency.contains(name) || latency.at(name).is_null()) return {};
  const Json at_least = latency.value("at_least", Json::array());
  const bool more = std::ranges::find(at_least, Json(name)) != at_least.end();
  std::set<std::string> texts;
  for (const std::int64_t off : {-50, 0, 50}) {
    const auto time = Nanoseconds(std::llround(latency.at(name).get<double>() * 1000) + off);
    texts.insert((more ? "≥" : "") + format_duration(std::max(time, Nanoseconds(0))));
  }
  return fmt::format("{}", fmt::join(texts, "|"));
}

Shown of_json(const Json& json) {
  Shown shown;
  const auto put = [&](const char* table, const char* row, const char* column, std::string value) {
    if (!value.empty()) shown.emplace(std::tuple(table, row, column), std::move(value));
  };
  const auto count = [](const Json& value) {
    return value.is_null() ? std::string() : format_count(value.get<std::uint64_t>());
  };
  const Json& audit = json.at("audit");
  for (const char* name : {"lost", "flipped", "duplicated", "stale", "phantom", "contradiction"})
    put("class", name, "votes", count(audit.at(name).at("count")));
  for (const char* name : {"persisted", "superseded", "recovered", "pending", "queued"})
    put("class", name, "votes", count(audit.at(name)));
  put("class", "absent", "votes", count(audit.at("absent_ambiguous")));
  put("class", "in flight", "votes", count(audit.at("in_flight")));
  const Json& levels = json.at("levels");
  put("level", "sent", "votes", count(levels.at("http").at("sent")));
  put("level", "accepted", "votes", count(levels.at("http").at("accepted")));
  put("level", "queued", "votes", count(levels.at("queue").at("pushed")));
  put("level", "written", "votes", count(levels.at("db").at("written")));
  const Json& latency = json.at("latency");
  const auto put_percentiles = [&](const char* row, const Json& of) {
    for (const auto& [column, name] :
         {std::pair("p50", "p50"), std::pair("p90", "p90"), std::pair("p99", "p99"),
          std::pair("p99.9", "p999"), std::pair("max", "max")})
      put("latency", row, column, duration_of(of, name));
  };
  put_percentiles("response", latency.at("http_response"));
  put_percentiles("service", latency.at("http_service"));
  const Json& stored = latency.at("end_to_end");
  const bool bounded = stored.at("kind") == "bounded";
  put_percentiles(bounded ? "end to end, at most" : "end to end", stored);
  if (bounded) put_percentiles("end to end, at least", stored.at("lower_bound"));
  return shown;
}

// Where both tell a fact they tell the same number; how many facts both tell.
int compare(const Shown& one, const Shown& other) {
  int both = 0;
  for (const auto& [fact, number] : one) {
    const auto found = other.find(fact);
    if (found == other.end()) continue;
    ++both;
    INFO(std::get<0>(fact) << ": " << std::get<1>(fact) << ", " << std::get<2>(fact) << ": "
                           << number << " and " << found->second);
    const std::vector<std::string> readings = split(number, std::regex(R"(\|)"));
    CHECK(std::ranges::find(readings, found->second) != readings.end());
  }
  return both;
}

void check_sums(const Json& json) {
  const Json& sums = json.at("accounting");
  const auto number = [](const Json& value) { return value.get<std::uint64_t>(); };
  std::uint64_t planned = 0;
  for (const char* part : {"acked", "rejected", "ambiguous", "not_sent", "never_started"})
    planned += number(sums.at(part));
  CHECK(number(sums.at("planned")) == planned);
  CHECK(number(json.at("levels").at("http").at("accepted")) == number(sums.at("acked")));
  const Json& audit = json.at("audit");
  std::uint64_t hops = 0;
  for (const auto& hop : audit.at("lost").at("by_hop")) hops += number(hop);
  CHECK(hops == number(audit.at("lost").at("count")));
  std::uint64_t accepted = 0;
  for (const char* part : {"persisted", "superseded", "pending", "queued", "in_flight"})
    accepted += number(audit.at(part));
  for (const char* part : {"lost", "flipped", "stale"})
    accepted += number(audit.at(part).at("count"));
  INFO(audit.dump());
  CHECK(accepted == number(sums.at("acked")));
}

}  // namespace

TEST_CASE("200 random runs: a number that stands in two outputs is the same in both") {
  int facts = 0;
  for (std::uint64_t seed = 0; seed < kWorlds; ++seed) {
    const World world(seed);
    const report::Report report = world.report();
    INFO("seed " << seed);
    const Json json = Json::parse(report::result_json(report));
    const std::vector<Shown> outputs{
        of_json(json), of_text(report::summary_text(report, {true, false, 80})),
        of_markdown(report::summary_markdown(report)), of_html(report::report_html(report))};
    for (std::size_t a = 0; a < outputs.size(); ++a)
      for (std::size_t b = a + 1; b < outputs.size(); ++b) {
        const int both = compare(outputs[a], outputs[b]);
        CHECK(both >= 15);
        facts += both;
      }
    check_sums(json);
  }
  CHECK(facts > 200 * 6 * 18);
}
