#include "process/identity.h"

#include <signal.h>
#include <unistd.h>

#include "support/catch.h"

using namespace votebench;
using namespace votebench::process;
using namespace std::chrono_literals;

TEST_CASE("a process is known by its start, not by its number") {
  const auto self = identify(::getpid());
  REQUIRE(self);
  CHECK(is_running(*self));
  const Identity other{self->pid, self->start_ticks + 1};
  CHECK_FALSE(is_running(other));
  CHECK_FALSE(send_signal(other, SIGKILL));  // or this test would be gone
  CHECK(send_signal(*self, 0));
  CHECK_FALSE(identify(0x3fffffff));
  CHECK(wait_until_gone({other}, 0s));
  CHECK_FALSE(wait_until_gone({*self}, 0s));
}
