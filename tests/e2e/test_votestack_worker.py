"""The workers of the reference stack: what they write, and what they lose when something breaks."""

import json
import signal

import pytest

from servers import wait_until
from test_votestack import events

STOCK = ["dockersamples", "append-table", "always-200", "keep-alive"]
APPENDING = ["append-table", "always-200"]


def push(server, *ballots, name="votes"):
    elements = [json.dumps({"voter_id": voter, "vote": choice}) for voter, choice in ballots]
    server.client().rpush(name, *elements)


@pytest.fixture
def worker(votestack, redis_server, postgres_server, short_tmp):
    def start(profile="reference", *arguments, **options):
        return votestack("worker", "--redis", redis_server.address, "--postgres",
                         postgres_server.uri, "--profile", profile, "--truth-log",
                         f"{short_tmp}/truth", *arguments, **options)
    return start


@pytest.fixture
def truth(short_tmp):
    """truth(event): the voters of that event, in order."""
    return lambda event: [voter for name, voter, _ in events(f"{short_tmp}/truth")
                          if name == event]


@pytest.fixture
def rows(postgres_server):
    return lambda: sorted(postgres_server.query("SELECT id, vote FROM votes"))


def wait_for(rows, expected):
    try:
        wait_until(lambda: rows() == sorted(expected), "the expected rows")
    except AssertionError:
        assert rows() == sorted(expected)


def wait_for_blocked_insert(server):
    wait_until(lambda: server.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                                    "AND application_name = 'votestack worker'"), "a blocked write")


@pytest.mark.parametrize("profile", ["reference", "prefetch", *STOCK])
def test_votes_become_rows(worker, redis_server, postgres_server, rows, profile):
    service = worker(profile)
    push(redis_server, ("v1", "a"), ("v2", "b"), ("v1", "b"), ("v3", "\u00e9"))
    first = [("v1", "a")] if profile in APPENDING else []
    wait_for(rows, first + [("v1", "b"), ("v2", "b"), ("v3", "\u00e9")])
    unique = postgres_server.query("SELECT 1 FROM pg_index WHERE indrelid = 'votes'::regclass "
                                   "AND indisunique")
    assert bool(unique) == (profile not in APPENDING)
    wait_until(lambda: redis_server.client().keys("*") == [], "everything settled")
    assert service.stop() == 0


@pytest.mark.parametrize("profile", ["reference", "prefetch"])
def test_batches_keep_the_last_vote_of_a_voter(worker, redis_server, rows, truth, profile):
    votes = [(f"v{n % 100}", "ab"[n // 100 % 2]) for n in range(1000)]
    push(redis_server, *votes)
    worker(profile)
    wait_for(rows, dict(votes).items())
    wait_until(lambda: len(truth("written")) == 1000, "all written")


def test_a_repeated_vote_does_not_touch_its_row(worker, redis_server, postgres_server, rows, truth):
    worker()
    push(redis_server, ("v", "a"))
    wait_for(rows, [("v", "a")])
    before = postgres_server.query("SELECT xmin FROM votes")
    push(redis_server, ("v", "a"))
    wait_until(lambda: len(truth("written")) == 2, "the second vote")
    assert postgres_server.query("SELECT xmin FROM votes") == before


def test_the_stock_worker_moves_ten_votes_a_second(worker, redis_server, rows, truth, short_tmp):
    push(redis_server, *[(f"v{n}", "a") for n in range(12)])
    worker("dockersamples")
    wait_until(lambda: len(truth("written")) == 12, "12 votes")
    with open(f"{short_tmp}/truth", encoding="utf-8") as log:
        times = [line["t_ns"] for line in map(json.loads, log) if line["event"] == "popped"]
    # The first may be late for its turn, and the second is then at once.
    assert times[-1] - times[0] > 0.99e9


@pytest.mark.parametrize("profile,options", [("dockersamples", []), ("prefetch", []),
                                             ("dockersamples", ["--poll", "0s"])])
def test_a_stock_worker_killed_while_it_holds_loses_what_it_holds(worker, redis_server, rows,
                                                                  truth, profile, options):
    votes = [(f"v{n}", "a") for n in range(100)]
    push(redis_server, *votes)
    held = worker(profile, *options, "--hold", "10m")
    batch = 64 if profile == "prefetch" else 1
    wait_until(lambda: len(truth("popped")) == batch, "a held vote")
    assert redis_server.client().llen("votes") == 100 - batch
    held.kill()
    worker("prefetch")
    wait_for(rows, votes[batch:])
    wait_until(lambda: len(truth("written")) == 100 - batch, "all written")
    assert set(truth("popped")) - set(truth("written")) == {voter for voter, _ in votes[:batch]}


def test_the_reference_worker_killed_while_it_holds_loses_nothing(worker, redis_server, rows,
                                                                  truth):
    votes = [(f"v{n}", "a") for n in range(600)]
    push(redis_server, *votes)
    for life in range(1, 4):
        held = worker("reference", "--hold", "10m")
        wait_until(lambda: len(truth("popped")) + len(truth("recovered")) == 256 * life, "a hold")
        held.kill()
    assert redis_server.client().llen("votes:processing") == 256
    push(redis_server, ("v0", "b"))
    worker()
    wait_for(rows, [("v0", "b")] + votes[1:])
    wait_until(lambda: redis_server.client().keys("*") == [], "everything settled")


@pytest.mark.parametrize("profile", ["reference", "dockersamples", "prefetch"])
def test_sigterm_finishes_what_is_held(worker, redis_server, rows, truth, profile):
    push(redis_server, ("v", "a"))
    service = worker(profile, "--hold", "10m")
    wait_until(lambda: truth("popped") == ["v"], "a held vote")
    assert rows() == []
    assert service.stop() == 0
    assert rows() == [("v", "a")]
    assert redis_server.client().keys("*") == []


def test_one_reference_worker_is_active_and_another_takes_over(worker, redis_server,
                                                               postgres_server, rows, truth):
    first = worker("reference", "--hold", "10m")
    wait_until(lambda: postgres_server.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"),
               "it is the active one")
    second = worker()
    third = worker()
    wait_until(lambda: second.stderr.count("standing by") == 2, "two stand by")
    push(redis_server, ("v", "a"))
    wait_until(lambda: truth("popped") == ["v"], "a held vote")
    first.kill()
    wait_for(rows, [("v", "a")])
    assert truth("recovered") == ["v"]
    assert second.running() and third.running()
    assert {second.stop(), third.stop()} == {0}


def test_a_vote_taken_by_a_worker_that_lost_the_lock_is_not_stuck(worker, redis_server, rows):
    worker()
    push(redis_server, ("v", "a"), name="votes:processing")
    wait_for(rows, [("v", "a")])


def test_reference_survives_restarts_of_postgres(worker, redis_server, postgres_server, rows):
    service = worker()
    votes = [("first", "a")]
    push(redis_server, *votes)
    for life in range(3):
        wait_for(rows, votes)
        votes += [(f"v{life}-{n}", "a") for n in range(300)]
        postgres_server.stop()
        push(redis_server, *votes[-300:])
        wait_until(lambda: redis_server.client().llen("votes:processing") > 0, "a failed write")
        postgres_server.start()
    wait_for(rows, votes)
    assert service.running()


def test_reference_survives_restarts_of_redis(worker, redis_server, rows):
    service = worker()
    for life in range(3):
        redis_server.stop()
        wait_until(lambda: service.stderr.count("redis") > life, "trouble")
        redis_server.start()
        push(redis_server, (f"v{life}", "a"))
        wait_for(rows, [(f"v{n}", "a") for n in range(life + 1)])


def test_reference_waits_for_servers_that_come_later(worker, redis_server, postgres_server, rows):
    postgres_server.stop()
    redis_server.stop()
    service = worker(ready=False)
    wait_until(lambda: "postgres" in service.stderr, "trouble")
    postgres_server.start()
    wait_until(lambda: "redis" in service.stderr, "trouble")
    redis_server.start()
    service.wait_ready()
    push(redis_server, ("v", "a"))
    wait_for(rows, [("v", "a")])


def test_reference_with_a_locked_table_loses_nothing(worker, redis_server, postgres_server, rows):
    service = worker()
    locker = postgres_server.connect()
    locker.autocommit = False
    locker.cursor().execute("LOCK TABLE votes IN ACCESS EXCLUSIVE MODE")
    push(redis_server, ("v", "a"))
    wait_for_blocked_insert(postgres_server)
    service.kill()
    worker_again = worker(ready=False)
    locker.rollback()
    locker.close()
    worker_again.wait_ready()
    wait_for(rows, [("v", "a")])


def test_stock_exits_with_the_vote_when_its_connection_goes_while_it_writes(
        worker, redis_server, rows, postgres_server, truth):
    service = worker("dockersamples")
    locker = postgres_server.connect()
    locker.autocommit = False
    locker.cursor().execute("LOCK TABLE votes IN ACCESS EXCLUSIVE MODE")
    push(redis_server, ("v1", "a"), ("v2", "a"))
    wait_for_blocked_insert(postgres_server)
    # Not a restart of the server: that could end the lock first, and v1 would be written.
    postgres_server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                          "WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT%'")
    assert service.wait() == 1
    assert len(service.stderr.splitlines()) == 1
    assert truth("popped") == truth("dropped") == ["v1"]
    locker.rollback()
    worker("dockersamples")
    wait_for(rows, [("v2", "a")])


def test_stock_exits_when_postgres_goes_while_the_list_is_empty(worker, postgres_server):
    service = worker("dockersamples")
    postgres_server.restart()
    assert service.wait() == 1


def test_stock_survives_a_restart_of_redis(worker, redis_server, rows):
    service = worker("dockersamples")
    push(redis_server, ("v1", "a"))
    wait_for(rows, [("v1", "a")])
    service.pause()
    redis_server.client().ping()  # behind its last pop: one that is cut off would end the worker
    redis_server.stop()
    service.resume()
    wait_until(lambda: "waiting for Redis" in service.stderr, "trouble")
    redis_server.start()
    push(redis_server, ("v2", "a"))
    wait_for(rows, [("v1", "a"), ("v2", "a")])


def test_stock_exits_when_the_list_is_no_list(worker, redis_server):
    service = worker("dockersamples")
    redis_server.client().set("votes", "not a list")
    assert service.wait() == 1


LONG = "x" * 256


def test_reference_keeps_aside_what_cannot_be_written(worker, redis_server, rows, truth):
    good = [(f"v{n}", "a") for n in range(50)]
    bad = [(LONG, "a"), ("v", "\0"), ("w", LONG)]
    push(redis_server, *good[:20], *bad, *good[20:])
    redis_server.client().rpush("votes", "no json", '{"voter_id": 1, "vote": "a"}')
    service = worker()
    wait_for(rows, good)
    wait_until(lambda: redis_server.client().llen("votes:rejected") == 5, "all rejected")
    wait_until(lambda: not redis_server.client().exists("votes:processing"), "all settled")
    assert sorted(truth("rejected")) == sorted(["", "", LONG, "v", "w"])
    assert service.running()


def test_stock_loses_a_long_id_silently(worker, redis_server, rows, truth):
    worker("dockersamples")
    push(redis_server, (LONG, "a"), ("v", "a"))
    wait_for(rows, [("v", "a")])
    assert truth("dropped") == [LONG]


@pytest.mark.parametrize("element", ["no json", '{"voter_id": "v"}',
                                     json.dumps({"voter_id": "v", "vote": "\0"}),
                                     pytest.param(json.dumps({"voter_id": "v", "vote": LONG}),
                                                  id="long")])
def test_a_poison_vote_ends_a_stock_worker(worker, redis_server, rows, truth, element):
    service = worker("dockersamples")
    redis_server.client().rpush("votes", element)
    assert service.wait() == 1
    assert redis_server.client().llen("votes") == 0 and rows() == []
    assert len(truth("dropped")) == 1


def test_losing_the_race_to_create_the_table_is_no_error(worker, postgres_server, redis_server,
                                                         rows):
    rival = postgres_server.connect()
    rival.autocommit = False
    rival.cursor().execute("CREATE TABLE votes (id VARCHAR(255) NOT NULL UNIQUE, "
                           "vote VARCHAR(255) NOT NULL)")
    service = worker("dockersamples", ready=False)
    wait_for_blocked_insert(postgres_server)
    rival.commit()
    rival.close()
    service.wait_ready()
    push(redis_server, ("v", "a"))
    wait_for(rows, [("v", "a")])


def test_flags_override_the_preset(worker, redis_server, rows, truth):
    service = worker("dockersamples", "--order", "ack-after-write", "--table-model", "append",
                     "--batch", "2", "--poll", "1ms", "--hold", "10m", "--list", "other")
    push(redis_server, ("v", "a"), ("v", "b"), ("w", "a"), name="other")
    wait_until(lambda: truth("popped") == ["v", "v"], "a batch of two")
    assert redis_server.client().llen("other:processing") == 2
    service.signal(signal.SIGTERM)
    assert service.wait() == 0
    assert rows() == [("v", "a"), ("v", "b")]
