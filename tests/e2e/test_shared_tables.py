"""A table that holds more than this run's votes: other polls, rows that were deleted only in name; and
keys that take in the choice."""

import re

import pytest

from harness import SHORT_HOLD, burst, examples, until, votebench
from your_stack import here, shown

VOTES = 100
LOAD = {"workloads": burst(VOTES, within="1s")}
REVOTES = {"voters": {"revote": {"ratio": "30%", "gap": "200ms..800ms"}},
           "workloads": burst(60, within="2s")}
OURS, OTHERS = 7, 3


def said(done):
    return " ".join((done.stdout + done.stderr).split())


def where(target, **columns):
    return target.target(postgres={"url": target.postgres_uri, "where": columns}, **SHORT_HOLD)


def with_trigger(target, event, body):
    target.query(f"""
        CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          {body}
          RETURN NEW;
        END $$;
        CREATE TRIGGER meddle {event} ON votes FOR EACH ROW EXECUTE FUNCTION meddle();""")


def shapes():
    """The tables that the page makes, and the YAML that it shows for each."""
    for line, text in shown(re.compile(r"# (CREATE TABLE votes .*)")):
        yield pytest.param(line.group(1), text, id=re.search(r"where: { (\w+)", text).group(1))


def test_the_page_shows_both_shapes():
    assert [shape.id for shape in shapes()] == ["poll_id", "deleted_at"]


@pytest.mark.parametrize("losses", [0, 7])
@pytest.mark.parametrize("table, text", shapes())
def test_the_target_of_the_page_fits_its_table(stack, table, text, losses):
    with stack().start_vote() as target:
        target.query(table)
        target.start_worker("--poll", "1ms", *(["--plant", f"lost@worker:{losses}"] if losses else []))
        done = target.run(LOAD, target=here(target, text)[1])
        assert done.exit_status == (1 if losses else 0), done
        assert done.audit["persisted"] == VOTES - losses
        assert examples(done, "lost") == sorted(target.truth("planted"))


@pytest.fixture
def polls(stack):
    """A key of poll and voter; another poll has fifty rows."""
    with stack("keep-alive").start_vote() as target:
        target.query(f"""
            CREATE TABLE votes (poll_id int NOT NULL DEFAULT {OURS}, id text NOT NULL,
                                vote text NOT NULL, PRIMARY KEY (poll_id, id));
            INSERT INTO votes SELECT {OTHERS}, 'x' || n, 'a' FROM generate_series(1, 50) n""")
        target.start_worker("--poll", "1ms")
        yield target


def test_the_rows_of_another_poll_are_nobody_s_business(polls):
    """They come, change and go during the run; our voters have rows there, too."""
    with_trigger(polls, "AFTER INSERT", f"""
        IF NEW.poll_id = {OURS} THEN
          INSERT INTO votes VALUES ({OTHERS}, NEW.id, 'b'), ({OTHERS}, NEW.id || 'x', 'a');
          UPDATE votes SET vote = 'z' WHERE poll_id = {OTHERS} AND id < 'v' AND vote = 'a';
          DELETE FROM votes WHERE poll_id = {OTHERS} AND id = 'x1';
        END IF;""")
    done = polls.run(REVOTES, target=where(polls, poll_id=OURS))
    assert done.exit_status == 0, done
    audit = done.audit
    assert audit["foreign"] == audit["duplicated"]["count"] == audit["lost"]["count"] == 0
    assert audit["superseded"] > 5
    assert audit["persisted"] + audit["superseded"] == 60
    reports = ("--reports", str(done.directory.parents[1]))
    again = votebench("verify", *reports, cwd=polls.directory)
    assert again.returncode == 0, again
    others = polls.query(f"SELECT * FROM votes WHERE poll_id = {OTHERS} ORDER BY id")
    cleaned = votebench("clean", "@latest", "--yes", *reports, cwd=polls.directory)
    assert cleaned.returncode == 0, cleaned
    assert polls.query("SELECT * FROM votes ORDER BY id") == others


def test_losses_are_found_beside_the_same_voters_rows_of_another_poll(polls):
    with_trigger(polls, "BEFORE INSERT", f"""
        IF NEW.poll_id = {OURS} AND NEW.id ~ '^vb.{{8}}0000000[1-5]' THEN
          NEW.poll_id = {OTHERS};
        END IF;""")
    done = polls.run(LOAD, target=where(polls, poll_id=OURS))
    assert done.exit_status == 1, done
    assert done.audit["lost"]["count"] == 5
    written_there = polls.query(f"SELECT id FROM votes WHERE poll_id = {OTHERS} AND id LIKE 'vb%'")
    assert examples(done, "lost") == sorted(voter for (voter,) in written_there)
    assert done.audit["persisted"] == VOTES - 5


def test_dropped_votes_are_found_in_our_poll(polls):
    with_trigger(polls, "BEFORE INSERT",
                 "IF NEW.id ~ '^vb.{8}0000000[1-5]' THEN RETURN NULL; END IF;")
    done = polls.run(LOAD, target=where(polls, poll_id=OURS))
    assert done.exit_status == 1, done
    assert examples(done, "lost") == polls.missing()
    assert done.audit["lost"]["count"] == 5


def test_an_app_that_writes_to_another_poll_is_told_before_the_load(polls):
    done = polls.run(LOAD, target=where(polls, poll_id=OTHERS))
    assert done.exit_status == 6, done
    assert "0 of 20 probe votes arrived in table 'votes' (poll_id = 3)" in said(done)
    assert "20 stand in the table, but not where poll_id = 3 (postgres.where)" in said(done)


@pytest.mark.parametrize("columns, words", [
    ({"poll": 7}, ["table 'votes' has no column 'poll'", "it has: poll_id, id, vote"]),
    ({"poll_id": "seven"}, ["column 'poll_id' of table 'votes' is integer, which cannot hold 'seven'",
                            "invalid input syntax"]),
    ({"poll_id": None}, ["column 'poll_id' of table 'votes' is integer NOT NULL, which cannot hold "
                         "null"]),
    ({"poll_id": 7, "vote": "a"}, ["names column 'vote', which each vote fills"]),
    ({"id": "x"}, ["names column 'id', which each vote fills"]),
])
def test_what_no_row_can_be_is_said_before_any_probe(polls, columns, words):
    done = polls.run(LOAD, target=where(polls, **columns))
    assert done.exit_status == 6, done
    for word in words:
        assert word in said(done), done
    assert not polls.truth("pushed")


def soft_deleting(stack):
    target = stack("keep-alive").start_vote()
    target.query("""CREATE TABLE votes (id text NOT NULL UNIQUE, vote text NOT NULL,
                                        deleted_at timestamptz);
                    INSERT INTO votes VALUES ('x', 'a', now())""")
    target.start_worker("--poll", "1ms")
    return target


def test_rows_that_are_marked_as_deleted_are_none(stack):
    with soft_deleting(stack) as target:
        innocent = target.run(LOAD, target=where(target, deleted_at=None))
        assert innocent.exit_status == 0, innocent
        assert innocent.audit["persisted"] == VOTES
        assert "every vote has its row where deleted_at is null (postgres.where says so)" in said(
            target.run(LOAD, "--explain", target=where(target, deleted_at=None)))

        running = target.start({"workloads": burst(VOTES, within="3s")},
                               target=where(target, deleted_at=None))
        ours = "id IN (SELECT id FROM votes ORDER BY xmin::text::bigint DESC LIMIT 5)"
        before = len(target.truth("written"))
        until(lambda: len(target.truth("written")) > before + 60, "votes arrive")
        target.query(f"UPDATE votes SET deleted_at = now() WHERE {ours}")
        done = running.finish()
        assert done.exit_status == 1, done
        deleted = target.query("SELECT id FROM votes WHERE deleted_at IS NOT NULL AND id <> 'x'")
        assert examples(done, "lost") == sorted(voter for (voter,) in deleted)
        assert done.audit["lost"]["count"] == 5


@pytest.mark.parametrize("approved", [True, False])
def test_votes_that_wait_for_approval_in_the_same_table_are_not_lost_yet(stack, approved):
    """Rows that `where` leaves out are a waiting room; what nothing moves for max_hold stays there."""
    with stack("keep-alive").start_vote() as target:
        target.query("""CREATE TABLE votes (id text NOT NULL UNIQUE, vote text NOT NULL,
                                            status text NOT NULL DEFAULT 'approved')""")
        with_trigger(target, "BEFORE INSERT",
                     "IF NEW.id ~ '^vb.{8}0000000[1-5]' THEN NEW.status = 'pending'; END IF;")
        target.start_worker("--poll", "1ms")
        running = target.start(LOAD, target=target.target(
            postgres={"url": target.postgres_uri, "where": {"status": "approved"}},
            worker={"model": "serial", "max_hold": "60s" if approved else "3s"}))
        if approved:
            until(lambda: target.query("SELECT 1 FROM votes WHERE id ~ '^vb.{8}ffffff'") and
                  target.rows() == VOTES + 20, "trailing votes have come")
            target.query("UPDATE votes SET status = 'approved'")
        done = running.finish()
        assert done.exit_status == (0 if approved else 1), done
        assert done.audit["lost"]["count"] == (0 if approved else 5)


@pytest.fixture
def key_with_choice(stack):
    """A repeated choice is refused without a word, as ON CONFLICT DO NOTHING does."""
    with stack("append-table").start_vote() as target:
        target.query("""CREATE TABLE votes (id text, vote text, PRIMARY KEY (id, vote));
                        INSERT INTO votes VALUES ('x', 'a'), ('x', 'b')""")
        with_trigger(target, "BEFORE INSERT", """
            IF EXISTS (SELECT FROM votes WHERE id = NEW.id AND vote = NEW.vote) THEN
              RETURN NULL;
            END IF;""")
        target.start_worker("--poll", "1ms", "--table-model", "append")
        yield target


def test_revotes_are_not_sent_to_a_table_whose_key_takes_in_the_choice(key_with_choice):
    done = key_with_choice.run(REVOTES)
    assert done.exit_status == 6, done
    assert "table 'votes' has the unique key (id, vote): it refuses a vote that repeats" in said(done)
    assert "let every voter vote once (no voters.revote)" in said(done)
    stated = key_with_choice.run(REVOTES, target=key_with_choice.target(
        postgres={"url": key_with_choice.postgres_uri, "rows": "append"}))
    assert stated.exit_status == 6, stated


def test_one_vote_each_passes_on_a_table_whose_key_takes_in_the_choice(key_with_choice):
    done = key_with_choice.run(LOAD)
    assert done.exit_status == 0, done
    assert done.audit["persisted"] == VOTES
