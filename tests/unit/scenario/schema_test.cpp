#include "scenario/schema.h"

#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>
#include <set>

#include "helpers.h"
#include "scenario/keys.h"
#include "scenario/values.h"
#include "support/catch.h"

namespace votebench::scenario {
namespace {

bool is_scalar(const Key& key) {
  return key.type != ValueType::mapping && key.type != ValueType::names &&
         key.type != ValueType::choices && key.type != ValueType::fields &&
         key.type != ValueType::list && key.type != ValueType::secret;
}

TEST_CASE("every row of the table makes sense") {
  for (const Key& key : keys()) {
    INFO(key.path);
    CHECK(key.path.front() == '/');
    CHECK_FALSE(key.doc.empty());
    CHECK(key.doc.back() != '.');
    CHECK(key.least.empty() == key.most.empty());
    CHECK((key.type != ValueType::word || !key.words.empty()));
    CHECK((key.need != Need::required || key.fallback.empty()));
    if (!is_scalar(key)) continue;
    if (!key.least.empty() && key.type != ValueType::duration_range) {
      CHECK(convert(key, key.least, false));
      CHECK(convert(key, key.most, false));
    }
    if (!key.fallback.empty()) CHECK(convert(key, key.fallback, false));
  }
}

TEST_CASE("every path stands once per executor, below its parent") {
  std::set<std::pair<std::string_view, int>> seen;
  for (const Key& key : keys()) {
    INFO(key.path);
    for (const ExecutorName& executor : executors())
      if ((executor.bit & key.executors) != 0) CHECK(seen.insert({key.path, executor.bit}).second);
    const std::string_view parent = std::string_view(key.path).substr(0, key.path.rfind('/'));
    CHECK((parent.empty() || seen.count({parent, executors().back().bit}) +
                                     seen.count({parent, executors()[1].bit}) +
                                     seen.count({parent, executors()[2].bit}) >
                                 0));
  }
}

TEST_CASE("the default of a key is that of its field") {
  CHECK(key_at("/http/timeout").fallback == "5s");
  CHECK(key_at("/threads").fallback == "auto");
  CHECK(key_at("/target/redis/url").fallback == "redis://127.0.0.1:6379/0");
  CHECK(key_at("/workloads/*/think_time").fallback == "0s");
  CHECK(key_at("/workloads/*/rate").fallback.empty());  // required
  CHECK(key_at("/target/worker").fallback.empty());     // the profile's
  CHECK(key_at("/target/proxy").fallback.empty());      // null
  CHECK(key_at("/report/formats").fallback.empty());    // nothing said
}

TEST_CASE("numbers are written so that they read back") {
  for (const double value : {0.001, 1.0 / 3, 55.0, 45.5, 999999.999, 1e-3 / 7}) {
    CHECK(parse_number(number_literal(value)).value() == value);
    CHECK(parse_rate(rate_literal(value)).value() == value);
  }
  for (const double share : {0.0, 0.001, 0.01, 0.07, 0.2, 1.0 / 3, 0.999, 1.0})
    CHECK(parse_share(share_literal(share)).value() == share);
  CHECK(number_literal(55) == "55");
  CHECK(share_literal(0.07) == "7%");
  CHECK(rate_literal(400) == "400/s");
  CHECK(rate_literal(10.0 / 60) == "10/m");
  CHECK(rate_literal(1.0 / 3600) == "1/h");
}

TEST_CASE("the JSON Schema is JSON and says what the table says") {
  const YAML::Node schema = YAML::Load(json_schema());  // JSON is YAML
  CHECK(schema["$schema"].as<std::string>() == "http://json-schema.org/draft-07/schema#");
  CHECK(schema["additionalProperties"].as<std::string>() == "false");
  CHECK(schema["required"].as<std::vector<std::string>>() ==
        std::vector<std::string>{"version", "workloads"});
  const YAML::Node timeout = schema["properties"]["http"]["properties"]["timeout"];
  CHECK(timeout["default"].as<std::string>() == "5s");
  CHECK(timeout["description"].as<std::string>() == "from the start of an attempt to its end");
  CHECK(schema["properties"]["events"]["items"]["properties"]["undo"].IsDefined());
  CHECK_FALSE(schema["properties"]["report"]["properties"]["unknown"].IsDefined());
  const YAML::Node loads = schema["properties"]["workloads"]["additionalProperties"]["anyOf"];
  REQUIRE(loads.size() == 4);
  CHECK(loads[3]["properties"]["executor"]["const"].as<std::string>() == "burst");
  CHECK(loads[3]["properties"]["within"].IsDefined());
  CHECK_FALSE(loads[3]["properties"]["stages"].IsDefined());
  CHECK(YAML::Load(target_json_schema())["properties"]["vote"].IsDefined());
}

TEST_CASE("text that ends in a backslash, or holds quotes, stays what it is in the JSON Schema") {
  const std::string odd = "C:\\dir\\";
  KeyTree tree = scenario_tree();
  tree.children.clear();
  Key key{"dir", ValueType::text, "\"a\", {b}: c\\"};
  key.path = "/dir";
  key.fallback = odd;
  tree.children.push_back({key, {}, {}});
  tree.children.push_back({key, {}, {}});
  tree.children.back().key.name = "other";
  const auto schema = nlohmann::json::parse(json_schema(tree, "a title\\"));
  CHECK(schema["title"] == "a title\\");
  for (const char* name : {"dir", "other"}) {
    CHECK(schema["properties"][name]["default"] == odd);
    CHECK(schema["properties"][name]["description"] == key.doc);
  }
}

TEST_CASE("the documentation has a row for every key") {
  const std::string text = key_documentation();
  for (const Key& key : keys()) {
    INFO(key.path);
    CHECK(text.find("| `" + key.path.substr(1) + "` |") != std::string::npos);
  }
}

}  // namespace
}  // namespace votebench::scenario
