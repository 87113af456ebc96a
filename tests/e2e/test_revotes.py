"""Voters who vote again: only the last choice counts, or every one on an append table."""

from handmade import Gate
from harness import SHORT_HOLD, burst, examples, until
from verified import Verified

NO_PROBES = {"preflight": {"probe_votes": 0}}


def revotes(gap="300ms..2s"):
    return {"revote": {"ratio": "20%", "switch": "100%", "gap": gap}}


def test_superseded_votes_equal_the_plan(stack):
    with stack("reference").start_vote() as target:
        target.start_worker()
        done = target.run({"workloads": burst(10000, within="5s"), "voters": revotes(),
                           "drain": {"timeout": "3m"}})
        assert done.exit_status == 0, done
        audit, voters = done.audit, target.rows() - 20  # without the probes
        assert done.result["accounting"]["acked"] == 10000
        assert audit["superseded"] == 10000 - voters
        assert audit["persisted"] == voters
        assert 1400 < audit["superseded"] < 2200


def change_rows_of_a_revoter(target, change):
    """A run of 200 votes; `change(voter)` is called when a voter's two votes are written, and the
    last of all votes is not."""
    target.start_worker("--poll", "1ms")
    gate = Gate(target.postgres_server, 199)
    running = target.start({"workloads": burst(200, within="2s"), **NO_PROBES,
                            "voters": revotes("100ms..400ms")})
    gate.await_worker()
    written = target.truth("written")
    assert len(written) == 199
    twice = next(voter for voter in written if written.count(voter) == 2)
    change(twice)
    gate.open()
    return twice, running.finish()


def test_one_planted_stale_row_is_found(stack):
    with stack("dockersamples").start_vote() as target:
        twice, done = change_rows_of_a_revoter(target, lambda voter: target.query(
            "UPDATE votes SET vote = CASE vote WHEN 'a' THEN 'b' ELSE 'a' END WHERE id = %s", voter))
        assert done.exit_status == 1, done
        assert done.audit["stale"]["count"] == 1
        assert examples(done, "stale") == [twice]
        assert done.audit["flipped"]["count"] == 0


def test_revotes_on_their_way_are_not_stale(stack):
    with stack("dockersamples").start_vote() as target:
        target.start_worker()
        done = target.run({"workloads": burst(200, within="2s"), "drain": {"timeout": "3s"},
                           "voters": revotes("100ms..400ms"), **NO_PROBES})
        assert done.exit_status == 3, done
        assert done.audit["stale"]["count"] == 0
        assert done.audit["lost"]["count"] == 0


def test_a_worker_that_may_hold_an_older_vote_is_no_pass_when_the_time_is_over(stack):
    """Every vote has its row, and the one in its hands may yet overwrite a newer one."""
    with stack("dockersamples").start_vote() as target:
        target.start_worker("--poll", "1ms")
        silent = target.start_worker("--poll", "1ms")
        running = target.start({"workloads": burst(100, within="2s"), "drain": {"timeout": "4s"},
                                "voters": revotes("100ms..400ms")},
                               target=target.target(**SHORT_HOLD))
        until(lambda: target.rows() > 40, "votes arrive")
        silent.pause()
        try:
            done = running.finish()
            assert done.exit_status == 3, done
            assert "it may hold one" in " ".join(done.stdout.split()), done
            verified = Verified(done.directory, "--timeout", "3s")
            assert verified.exit_status == 3, verified
        finally:
            silent.resume()
        verified = Verified(done.directory)
        assert verified.exit_status == 0, verified


def test_three_rows_for_two_votes_are_duplicated(stack):
    with stack("append-table").start_vote() as target:
        twice, done = change_rows_of_a_revoter(target, lambda voter: target.query(
            "INSERT INTO votes (id, vote) VALUES (%s, 'a')", voter))
        assert done.exit_status == 1, done
        assert done.audit["duplicated"]["count"] == 1
        assert examples(done, "duplicated") == [twice]
        assert done.audit["lost"]["count"] == done.audit["flipped"]["count"] == 0


def test_a_swapped_value_that_its_voter_sent_too_is_lost_and_duplicated(stack):
    with stack("append-table").start_vote() as target:
        twice, done = change_rows_of_a_revoter(target, lambda voter: target.query(
            "UPDATE votes SET vote = 'a' WHERE id = %s AND vote = 'b'", voter))
        assert done.exit_status == 1, done
        assert done.audit["flipped"]["count"] == 0
        assert examples(done, "lost") == examples(done, "duplicated") == [twice]
        assert done.audit["lost"]["count"] == done.audit["duplicated"]["count"] == 1


def test_a_value_that_nobody_sent_is_flipped(stack):
    with stack("append-table").start_vote() as target:
        twice, done = change_rows_of_a_revoter(target, lambda voter: target.query(
            "UPDATE votes SET vote = 'x' WHERE id = %s AND vote = 'b'", voter))
        assert done.exit_status == 1, done
        assert done.audit["flipped"]["count"] == 1
        assert examples(done, "flipped") == [twice]
        assert done.audit["lost"]["count"] == done.audit["duplicated"]["count"] == 0
