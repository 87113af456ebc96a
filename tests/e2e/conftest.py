import shutil
import tempfile

import pytest

from handmade import HandMadeStack
from servers import PostgresServer, RedisServer, ReservedPort, Votestack


@pytest.fixture
def redis_server():
    """A running, empty Redis of this test's own."""
    server = RedisServer().start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def _postgres():
    server = PostgresServer().start()
    yield server
    server.close()


@pytest.fixture
def postgres_server(_postgres):
    """A running PostgreSQL with an empty database; the server is shared, the database is not."""
    if not _postgres.process.running():
        _postgres.start()
    _postgres.fresh_database()
    return _postgres


@pytest.fixture
def dead_port():
    """A loopback port that refuses connections as long as the test lasts."""
    with ReservedPort() as reserved:
        yield reserved.number


@pytest.fixture
def short_tmp():
    """A directory with a path short enough for Unix sockets."""
    path = tempfile.mkdtemp(prefix="vb-", dir="/tmp")
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def votestack(short_tmp):
    """votestack(service, *arguments): a running service, ended with the test."""
    started = []

    def start(service, *arguments, ready=True, env=None):
        process = Votestack(short_tmp, service, *arguments, env=env)
        started.append(process)
        return process.wait_ready() if ready else process

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def stack(tmp_path, redis_server, postgres_server):
    """Makes a stack of processes of this test's own; none of them runs yet."""
    def make(profile="dockersamples"):
        return HandMadeStack(tmp_path, redis_server, postgres_server, profile)
    return make
