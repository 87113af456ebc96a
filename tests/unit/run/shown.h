// What the outputs of a run show, fact by fact: tables of the terminal, of Markdown and of the
// page, result.json, timeseries.csv, junit.xml, and what a person sees while the run goes on.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/text.h"
#include "report/words.h"

namespace votebench::run::test {

// By table, row and column, as an output shows them: {"level", "written", "peak/s"} is "614.6".
using Shown = std::map<std::tuple<std::string, std::string, std::string>, std::string>;

inline std::string trimmed(std::string text) {
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space));
  text.erase(std::find_if_not(text.rbegin(), text.rend(), is_space).base(), text.end());
  return text;
}

// "✗ lost" and "lost" are one row, "response (from the planned time)" and "response" as well.
inline std::string label_of(const std::string& cell) {
  static const std::regex marks("^[^A-Za-z]+");
  static const std::regex remark(R"( \([^)]*\)$)");
  return trimmed(std::regex_replace(std::regex_replace(cell, marks, ""), remark, ""));
}

// Which table these columns are of; empty: one that only one output has, or a heading.
inline std::string table_of(const std::vector<std::string>& columns) {
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

inline void note(Shown& shown, const std::vector<std::string>& columns,
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

// At every `separator`, or where two blanks and more stand (an empty one).
inline std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  const std::string_view wanted = separator.empty() ? "  " : separator;
  for (;;) {
    const std::size_t end = text.find(wanted);
    parts.push_back(trimmed(std::string(text.substr(0, end))));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + wanted.size());
    while (separator.empty() && text.starts_with(' ')) text.remove_prefix(1);
  }
}

inline Shown of_text(const std::string& text) {
  static const std::map<std::string, std::vector<std::string>> kColumns{
      {"AUDIT", {"class", "votes"}},
      {"LEVEL", {"level", "votes", "mean/s", "peak/s"}},
      {"LATENCY", {"", "p50", "p90", "p99", "p99.9", "max"}},
      {"THRESHOLDS", {"", "check", "measured"}}};
  Shown shown;
  std::vector<std::string> columns;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells = split(trimmed(line), "");
    if (line.starts_with("    ") && line.size() > 4 && line[4] != ' ') {
      if (table_of(columns) == "check") cells.insert(cells.begin(), "");
      if (cells.back() == "at least") cells[0] += ", at least";
      note(shown, columns, cells);
    } else if (line.starts_with("  ") && line.size() > 2 && line[2] != ' ') {
      const auto known = kColumns.find(cells[0].substr(0, cells[0].find(" NOT VALID")));
      columns = known != kColumns.end() ? known->second : std::vector<std::string>();
    }
  }
  return shown;
}

inline Shown of_markdown(const std::string& text) {
  Shown shown;
  std::vector<std::string> columns;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("|")) {
      columns.clear();
      continue;
    }
    std::vector<std::string> cells = split(line.substr(1), "|");
    for (std::string& cell : cells) std::erase(cell, '`');
    if (columns.empty())
      columns = cells;
    else if (!line.starts_with("|---") && !line.starts_with("|--:"))
      note(shown, columns, cells);
  }
  return shown;
}

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

inline std::string without_entities(std::string text) {
  for (const auto& [from, to] :
       {std::pair("&lt;", "<"), std::pair("&gt;", ">"), std::pair("&quot;", "\""),
        std::pair("&#39;", "'"), std::pair("&amp;", "&")})
    text = replaced(std::move(text), from, to);
  return text;
}

// Of a cell up to its first line's end.
inline std::string without_tags(std::string_view html) {
  html = html.substr(0, html.find("<br>"));
  std::string text;
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) text += c;
    if (c == '>') inside = false;
  }
  return trimmed(replaced(without_entities(std::move(text)), "µs", "us"));
}

// What stands between each <NAME ...> and its </NAME>.
inline std::vector<std::string_view> elements(std::string_view html, std::string_view name) {
  std::vector<std::string_view> found;
  const std::string begin = "<" + std::string(name), end = "</" + std::string(name) + ">";
  for (std::size_t at = html.find(begin); at != std::string_view::npos; at = html.find(begin, at)) {
    const std::size_t inside = html.find('>', at) + 1;
    const std::size_t until = html.find(end, inside);
    const char next = html[at + begin.size()];
    at = inside;
    if (next == '>' || next == ' ') found.push_back(html.substr(inside, until - inside));
  }
  return found;
}

inline Shown of_html(std::string_view html) {
  Shown shown;
  std::vector<std::string> columns;
  for (const std::string_view row : elements(html, "tr")) {
    std::vector<std::string> cells;
    std::string one_name = replaced(replaced(std::string(row), "<th", "<td"), "</th>", "</td>");
    for (const std::string_view cell : elements(one_name, "td"))
      cells.push_back(without_tags(cell));
    if (row.find("scope=\"col\"") != std::string_view::npos)
      columns = cells;
    else
      note(shown, columns, cells);
  }
  return shown;
}

using Json = nlohmann::json;

// As people read it. The file has tenths of a microsecond: what they were rounded from may read
// otherwise, "5.5 ms|5.51 ms".
inline std::string duration_of(const Json& latency, const std::string& name) {
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

// Votes by what became of them, and those that a live view calls errors.
template <typename Put>
void add_accounting(const Json& json, const Put& put) {
  const Json& sums = json.at("accounting");
  const auto votes = [&](const char* name) { return sums.at(name).template get<std::uint64_t>(); };
  put("accounting", "planned", "votes", format_count(votes("planned")));
  for (const auto& [row, name] :
       {std::pair("accepted", "acked"), std::pair("rejected", "rejected"),
        std::pair("unknown", "ambiguous"), std::pair("not sent", "not_sent"),
        std::pair("never started", "never_started")})
    put("accounting", row, "votes", format_count(votes(name)));
  put("live", "errors", "votes", format_count(votes("rejected") + votes("not_sent")));
  std::uint64_t not_accepted = 0;
  for (const Json& cause : json.at("not_accepted"))
    not_accepted += cause.at("count").template get<std::uint64_t>();
  put("live", "not accepted", "votes", format_count(not_accepted));
}

// What junit.xml makes of each class and threshold.
template <typename Put>
void add_checks(const Json& json, const Put& put) {
  const auto state = [](const Json& passed) {
    return passed.is_null() ? "error" : passed.template get<bool>() ? "passed|error" : "failure";
  };
  const Json& audit = json.at("audit");
  for (const char* name : {"lost", "stale", "flipped", "duplicated", "phantom", "contradiction"}) {
    const Json& one = audit.at(name);
    put("class", name, "allowed", format_count(one.value("allowed", std::uint64_t{0})));
    if (one.contains("passed"))
      put("case", ("audit." + std::string(name)).c_str(), "state", state(one.at("passed")));
  }
  const Json& unknown = audit.at("unknown");
  const double share = unknown.at("share").template get<double>();
  put("class", "unknown", "share", report::percent_text(share));
  put("class", "unknown", "allowed",
      report::percent_text(unknown.at("allowed_share").template get<double>()));
  put("case", "audit.unknown", "state",
      unknown.at("passed").template get<bool>() ? "passed" : "error");
  for (const Json& one : json.at("thresholds"))
    put("case", ("threshold." + one.at("expr").template get<std::string>()).c_str(), "state",
        state(one.at("passed")));
  const Json& settled = json.at("settled");
  if (!settled.at("settled").template get<bool>())
    put("settled", "why", "text", settled.at("reason").template get<std::string>());
}

inline Shown of_json(const Json& json) {
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
  add_accounting(json, put);
  add_checks(json, put);
  return shown;
}

// --- outputs for programs

// The last sample of timeseries.csv: what the load had come to when it ended.
inline Shown of_csv(const std::string& csv) {
  static const std::map<std::string, std::tuple<std::string, std::string, std::string>> kFacts{
      {"sent", {"level", "sent", "votes"}},
      {"accepted", {"level", "accepted", "votes"}},
      {"not_accepted", {"live", "not accepted", "votes"}},
      {"queue_depth", {"live", "depth", "votes"}},
      {"queue_in_flight", {"live", "in hand", "votes"}},
      {"queue_pushed", {"level", "queued", "votes"}},
      {"rows_written", {"level", "written", "votes"}}};
  const std::vector<std::string> lines = split(trimmed(csv), "\n");
  const std::vector<std::string> columns = split(lines.front(), ",");
  const std::vector<std::string> cells = split(lines.back(), ",");
  Shown shown;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (const auto fact = kFacts.find(columns[i]); fact != kFacts.end() && !cells.at(i).empty())
      shown.emplace(fact->second, format_count(std::stoull(cells.at(i))));
  return shown;
}

inline std::string attribute(std::string_view element, std::string_view name) {
  const std::string begin = " " + std::string(name) + "=\"";
  const std::size_t at = element.find(begin);
  if (at == std::string_view::npos) return {};
  const std::string_view value = element.substr(at + begin.size());
  return without_entities(std::string(value.substr(0, value.find('"'))));
}

// "3 votes lost, 0 allowed"; "4.2 % of the planned votes have no clear answer, 1 % allowed"
inline void note_case(Shown& shown, const std::string& name, const std::string& message) {
  static const std::regex tally(R"(^([\d,]+) votes? ([a-z]+), ([\d,]+) allowed$)");
  static const std::regex unknown(R"(^([\d.]+ %) of the .* votes have .*, ([\d.]+ %) allowed.*)");
  std::smatch found;
  if (std::regex_match(message, found, tally)) {
    shown.emplace(std::tuple("class", found[2].str(), "votes"), found[1].str());
    shown.emplace(std::tuple("class", found[2].str(), "allowed"), found[3].str());
  } else if (std::regex_match(message, found, unknown)) {
    shown.emplace(std::tuple("class", "unknown", "share"), found[1].str());
    shown.emplace(std::tuple("class", "unknown", "allowed"), found[2].str());
  } else if (name.starts_with("threshold.") && message.starts_with("measured ")) {
    shown.emplace(std::tuple("check", label_of(name.substr(10)), "measured"), message.substr(9));
  } else if (name == "drain") {
    shown.emplace(std::tuple("settled", "why", "text"), message.substr(message.find(": ") + 2));
  }
}

// Every case, what became of it ("passed", "failure", "error"), and the numbers of its message.
inline Shown of_junit(const std::string& xml) {
  Shown shown;
  std::map<std::string, std::size_t> kinds{{"passed", 0}, {"failure", 0}, {"error", 0}};
  std::size_t at = xml.find("<testcase ");
  for (; at != std::string::npos; at = xml.find("<testcase ", at + 1)) {
    const std::string_view one =
        std::string_view(xml).substr(at, xml.find("<testcase ", at + 1) - at);
    const std::string name = attribute(one, "name");
    std::string kind = "passed";
    for (const char* word : {"failure", "error"})
      if (const std::size_t inner = one.find("<" + std::string(word)); inner != one.npos) {
        kind = word;
        note_case(shown, name, attribute(one.substr(inner), "message"));
      }
    ++kinds[kind];
    shown.emplace(std::tuple("case", name, "state"), kind);
  }
  const std::size_t tests = kinds["passed"] + kinds["failure"] + kinds["error"];
  shown.emplace(std::tuple("junit", "cases", "counted"),
                fmt::format("{} {} {}", tests, kinds["failure"], kinds["error"]));
  shown.emplace(std::tuple("junit", "cases", "stated"),
                fmt::format("{} {} {}", attribute(xml, "tests"), attribute(xml, "failures"),
                            attribute(xml, "errors")));
  return shown;
}

// --- while the run goes on

// "2 errors, 1 unknown"
inline void note_remark(Shown& shown, const std::string& line) {
  static const std::regex remark(R"(.*! ([\d,]+) errors, ([\d,]+) unknown.*)");
  std::smatch found;
  if (!std::regex_match(line, found, remark)) return;
  shown.emplace(std::tuple("live", "errors", "votes"), found[1].str());
  shown.emplace(std::tuple("accounting", "unknown", "votes"), found[2].str());
}

// The block at the bottom of a terminal.
inline Shown of_block(const std::vector<std::string>& lines) {
  static const std::map<std::string, std::string> kRows{
      {"sent", "level"}, {"accepted", "level"}, {"queued", "live"}, {"written", "level"}};
  Shown shown;
  for (const std::string& line : lines) {
    const std::vector<std::string> cells = split(trimmed(line), "");
    if (const auto row = kRows.find(cells.front()); row != kRows.end() && cells.size() > 1)
      shown.emplace(std::tuple(row->second, row->first, "votes"), cells[1]);
    note_remark(shown, line);
  }
  return shown;
}

// The last line of a log: key=value pairs.
inline Shown of_log(const std::string& lines) {
  static const std::map<std::string, std::tuple<std::string, std::string, std::string>> kFacts{
      {"sent", {"level", "sent", "votes"}},    {"accepted", {"level", "accepted", "votes"}},
      {"errors", {"live", "errors", "votes"}}, {"unknown", {"accounting", "unknown", "votes"}},
      {"queued", {"live", "queued", "votes"}}, {"written", {"level", "written", "votes"}}};
  Shown shown;
  for (const std::string& pair : split(trimmed(lines), " ")) {
    const std::vector<std::string> parts = split(pair, "=");
    if (const auto fact = kFacts.find(parts.front()); fact != kFacts.end())
      shown.emplace(fact->second, format_count(std::stoull(parts.at(1))));
  }
  return shown;
}

// /metrics: what was begun, less what could not be sent, is what was sent.
inline Shown of_metrics(const std::string& text) {
  std::map<std::string, std::uint64_t> values;
  for (const std::string& line : split(trimmed(text), "\n")) {
    const std::vector<std::string> parts = split(line, " ");
    if (!line.starts_with("#") && parts.size() == 2 &&
        parts[1].find_first_not_of("0123456789") == std::string::npos)
      values[parts[0]] = std::stoull(parts[1]);
  }
  Shown shown;
  const auto put = [&](const char* table, const char* row, std::uint64_t votes) {
    shown.emplace(std::tuple(table, row, "votes"), format_count(votes));
  };
  const auto answered = [&](const std::string& outcome) {
    return values.at("votebench_votes_answered_total{outcome=\"" + outcome + "\"}");
  };
  put("level", "sent", values.at("votebench_votes_sent_total") - answered("not_sent"));
  put("level", "accepted", answered("accepted"));
  put("accounting", "rejected", answered("rejected"));
  put("accounting", "unknown", answered("unknown"));
  put("accounting", "not sent", answered("not_sent"));
  if (values.contains("votebench_queue_depth")) {
    put("live", "queued", values.at("votebench_queue_depth"));
    put("level", "queued", values.at("votebench_queue_pushed_total"));
  }
  put("level", "written", values.at("votebench_rows_written_total"));
  return shown;
}

// --- what stands in every page for people

// "planned 39,370 = 39,350 accepted + 20 unknown", wherever a line or a tag ends it.
inline Shown of_accounting(std::string text) {
  static const std::regex sum(R"(planned ([\d,]+) = ([\d,]+ [a-z ]+( \+ [\d,]+ [a-z ]+)*|0))");
  text = std::regex_replace(text.substr(0, text.find("<script")), std::regex(R"(\s+)"), " ");
  Shown shown;
  std::smatch found;
  if (!std::regex_search(text, found, sum)) return shown;
  shown.emplace(std::tuple("accounting", "planned", "votes"), found[1].str());
  for (const std::string& part : split(found[2].str(), "+")) {
    const std::size_t blank = part.find(' ');
    if (blank != std::string::npos)
      shown.emplace(std::tuple("accounting", trimmed(part.substr(blank)), "votes"),
                    part.substr(0, blank));
  }
  return shown;
}

}  // namespace votebench::run::test
