// Where the files are that come with the program.
#include "core/assets.h"

#include <fstream>

#include "support/catch.h"

using namespace votebench;
namespace fs = std::filesystem;

namespace {

// A folder of this test's own, with these files.
struct Folder {
  fs::path path;
  explicit Folder(std::initializer_list<const char*> files) {
    std::string name = (fs::temp_directory_path() / "vb-assets-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    for (const char* file : files) {
      fs::create_directories((path / file).parent_path());
      std::ofstream(path / file) << "here\n";
    }
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

constexpr char kQuick[] = "scenarios/quick.yaml";

}  // namespace

TEST_CASE("in a checkout, assets are above the build") {
  const Folder checkout{"scenarios/quick.yaml", "build/release/votebench"};
  CHECK(find_asset(kQuick, checkout.path / "build/release/votebench") == checkout.path / kQuick);
}

TEST_CASE("installed, assets are in share/votebench under the same prefix") {
  const Folder prefix{"bin/votebench", "share/votebench/scenarios/quick.yaml"};
  CHECK(find_asset(kQuick, prefix.path / "bin/votebench") ==
        prefix.path / "share/votebench" / kQuick);
}

TEST_CASE("what was installed belongs together, even below a checkout") {
  const Folder checkout{"scenarios/quick.yaml", "out/usr/share/votebench/scenarios/quick.yaml"};
  CHECK(find_asset(kQuick, checkout.path / "out/usr/bin/votebench") ==
        checkout.path / "out/usr/share/votebench" / kQuick);
}

TEST_CASE("a program alone has no assets, and a folder is none") {
  const Folder alone{"bin/votebench", "share/votebench/scenarios/quick.yaml/within"};
  CHECK(!find_asset(kQuick, alone.path / "bin/votebench"));
  CHECK(!find_asset("infra/compose/compose.yaml", alone.path / "bin/votebench"));
}

TEST_CASE("this process knows its own program") { CHECK(own_program().filename() == "unit_core"); }
