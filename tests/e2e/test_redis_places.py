"""A redis.url that leads to a Redis which has not what is asked for: who has it is said."""

import pathlib

import pytest
import redis

from harness import burst, examples
from servers import Process, RedisServer, ReservedPort, wait_until

LOAD = {"workloads": burst(100, within="1s")}
FEW = {"workloads": burst(10, within="200ms"), "preflight": {"probe_votes": 2}}


def refused(target, file, *words):
    """The run says these words before any vote."""
    done = target.run(FEW, target=file)
    assert done.exit_status == 6, done
    for word in words:
        assert word in " ".join(done.stdout.split()), done
    assert not target.truth("pushed")


def at(target, port, block="redis", **keys):
    return target.target(**{"redis": None,
                            block: {"url": f"redis://127.0.0.1:{port}/0", **keys}})


@pytest.fixture
def target(stack):
    with stack("keep-alive").start_vote() as made:
        made.start_worker()
        yield made


@pytest.fixture
def sentinel(target, short_tmp):
    """The port of a Sentinel that watches the target's Redis."""
    with ReservedPort() as reserved:
        file = pathlib.Path(short_tmp) / "sentinel.conf"
        file.write_text(f"port {reserved.number}\nbind 127.0.0.1\ndir {short_tmp}\n"
                        f"sentinel monitor votes 127.0.0.1 {target.redis_server.port} 1\n")
        process = Process(["redis-server", str(file), "--sentinel"], short_tmp)
        client = redis.Redis(port=reserved.number)

        def answers():
            assert process.running(), process.stderr
            try:
                return client.ping()
            except redis.ConnectionError:
                return False

        wait_until(answers, "the Sentinel answers")
        yield reserved.number
        process.kill()


@pytest.fixture
def cluster():
    """Two nodes: one that is named, and one that has all slots."""
    with ReservedPort() as first, ReservedPort() as second:
        nodes = [RedisServer("--cluster-enabled", "yes", "--cluster-port", str(bus.number)).start()
                 for bus in (first, second)]
        named, owner = nodes
        owner.client().execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        named.client().execute_command("CLUSTER", "MEET", "127.0.0.1", owner.port, second.number)
        for node in nodes:
            wait_until(lambda: b"cluster_state:ok" in node.client().execute_command(
                "CLUSTER", "INFO"), "the nodes have met")
        yield named, owner
        for node in nodes:
            node.close()


@pytest.mark.parametrize("database", [0, 1])
def test_a_sentinel_names_the_master_that_it_watches(target, sentinel, database):
    master = target.redis_server.port
    refused(target, target.target(redis={"url": f"redis://127.0.0.1:{sentinel}/{database}"}),
            f"redis://127.0.0.1:{sentinel}/{database} is a Sentinel, which holds no data",
            f"it watches votes at 127.0.0.1:{master}",
            f"say redis.url: redis://127.0.0.1:{master}/{database} ")


def test_a_sentinel_is_told_behind_a_password_that_it_does_not_know(target, sentinel, monkeypatch):
    monkeypatch.setenv("VB_REDIS", "hunter2")
    refused(target, at(target, sentinel, password={"env": "VB_REDIS"}), "is a Sentinel",
            f"say redis.url: redis://127.0.0.1:{target.redis_server.port}/0 ")


def test_a_sentinel_is_told_where_a_stream_or_counters_are_meant(target, sentinel):
    master = f"redis://127.0.0.1:{target.redis_server.port}/0 "
    refused(target, at(target, sentinel, "redis_stream", stream="votes", group="workers"),
            "is a Sentinel", f"say redis_stream.url: {master}")
    counters = {"redis": {"url": f"redis://127.0.0.1:{sentinel}/0", "keys": {"a": "a", "b": "b"}}}
    refused(target, target.target(redis=None, postgres=None, counters=counters,
                                  vote={"identity": "none"}, settle={"quiet": "1s"}),
            "is a Sentinel", f"say counters.redis.url: {master}")


def test_the_node_of_a_cluster_that_has_the_list_is_named(target, cluster):
    named, owner = cluster
    refused(target, at(target, named.port),
            f"redis://127.0.0.1:{named.port}/0 is a node of a cluster",
            f"another one holds what is asked for: 127.0.0.1:{owner.port}",
            f"say redis.url: redis://127.0.0.1:{owner.port}/0 ")


def test_votes_in_a_cluster_are_followed_on_the_node_that_has_the_list(stack, cluster):
    _, owner = cluster
    made = stack("keep-alive")
    made.redis_server = owner
    with made.start_vote() as target:
        target.start_worker("--poll", "1ms")
        done = target.run(LOAD)
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 100


@pytest.mark.parametrize("settle", [None, {"quiet": "4s"}])
def test_a_vote_may_wait_on_another_node_until_the_target_says_how_long(stack, cluster, settle):
    _, owner = cluster
    made = stack("keep-alive")
    made.redis_server = owner
    with made.start_vote() as target:
        target.start_worker("--poll", "1ms", "--plant", "lost@worker:5")
        done = target.run({**LOAD, "drain": {"timeout": "20s"}}, target=target.target(
            settle=settle, worker={"model": "serial", "max_hold": "2s"}))
        if settle:
            assert done.exit_status == 1, done
            assert examples(done, "lost") == sorted(target.truth("planted"))
            assert done.audit["lost"]["count"] == 5
        else:
            assert done.exit_status == 3, done
            assert done.audit["lost"]["count"] == 0
        assert "it is one node of a cluster" in " ".join(done.stdout.split()), done
