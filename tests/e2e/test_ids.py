"""Voters' ids of other forms, and ids that the app makes itself."""

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


def test_uuids_of_a_backlog_are_queued_and_not_lost(stack):
    with stack("keep-alive").start_vote() as target:
        uuid_worker(target)
        slow = {**LOAD, "preflight": {"probe_votes": 2}, "drain": {"timeout": "2s"}}
        running = target.start(slow, target=uuid_target(target))
        until(lambda: target.truth("pushed")[2:], "the load has begun")
        target.workers[0].pause()
        done = running.finish()
        assert done.exit_status == 3, done
        assert done.audit["lost"]["count"] == 0
        assert done.audit["queued"] > 0
        target.workers[0].resume()
