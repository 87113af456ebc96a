"""Slow and hoarding workers: never a false loss."""

from harness import burst, until

NO_PROBES = {"preflight": {"probe_votes": 0}}


def test_ten_votes_a_second_need_time_and_the_run_says_how_much(stack):
    with stack().start_vote() as target:
        target.start_worker()
        scenario = {"workloads": burst(300, clients=40)}
        short = target.run({**scenario, "drain": {"timeout": "5s"}})
        assert short.exit_status == 3, short
        assert short.audit["lost"]["count"] == 0
        assert short.audit["pending"] + short.audit["queued"] > 100
        assert "drain.timeout" in short.stdout
        until(lambda: target.waiting() == 0 and target.rows() == 320, "the first run's votes")
        enough = target.run({**scenario, "drain": {"timeout": "60s"}})
        assert enough.exit_status == 0, enough
        assert enough.audit["persisted"] == 300


def die_with_votes_in_hand(target, scenario, target_file=None):
    """A run of 60 votes whose worker dies with some of them, and another one writes the rest. The
    run, and voters whose votes it surely had."""
    target.start_worker("--hold", "10m")
    running = target.start({"workloads": burst(60, within="1s"), **NO_PROBES, **scenario},
                           target=target_file)
    until(lambda: target.truth("popped"), "the worker holds votes")
    target.workers[-1].kill()
    held = target.truth("popped")
    target.start_worker()
    return running, held


def test_a_prefetching_worker_that_dies_is_not_called_a_loss(stack):
    with stack("prefetch").start_vote() as target:
        running, held = die_with_votes_in_hand(target, {"drain": {"timeout": "4s"}})
        done = running.finish()
        assert done.exit_status == 3, done
        assert done.audit["lost"]["count"] == 0
        missing = 60 - done.audit["persisted"]  # more than it held, where the next one is late
        assert done.audit["pending"] + done.audit["queued"] == missing >= len(held)


def test_quiet_is_the_users_own_assumption_and_is_named(stack):
    with stack("prefetch").start_vote() as target:
        running, held = die_with_votes_in_hand(target, {}, target.target(settle={"quiet": "6s"}))
        done = running.finish()
        assert done.exit_status == 1, done
        assert done.audit["lost"]["count"] == len(target.missing())
        assert set(held) <= set(target.missing())
        assert "settle.quiet" in done.stdout


def test_a_worker_that_stays_paused_with_a_vote_in_hand_is_not_a_loss(stack):
    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "1ms", "--hold", "50ms")
        running = target.start({"workloads": burst(20, within="500ms"), **NO_PROBES,
                                "drain": {"timeout": "5s"}})
        until(lambda: len(target.truth("popped")) == 20, "the last vote is popped")
        worker.pause()
        done = running.finish()
        worker.resume()
        assert done.exit_status in (0, 3), done  # 0: it was written before the pause took hold
        assert done.audit["lost"]["count"] == 0
