#include "process/run.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "core/os.h"
#include "support/catch.h"

using namespace votebench;
using namespace votebench::process;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

Command shell(const std::string& text) { return {.argv = {"sh", "-c", text}}; }

// True when the processes whose numbers stand in `text` have all ended.
bool all_gone(const std::string& text) {
  std::istringstream numbers(text);
  std::vector<Identity> all;
  for (pid_t pid = 0; numbers >> pid;)
    if (const auto process = identify(pid)) all.push_back(*process);
  return wait_until_gone(all, 60s);
}

}  // namespace

TEST_CASE("a program's lines are told as they come") {
  std::vector<std::string> lines;
  const auto outcome = run(shell("printf 'one\\n\\ntwo\\nrest'"),
                           {.on_line = [&](std::string_view line) { lines.emplace_back(line); }});
  REQUIRE(outcome);
  CHECK(lines == std::vector<std::string>{"one", "", "two"});
  CHECK(outcome->output == "rest");
}

TEST_CASE("a program's output, errors and status") {
  const auto outcome = run(shell("echo hello; echo oh >&2; exit 3"));
  REQUIRE(outcome);
  CHECK(outcome->exit_status() == 3);
  CHECK(outcome->words() == "ended with status 3");
  CHECK_FALSE(outcome->succeeded());
  CHECK(outcome->output == "hello\n");
  CHECK(outcome->errors == "oh\n");
  CHECK(output_of({.argv = {"printf", "a\nb\n"}}) == "a\nb");
  const auto killed = run(shell("kill -TERM $$"));
  REQUIRE(killed);
  CHECK(killed->exit_status() == 128 + 15);
  CHECK(killed->words() == "was ended by signal 15");
  const auto one = run(shell("echo a; echo b >&2; echo c"), {.one_stream = true});
  REQUIRE(one);
  CHECK(one->output == "a\nb\nc\n");
  CHECK(one->errors.empty());
}

TEST_CASE("what a program complains about is in the error, made safe") {
  const auto failed = output_of(shell("printf 'x\\nno\\033[31m way\\n' >&2; false"));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "sh ended with status 1: no\\x1b[31m way");
  CHECK(output_of({.argv = {"/nowhere/at-all"}}).error().message ==
        "cannot execute /nowhere/at-all: No such file or directory");
}

TEST_CASE("a program that hangs is ended with all its children") {
  // What runs in the background of a shell ignores SIGINT.
  for (const Nanoseconds grace : {Nanoseconds(0), Nanoseconds(100ms)}) {
    const auto hung =
        run(shell("sleep 1000 & echo $$; echo $!; wait"), {.limit = 500ms, .grace = grace});
    REQUIRE(hung);
    CHECK(hung->words() == "did not end within 500 ms");
    CHECK_FALSE(hung->succeeded());
    CHECK(std::count(hung->output.begin(), hung->output.end(), '\n') == 2);
    CHECK(all_gone(hung->output));
  }
}

TEST_CASE("a program that has ended but left its output open is not waited for beyond the limit") {
  const auto outcome = run(shell("sleep 1000 & echo $!"), {.limit = 500ms, .grace = 0s});
  REQUIRE(outcome);
  CHECK(outcome->words() == "did not end within 500 ms");
  CHECK(all_gone(outcome->output));
}

TEST_CASE("a program that closes its output and hangs is ended, too") {
  const auto hung = run(shell("exec >/dev/null 2>&1; sleep 1000"), {.limit = 300ms, .grace = 0s});
  REQUIRE(hung);
  CHECK(hung->words() == "did not end within 300 ms");
}

TEST_CASE("a program may end in order when a stop is requested") {
  std::stop_source stop;
  const auto asked =
      run(shell("trap 'echo sorry; exit 0' INT; echo ready; while :; do sleep 1; done"),
          {.grace = 60s, .stop = stop.get_token(), .on_line = [&](auto line) {
             if (line == "ready") stop.request_stop();
           }});
  REQUIRE(asked);
  CHECK(asked->words() == "was interrupted");
  CHECK(asked->wait_status == 0);
  CHECK_FALSE(asked->succeeded());
  CHECK(output_of({.argv = {"sleep", "60"}}, {.stop = stop.get_token()}).error().message ==
        "sleep was interrupted");
}

TEST_CASE("of a long output the beginning is kept, of errors the end") {
  const auto outcome = run(shell("seq 20000; seq 20000 >&2"), {.most_output = 10});
  REQUIRE(outcome);
  CHECK(outcome->output == "1\n2\n3\n4\n5\n");
  CHECK(outcome->output_cut);
  CHECK(outcome->errors.size() == 8192);
  CHECK(outcome->errors.ends_with("19999\n20000\n"));
  CHECK(output_of(shell("seq 100"), {.most_output = 10}).error().message ==
        "sh printed more than 10 bytes");
  const auto exact = run(shell("echo 123456789"), {.most_output = 10});
  CHECK_FALSE(exact->output_cut);
}

TEST_CASE("a program's output is kept in a log too") {
  std::string log = (fs::temp_directory_path() / "vb-run-XXXXXX").string();
  FileDescriptor(::mkstemp(log.data())).reset();
  REQUIRE(run(shell("echo one; echo two >&2"), {.log = log}));
  const std::string text = read_file(log).value_or("");
  CHECK(text.find("one\n") != std::string::npos);
  CHECK(text.find("two\n") != std::string::npos);
  fs::remove(log);
}
