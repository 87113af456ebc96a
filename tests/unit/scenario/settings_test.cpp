#include <algorithm>

#include "scenario/parse.h"
#include "scenario/write.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::scenario;

namespace {

std::vector<std::pair<std::string, std::string>> settings(const std::string& yaml) {
  ParseOptions options;
  options.environment = [](const std::string&) { return std::optional<std::string>("secret"); };
  const auto parsed = parse_scenario("version: 1\n" + yaml, "s.yaml", options);
  INFO(parsed.diagnostics.render());
  REQUIRE(parsed.value.has_value());
  return settings_of(*parsed.value);
}

std::string value(const std::string& yaml, const std::string& name) {
  for (const auto& [key, text] : settings(yaml))
    if (key == name) return text;
  return "(none)";
}

const std::string kLoad =
    "workloads: { load: { executor: constant-arrival-rate, rate: 10/s, duration: 5s } }\n";

}  // namespace

TEST_CASE("settings are paths and values, defaults too") {
  CHECK(value(kLoad, "workloads.load.rate") == "10/s");
  CHECK(value(kLoad, "http.timeout") == "5s");
  CHECK(value(kLoad, "voters.choices") == "{ a: 50, b: 50 }");
  const std::string ramp =
      "workloads:\n  7up:\n    executor: ramping-arrival-rate\n"
      "    stages: [{ ramp_to: 4/s, over: 2s }, { hold: 7s }]\n";
  CHECK(value(ramp, "workloads.\"7up\".stages[0]") == "{ ramp_to: 4/s, over: 2s }");
  CHECK(value(ramp, "workloads.\"7up\".stages[1]") == "{ hold: 7s }");
  CHECK(value(kLoad + "thresholds:\n  - http.error_rate < 1%\n", "thresholds[0]") ==
        "\"http.error_rate < 1%\"");
}

TEST_CASE("name, place and report are no part of what a scenario does") {
  const std::string here =
      "name: one\nreport: { dir: here }\nstack: { name: local, poll: 100ms }\n";
  const std::string there =
      "name: two\nreport: { dir: there }\n"
      "target: { profile: dockersamples, vote: { url: \"http://127.0.0.1:1/\" }, redis: { url: "
      "\"redis://127.0.0.1:1/0\", password: { env: NAME } } }\n";
  CHECK(settings(here + kLoad) == settings(there + kLoad));
  for (const auto& [name, text] : settings(there + kLoad))
    CHECK(text.find("secret") == std::string::npos);
}

TEST_CASE("a different seed or rate is a difference") {
  CHECK(settings(kLoad) != settings("seed: 2\n" + kLoad));
  CHECK(settings(kLoad).size() == settings("seed: 2\n" + kLoad).size());
}

TEST_CASE("each entry of a list has settings of its own") {
  const std::string events =
      "stack: { name: local }\nevents:\n"
      "  - { at: 1s, name: one, fault: { kill: worker }, undo: { at: 2s, start: worker } }\n"
      "  - { at: 3s, name: two }\n";
  CHECK(value(kLoad + events, "events[0].at") == "1s");
  CHECK(value(kLoad + events, "events[0].fault.kill") == "worker");
  CHECK(value(kLoad + events, "events[0].undo.at") == "2s");
  CHECK(value(kLoad + events, "events[1].at") == "3s");
  CHECK(value(kLoad + events, "events[1].name") == "two");
  auto names = settings(kLoad + events);
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end(), [](const auto& a, const auto& b) {
          return a.first == b.first;
        }) == names.end());
}
