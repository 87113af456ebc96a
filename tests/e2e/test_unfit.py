"""Targets that are down, wrong, or not what they seem; stores that die and come back."""

import re

import pytest
import yaml

from handmade import Gate
from harness import burst, until, votebench
from servers import PostgresServer
from verified import Verified

FEW = {"workloads": burst(10, within="200ms"), "preflight": {"probe_votes": 2}}


def said(done):
    return " ".join((done.stdout + done.stderr).split())


def refused(target, file, *words):
    """The run says these words and sends none of its votes."""
    done = target.run(FEW, target=file)
    assert done.exit_status == 6, done
    for word in words:
        assert word in said(done), done
    assert len(target.truth("pushed")) <= 2  # probes at most


def test_stores_that_do_not_answer_are_named(stack, dead_port):
    with stack("reference").start_vote() as target:
        target.start_worker()
        refused(target, target.target(redis={"url": f"redis://127.0.0.1:{dead_port}/0"}),
                f"redis://127.0.0.1:{dead_port}/0", "Connection refused")
        nowhere = f"postgresql://postgres@127.0.0.1:{dead_port}/x"
        refused(target, target.target(postgres={"url": nowhere}), str(dead_port),
                "Connection refused")


def test_a_wrong_table_database_column_and_list_are_named_with_advice(stack):
    with stack("reference").start_vote() as target:
        target.start_worker()
        uri = target.postgres_server.tcp_uri
        refused(target, target.target(postgres={"url": uri, "table": "ballots"}),
                "there is no table 'ballots'", "check postgres.url")
        refused(target, target.target(postgres={"url": uri.replace("votestack", "elsewhere")}),
                '"elsewhere" does not exist')
        refused(target, target.target(postgres={"url": uri, "columns": {"voter": "who"}}),
                "no column 'who'", "it has: id, vote")
        target.redis_server.client().set("text", "no list")
        refused(target, target.target(redis={"url": f"redis://{target.redis_server.tcp_address}/0",
                                             "list": "text"}),
                "key 'text'", "holds a string, not a list")


def test_blank_padded_columns_are_read_as_they_were_written(stack):
    with stack().start_vote() as target:
        target.query("CREATE TABLE votes (id CHAR(255) NOT NULL UNIQUE, vote CHAR(10) NOT NULL)")
        target.query("INSERT INTO votes VALUES ('a stranger', 'a')")
        target.start_worker("--poll", "1ms")
        done = target.run({"workloads": burst(30, within="500ms")})
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 30
        assert Verified(done.directory).exit_status == 0
        cleaned = votebench("clean", str(done.directory), "--yes", cwd=target.directory)
        assert cleaned.returncode == 0, cleaned
        assert "50 rows" in cleaned.stdout, cleaned  # the 20 probes too
        assert target.rows() == 1


def test_a_table_that_changes_the_ids_is_refused(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        target.query("""
            CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              NEW.id = left(NEW.id, 25) || '-';
              RETURN NEW;
            END $$;
            CREATE TRIGGER cut BEFORE INSERT ON votes FOR EACH ROW EXECUTE FUNCTION cut();""")
        refused(target, None, "2 probe votes have rows in table 'votes', but only 0 with the ids",
                "ids must arrive unchanged", "column 'id'")


@pytest.fixture
def standby(postgres_server):
    """Made of the shared server; replays nothing any more."""
    server = PostgresServer(primary=postgres_server).start()
    server.name = postgres_server.name
    server.query("SELECT pg_wal_replay_pause()")
    yield server
    server.close()


def test_a_lagging_replica_as_the_database_is_refused(stack, request):
    with stack("reference").start_vote() as target:
        target.start_worker()
        replica = request.getfixturevalue("standby")
        refused(target, target.target(postgres={"url": replica.tcp_uri}), "standby", "it may lag",
                "point postgres.url at the primary")


def test_a_replica_of_redis_is_refused(stack):
    with stack("reference").start_vote() as target:
        target.start_worker()
        client = target.redis_server.client()
        client.replicaof("127.0.0.1", "1")
        refused(target, None, "is a replica", "point redis.url at the primary")


def test_postgres_restarted_in_the_middle_of_a_run_loses_nothing(stack):
    with stack("reference").start_vote() as target:
        target.start_worker()
        running = target.start({"workloads": burst(100, within="3s"), "drain": {"timeout": "60s"}})
        until(lambda: target.rows() > 40, "votes arrive")
        target.postgres_server.stop()
        until(lambda: len(target.truth("pushed")) > 80, "votes arrive while it is away")
        target.postgres_server.start()
        done = running.finish()
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 100


def test_postgres_back_empty_is_inconclusive_and_no_loss(stack):
    with stack("reference").start_vote() as target:
        target.start_worker()
        gate = Gate(target.postgres_server, 20 + 40)
        running = target.start({"workloads": burst(100, within="3s"), "drain": {"timeout": "3s"}})
        gate.await_worker()
        target.postgres_server.stop()
        target.postgres_server.start()
        target.postgres_server.fresh_database()
        done = running.finish()
        assert done.exit_status == 3, done
        assert done.audit["lost"]["count"] == 0


def test_redis_back_with_its_data_loses_nothing(stack, redis_server):
    redis_server.stop()
    redis_server.options = ("--appendonly", "yes", "--appendfsync", "always")
    redis_server.start()
    with stack("reference").start_vote() as target:
        target.start_worker()
        running = target.start({"workloads": burst(100, within="3s"), "audit": {"unknown": "100%"},
                                "drain": {"timeout": "60s"}})
        until(lambda: target.rows() > 40, "votes arrive")
        redis_server.process.kill()
        redis_server.start()
        done = running.finish()
        # How many votes find nobody there is chance; that none is called lost is not.
        assert done.exit_status in (0, 3), done
        assert done.audit["lost"]["count"] == 0
        assert done.audit["persisted"] + done.audit["recovered"] == target.rows() - 20
