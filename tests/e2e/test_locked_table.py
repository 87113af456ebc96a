"""A table that somebody keeps locked: the worker holds a vote, and that is never a loss."""

import threading

import pytest

from harness import burst, until

NO_PROBES = {"preflight": {"probe_votes": 0}}


class TableLock:
    """Keeps the table locked against writers until released."""

    def __init__(self, server):
        self.connection = server.connect()
        self.connection.autocommit = False
        self.connection.cursor().execute("LOCK TABLE votes IN SHARE MODE")

    def release(self):
        self.connection.rollback()
        self.connection.close()


@pytest.mark.parametrize("profile", ["dockersamples", "prefetch"])
def test_a_locked_table_never_makes_a_loss(stack, profile, postgres_server):
    with stack(profile).start_vote() as target:
        target.start_worker(*(("--poll", "1ms") if profile == "dockersamples" else ()))
        lock = TableLock(postgres_server)
        running = target.start({"workloads": burst(30, within="1s"), **NO_PROBES,
                                "drain": {"timeout": "60s"}})
        until(lambda: len(target.truth("pushed")) == 30, "the load is over")
        timer = threading.Timer(15, lock.release)
        timer.start()
        done = running.finish()
        timer.join()
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 30
        assert done.result["settled"]["drain_s"] > 5


def test_a_locked_table_past_the_drain_limit_is_inconclusive(stack, postgres_server):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        lock = TableLock(postgres_server)
        done = target.run({"workloads": burst(30, within="1s"), **NO_PROBES,
                           "drain": {"timeout": "8s"}})
        lock.release()
        assert done.exit_status == 3, done
        assert done.audit["lost"]["count"] == 0
