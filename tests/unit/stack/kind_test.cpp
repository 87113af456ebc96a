// The table of kinds, without a stack.
#include "stack/kind.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "scenario/parse.h"
#include "scenario/schema.h"
#include "stack/local/local_stack.h"
#include "support/catch.h"
#include "support/golden.h"

using namespace votebench;
using namespace votebench::stack;
namespace fs = std::filesystem;

namespace {

// As the program does it at its start.
const bool kWordsTold = [] {
  scenario::set_stack_words(scenario_words());
  return true;
}();

}  // namespace

TEST_CASE("a scenario may name the kinds, but for those that cost money") {
  REQUIRE(kWordsTold);
  const std::vector<std::string>& words = scenario::key_at("/stack/name").words;
  for (const Kind* kind : kinds())
    CHECK((std::ranges::count(words, kind->name) == 1) == !kind->costs_money);
  CHECK(scenario::key_at("/stack/variant").words == variant_names());
  const auto costly = scenario::parse_scenario(
      "version: 1\nstack: {name: aws}\nworkloads: {a: {executor: burst, votes: 1, clients: 1}}\n",
      "costly.yaml", {});
  CHECK(costly.diagnostics.render().find("ask for it on the command line with `--stack aws`") !=
        std::string::npos);
}

TEST_CASE("the page of keys is the table's", "[golden]") {
  tests::check_golden("../../scenarios/KEYS.md", scenario::key_documentation());
}

TEST_CASE("every kind has a row that is whole") {
  std::set<std::string_view> names;
  for (const Kind* kind : kinds()) {
    INFO(kind->name);
    CHECK(names.insert(kind->name).second);
    CHECK(*find_kind(kind->name) == kind);
    CHECK((kind->is_there && kind->bring_up && kind->down));
    CHECK((kind->status && kind->logs && kind->reset));
    for (const KindOption& option : kind->options) {
      CHECK(option.flag.starts_with("--"));
      CHECK(kind->option(option.flag) == &option);
    }
    CHECK(kind->option("--no-such") == nullptr);
  }
  CHECK(kind_names().starts_with("local, "));
  CHECK(find_kind("kubernetes").error().kind == ErrorKind::usage);
}

TEST_CASE("an option means the same to every kind that has it") {
  for (const Kind* kind : kinds())
    for (const Kind* other : kinds())
      for (const KindOption& option : kind->options)
        if (const KindOption* same = other->option(option.flag)) {
          INFO(option.flag);
          CHECK(std::string_view(same->help) == option.help);
          CHECK(same->in_run == option.in_run);
          CHECK(same->is_switch == option.is_switch);
          CHECK((same->words ? same->words() : std::vector<std::string>()) ==
                (option.words ? option.words() : std::vector<std::string>()));
        }
}

TEST_CASE("a kind knows which faults it can carry out") {
  const Kind& local = **find_kind("local");
  const Kind& compose = **find_kind("compose");
  const Kind& aws = **find_kind("aws");
  for (const auto& [verb, doc] : scenario::kFaultVerbs) {
    INFO(verb);
    CHECK(check_fault(local, verb, "worker"));
    CHECK(check_fault(compose, verb, "worker"));
    CHECK_FALSE(check_fault(aws, verb, "worker"));
  }
  CHECK(check_fault(aws, "stop", "vote").error().message == "a stack of kind aws cannot stop vote");
  CHECK(check_fault(aws, "stop", "vote").error().help.starts_with("choose local"));
}

TEST_CASE("a stack's kind is seen by what is in its folder") {
  std::string path = (fs::temp_directory_path() / "vb-kind-XXXXXX").string();
  REQUIRE(::mkdtemp(path.data()) != nullptr);
  const StackId id{path, "some"};
  fs::create_directories(id.directory());
  CHECK(kind_of(id).name == "local");
  std::ofstream(id.directory() / "made") << "";
  CHECK(kind_of(id).name == "aws");
  fs::remove(id.directory() / "made");
  std::ofstream(id.directory() / "stack.env") << "";
  CHECK(kind_of(id).name == "compose");
  fs::remove_all(path);
}

TEST_CASE("what another version wrote about a local stack is not taken for nothing") {
  std::string path = (fs::temp_directory_path() / "vb-kind-XXXXXX").string();
  REQUIRE(::mkdtemp(path.data()) != nullptr);
  const StackId id{path, "local"};
  fs::create_directories(id.directory());
  CHECK(status(id)->phase == StackPhase::absent);
  std::ofstream(id.state_file()) << "votebench-stack 1\nvariant reference\n";
  const auto seen = status(id);
  REQUIRE_FALSE(seen);
  CHECK(seen.error().message.find("was written by another version of votebench") !=
        std::string::npos);
  CHECK_FALSE(take_down(id));
  fs::remove_all(path);
}
