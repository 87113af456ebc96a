#include "vote/voter_id.h"

#include "support/catch.h"

using namespace votebench;

namespace {
const RunKey kKey{1, 2, 3};
const VoterIds kIds(RunId{0x7f3a9c01}, kKey);
}  // namespace

TEST_CASE("an id is 26 cookie-safe characters that carry run and index") {
  const std::string id = kIds.make(0x00001267);
  CHECK(id.size() == 26);
  CHECK(id.substr(0, 18) == "vb7f3a9c0100001267");
  CHECK(id.find_first_not_of("vb0123456789abcdef") == std::string::npos);
  CHECK(kIds.check(id).origin == IdOrigin::own);
  CHECK(kIds.check(id).index == 0x1267);
}

TEST_CASE("every single changed character is noticed") {
  const std::string id = kIds.make(4711);
  for (std::size_t at = 0; at < id.size(); ++at) {
    std::string forged = id;
    forged[at] = forged[at] == '0' ? '1' : '0';
    CHECK(kIds.check(forged).origin != IdOrigin::own);
  }
}

TEST_CASE("ids of others are told apart") {
  const VoterIds other(RunId{0x11111111}, kKey);
  CHECK(kIds.check(other.make(5)).origin == IdOrigin::other_run);
  CHECK(kIds.check("6e2df0fa632cf7a").origin == IdOrigin::foreign);
  CHECK(kIds.check("").origin == IdOrigin::foreign);
  CHECK(kIds.check(kIds.make(5).substr(0, 25)).origin == IdOrigin::invalid_own);
  CHECK(kIds.check(kIds.make(5) + "0").origin == IdOrigin::invalid_own);
  std::string upper = kIds.make(0xABCDEF);
  upper[17] = 'F';
  CHECK(kIds.check(upper).origin == IdOrigin::invalid_own);
}

TEST_CASE("another key gives another mac") {
  const VoterIds forger(kIds.run(), RunKey{9, 9, 9});
  CHECK(kIds.check(forger.make(5)).origin == IdOrigin::invalid_own);
}

TEST_CASE("every run has ids and a key of its own") {
  const VoterIds one = VoterIds::of_new_run();
  const VoterIds other = VoterIds::of_new_run();
  CHECK(one.run() != other.run());
  CHECK(one.key() != other.key());
  CHECK(other.check(one.make(7)).origin == IdOrigin::other_run);
}

namespace {
const VoterIds kUuids(RunId{0x7f3a9c01}, kKey, IdForm::uuid);
}  // namespace

TEST_CASE("an id of the uuid form is a version 8 UUID that carries run and index") {
  for (const VoterIndex index : {VoterIndex{0}, VoterIndex{0x1267}, VoterIndex{0xFFFFFFFF}}) {
    const std::string id = kUuids.make(index);
    CHECK(id.size() == 36);
    CHECK(kUuids.check(id).origin == IdOrigin::own);
    CHECK(kUuids.check(id).index == index);
  }
  const std::string id = kUuids.make(0xABCDEF12);
  CHECK(id.substr(0, 26) == "7f3a9c01-7662-8abc-8def-12");
  CHECK(id.find_first_not_of("-0123456789abcdef") == std::string::npos);
  CHECK(kUuids.prefix() == "7f3a9c01-7662-8");
  CHECK(kUuids.stem(0xABCDEF12) == "7f3a9c01-7662-8abc-8def-12");
  CHECK(kIds.stem(0xABCDEF12) == "vb7f3a9c01abcdef12");
}

TEST_CASE("every single changed character of a UUID is noticed") {
  const std::string id = kUuids.make(4711);
  for (std::size_t at = 0; at < id.size(); ++at) {
    std::string forged = id;
    forged[at] = forged[at] == '0' ? '1' : '0';
    CHECK(kUuids.check(forged).origin != IdOrigin::own);
  }
}

TEST_CASE("UUIDs of others are told apart, and those of a run known whatever form it sends") {
  CHECK(kUuids.check(VoterIds(RunId{5}, kKey, IdForm::uuid).make(5)).origin == IdOrigin::other_run);
  CHECK(kUuids.check(VoterIds(RunId{0x7f3a9c01}, RunKey{9}, IdForm::uuid).make(5)).origin ==
        IdOrigin::invalid_own);
  CHECK(kUuids.check("6ba7b810-9dad-41d1-80b4-00c04fd430c8").origin == IdOrigin::foreign);
  CHECK(kUuids.check(kUuids.make(5).substr(0, 30)).origin == IdOrigin::invalid_own);
  CHECK(kUuids.check(kUuids.make(5) + "0").origin == IdOrigin::invalid_own);
  std::string undashed = kUuids.make(5);
  std::erase(undashed, '-');
  CHECK(kUuids.check(undashed).origin == IdOrigin::foreign);
  CHECK(kUuids.check_undashed(undashed).origin == IdOrigin::own);
  CHECK(kIds.check(kUuids.make(7)).index == 7);
  CHECK(kUuids.check(kIds.make(7)).origin == IdOrigin::own);
}

TEST_CASE("ids sort as their indexes do, and a stem stands before its id") {
  for (const VoterIds* ids : {&kIds, &kUuids}) {
    CHECK(ids->make(0xFF) < ids->make(0x100));
    CHECK(ids->make(0xFFFFF) < ids->make(0x100000));
    CHECK(ids->make(kFirstTrailingIndex - 1) < ids->stem(kFirstTrailingIndex));
    CHECK(ids->stem(kFirstTrailingIndex) < ids->make(kFirstTrailingIndex));
  }
}
