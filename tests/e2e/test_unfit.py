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


def refused_before_any_probe(target, file, *words):
    refused(target, file, *words)
    assert not target.truth("pushed")


def test_a_view_is_refused_before_any_probe(stack):
    with stack("reference").start_vote() as target:
        target.start_worker()
        target.query("CREATE VIEW seen AS SELECT * FROM votes")
        refused_before_any_probe(
            target, target.target(postgres={"url": target.postgres_uri, "table": "seen"}),
            "'seen' is a view, not a table", "name the table that the worker writes")


@pytest.mark.parametrize("column", ["uuid", "integer", "varchar(16)"])
def test_a_column_without_room_for_our_ids_is_refused_before_any_probe(stack, column):
    with stack().start_vote() as target:
        target.query(f"CREATE TABLE votes (id {column} NOT NULL UNIQUE, vote text NOT NULL)")
        refused_before_any_probe(target, None, "column 'id' of table 'votes' is",
                                 "cannot hold votebench's voter ids", "vote.identity: none")


def test_row_security_is_refused_before_any_probe_unless_it_hides_nothing(stack):
    with stack("reference").start_vote() as target:
        target.start_worker()
        target.query("""
            DROP ROLE IF EXISTS shift;
            CREATE ROLE shift LOGIN;
            GRANT pg_read_all_stats TO shift;
            GRANT SELECT ON votes TO shift;
            CREATE POLICY recent ON votes FOR SELECT TO shift USING (vote = 'a');
            ALTER TABLE votes ENABLE ROW LEVEL SECURITY""")
        as_shift = target.target(postgres={"url": target.postgres_uri.replace("postgres@", "shift@")})
        refused_before_any_probe(target, as_shift, "row security hides rows of table 'votes'",
                                 "'shift'", "BYPASSRLS")
        done = target.run(FEW)
        assert done.exit_status == 0, done  # the owner sees all of it
        target.query("ALTER ROLE shift BYPASSRLS")
        done = target.run(FEW, target=as_shift)
        assert done.exit_status == 0, done


def test_a_table_that_a_subscription_fills_is_refused(stack):
    with stack("reference").start_vote() as target:
        target.start_worker()
        target.query("""CREATE SUBSCRIPTION fills CONNECTION 'host=nowhere dbname=x' PUBLICATION p
                        WITH (connect = false)""")
        try:
            target.query("""INSERT INTO pg_subscription_rel
                            SELECT oid, 'votes'::regclass, 'r', NULL FROM pg_subscription""")
            refused_before_any_probe(target, None, "table 'votes' is filled by a subscription",
                                     "it may lag", "point postgres.url at the primary")
        finally:
            target.query("ALTER SUBSCRIPTION fills SET (slot_name = NONE); DROP SUBSCRIPTION fills")


def test_a_partition_that_is_emptied_voids_the_run_and_one_that_is_added_does_not(stack):
    with stack("keep-alive").start_vote() as target:
        target.query("""
            CREATE TABLE votes (id VARCHAR(255) NOT NULL, vote VARCHAR(255) NOT NULL,
                                UNIQUE (id, vote)) PARTITION BY LIST (vote);
            CREATE TABLE votes_a PARTITION OF votes FOR VALUES IN ('a');
            CREATE TABLE votes_b PARTITION OF votes FOR VALUES IN ('b')""")
        target.start_worker("--table-model", "append", "--poll", "1ms")
        load = {"workloads": burst(100, within="2s"), "drain": {"timeout": "3s"}}

        def run_with(change):
            target.query("TRUNCATE votes")
            running = target.start(load)
            until(lambda: target.rows() > 60, "votes arrive")
            target.query(change)
            return running.finish()
        added = run_with("CREATE TABLE votes_c PARTITION OF votes FOR VALUES IN ('c')")
        assert added.exit_status == 0, added
        emptied = run_with("TRUNCATE votes_b")
        assert emptied.exit_status == 3, emptied
        assert emptied.audit["lost"]["count"] == 0


@pytest.mark.parametrize("block, store", [("rabbitmq", "redis"), ("mysql", "postgres")])
def test_what_is_said_of_a_store_that_is_not_looked_into_can_be_done(stack, block, store):
    with stack("keep-alive").start_vote() as target:
        worker = target.start_worker("--poll", "1ms")
        named = target.target(**{block: {"url": "x://h/"}, store: None})
        done = target.run(FEW, target=named)
        assert done.exit_status == 2, done
        assert re.search(rf"{named.name}:\d+:1: error: unknown key '{block}'", done.stderr), done
        assert "Remove the block: votes are still sent" in said(done)
        assert not target.truth("pushed")
        without, load = target.target(**{store: None}), {**TEN, "drain": {"timeout": "4s"}}
        innocent = target.run(load, target=without)
        assert innocent.result["accounting"]["acked"] == 60
        assert innocent.exit_status == (0 if store == "redis" else 3), innocent
        worker.kill()
        target.start_worker("--poll", "1ms", "--plant", "lost@worker:7")
        guilty = target.run(load, target=without)
        assert guilty.exit_status == 3, guilty
        assert guilty.audit["lost"]["count"] == 0


def with_trigger(target, body):
    target.query(f"""
        CREATE OR REPLACE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          {body}
        END $$;
        CREATE OR REPLACE TRIGGER meddle BEFORE INSERT OR UPDATE ON votes
          FOR EACH ROW EXECUTE FUNCTION meddle();""")


# A re-vote of every third voter.
REVOTES = {"voters": {"revote": {"ratio": "30%", "gap": "200ms..800ms"}},
           "workloads": burst(60, within="2s")}
TEN = {"workloads": burst(60, within="500ms")}


def test_a_table_that_spells_the_choices_otherwise_is_audited_once_the_target_says_so(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        with_trigger(target, "NEW.vote = CASE NEW.vote WHEN 'a' THEN 'Cats' WHEN 'b' THEN 'Dogs' "
                             "ELSE NEW.vote END; RETURN NEW;")
        done = target.run(TEN)
        assert done.exit_status == 6, done
        assert "the table says 'Cats' where 'a' was sent, 'Dogs' where 'b' was sent" in said(done)
        line = re.search(r"say postgres.choices: ({.*?})", said(done)).group(1)
        spelled = target.run(TEN, target=target.target(
            postgres={"url": target.postgres_uri, "choices": yaml.safe_load(line)}))
        assert spelled.exit_status == 0, spelled
        assert spelled.audit["persisted"] == 60


def test_choices_that_stand_as_one_another_are_flipped_votes(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        with_trigger(target, "NEW.vote = CASE NEW.vote WHEN 'a' THEN 'b' ELSE 'a' END; RETURN NEW;")
        done = target.run(TEN)
        assert done.exit_status == 1, done
        assert done.audit["flipped"]["count"] == 60
        assert "probe votes do not stand as they were sent" in said(done), done


def test_choices_that_are_spelled_now_so_now_so_are_flipped_votes(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        target.query("CREATE SEQUENCE turn")
        with_trigger(target, "IF nextval('turn') % 3 = 0 THEN NEW.vote = upper(NEW.vote); END IF; "
                             "RETURN NEW;")
        done = target.run(TEN)
        assert done.exit_status == 1, done
        assert done.audit["flipped"]["count"] == 20
        assert "'A' or 'a' where 'a' was sent" in said(done), done


def test_one_row_per_voter_is_found_out_without_a_unique_index(stack):
    """A key of two columns: the catalogue alone would say that every vote is a row."""
    with stack().start_vote() as target:
        target.query("""CREATE TABLE votes (poll int NOT NULL DEFAULT 1, id VARCHAR(255) NOT NULL,
                        vote VARCHAR(255) NOT NULL)""")
        with_trigger(target, "IF TG_OP = 'INSERT' THEN UPDATE votes SET vote = NEW.vote "
                             "WHERE id = NEW.id; IF FOUND THEN RETURN NULL; END IF; END IF; "
                             "RETURN NEW;")
        target.start_worker("--poll", "1ms", "--table-model", "append")
        done = target.run(REVOTES)
        assert done.exit_status == 0, done
        assert done.audit["superseded"] > 5
        stated = target.run(REVOTES, target=target.target(
            postgres={"url": target.postgres_uri, "rows": "append"}))
        assert stated.exit_status == 1, stated  # the target's word binds, wrong as it is
        assert stated.audit["lost"]["count"] > 5


def test_a_table_where_the_first_vote_stands_is_not_sent_revotes(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        with_trigger(target, "IF TG_OP = 'UPDATE' THEN RETURN OLD; END IF; RETURN NEW;")
        done = target.run(REVOTES)
        assert done.exit_status == 6, done
        assert "a voter's first vote stands in this table" in said(done), done
        assert "let every voter vote once" in said(done), done
        once = target.run(TEN)
        assert once.exit_status == 0, once
        judged = target.run(REVOTES, target=target.target(
            postgres={"url": target.postgres_uri, "rows": "last-wins"}))
        assert judged.exit_status == 1, judged
        assert judged.audit["stale"]["count"] > 0


def test_second_votes_that_come_to_different_ends_are_said(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        with_trigger(target, "IF TG_OP = 'UPDATE' AND NEW.id LIKE 'vb________ffff0001%' THEN RETURN OLD; "
                             "END IF; RETURN NEW;")
        done = target.run(TEN)
        assert done.exit_status == 6, done
        assert "came to different ends: last-wins (2), first-wins (1)" in said(done), done
        assert "postgres.rows: last-wins | append | first-wins" in said(done), done


def test_rows_that_somebody_removes_are_not_called_lost_and_a_crash_is_no_removal(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        load = {"workloads": burst(100, within="2s"), "drain": {"timeout": "5s"}}
        running = target.start(load)
        until(lambda: target.rows() > 60, "votes arrive")
        target.query("DELETE FROM votes")  # the probes' too
        done = running.finish()
        assert done.exit_status == 3, done
        assert done.audit["lost"]["count"] == 0
        assert "20 of 20 probe rows vanished" in said(done), done


def test_a_loss_is_still_named_where_nobody_removes_rows(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        with_trigger(target, "IF NEW.id LIKE 'vb________00000007%' THEN RETURN NULL; END IF; RETURN NEW;")
        done = target.run({"workloads": burst(100, within="1s")})
        assert done.exit_status == 1, done
        assert done.audit["lost"]["count"] == 1


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


def test_probes_that_land_in_freed_blocks_are_found(stack):
    """Rows of an earlier run were taken out and a vacuum freed their space: new ones go there."""
    with stack().start_vote() as target:
        target.start_worker("--poll", "10ms")
        until(lambda: target.query("SELECT to_regclass('votes')")[0][0], "the table is there")
        target.query("ALTER TABLE votes SET (autovacuum_enabled = off)")
        target.query("INSERT INTO votes SELECT md5(i::text), 'a' FROM generate_series(1, 20000) i")
        target.query("DELETE FROM votes WHERE id IN "
                     "(SELECT md5(i::text) FROM generate_series(1, 19000) i)")
        target.query("VACUUM votes")
        done = target.run({"workloads": burst(60, within="2s")})
        assert done.exit_status == 0, done
        assert target.query("SELECT count(*) FROM votes WHERE id LIKE 'vb%' "
                            "AND ctid < '(100,0)'")[0][0] >= 80
        written = done.result["levels"]["db"]
        assert written["written"] == 60
        last = (done.directory / "timeseries.csv").read_text().splitlines()
        assert max(int(line.split(",")[-1] or 0) for line in last[1:]) == 60
