"""A table whose server's clock is wrong, or is set while a run goes on, or whose rows are written
again."""

import pathlib

import pytest

from handmade import Gate, HandMadeStack
from harness import burst, until
from servers import FalseClock, PostgresServer
from verified import Verified

SCENARIO = {"workloads": burst(120, within="3s"),
            "thresholds": ["end_to_end.p99 < 2s", "end_to_end.p50 < 1s"]}
MINUTE_US = 60e6  # above what a busy machine may take, below what a wrong clock makes


@pytest.fixture
def clock(short_tmp):
    pathlib.Path(short_tmp).chmod(0o755)  # for PostgreSQL's user
    return FalseClock(short_tmp)


@pytest.fixture
def target(tmp_path, redis_server, clock):
    """A stack whose PostgreSQL has this clock."""
    server = PostgresServer(clock=clock).start()
    try:
        with HandMadeStack(tmp_path, redis_server, server).start_vote() as made:
            made.start_worker("--poll", "1ms")
            yield made
    finally:
        server.close()


@pytest.mark.parametrize("ahead, words", [(3600, "forward by 1h00m00s"), (-60, "back by 1m00s")])
def test_a_clock_that_is_set_leaves_no_valid_measurement(target, clock, ahead, words):
    running = target.start(SCENARIO)
    until(lambda: len(target.truth("pushed")) > 60, "votes of the load are on their way")
    clock.set(ahead)
    done = running.finish()
    fault = f"the clock of PostgreSQL was set {words}"
    assert done.exit_status == 3, done
    assert done.audit["persisted"] == 120
    text = " ".join(done.stdout.split())
    assert text.count(f"no valid measurement: {fault}") == 3, done  # two thresholds, the latency
    assert [t["passed"] for t in done.result["thresholds"]] == [None, None], done
    assert done.result["latency"]["end_to_end"]["p50"] is None
    assert not done.result["generator"]["clocks_valid"]
    page = (done.directory / "report.html").read_text()
    assert fault in page
    verified = Verified(done.directory)
    assert verified.exit_status == 3, verified
    assert f"no valid measurement: {fault}" in " ".join(verified.stdout.split()), verified


def test_a_clock_that_is_wrong_all_the_time_is_corrected_for(target, clock):
    clock.set(-3600)
    done = target.run(SCENARIO)
    assert done.audit["persisted"] == 120, done
    assert done.result["generator"]["clocks_valid"], done
    latency = done.result["latency"]["end_to_end"]
    assert latency["kind"] == "exact" and 0 < latency["p50"] < MINUTE_US, done
    assert Verified(done.directory).result["latency"]["end_to_end"] == latency


@pytest.mark.parametrize("touched", [True, False])
def test_rows_that_somebody_writes_again_do_not_look_late(stack, touched):
    """A job touches every row while the last votes of the run wait."""
    with stack().start_vote() as made:
        made.start_worker("--poll", "1ms")
        until(lambda: made.query("SELECT to_regclass('votes')")[0][0], "the table is there")
        gate = Gate(made.postgres_server, 20 + 3 + 110)
        running = made.start(SCENARIO)
        gate.await_worker()
        until(lambda: made.query("SELECT max(pg_xact_commit_timestamp(xmin)) < now() - interval "
                                 "'2 seconds' FROM votes")[0][0], "the rows are two seconds old")
        if touched:
            made.query("UPDATE votes SET vote = vote")
        gate.open()
        done = running.finish()
        assert done.audit["persisted"] == 120, done
        latency = done.result["latency"]["end_to_end"]
        assert latency["kind"] == ("bounded" if touched else "exact"), done
        assert latency["p50"] < MINUTE_US
        assert ("were written again" in done.stdout) == touched, done
        # Ten votes of 120 did wait: where only samples tell, the last of them are the slow ones.
        assert latency["max"] > 1e6
