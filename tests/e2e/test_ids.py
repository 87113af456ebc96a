"""Voters' ids of other forms, and ids that the app makes itself."""

import json
import re

import pytest

from harness import burst, until, votebench

FEW = {"workloads": burst(10, within="200ms"), "preflight": {"probe_votes": 2}}
LOAD = {"workloads": burst(100, within="1s")}
SERIAL = {"worker": {"model": "serial", "max_hold": "2s"}}
# Without the rows of trailing votes: the index's 8 digits stand in three groups.
UUID_ROWS = "SELECT count(*) FROM votes WHERE id::text !~ '^.{15}fff-8fff-'"


def uuid_worker(target, *flags):
    return target.start_worker("--order", "pop-before-write", "--poll", "1ms", "--id-type", "uuid",
                               *flags)


def uuid_target(target, **changes):
    return target.target(**{**SERIAL, "vote": {**target_vote(target), "id_form": "uuid"},
                            **changes})


def target_vote(target):
    return {"url": f"http://127.0.0.1:{target.port}/"}


def said(done):
    return " ".join((done.stdout + done.stderr).split())


def test_the_line_that_a_uuid_column_calls_for_is_said_and_passes(stack):
    with stack("keep-alive").start_vote() as target:
        uuid_worker(target)
        refused = target.run(FEW)
        assert refused.exit_status == 6, refused
        assert "column 'id' of table 'votes' is uuid" in said(refused)
        key, value = re.search(r"say vote\.(\w+): (\w+)", said(refused)).groups()
        done = target.run(LOAD, target=target.target(vote={**target_vote(target), key: value}))
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 100
        assert target.query(UUID_ROWS)[0][0] == 120
        versions = target.query("SELECT DISTINCT substr(id::text, 15, 1), substr(id::text, 20, 1) "
                                "FROM votes")
        assert versions == [("8", "8")]


def test_uuids_are_followed_through_loss_verify_show_and_clean(stack):
    with stack("keep-alive").start_vote() as target:
        uuid_worker(target, "--plant", "lost@worker:7")
        done = target.run(LOAD, target=uuid_target(target))
        assert done.exit_status == 1, done
        assert done.audit["lost"]["count"] == 7
        lost = {example["voter"] for example in done.audit["lost"]["examples"]}
        stored = {voter for (voter,) in target.query("SELECT id::text FROM votes")}
        assert lost == set(target.truth("pushed")) - stored
        where = ("--reports", str(done.directory.parents[1]))
        for flags in ([], ["--stored"]):
            again = votebench("verify", *flags, *where, cwd=target.directory)
            assert again.returncode == 1, again
            assert "7" in again.stdout
        voter = sorted(lost)[0]
        shown = votebench("show", "@latest", voter, *where, cwd=target.directory)
        assert shown.returncode == 0, shown
        assert voter in shown.stdout
        cleaned = votebench("clean", "@latest", "--yes", *where, cwd=target.directory)
        assert cleaned.returncode == 0, cleaned
        assert target.query(UUID_ROWS)[0][0] == 0


def backlog_is_queued_and_not_lost(target, file):
    """The worker stands still from the beginning of the load on."""
    slow = {**LOAD, "preflight": {"probe_votes": 2}, "drain": {"timeout": "2s"}}
    running = target.start(slow, target=file)
    until(lambda: target.truth("pushed")[2:], "the load has begun")
    target.workers[0].pause()
    done = running.finish()
    assert done.exit_status == 3, done
    assert done.audit["lost"]["count"] == 0
    assert done.audit["queued"] > 0
    target.workers[0].resume()


def test_uuids_of_a_backlog_are_queued_and_not_lost(stack):
    with stack("keep-alive").start_vote() as target:
        uuid_worker(target)
        backlog_is_queued_and_not_lost(target, uuid_target(target))


def answered(target, ids="server", **changes):
    """A target file for an app that makes the ids and tells them."""
    vote = {**target_vote(target), "identity": "answered"}
    if ids == "server-json":
        vote["answer_id"] = {"json": "/voter/id"}
    return target.target(**{**SERIAL, "vote": vote, **changes})


@pytest.mark.parametrize("ids, column", [("server", "text"), ("server-uuid", "uuid"),
                                         ("server-json", "uuid")])
def test_ids_of_the_app_are_taken_from_its_answers(stack, ids, column):
    with stack("keep-alive").start_vote("--ids", ids) as target:
        target.start_worker("--poll", "1ms", "--id-type", column)
        done = target.run(LOAD, target=answered(target, ids))
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 100
        assert done.audit["phantom"]["count"] is None
        assert "not provable" in said(done)
        stranger = "00000000-0000-4000-8000-000000000000" if column == "uuid" else "x"
        where = ("--reports", str(done.directory.parents[1]))
        target.query("INSERT INTO votes VALUES (%s, 'a')", stranger)
        again = votebench("verify", *where, cwd=target.directory)
        assert again.returncode == 0, again
        cleaned = votebench("clean", "@latest", "--yes", *where, cwd=target.directory)
        assert cleaned.returncode == 0, cleaned
        assert target.query("SELECT id::text FROM votes") == [(stranger,)]


def test_votes_that_the_worker_dropped_are_found_by_the_ids_that_the_app_made(stack):
    with stack("keep-alive").start_vote("--ids", "server") as target:
        target.start_worker("--poll", "1ms", "--plant", "lost@worker:7")
        done = target.run(LOAD, target=answered(target))
        assert done.exit_status == 1, done
        assert done.audit["lost"]["count"] == 7
        lost = {example["voter"] for example in done.audit["lost"]["examples"]}
        assert lost == set(target.missing())
        where = ("--reports", str(done.directory.parents[1]))
        for flags in ([], ["--stored"]):
            again = votebench("verify", *flags, *where, cwd=target.directory)
            assert again.returncode == 1, again
        shown = votebench("show", "@latest", sorted(lost)[0], *where, cwd=target.directory)
        assert shown.returncode == 0, shown
        assert sorted(lost)[0] in shown.stdout


def test_rows_written_twice_are_found_in_a_table_that_appends(stack):
    with stack("append-table").start_vote("--ids", "server") as target:
        target.start_worker("--poll", "1ms", "--plant", "duplicated@worker:7")
        done = target.run(LOAD, target=answered(target))
        assert done.exit_status == 1, done
        assert done.audit["duplicated"]["count"] == 7
        assert done.audit["lost"]["count"] == 0


def test_a_backlog_of_ids_of_the_app_is_queued_and_not_lost(stack):
    with stack("keep-alive").start_vote("--ids", "server") as target:
        target.start_worker("--poll", "1ms")
        backlog_is_queued_and_not_lost(target, answered(target))


def test_a_killed_run_is_verified_by_the_ids_that_it_had_stored(stack):
    with stack("keep-alive").start_vote("--ids", "server") as target:
        target.start_worker("--poll", "1ms", "--plant", "lost@worker:3")
        load = {"workloads": burst(4000, within="40s")}
        running = target.start(load, target=answered(target))
        until(lambda: target.rows() > 120, "the worker has dropped its three")
        running.popen.kill()
        running.finish()
        again = votebench("verify", "--reports", str(running.reports),
                          cwd=target.directory)
        assert again.returncode == 1, again
        result = json.loads(max(running.reports.glob("*/*/verify*.json")).read_text())
        assert result["audit"]["lost"]["count"] == 3
        assert result["audit"]["persisted"] > 100


@pytest.mark.parametrize("unknown, exit_status", [("20%", 0), ("1%", 3)])
def test_an_answer_without_an_id_counts_as_no_clear_answer(stack, unknown, exit_status):
    with stack("keep-alive").start_vote("--ids", "server-forgets") as target:
        target.start_worker("--poll", "1ms")
        done = target.run({**LOAD, "audit": {"unknown": unknown}}, target=answered(target))
        assert done.exit_status == exit_status, done
        forgotten = done.result["accounting"]["ambiguous"]
        assert forgotten > 5
        assert done.audit["persisted"] == 100 - forgotten
        assert done.audit["foreign"] == forgotten
        assert done.result["not_accepted"][0]["cause"] == "no_id"


def test_two_votes_answered_with_one_id_accuse_nobody(stack):
    for profile in ("keep-alive", "append-table"):
        with stack(profile).start_vote("--ids", "server-repeats") as target:
            target.query("DROP TABLE IF EXISTS votes")
            target.start_worker("--poll", "1ms")
            done = target.run({**LOAD, "audit": {"unknown": "20%"}}, target=answered(target))
            assert done.exit_status == 0, done
            assert re.search(r"\d+ votes were answered with the id of another one", said(done))
            assert done.result["accounting"]["ambiguous"] > 5


def test_what_the_app_has_to_tell_is_said_before_the_load(stack):
    with stack("keep-alive").start_vote("--ids", "server") as target:
        target.start_worker("--poll", "1ms")
        vote = {**target_vote(target), "identity": "answered"}
        nothing = target.run(FEW, target=target.target(
            vote={**vote, "answer_id": {"cookie": "session"}}))
        assert nothing.exit_status == 6, nothing
        assert "answered 200 without an id in its cookie 'session'" in said(nothing)
        both = target.run(FEW, target=target.target(
            vote={**vote, "answer_id": {"cookie": "voter_id", "json": "/id"}}))
        assert both.exit_status == 2, both
        unasked = target.run(FEW, target=target.target(
            vote={**target_vote(target), "answer_id": {"cookie": "voter_id"}}))
        assert unasked.exit_status == 2, unasked
        again = target.run({**FEW, "voters": {"revote": {"ratio": "20%"}}},
                           target=answered(target))
        assert again.exit_status == 2, again
        assert "every vote is another voter's" in said(again)
        assert not target.truth("pushed")[20:]
