// Scenarios by name.
#include <filesystem>
#include <fstream>

#include "scenario/bundled.h"
#include "support/catch.h"

namespace votebench::scenario {
namespace {

namespace fs = std::filesystem;

// An installed votebench, and an empty folder where somebody stands while it lasts.
struct Installed {
  fs::path before = fs::current_path();
  fs::path root;
  fs::path program;
  fs::path quick;

  Installed() {
    std::string name = (fs::temp_directory_path() / "vb-named-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root = name;
    program = root / "bin/votebench";
    quick = write("share/votebench/scenarios/quick.yaml");
    write("share/votebench/scenarios/steady.yaml");
    fs::create_directory(root / "here");
    fs::current_path(root / "here");
  }
  ~Installed() {
    fs::current_path(before);
    fs::remove_all(root);
  }
  Installed(const Installed&) = delete;
  Installed& operator=(const Installed&) = delete;

  fs::path write(const fs::path& file) const {
    fs::create_directories((root / file).parent_path());
    std::ofstream(root / file) << "version: 1\n";
    return root / file;
  }
};

bool says(const NamedFile& named, const std::string& what) {
  return named.remark.find(what) != std::string::npos;
}

TEST_CASE("a bundled scenario is found by its name, and that is said") {
  const Installed votebench;
  for (const char* given : {"quick", "quick.yaml", "scenarios/quick.yaml", "scenarios/quick"}) {
    const NamedFile named = find_scenario(given, votebench.program);
    CHECK(named.path == votebench.quick);
    CHECK(says(named, votebench.quick.string()));
  }
}

TEST_CASE("a file of that name in the current folder wins, and that is said") {
  const Installed votebench;
  votebench.write("here/quick.yaml");
  for (const char* given : {"quick", "quick.yaml"}) {
    const NamedFile named = find_scenario(given, votebench.program);
    CHECK(named.path == "quick.yaml");
    CHECK(says(named, "quick.yaml of this folder, not the bundled " + votebench.quick.string()));
  }
  votebench.write("here/quick");
  CHECK(find_scenario("quick", votebench.program).path == "quick");
}

TEST_CASE("a path is taken at its word, and so is a name that nothing else has") {
  const Installed votebench;
  votebench.write("here/mine.yaml");
  votebench.write("here/scenarios/quick.yaml");
  fs::create_directory("steady");
  for (const char* given : {"mine.yaml", "scenarios/quick.yaml", "./quick", "../quick", "absent",
                            "/scenarios/quick.yaml", "scenarios/", ""}) {
    const NamedFile named = find_scenario(given, votebench.program);
    CHECK(named.path == given);
    CHECK(named.remark.empty());
  }
  CHECK(find_scenario("mine", votebench.program).path == "mine.yaml");
  CHECK(says(find_scenario("steady", votebench.program), "bundled"));  // a folder is no scenario
}

TEST_CASE("the bundled scenarios themselves need no remark") {
  const Installed votebench;
  fs::current_path(votebench.quick.parent_path());
  const NamedFile named = find_scenario("quick", votebench.program);
  CHECK(named.path == "quick.yaml");
  CHECK(named.remark.empty());
}

TEST_CASE("the bundled scenarios are listed by name") {
  const Installed votebench;
  CHECK(bundled_names(votebench.program) == "quick, steady");
  CHECK(bundled_names(votebench.root / "some/other/folder/votebench") == "not here");
}

}  // namespace
}  // namespace votebench::scenario
