// What people see of a comparison, as files: read them before approving a change.
#include <nlohmann/json.hpp>

#include "comparison_world.h"
#include "report/write/render.h"
#include "suggestions.h"
#include "support/golden.h"

using namespace votebench;
using namespace votebench::report;
using namespace votebench::report::tests;
using votebench::tests::check_golden;

namespace {

void check_suggestions(const Comparison& comparison) {
  std::vector<Invocation> runs;
  for (const Side* side : {&comparison.a, &comparison.b})
    for (const RunFigures& run : side->runs) runs.push_back(*run.invocation);
  Suggested{comparison.next, here(), runs, ""}.check();
}

void check_all(const std::string& name, const Comparison& comparison) {
  check_suggestions(comparison);
  const std::string file = "report/compare-" + name;
  check_golden(file + ".txt", comparison_text(comparison, {true, false, 80}));
  check_golden(file + ".ascii.txt", comparison_text(comparison, {false, false, 80}));
  check_golden(file + ".colour.txt", comparison_text(comparison, {true, true, 80}));
  check_golden(file + ".md", comparison_markdown(comparison));
  check_golden(file + ".json", comparison_json(comparison));
  // The head is the same on every page: the style sheet of the reports.
  const std::string page = comparison_html(comparison);
  check_golden(file + ".html",
               page.substr(page.find("<body>"), page.find("<script ") - page.find("<body>")));
}

Comparison same() { return compared(five("night-1"), five_more("night-2")); }

Comparison regression() {
  Side b = five_more("night-2");
  for (std::size_t i = 0; i < b.runs.size(); ++i) {
    *b.runs[i].metrics[0].value *= 0.85;
    *b.runs[i].metrics[3].value *= 1 + 0.09 * static_cast<double>(i);
  }
  return compared(five("night-1"), b);
}

Comparison lost() {
  Side a = five("before");
  for (RunFigures& run : a.runs) run.defects[3] = 2;
  Side b = five_more("after", 1.2);
  b.runs[1].defects[0] = 12;
  b.runs[4].defects[0] = 25;
  b.runs[1].audit = b.runs[4].audit = VerdictKind::fail;
  return compared(a, b);
}

Comparison single() {
  Side a = five("prev");
  Side b = five_more("latest", 1.3);
  a.runs.resize(1);
  b.runs.resize(1);
  return compared(a, b);
}

Comparison refused() {
  Side b = five_more("latest");
  for (RunFigures& run : b.runs) {
    run.settings[1].second = "500/s";
    run.settings.emplace_back("workloads.steady.max_in_flight", "512");
  }
  return compared(five("prev"), b);
}

Comparison elsewhere() {
  Side b = five_more("latest", 1.3);
  for (RunFigures& run : b.runs) {
    run.environment[1].second = "4";
    run.version = "0.2.0";
    run.target = "http://10.0.0.7:8080/ (dockersamples)";
  }
  return compared(five("prev"), b);
}

Comparison suspect() {
  Side b = five_more("latest", 1.4);
  b.runs.resize(1);
  return compared(nightlies(14), b);
}

Comparison unfit() {
  Side b = five_more("latest");
  b.runs[0].unfit = "1.8 % of votes left more than 10 ms late (lag p99 14.2 ms)";
  b.runs[1].audited = false;
  b.runs[2].audit = VerdictKind::inconclusive;
  for (RunFigures& run : b.runs) run.metrics[3] = {5.0, true};
  for (RunFigures& run : b.runs) run.metrics[0] = {};
  return compared(five("prev"), b);
}

std::vector<Comparison> every_kind() {
  return {same(),      regression(), lost(),  single(),       refused(),
          elsewhere(), suspect(),    unfit(), hostile_sides()};
}

}  // namespace

TEST_CASE("a comparison: the same", "[golden]") { check_all("same", same()); }
TEST_CASE("a comparison: a regression", "[golden]") { check_all("regression", regression()); }
TEST_CASE("a comparison: votes lost", "[golden]") { check_all("lost", lost()); }
TEST_CASE("a comparison: one run a side", "[golden]") { check_all("single", single()); }
TEST_CASE("a comparison: two scenarios", "[golden]") { check_all("refused", refused()); }
TEST_CASE("a comparison: two environments", "[golden]") { check_all("elsewhere", elsewhere()); }
TEST_CASE("a comparison: one night of many", "[golden]") { check_all("suspect", suspect()); }
TEST_CASE("a comparison: runs that do not count", "[golden]") { check_all("unfit", unfit()); }
TEST_CASE("a comparison: hostile texts", "[golden]") { check_all("hostile", hostile_sides()); }

TEST_CASE("no line of a comparison is wider than the terminal, ASCII is ASCII") {
  for (const Comparison& comparison : every_kind()) {
    for (const bool unicode : {false, true}) {
      const std::string text = comparison_text(comparison, {unicode, false, 80});
      for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = text.find('\n', from);
        const std::string line = text.substr(from, end - from);
        // A path that is to be copied is never cut.
        const bool command = line.find("reports/") != std::string::npos;
        INFO(line);
        CHECK((display_width(line) <= 80 || command));
        from = end + 1;
      }
      for (const char c : text)
        CHECK((unicode || (static_cast<unsigned char>(c) < 0x80 && (c >= ' ' || c == '\n'))));
      CHECK(text.find('\x1b') == std::string::npos);
    }
  }
}

TEST_CASE("hostile texts are text in every format of a comparison") {
  const Comparison comparison = hostile_sides();
  CHECK(comparison_html(comparison).find("<script>alert") == std::string::npos);
  const auto json = nlohmann::json::parse(comparison_json(comparison));
  CHECK(json.at("schema") == "votebench.comparison/1");
}

TEST_CASE("the JSON of a comparison says what its text says") {
  const auto json = nlohmann::json::parse(comparison_json(regression()));
  CHECK(json.at("verdict") == "REGRESSION");
  CHECK(json.at("exit_code") == 5);
  CHECK(json.at("performance").at("metrics").size() == 5);
  CHECK(json.at("performance").at("metrics").at(0).at("verdict") == "worse");
  CHECK(json.at("correctness").at("verdict") == "no_worse");
  const auto none = nlohmann::json::parse(comparison_json(refused()));
  CHECK(none.at("comparable") == false);
  CHECK(none.at("correctness").at("verdict").is_null());
  CHECK(none.at("differences").at("scenario").size() == 2);
}
