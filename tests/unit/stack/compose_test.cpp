// The compose stack's parts that need no Docker.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "core/assets.h"
#include "core/os.h"
#include "stack/docker/compose_project.h"
#include "stack/docker/stack_record.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::stack;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// A folder of this test's own.
struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "vb-compose-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    fs::create_directories(path / "infra/compose");
    fs::create_directories(path / "compose");
    std::ofstream(path / "infra/compose/compose.yaml") << "services: {}\n";
  }
  ~Folder() { fs::remove_all(path); }
};

ComposeChoice choice_in(const Folder& folder) {
  ComposeChoice choice;
  choice.id = {folder.path, "compose"};
  choice.infra = folder.path / "infra";
  return choice;
}

}  // namespace

TEST_CASE("an interrupted start is resumed with the same ports and passwords") {
  const Folder folder;
  const auto first = make_or_resume(choice_in(folder));
  REQUIRE(first);
  const auto again = make_or_resume(choice_in(folder));
  REQUIRE(again);
  CHECK(again->variables == first->variables);
  CHECK(target_settings(*again)->rows->password.reveal() ==
        target_settings(*first)->rows->password.reveal());

  ComposeChoice other = choice_in(folder);
  other.variant = "dockersamples";
  CHECK(make_or_resume(other).error().kind == ErrorKind::usage);
  forget_project(*first);
  CHECK(!load_project(first->id));
  CHECK(make_or_resume(other));
}

TEST_CASE("only the owner gets at the passwords, and no two stacks share a name") {
  const Folder folder;
  const auto project = make_or_resume(choice_in(folder));
  REQUIRE(project);
  struct stat status {};
  REQUIRE(::stat((folder.path / "compose/secrets").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700U);
  const std::string variables = read_file(variables_file(project->id)).value_or("");
  const auto target = target_settings(*project);
  REQUIRE(target);
  CHECK(variables.find(target->rows->password.reveal()) == std::string::npos);
  CHECK(target->queue->password.reveal().size() == 32);
  forget_project(*project);
  CHECK(make_or_resume(choice_in(folder))->name() != project->name());
}

TEST_CASE("images are made of the source where it is there, else of the programs that run") {
  const Folder folder;
  const auto installed = make_or_resume(choice_in(folder));
  REQUIRE(installed);
  const fs::path context = folder.path / "compose/images";
  CHECK(installed->value("BUILD_CONTEXT") == context.string());
  CHECK(installed->value("BINARIES") == "ready");
  CHECK(installed->context_command().argv ==
        std::vector<std::string>{(folder.path / "infra/images/ready-context").string(),
                                 own_program().parent_path().string(), context.string()});
  fs::create_directories(context / "programs");
  forget_project(*installed);
  CHECK(!fs::exists(context));

  std::ofstream(folder.path / "CMakeLists.txt") << "\n";
  const auto checkout = make_or_resume(choice_in(folder));
  REQUIRE(checkout);
  CHECK(checkout->value("BUILD_CONTEXT").empty());
  CHECK(checkout->context_command().argv.empty());
}

TEST_CASE("the original images keep the password that is built into them") {
  const Folder folder;
  ComposeChoice choice = choice_in(folder);
  choice.images = ImageSet::dockersamples;
  choice.variant = "dockersamples";
  const auto project = make_or_resume(choice);
  REQUIRE(project);
  const auto target = target_settings(*project);
  REQUIRE(target);
  CHECK(target->queue->password.empty());
  CHECK(target->rows->password.reveal() == "postgres");
  CHECK(project->value("APP_PORT") == "80");
}

TEST_CASE("no compose file is an error that says where to stand") {
  const Folder folder;
  ComposeChoice choice = choice_in(folder);
  choice.infra = folder.path;
  fs::remove_all(folder.path / "compose");
  const auto project = make_or_resume(choice);
  REQUIRE(!project);
  CHECK(project.error().help.find("--infra") != std::string::npos);
}

TEST_CASE("a stack's record is one JSON object") {
  const StackRecord record{.kind = "compose",
                           .facts = {{"project", "p\"1\\"}},
                           .images = {{"db", "postgres:15", "sha256:ab", {"postgres@sha256:cd"}},
                                      {"vote", "vote:dev", "sha256:ef", {}}}};
  CHECK(to_json(record) ==
        R"({
  "kind": "compose",
  "project": "p\"1\\",
  "services": {
    "db": {
      "image": "postgres:15",
      "id": "sha256:ab",
      "digests": [
        "postgres@sha256:cd"
      ]
    },
    "vote": {
      "image": "vote:dev",
      "id": "sha256:ef",
      "digests": []
    }
  }
}
)");
}
