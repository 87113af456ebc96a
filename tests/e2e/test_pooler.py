"""PostgreSQL behind pgbouncer in transaction mode: nothing of ours stays on the connections."""

import threading

import pytest

from harness import burst, until
from servers import Pgbouncer
from test_locked_table import NO_PROBES, TableLock

SETTINGS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout",
            "default_transaction_read_only", "default_transaction_isolation",
            "transaction_read_only", "transaction_isolation", "application_name", "search_path")
LEFT_BEHIND = """SELECT (SELECT count(*) FROM pg_prepared_statements)
    + (SELECT count(*) FROM pg_cursors WHERE is_holdable)
    + (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')
    + (SELECT count(*) FROM pg_listening_channels())
    + (SELECT count(*) FROM pg_class WHERE relpersistence = 't')"""


@pytest.fixture
def pooler(postgres_server):
    """One connection for everybody, so that each sees what another left."""
    started = Pgbouncer(postgres_server, pool_size=1).start()
    yield started
    started.close()


def what_a_client_sees(pooler):
    """A client without a name: pgbouncer leaves it the name of whoever was there before."""
    shown = ", ".join(f"current_setting('{name}')" for name in SETTINGS)
    seen = pooler.query(f"SELECT {shown}, ({LEFT_BEHIND})")[0]
    return tuple("" if value == "votestack worker" else value for value in seen)


class Onlooker(threading.Thread):
    """Somebody else's client: asks for its settings again and again while a run lasts."""

    def __init__(self, pooler):
        super().__init__()
        self.pooler, self.over, self.looks, self.seen = pooler, threading.Event(), 0, set()

    def run(self):
        while not self.over.wait(0.01):
            self.seen.add(what_a_client_sees(self.pooler))
            self.looks += 1

    def end(self):
        self.over.set()
        self.join()


def behind(pooler, stack):
    """The stack's worker and votebench both come through the pooler."""
    started = stack().start_vote()
    started.pooler = pooler
    started.start_worker("--poll", "1ms")
    return started


def test_the_settings_of_the_pooled_connection_stay_the_servers(stack, pooler):
    before = what_a_client_sees(pooler)
    with behind(pooler, stack) as target:
        onlooker = Onlooker(pooler)
        onlooker.start()
        done = target.run({"workloads": burst(150, within="3s")})
        onlooker.end()
        assert done.exit_status == 0, done
        assert onlooker.looks > 20
        assert onlooker.seen == {before}
        assert what_a_client_sees(pooler) == before


def test_a_lock_makes_a_pooled_worker_wait_and_not_lose(stack, pooler, postgres_server):
    with behind(pooler, stack) as target:
        running = target.start({"workloads": burst(120, within="6s"), **NO_PROBES,
                                "drain": {"timeout": "60s"}})
        until(lambda: len(target.truth("pushed")) >= 20, "votes are on their way")
        lock = TableLock(postgres_server)
        timer = threading.Timer(3, lock.release)
        timer.start()
        done = running.finish()
        timer.join()
        assert done.exit_status == 0, done
        assert done.audit["lost"]["count"] == 0
        assert done.audit["persisted"] == 120
        assert target.missing() == []
