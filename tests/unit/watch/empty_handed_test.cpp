#include "watch/empty_handed.h"

#include "support/catch.h"
#include "unit/watch/clients.h"

using namespace votebench;
using namespace votebench::watch;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

SeenConsumer consumer(const std::string& command, std::uint64_t idle_s, bool blocked = false) {
  SeenConsumer made;
  made.client.address = "10.0.0.5:4001";
  test::set_command(made.client, command, blocked);
  made.client.idle_s = idle_s;
  made.asked = made.client.asks;
  return made;
}
// One that was seen asking before.
SeenConsumer worker(const std::string& last_command, std::uint64_t idle_s) {
  SeenConsumer made = consumer(last_command, idle_s);
  made.asked = true;
  return made;
}

Hands hands(std::vector<SeenConsumer> consumers, Nanoseconds after_empty = seconds(3)) {
  Hands made;
  made.empty_since = Instant(seconds(100));
  made.looked_at = made.empty_since + after_empty;
  made.consumers = std::move(consumers);
  return made;
}

bool proven(const Hands& made) { return !look_at_hands(made).obstacle; }

}  // namespace

TEST_CASE("a polling worker that came back after the list was empty holds nothing") {
  CHECK(proven(hands({consumer("lpop", 0)})));
  CHECK(proven(hands({consumer("lpop", 1), consumer("lmove", 0)})));
  CHECK_FALSE(look_at_hands(hands({consumer("lpop", 0)})).leans_on_max_hold);
}

TEST_CASE("trap: a high idle time means holding or dead") {
  const auto finding = look_at_hands(hands({consumer("lpop", 0), consumer("lpop", 3)}));
  REQUIRE(finding.obstacle);
  CHECK(*finding.obstacle ==
        "worker 10.0.0.5:4001 has not come back for a vote for 3 s, it may hold one");
}

TEST_CASE("trap: idle times are whole seconds of a coarse clock") {
  CHECK_FALSE(proven(hands({consumer("lpop", 0)}, milliseconds(1990))));
  CHECK(proven(hands({consumer("lpop", 0)}, milliseconds(2000))));
  CHECK_FALSE(proven(hands({consumer("lpop", 1)}, milliseconds(2000))));
  CHECK_FALSE(proven(hands({consumer("lpop", 1)}, milliseconds(2240))));
  CHECK(proven(hands({consumer("lpop", 1)}, milliseconds(2250))));
}

TEST_CASE("trap: a clock that was set back gives no idle time, which proves nothing") {
  SeenConsumer unknown = consumer("lpop", 0);
  unknown.client.idle_s.reset();
  const auto finding = look_at_hands(hands({unknown}));
  REQUIRE(finding.obstacle);
  CHECK(*finding.obstacle ==
        "worker 10.0.0.5:4001 may hold a vote: the server's clock does not tell since when");
  SeenConsumer blocked = consumer("blpop", 0, true);
  blocked.client.idle_s.reset();
  CHECK(proven(hands({blocked})));
}

TEST_CASE("a worker blocked in a pop is empty-handed at once") {
  CHECK(proven(hands({consumer("blpop", 50, true)}, milliseconds(1))));
  // Served: not blocked any more, and it went to sleep before the list was empty.
  CHECK_FALSE(proven(hands({consumer("blpop", 50, false)})));
  // Blocked, but not in a pop.
  CHECK_FALSE(proven(hands({consumer("wait", 50, true)})));
}

TEST_CASE("trap: a heartbeat is no pop") {
  CHECK_FALSE(proven(hands({consumer("ping", 0)})));
  CHECK_FALSE(proven(hands({consumer("lrem", 0)})));
  CHECK_FALSE(proven(hands({consumer("evalsha", 0)})));
}

TEST_CASE("a client that runs what may take votes has had max_hold, be it an app or a worker") {
  Hands made = hands({consumer("eval", 0)}, seconds(9));
  CHECK(look_at_hands(made).obstacle ==
        "worker 10.0.0.5:4001 was last seen with eval, which does not show when it came back for a "
        "vote (worker.max_hold is 10 s)");
  made = hands({consumer("eval", 0)}, seconds(10));
  CHECK(proven(made));
  CHECK(look_at_hands(made).leans_on_max_hold);
  made.max_hold_stated = false;
  CHECK_FALSE(proven(made));
  CHECK(proven(hands({consumer("exec", 60)}, seconds(60))));  // an app's connection, say
}

TEST_CASE("a worker that looks before it pops has had max_hold, and did something since") {
  CHECK_FALSE(proven(hands({worker("llen", 0)}, milliseconds(9900))));
  CHECK(proven(hands({worker("llen", 0)}, seconds(10))));
  CHECK(look_at_hands(hands({worker("llen", 0)}, seconds(10))).leans_on_max_hold);
  // Whoever does nothing any more holds one, or is dead.
  CHECK_FALSE(proven(hands({worker("llen", 60)}, seconds(60))));
  CHECK_FALSE(proven(hands({worker("eval", 60)}, seconds(60))));
}

TEST_CASE("behind a connection that pushes and pops several may stand, each with a vote") {
  SeenConsumer shared = consumer("lpop", 0);
  shared.pushed = true;
  CHECK(look_at_hands(hands({shared}, seconds(9))).obstacle ==
        "worker 10.0.0.5:4001 pushes as well: others may share its connection (worker.max_hold is "
        "10 s)");
  CHECK(proven(hands({shared}, seconds(10))));
  SeenConsumer app = consumer("exec", 0);
  app.pushed = true;  // and never asked: another rule's
  CHECK(look_at_hands(hands({app}, seconds(9))).obstacle->find("exec") != std::string::npos);
}

TEST_CASE("one that waits in a pop is no profile's worker: it may hand its votes on") {
  Hands made = hands({consumer("blpop", 5, true)}, seconds(9));
  made.blocking_pops = true;
  CHECK(proven(made));
  made.worker_stated = false;
  CHECK(look_at_hands(made).obstacle ==
        "a worker that waits in a pop may hand its votes to others (worker.max_hold is 10 s)");
  made.looked_at = made.empty_since + seconds(10);
  CHECK(proven(made));
}

TEST_CASE(
    "a worker that keeps in a side list what it has in hand has nothing where that is empty") {
  Hands made = hands({consumer("lrem", 9)}, milliseconds(1));
  made.worker = WorkerModel::unknown;
  made.side_lists = true;
  SECTION("at once, where nothing is missing") {
    const HandsFinding finding = look_at_hands(made);
    CHECK_FALSE(finding.obstacle);
    CHECK(finding.leans_on_side_lists);
    CHECK_FALSE(finding.leans_on_max_hold);
  }
  SECTION("a missing vote may have been taken off the side list before it was written") {
    made.votes_are_missing = true;
    CHECK_FALSE(proven(made));
    made.looked_at = made.empty_since + made.max_hold;
    CHECK(proven(made));
    CHECK(look_at_hands(made).leans_on_max_hold);
    made.max_hold_stated = false;
    CHECK_FALSE(proven(made));
    CHECK(look_at_hands(made).advice.ends_with("worker: { model: unknown, max_hold: 10s }"));
  }
  SECTION("somebody took votes past it") {
    made.taken_bare = 1;
    CHECK(look_at_hands(made).obstacle ==
          "votes may have been taken past the side lists (1 time), and the target says worker: "
          "unknown");
  }
  SECTION("it showed that it is done with votes before it writes them") {
    made.settled_early = "votes were done with early";
    CHECK(look_at_hands(made).obstacle == "votes were done with early (worker.max_hold is 10 s)");
    made.max_hold_stated = false;
    made.looked_at = made.empty_since + made.max_hold;
    CHECK_FALSE(proven(made));
  }
  SECTION("a second worker may have been given what the first still has") {
    made.handed_over = 2;
    CHECK_FALSE(proven(made));
    made.looked_at = made.empty_since + made.max_hold;
    CHECK(proven(made));
    CHECK(look_at_hands(made).leans_on_max_hold);
  }
  SECTION("a queue that knows what is in hand needs no worker of one vote at a time") {
    made.worker = WorkerModel::serial;
    made.serial_refuted = "9 rows came after the lists were empty, from 1 worker";
    CHECK_FALSE(proven(made));
    made.shows_hands = true;
    CHECK(proven(made));
    CHECK(look_at_hands(made).leans_on_side_lists);
    made.taken_bare = 1;
    CHECK_FALSE(proven(made));
  }
  SECTION("the table may yet be written to") {
    made.activity.may_write = {"a transaction is open"};
    CHECK_FALSE(proven(made));
  }
  SECTION("one vote at a time says more") {
    made.worker = WorkerModel::serial;
    CHECK_FALSE(proven(made));
  }
}

TEST_CASE("where it is not seen what nobody took yet, no empty hand proves anything") {
  Hands made = hands({consumer("blpop", 0, true)}, seconds(60));
  CHECK(proven(made));
  made.blind_spot = "readers do not show what they have not read yet";
  CHECK(look_at_hands(made).obstacle == made.blind_spot);
}

TEST_CASE("a worker that is not declared serial is never empty-handed") {
  Hands made = hands({consumer("blpop", 0, true)});
  CHECK(proven(made));
  made.worker = WorkerModel::unknown;
  CHECK_FALSE(proven(made));
}

TEST_CASE("who vanished is known dead, or has had his time since the lists were empty") {
  SeenConsumer gone = consumer("lpop", 0);
  gone.gone_since = Instant(seconds(98));
  Hands made = hands({gone}, milliseconds(9900));
  CHECK_FALSE(proven(made));
  made.client_is_dead = [](const QueueClient& client) { return client.address.empty(); };
  CHECK_FALSE(proven(made));
  made.client_is_dead = [](const QueueClient& client) { return !client.address.empty(); };
  CHECK(proven(made));
  CHECK_FALSE(look_at_hands(made).leans_on_max_hold);
  made.client_is_dead = nullptr;
  made.looked_at += milliseconds(100);
  CHECK(proven(made));
  CHECK(look_at_hands(made).leans_on_max_hold);
}

TEST_CASE("trap: who went long ago may have come again, unseen, for the last vote") {
  SeenConsumer gone = consumer("lpop", 0);
  gone.gone_since = Instant(seconds(10));
  CHECK_FALSE(proven(hands({gone}, milliseconds(100))));
  CHECK_FALSE(proven(hands({gone, consumer("lpop", 0)}, seconds(3))));
  CHECK(proven(hands({gone}, seconds(10))));
}

TEST_CASE("trap: a connection that was seen once may be one of many short ones") {
  Hands made = hands({consumer("lpop", 0)});
  made.consumers[0].seen_since = made.looked_at - milliseconds(249);
  CHECK(look_at_hands(made).obstacle == "worker 10.0.0.5:4001 has just connected");
  made.consumers[0].seen_since = made.looked_at - milliseconds(250);
  CHECK(proven(made));
}

TEST_CASE("trap: what a worker sent before it was killed may still be written") {
  SeenConsumer gone = consumer("lpop", 0);
  gone.gone_since = Instant(seconds(101));
  Hands made = hands({gone}, milliseconds(2999));
  made.client_is_dead = [](const QueueClient&) { return true; };
  CHECK_FALSE(proven(made));
  made.looked_at += milliseconds(1);
  CHECK(proven(made));
}

TEST_CASE("who vanished after the lists were empty took his vote before that") {
  SeenConsumer gone = consumer("lpop", 0);
  gone.gone_since = Instant(seconds(105));
  CHECK_FALSE(proven(hands({gone}, milliseconds(9900))));
  CHECK(proven(hands({gone}, seconds(10))));
}

TEST_CASE("workers that nobody saw have max_hold after the lists were empty") {
  Hands made = hands({}, milliseconds(9900));
  CHECK(proven(made));
  made.unseen_consumers = true;
  CHECK_FALSE(proven(made));
  made.looked_at += milliseconds(100);
  CHECK(proven(made));
  CHECK(look_at_hands(made).leans_on_max_hold);
}

TEST_CASE("an open transaction of anybody may still write") {
  Hands made = hands({consumer("lpop", 0)});
  made.activity.may_write = {"a backend is active for 4 s", "a transaction is prepared"};
  CHECK(*look_at_hands(made).obstacle == "a backend is active for 4 s");
}

TEST_CASE("a worker that popped a moment ago is waited for, one that did not is said to hold") {
  const auto said = [](std::uint64_t idle_s) {
    return *look_at_hands(hands({consumer("lpop", idle_s)}, milliseconds(2100))).obstacle;
  };
  CHECK(said(1) == "worker 10.0.0.5:4001 is still being waited for");
  CHECK(said(2) == "worker 10.0.0.5:4001 has not come back for a vote for 2 s, it may hold one");
}

TEST_CASE("the first worker that is not empty-handed is named, whoever comes after it") {
  SeenConsumer gone = consumer("lpop", 0);
  gone.gone_since = Instant(seconds(98));
  const auto finding = look_at_hands(hands({consumer("lpop", 30), gone}, seconds(20)));
  REQUIRE(finding.obstacle);
  CHECK(finding.obstacle->find("has not come back for a vote for 30 s") != std::string::npos);
}

TEST_CASE("clients that did something else, and workers that pop several, have max_hold") {
  Hands made = hands({consumer("lpop", 0)}, milliseconds(9900));
  std::string said;
  SECTION("somebody else") {
    made.others = {consumer("xread", 0)};
    said = "worker 10.0.0.5:4001 (xread) may have taken votes as well (worker.max_hold is 10 s)";
  }
  SECTION("several at a time") {
    made.serial_refuted = "3 rows came";
    said = "3 rows came: they handle several votes at a time (worker.max_hold is 10 s)";
  }
  SECTION("the first of all reasons is said") {
    made.unseen_consumers = true;
    made.others = {consumer("xread", 0)};
    made.serial_refuted = "3 rows came";
    said = "workers that nobody saw may still hold votes (worker.max_hold is 10 s)";
  }
  CHECK(look_at_hands(made).obstacle == said);
  made.looked_at += milliseconds(100);
  CHECK(proven(made));
  CHECK(look_at_hands(made).leans_on_max_hold);
}

TEST_CASE("what only a profile says binds workers that behave like its own, no others") {
  SeenConsumer gone = consumer("lpop", 0);
  gone.gone_since = Instant(seconds(98));
  gone.server_id = "server-1";
  Hands made = hands({consumer("lpop", 0)}, seconds(20));
  made.consumers[0].server_id = made.server_id = "server-1";
  made.worker_stated = made.max_hold_stated = false;
  CHECK(proven(made));
  std::string strange;
  std::string model = "model: serial, ";
  bool leans = true;
  SECTION("several votes at a time") {
    made.serial_refuted = strange = "3 rows came";
    model = "";  // it was seen
  }
  SECTION("nobody saw them") {
    made.unseen_consumers = true;
    strange = "nobody saw all who took votes";
  }
  SECTION("somebody else") {
    made.others = {consumer("xread", 0)};
    strange = "worker 10.0.0.5:4001 (xread) may have taken votes as well";
  }
  SECTION("one disconnected") {
    made.consumers.push_back(gone);
    strange = "worker 10.0.0.5:4001 disconnected during the run";
  }
  SECTION("one waits in what is no pop") {
    made.consumers[0].client.waits = true;
    made.consumers[0].client.asks = false;
    made.consumers[0].client.command = "xread";
    strange = "worker 10.0.0.5:4001 did more than take votes (xread)";
    leans = false;
  }
  const HandsFinding finding = look_at_hands(made);
  CHECK(finding.leans_on_max_hold == leans);
  REQUIRE(finding.obstacle);
  CHECK(*finding.obstacle == strange + ", and how long a worker may hold a vote is only assumed");
  CHECK(finding.advice ==
        "if no worker holds a vote for longer than 10 s, say so in the target: worker: { " + model +
            "max_hold: 10s }");
  made.max_hold_stated = true;
  CHECK(proven(made) == model.empty());
  made.worker_stated = true;
  CHECK(proven(made));
  made.max_hold_stated = false;
  CHECK(proven(made) == !leans);
}

TEST_CASE("who did something else a moment ago has not come back for a vote") {
  Hands made = hands({consumer("llen", 0)}, seconds(20));
  made.consumers[0].client.asks = false;
  made.consumers[0].asked = true;
  made.looked_at = made.empty_since + seconds(1);
  CHECK(look_at_hands(made).obstacle ==
        "worker 10.0.0.5:4001 did something else a moment ago (llen) and may hold a vote");
  made.consumers[0].client.idle_s = 3;
  CHECK(look_at_hands(made).obstacle ==
        "worker 10.0.0.5:4001 has not come back for a vote for 3 s, it may hold one");
}

TEST_CASE("who is known dead, or was cut off by a server that was restarted, is not strange") {
  SeenConsumer gone = consumer("lpop", 0);
  gone.gone_since = Instant(seconds(98));
  gone.server_id = "server-1";
  Hands made = hands({gone}, seconds(20));
  made.server_id = "server-1";
  made.worker_stated = made.max_hold_stated = false;
  CHECK_FALSE(proven(made));
  SECTION("dead") {
    made.client_is_dead = [](const QueueClient&) { return true; };
  }
  SECTION("cut off") { made.server_id = "server-2"; }
  CHECK(proven(made));
}
