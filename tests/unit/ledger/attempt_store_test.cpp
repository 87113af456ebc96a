#include "ledger/attempt_store.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <set>
#include <thread>

#include "support/catch.h"
#include "unit/ledger/fixtures.h"

using namespace votebench;
using namespace votebench::ledger;
using namespace votebench::ledger::test;
using namespace std::chrono_literals;

namespace {

constexpr SlotOwner kOwner{RunId{0x7F3A90BC}};

Result<std::unique_ptr<AttemptStore>> open_again(const std::filesystem::path& directory,
                                                 const std::vector<WorkloadRange>& workloads = {}) {
  return AttemptStore::open(directory, workloads, kOwner);
}

std::unique_ptr<AttemptStore> new_store(const std::filesystem::path& directory,
                                        std::vector<WorkloadRange> workloads) {
  auto store = AttemptStore::create(directory, workloads, kOwner);
  REQUIRE(store.has_value());
  return std::move(*store);
}

std::unique_ptr<AttemptStore> stored(const std::filesystem::path& directory) {
  auto store = open_again(directory);
  REQUIRE(store.has_value());
  return std::move(*store);
}

Intent intent_of(AttemptNumber number) {
  return {static_cast<VoterIndex>(number ^ 5U), static_cast<ChoiceIndex>(number % 3), 1,
          Nanoseconds(static_cast<std::int64_t>(number) * 1000 + 7), 1500ns};
}

std::map<AttemptNumber, Attempt> all_of(const AttemptHistory& history) {
  std::map<AttemptNumber, Attempt> attempts;
  history.for_each(
      [&](AttemptNumber number, const Attempt& attempt) { attempts[number] = attempt; });
  return attempts;
}

std::string help_of(const std::unique_ptr<AttemptStore>& store) {
  const std::optional<Error> failure = store->failure();
  return failure ? failure->message : "";
}

}  // namespace

TEST_CASE("an attempt is stored as it was intended and concluded") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  const auto store = new_store(directory, {{"one", 0, 10, 10}});
  CHECK_FALSE(store->read(3).has_value());

  REQUIRE(store->intend(3, {77, 2, 1, 5s + 123ns, 1500ns}));
  const auto intended = store->read(3);
  REQUIRE(intended.has_value());
  CHECK(intended->state == AttemptState::intended);
  CHECK(intended->voter == 77);
  CHECK(intended->outcome == Outcome::none);

  store->conclude(3, {Outcome::acked, kTruncatedBody, 200, 2ms, 3ms});
  for (const Attempt& attempt : {*store->read(3), *stored(directory)->read(3)}) {
    CHECK(attempt.state == AttemptState::concluded);
    CHECK(attempt.started() == 5s + 123ns);
    CHECK(attempt.lag() == 1500ns);
    CHECK(attempt.first_byte_100ns == 20000);
    CHECK(attempt.service_time() == 3ms);
    CHECK(attempt.voter == 77);
    CHECK(attempt.status == 200);
    CHECK(attempt.choice == 2);
    CHECK(attempt.workload == 1);
    CHECK(attempt.outcome == Outcome::acked);
    CHECK(attempt.flags == kTruncatedBody);
  }
}

TEST_CASE("the cause of a vote that was not accepted is kept beside its outcome") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  const auto store = new_store(directory, {{"one", 0, 10, 10}});
  for (std::size_t i = 0; i < kCauses; ++i) {
    REQUIRE(store->intend(i, {}));
    store->conclude(i, {Outcome::ambiguous, 0, 0, 1ms, 2ms, static_cast<Cause>(i)});
  }
  const auto again = stored(directory);
  for (std::size_t i = 0; i < kCauses; ++i) {
    CHECK(again->read(i)->cause == static_cast<Cause>(i));
    CHECK(again->read(i)->outcome == Outcome::ambiguous);
  }
}

TEST_CASE("times beyond the slot's range saturate, before zero is zero") {
  const TemporaryDirectory temporary;
  const auto store = new_store(temporary.path() / "attempts", {{"one", 0, 10, 10}});
  REQUIRE(store->intend(0, {0, 0, 0, -5s, -1s}));
  store->conclude(0, {Outcome::ambiguous, kTimedOut, 0, 0ns, 1h});
  CHECK(store->read(0)->started() == -5s);
  CHECK(store->read(0)->lag_100ns == 0);
  CHECK(store->read(0)->done_100ns == UINT32_MAX);
}

TEST_CASE("attempts of several segments are found again, ascending, and nothing else") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  const std::vector<AttemptNumber> numbers{0, 65535, 65536, 200000, 262143, 1U << 27U};
  {
    const auto store =
        new_store(directory, {{"one", 0, 262144, 262144}, {"two", 262144, 1U << 27U, {}}});
    for (const AttemptNumber number : numbers) REQUIRE(store->intend(number, intent_of(number)));
    CHECK(all_of(*store).size() == numbers.size());
  }
  const auto attempts = all_of(*stored(directory));
  REQUIRE(attempts.size() == numbers.size());
  for (const AttemptNumber number : numbers) {
    const Attempt& attempt = attempts.at(number);
    CHECK(attempt.voter == intent_of(number).voter);
    CHECK(attempt.started() == intent_of(number).started);
    CHECK(attempt.state == AttemptState::intended);
  }
}

TEST_CASE("segments are made for every workload's start, and ahead of those in use") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  const auto store =
      new_store(directory, {{"one", 0, 400000, 400000}, {"two", 400000, 400000, {}}});
  const auto exists = [&](const char* name) { return std::filesystem::exists(directory / name); };
  CHECK(exists("00000.seg"));
  CHECK(exists("00006.seg"));  // 400000 / 65536
  CHECK_FALSE(exists("00001.seg"));
  store->prepare_ahead();
  CHECK_FALSE(exists("00001.seg"));  // nothing is in use yet

  REQUIRE(store->intend(0, intent_of(0)));
  for (AttemptNumber n = 400000; n < 404097; ++n) REQUIRE(store->intend(n, intent_of(n)));
  store->prepare_ahead();
  CHECK(exists("00001.seg"));
  CHECK(exists("00007.seg"));
  CHECK_FALSE(exists("00002.seg"));
  CHECK(std::filesystem::file_size(directory / "00001.seg") == 65536 * 32);
}

TEST_CASE("the last segment has no successor") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  const auto store = new_store(directory, {{"one", 0, 65536, 65536}});
  REQUIRE(store->intend(65535, intent_of(1)));
  REQUIRE(store->intend(0, intent_of(0)));
  store->prepare_ahead();
  CHECK_FALSE(std::filesystem::exists(directory / "00001.seg"));
}

TEST_CASE("several senders and a reader share a store") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  constexpr AttemptNumber kVotes = 150000;
  const auto store = new_store(directory, {{"one", 0, kVotes, kVotes}});
  {
    std::vector<std::jthread> senders;
    for (AttemptNumber first = 0; first < 3; ++first)
      senders.emplace_back([&store, first] {
        for (AttemptNumber n = first; n < kVotes; n += 3) {
          if (!store->intend(n, intent_of(n))) return;
          store->conclude(n, {Outcome::acked, 0, 200, 1ms, 2ms});
        }
      });
    const std::jthread reader([&store](const std::stop_token& stop) {
      AttemptNumber seen = 0;
      while (!stop.stop_requested()) {
        store->prepare_ahead();
        while (seen < kVotes) {
          const auto attempt = store->read(seen);
          if (!attempt || attempt->state != AttemptState::concluded) break;
          if (attempt->voter != intent_of(seen).voter || attempt->done_100ns != 20000) std::abort();
          ++seen;
        }
      }
    });
    senders.clear();  // joins
  }
  CHECK(store->sync().has_value());
  CHECK(all_of(*stored(directory)).size() == kVotes);
}

TEST_CASE("every intent of a killed sender is on disk") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  constexpr AttemptNumber kVotes = 77777;
  int tell[2];
  REQUIRE(::pipe(tell) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = AttemptStore::create(directory, {{"one", 0, 100000, 100000}}, kOwner);
    if (!store) ::_exit(1);
    for (AttemptNumber n = 0; n < kVotes; ++n) {
      if (!(*store)->intend(n, intent_of(n))) ::_exit(2);
      if (n % 2 == 0) (*store)->conclude(n, {Outcome::acked, 0, 200, 1ms, 2ms});
    }
    [[maybe_unused]] const auto told = ::write(tell[1], "x", 1);
    for (;;) ::pause();  // no destructor, no exit handler: killed as it stands
  }
  REQUIRE(child > 0);
  char byte = 0;
  REQUIRE(::read(tell[0], &byte, 1) == 1);
  REQUIRE(::kill(child, SIGKILL) == 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));

  const auto attempts = all_of(*stored(directory));
  REQUIRE(attempts.size() == kVotes);
  for (const auto& [number, attempt] : attempts) {
    const bool concluded = number % 2 == 0;
    REQUIRE(attempt.voter == intent_of(number).voter);
    REQUIRE(attempt.state == (concluded ? AttemptState::concluded : AttemptState::intended));
    REQUIRE(attempt.outcome == (concluded ? Outcome::acked : Outcome::none));
  }
  ::close(tell[0]);
  ::close(tell[1]);
}

TEST_CASE("without space for a segment nothing more may be sent, and nothing breaks") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  // A limit on the size of files refuses the allocation as a full disk does, without root.
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    auto store = AttemptStore::create(directory, {{"one", 0, 200000, 200000}}, kOwner);
    if (!store || !(*store)->intend(0, intent_of(0))) ::_exit(1);
    const rlimit tight{1U << 20U, 1U << 20U};
    if (::setrlimit(RLIMIT_FSIZE, &tight) != 0) ::_exit(2);
    (*store)->prepare_ahead();            // asks in vain, does no harm
    if ((*store)->failure()) ::_exit(6);  // no vote has needed the segment
    if ((*store)->intend(65536, intent_of(65536))) ::_exit(3);
    if (!(*store)->intend(65535, intent_of(65535))) ::_exit(4);  // there is room for this one
    (*store)->conclude(65535, {Outcome::acked, 0, 200, 1ms, 2ms});
    if (help_of(*store).find("00001.seg") == std::string::npos) ::_exit(5);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(all_of(*stored(directory)).size() == 2);
}

TEST_CASE("a run that was killed before it had a store sent nothing") {
  const TemporaryDirectory temporary;
  const auto store = open_again(temporary.path() / "attempts", {{"one", 0, 10, 10}});
  REQUIRE(store.has_value());
  CHECK(all_of(**store).empty());
}

TEST_CASE("a stored run cannot be written to") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  (void)new_store(directory, {{"one", 0, 10, 10}});
  CHECK_FALSE(stored(directory)->intend(0, intent_of(0)));
  CHECK_FALSE(AttemptStore::create(directory, {{"one", 0, 10, 10}}, kOwner).has_value());
}

TEST_CASE("a damaged segment is named") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  {
    const auto store = new_store(directory, {{"one", 0, 100000, 100000}});
    REQUIRE(store->intend(70000, intent_of(1)));
  }
  const auto file = directory / "00001.seg";
  SECTION("cut short") {
    std::filesystem::resize_file(file, 65536 * 32 - 5);
    const auto store = open_again(directory);
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error().message == file.string() + " is damaged: 2097147 bytes instead of 2097152");
  }
  SECTION("a state that does not exist") {
    std::string content = *read_file(file);
    content[1000 * 32 + 31] = 9;
    overwrite(file, content);
    const auto store = open_again(directory);
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error().message ==
          file.string() + " is damaged: slot 1000 holds what this run never wrote");
  }
}

TEST_CASE("any byte of a vote that changed on the disk is found") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  {
    const auto store = new_store(directory, {{"one", 0, 10, 10}});
    for (AttemptNumber n = 0; n < 2; ++n) REQUIRE(store->intend(n, intent_of(n)));
    store->conclude(1, {Outcome::rejected, kClosedEarly, 405, 1ms, 2ms});
  }
  const auto file = directory / "00000.seg";
  const std::string whole = *read_file(file);
  const auto found_after = [&](std::size_t at, int change) {
    std::string content = whole;
    content[at] = static_cast<char>(content[at] ^ change);
    overwrite(file, content);
    return !open_again(directory).has_value();
  };
  CHECK_FALSE(found_after(0, 0));
  // What conclude writes counts only with the state that it writes last: bytes 12 to 19, 24, 25 of
  // what follows the intent may differ in a run that was killed.
  const std::set<std::size_t> of_conclusion{12, 13, 14, 15, 16, 17, 18, 19, 24, 25, 28, 29};
  for (std::size_t at = 0; at < 64; ++at)
    for (const int change : {0x01, 0x02, 0x80, 0xFF}) {
      INFO("byte " << at << " changed by " << change);
      CHECK(found_after(at, change) == (at >= 32 || !of_conclusion.contains(at)));
    }
}

TEST_CASE("an intent that a kill cut short is none") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  (void)new_store(directory, {{"one", 0, 10, 10}});
  const auto file = directory / "00000.seg";
  std::string content = *read_file(file);
  content.replace(0, 12, "its fields..");  // started, lag; neither check nor state
  overwrite(file, content);
  CHECK(all_of(*stored(directory)).empty());
}

TEST_CASE("what is no segment is passed over") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  (void)new_store(directory, {{"one", 0, 10, 10}});
  overwrite(directory / "00001.seg.tmp", "a segment that was never finished");
  overwrite(directory / "notes.txt", "");
  CHECK(all_of(*stored(directory)).empty());
}

TEST_CASE("slots of another run, or of another place, are found") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  const std::vector<WorkloadRange> workloads{{"one", 0, 200000, 200000}};
  {
    const auto store = new_store(directory, workloads);
    for (const AttemptNumber n : {3U, 4U, 5U, 65536U + 3U, 65536U + 4U})
      REQUIRE(store->intend(n, intent_of(n)));
  }
  CHECK(open_again(directory, workloads).has_value());
  for (const std::uint32_t run : {0U, 0x7F3A90BDU, 0x7F3B90BCU, 0xBC903A7FU}) {
    const auto other = AttemptStore::open(directory, workloads, {RunId{run}});
    REQUIRE_FALSE(other.has_value());
    CHECK(other.error().message.find("holds what this run never wrote") != std::string::npos);
  }
  std::filesystem::rename(directory / "00001.seg", directory / "00000.seg");
  CHECK_FALSE(open_again(directory).has_value());
}

TEST_CASE("slots of runs of before are read, and those of now are not taken for them") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  constexpr SlotOwner kBefore{kOwner.run, SlotForm::plain};
  {
    const auto store = AttemptStore::create(directory, {{"one", 0, 10, 10}}, kBefore);
    REQUIRE((*store)->intend(0, {77, 2, 1, 5s + 123ns, 1500ns}));
    (*store)->conclude(0, {Outcome::acked, kTruncatedBody, 200, 2ms, 3ms});
  }
  CHECK((*read_file(directory / "00000.seg"))[30] == 0x4D);  // as versions of before wrote it
  CHECK(AttemptStore::open(directory, {}, kBefore).has_value());
  CHECK_FALSE(open_again(directory).has_value());
}

TEST_CASE("a segment that must be there and is not is damage") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  const std::vector<WorkloadRange> workloads{{"one", 0, 400000, 400000}, {"two", 400000, 9, 9}};
  {
    const auto store = new_store(directory, workloads);
    for (const AttemptNumber n : {0U, 65536U, 131072U}) REQUIRE(store->intend(n, intent_of(n)));
  }
  REQUIRE(open_again(directory, workloads).has_value());
  const auto message_without = [&](const char* segment) {
    const std::string content = *read_file(directory / segment);
    std::filesystem::remove(directory / segment);
    const auto store = open_again(directory, workloads);
    overwrite(directory / segment, content);
    return store.has_value() ? "" : store.error().message;
  };
  const auto is_missing = [&](const char* segment) {
    return (directory / segment).string() + " is damaged: it is missing";
  };
  CHECK(message_without("00000.seg") == is_missing("00000.seg"));
  CHECK(message_without("00001.seg") == is_missing("00001.seg"));
  CHECK(message_without("00002.seg").empty());                     // as if nobody had needed it yet
  CHECK(message_without("00006.seg") == is_missing("00006.seg"));  // of the second workload
}

TEST_CASE("a store has its first segments before it has its name") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  std::filesystem::create_directory(temporary.path() / "attempts.tmp");
  CHECK(
      all_of(**open_again(directory, {{"one", 0, 10, 10}})).empty());  // killed there: sent nothing
  std::filesystem::create_directory(directory);
  CHECK_FALSE(open_again(directory, {{"one", 0, 10, 10}}).has_value());
}

TEST_CASE("a vote that may have been sent is an intent in memory, and the files stay") {
  const TemporaryDirectory temporary;
  const auto directory = temporary.path() / "attempts";
  {
    const auto store = new_store(directory, {{"one", 0, 10, 10}});
    REQUIRE(store->intend(2, intent_of(2)));
    store->conclude(2, {Outcome::acked, 0, 200, 1ms, 2ms});
  }
  const std::string whole = *read_file(directory / "00000.seg");
  const auto store = stored(directory);
  for (const AttemptNumber n : {1U, 2U, 1U << 20U}) store->presume(n, {.voter = 9, .choice = 1});
  CHECK(store->read(1)->state == AttemptState::intended);
  CHECK(store->read(1)->voter == 9);
  CHECK(store->read(2)->outcome == Outcome::acked);
  CHECK(all_of(*store).size() == 2);
  CHECK(*read_file(directory / "00000.seg") == whole);
}
