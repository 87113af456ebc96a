// What ends the command of an event. Real programs; nothing waits for a fixed time.
#include "run/event_runner.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/catch.h"
#include "unit/run/stage.h"

using namespace votebench;

namespace {

// An event whose command runs until somebody ends it.
struct LongCommand {
  run::test::Stage stage{real_clock()};
  std::filesystem::path fifo = stage.reports.path() / "begun";
  std::stop_source stop;
  run::TargetInUse target = *run::TargetInUse::reach({}, stage.display);
  std::vector<scenario::ScheduledEvent> events = [this] {
    scenario::ScheduledEvent event;
    event.name = "long";
    event.action.run = {"sh", "-c", "echo > \"$0\"; exec sleep 1000", fifo.string()};
    return std::vector{event};
  }();

  LongCommand() { REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0); }

  run::EventRunnerInput input() {
    return {.events = events,
            .target = target,
            .recorder = stage.recorder,
            .clock = real_clock(),
            .t0 = real_clock().now(),
            .stop = stop.get_token()};
  }
  void wait_until_it_runs() const {
    const FileDescriptor reader(::open(fifo.c_str(), O_RDONLY));
    char newline = 0;
    REQUIRE(::read(reader.get(), &newline, 1) == 1);
  }
  RunEvent outcome() {
    stage.recorder.stop();
    REQUIRE(stage.recorder.events().size() == 1);
    return stage.recorder.events()[0];
  }
};

}  // namespace

TEST_CASE("a load that cannot start ends the commands that run already") {
  LongCommand command;
  {
    const run::EventRunner runner(command.input());
    command.wait_until_it_runs();
  }
  CHECK(command.outcome().detail == "ran sh: was interrupted");
  CHECK_FALSE(command.outcome().failed);
}

TEST_CASE("a stop that is requested while a runner waits for its commands ends them") {
  LongCommand command;
  run::EventRunner runner(command.input());
  command.wait_until_it_runs();
  runner.load_ended(false);
  const std::jthread ctrl_c([&] { command.stop.request_stop(); });
  runner.finish();
  CHECK(command.outcome().detail == "ran sh: was interrupted");
  CHECK_FALSE(command.outcome().failed);
}
