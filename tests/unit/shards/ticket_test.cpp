#include "shards/ticket.h"

#include "core/os.h"
#include "shards/directory_clock.h"
#include "support/catch.h"
#include "unit/ledger/fixtures.h"

using namespace votebench;
using namespace votebench::shards;
using votebench::ledger::test::some_manifest;
using votebench::ledger::test::TemporaryDirectory;

namespace {

Ticket some_ticket() {
  Ticket ticket{.run = some_manifest(), .shards = 5};
  ticket.run.votebench_version = VOTEBENCH_VERSION;
  return ticket;
}

void replace(const std::filesystem::path& file, const std::string& what, const std::string& with) {
  std::string text = read_file(file).value();
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  REQUIRE(write_file_durably(file, text.replace(at, what.size(), with)));
}

}  // namespace

TEST_CASE("a ticket is read back as it was written") {
  const TemporaryDirectory place;
  const Ticket ticket = some_ticket();
  REQUIRE(write_ticket(place.path() / "D", ticket));
  const Result<Ticket> again = read_ticket(place.path() / "D");
  REQUIRE(again.has_value());
  CHECK(again->shards == 5);
  CHECK(again->run.run == ticket.run.run);
  CHECK(again->run.key == ticket.run.key);
  CHECK(again->run.t0_wall == ticket.run.t0_wall);
  CHECK(again->run.resolved_text == ticket.run.resolved_text);
  CHECK(again->run.target_text == ticket.run.target_text);
  CHECK(again->run.workloads.size() == ticket.run.workloads.size());
}

TEST_CASE("a ticket is of one run, whole, and of this version") {
  const TemporaryDirectory place;
  CHECK(read_ticket(place.path()).error().kind == ErrorKind::usage);
  REQUIRE(write_ticket(place.path(), some_ticket()));
  CHECK(write_ticket(place.path(), some_ticket()).error().kind == ErrorKind::usage);
  const std::filesystem::path file = place.path() / kTicketFile;
  const std::string whole = read_file(file).value();

  replace(file, "\"shards\": 5", "\"shards\": 6");
  CHECK(read_ticket(place.path()).error().message.find("not as it was sealed") !=
        std::string::npos);
  REQUIRE(write_file_durably(file, whole.substr(0, whole.size() / 2)));
  CHECK(read_ticket(place.path()).error().message.find("is damaged") != std::string::npos);

  Ticket other = some_ticket();
  other.run.votebench_version = "0.0.9";
  REQUIRE(write_ticket(place.path() / "other", other));
  CHECK(read_ticket(place.path() / "other").error().message.find("is of votebench 0.0.9") !=
        std::string::npos);
}

TEST_CASE("shards read why they are to stop") {
  const TemporaryDirectory place;
  CHECK_FALSE(asked_to_stop(place.path()));
  REQUIRE(ask_to_stop(place.path(), "the target is not fit"));
  CHECK(asked_to_stop(place.path()) == "the target is not fit");
}

namespace {

// This machine's clock, set forward or back.
class SetClock final : public Clock {
 public:
  explicit SetClock(Nanoseconds ahead) : ahead_(ahead) {}
  Instant now() const override { return real_clock().now(); }
  WallTime wall_now() const override { return real_clock().wall_now() + ahead_; }
  bool sleep_until(Instant, std::stop_token) override { return true; }

 private:
  Nanoseconds ahead_;
};

}  // namespace

TEST_CASE("the directory's clock is read whatever this machine's says") {
  using namespace std::chrono_literals;
  const TemporaryDirectory place;
  for (const Nanoseconds ahead : {Nanoseconds(0), Nanoseconds(2s), Nanoseconds(-90s)}) {
    const SetClock clock(ahead);
    const ClockOffset offset = read_directory_clock(place.path(), clock).value();
    CHECK(offset.uncertainty < 100ms);
    CHECK(std::chrono::abs(offset.offset + ahead) <= offset.uncertainty);
    if (ahead == Nanoseconds(0)) CHECK(offset.offset == Nanoseconds(0));
    // An hour from now by the directory is an hour from now, whatever this clock says.
    const WallTime then = real_clock().wall_now() + 1h;
    const Nanoseconds wait = instant_of(then, offset, clock) - real_clock().now();
    CHECK(std::chrono::abs(wait - 1h) < 200ms);
  }
  CHECK(std::filesystem::is_empty(place.path()));
}

TEST_CASE("where nothing can be written there is no clock") {
  CHECK(read_directory_clock("/nowhere/at/all", real_clock()).error().kind ==
        ErrorKind::environment);
}
