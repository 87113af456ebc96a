// The compose stack's parts that need no Docker.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "core/os.h"
#include "stack/docker/compose_project.h"
#include "stack/docker/stack_record.h"
#include "stack/tool.h"
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

TEST_CASE("a tool's lines are told as they come") {
  std::vector<std::string> lines;
  const auto end = run_tool({.argv = {"sh", "-c", "printf 'one\\n\\ntwo\\nrest'"},
                             .on_line = [&](std::string_view line) { lines.emplace_back(line); }});
  CHECK(lines == std::vector<std::string>{"one", "", "two"});
  CHECK(end->output == "rest");
}

TEST_CASE("a tool's output, status and environment") {
  const auto end = run_tool({.argv = {"sh", "-c", "echo $GREETING; echo oh >&2; exit 3"},
                             .environment = {{"GREETING", "hello world"}}});
  REQUIRE(end);
  CHECK(end->status == 3);
  CHECK(end->output == "hello world\n");
  CHECK(end->errors == "oh\n");
  CHECK(tool_output({.argv = {"printf", "a\nb\n"}}) == "a\nb");
  CHECK(run_tool({.argv = {"sh", "-c", "kill -TERM $$"}})->status == 128 + 15);
}

TEST_CASE("what a tool complains about is in the error, made safe") {
  const auto failed =
      tool_output({.argv = {"sh", "-c", "printf 'x\\nno\\033[31m way\\n' >&2; false"}});
  REQUIRE(!failed);
  CHECK(failed.error().message == "sh ended with status 1: no\\x1b[31m way");
  CHECK(!run_tool({.argv = {"/nowhere/at-all"}}));
}

TEST_CASE("a tool that hangs is ended with all its children") {
  const Folder folder;
  const fs::path alive = folder.path / "alive";
  const auto hung =
      run_tool({.argv = {"sh", "-c", "sleep 60; touch " + alive.string()}, .limit = 200ms});
  REQUIRE(!hung);
  CHECK(hung.error().message == "sh did not end within 200 ms");
  CHECK(!fs::exists(alive));
  std::stop_source stop;
  stop.request_stop();
  CHECK(run_tool({.argv = {"sleep", "60"}, .stop = stop.get_token()}).error().message ==
        "sleep was interrupted");
}

TEST_CASE("a tool's output is kept in a log too") {
  const Folder folder;
  REQUIRE(run_tool({.argv = {"sh", "-c", "echo one; echo two >&2"}, .log = folder.path / "log"}));
  const std::string log = read_file(folder.path / "log").value_or("");
  CHECK(log.find("one\n") != std::string::npos);
  CHECK(log.find("two\n") != std::string::npos);
}

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
  CHECK(
      to_json(record) ==
      "{\n  \"kind\": \"compose\",\n  \"project\": \"p\\\"1\\\\\",\n  \"services\": {\n"
      "    \"db\": {\"image\": \"postgres:15\", \"id\": \"sha256:ab\", "
      "\"digests\": [\"postgres@sha256:cd\"]},\n"
      "    \"vote\": {\"image\": \"vote:dev\", \"id\": \"sha256:ef\", \"digests\": []}\n  }\n}\n");
}
