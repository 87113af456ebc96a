"""Stacks that keep a number per choice in place of a row per vote."""

import threading
import time

import pytest

from harness import burst, votebench
from servers import wait_until

CHOICES = {"a": 1, "b": 1}
KEYS = {"a": "a", "b": "b"}
ALL_A = {"choices": {"a": 1}}


class CounterStack:
    """The vote service raises keys of Redis itself, as Azure's vote app does."""

    def __init__(self, stack, *flags, quiet="2s"):
        self.stack = stack.start_vote("--counters", *flags)
        self.redis = stack.redis_server.client()
        self.quiet = quiet

    def target(self, **changes):
        counters = {"redis": {"url": f"redis://{self.stack.redis_server.tcp_address}/0",
                              "keys": KEYS}, **changes}
        settle = {"quiet": self.quiet} if self.quiet else None
        return self.stack.target(redis=None, postgres=None, worker=None, counters=counters,
                                 settle=settle)

    def run(self, load, voters=None, target=None, **keys):
        scenario = {"voters": voters or {"choices": CHOICES}, "workloads": load,
                    "drain": {"timeout": "8s"}, **keys}
        return self.stack.run(scenario, target=target or self.target())

    def start(self, load, voters=None, target=None):
        scenario = {"voters": voters or {"choices": CHOICES}, "workloads": load,
                    "drain": {"timeout": "8s"}}
        return self.stack.start(scenario, target=target or self.target())

    def counted(self):
        return sum(int(value or 0) for value in self.redis.mget("a", "b"))


@pytest.fixture
def counters(stack):
    made = []

    def make(*flags, **options):
        made.append(stack().__enter__())
        return CounterStack(made[-1], *flags, **options)
    yield make
    for one in made:
        one.__exit__()


def test_counts_agree_and_no_more_is_said(counters):
    run = counters().run(burst(300))
    assert run.exit_status == 0, run
    assert run.result["headline"] == "counts agree", run
    assert "every vote accounted for" not in (run.stdout + run.stderr).lower()
    for name in ("summary.md", "report.html", "junit.xml", "result.json"):
        text = (run.directory / name).read_text().lower()
        assert "every vote accounted for" not in text, name
    assert run.audit["counts_only"]
    assert sum(choice["counted"] for choice in run.audit["counts"]) == 300
    assert "cancel out" in " ".join(run.audit["assumptions"])


def test_seven_lost_votes_of_one_choice_are_seven_fewer(counters):
    run = counters("--plant", "lost@vote:7").run(burst(300), ALL_A)
    assert run.exit_status == 1, run
    assert run.result["reasons"][0].startswith(
        "7 votes fewer than accepted for choice 'a' (counted 293, accepted 300): lost between vote and db")
    assert run.audit["lost"]["count"] == 7
    assert run.audit["lost"]["by_hop_range"] == {"vote-to-db": 7}
    assert run.result["headline"] == "7 votes lost"


def test_without_a_word_on_lateness_missing_votes_are_no_loss(counters):
    run = counters("--plant", "lost@vote:7", quiet=None).run(burst(300), ALL_A)
    assert run.exit_status == 3, run
    assert "say so in the target: settle: { quiet: 30s }" in " ".join(run.result["advice"])


def test_a_lost_and_a_doubled_vote_of_one_choice_cancel_out_unseen(counters):
    stack = counters("--plant", "lost@vote:7")
    running = stack.start({"load": {"executor": "constant-arrival-rate", "rate": "150/s",
                                    "duration": "3s"}}, ALL_A)
    wait_until(lambda: len(stack.stack.truth("planted")) == 7, "seven votes are lost")
    stack.redis.incrby("a", 7)  # as if seven others had been counted twice
    run = running.finish()
    assert run.exit_status == 0, run
    assert run.result["headline"] == "counts agree"
    assert any("cancel out" in line for line in run.audit["assumptions"])


@pytest.mark.parametrize("how", ["set", "delete"])
def test_a_reset_in_the_middle_is_said_and_accuses_nobody(counters, how):
    stack = counters()
    running = stack.start({"load": {"executor": "constant-arrival-rate", "rate": "150/s",
                                    "duration": "4s"}})
    wait_until(lambda: stack.counted() > 250, "votes were counted")
    if how == "set":
        stack.redis.mset({"a": 0, "b": 0})  # what the app's reset button does
    else:
        stack.redis.delete("a", "b")
    run = running.finish()
    assert run.exit_status == 3, run
    assert any("went back from" in reason for reason in run.result["reasons"]), run


def test_a_reset_that_no_look_shows_accuses_nobody(counters):
    stack = counters()
    target = stack.target(sample_every="1m")
    running = stack.start({"load": {"executor": "constant-arrival-rate", "rate": "150/s",
                                    "duration": "4s"}}, target=target)
    wait_until(lambda: stack.counted() > 60, "votes were counted")
    stack.redis.mset({"a": 0, "b": 0})
    run = running.finish()
    assert run.exit_status == 3, run
    assert any("may set a counter" in reason for reason in run.result["reasons"]), run


def more_of(stack, times):
    """A stranger's votes while a run goes on."""
    running = stack.start({"load": {"executor": "constant-arrival-rate", "rate": "100/s",
                                    "duration": "3s"}})
    wait_until(lambda: stack.counted() > 80, "votes were counted")
    for _ in range(times):
        stack.redis.incr("b")
    return running.finish()


def test_a_voter_whom_nobody_expects_is_said(counters):
    run = more_of(counters(), 5)
    assert run.exit_status == 3, run
    assert any("5 votes more than were sent for choice 'b'" in reason
               for reason in run.result["reasons"]), run


def test_on_exclusive_counters_more_than_were_sent_is_a_failure(counters):
    stack = counters()
    stack.target = lambda make=stack.target: make(exclusive=True)
    run = more_of(stack, 5)
    assert run.exit_status == 1, run
    assert run.audit["duplicated"]["count"] == 5
    assert "5 votes more than were sent for choice 'b'" in run.result["reasons"][0]


def test_counters_that_others_raise_in_preflight_are_shared(counters):
    stack = counters()
    ended = threading.Event()

    def vote():
        while not ended.wait(0.02):
            stack.redis.incr("b")
    stranger = threading.Thread(target=vote)
    stranger.start()
    try:
        target = stack.target(exclusive=True)
        running = stack.start(burst(100), target=target)
        wait_until(lambda: stack.counted() > 250, "the run is over, or nearly")
    finally:
        ended.set()
        stranger.join()
    run = running.finish()
    assert run.exit_status == 3, run
    assert any("somebody else votes" in reason for reason in run.result["reasons"]), run


def test_exchanged_counters_are_said_before_the_run(counters):
    stack = counters()
    target = stack.target(redis={
        "url": f"redis://{stack.stack.redis_server.tcp_address}/0", "keys": {"a": "b", "b": "a"}})
    run = stack.run(burst(100), target=target)
    assert run.exit_status == 6, run
    assert "a vote for 'a' raised the counter of 'b', a vote for 'b' raised the counter of 'a'" \
        in " ".join(run.stdout.split()), run


def test_a_choice_without_a_counter_is_said_before_any_vote(counters):
    stack = counters()
    run = stack.run(burst(100), {"choices": {"a": 1, "zebra": 1}})
    assert run.exit_status == 6, run
    assert "names no counter for the choice 'zebra'" in " ".join(run.stdout.split()), run
    assert stack.counted() == 0


def test_a_target_that_names_a_list_for_such_an_app_is_told_of_counters(counters):
    stack = counters()
    run = stack.run(burst(100), target=stack.stack.target(postgres=None))
    assert run.exit_status == 6, run
    assert "say counters in place of redis" in " ".join(run.stdout.split()), run


def test_votes_without_an_answer_make_an_interval(counters):
    """The app counts them and closes the connection."""
    run = counters("--plant", "unknown@vote:9").run(
        burst(900, clients=4), ALL_A, audit={"unknown": "5%"})
    assert run.exit_status == 0, run
    [choice] = run.audit["counts"]
    assert choice == {"choice": "a", "accepted": 891, "unknown": 9, "counted": 900}, choice
    assert any("9 votes without an answer" in line for line in run.audit["assumptions"])


def test_clean_says_that_counters_cannot_be_cleaned(counters):
    stack = counters()
    run = stack.run(burst(100))
    before = stack.counted()
    done = votebench("clean", str(run.directory), "--yes", cwd=stack.stack.directory)
    assert done.returncode == 0 and "counters cannot be cleaned" in done.stdout, done
    assert stack.counted() == before


def test_verify_counts_again_and_tells_of_votes_since(counters):
    stack = counters("--plant", "lost@vote:7")
    run = stack.run(burst(300), ALL_A)
    stack.redis.incrby("a", 3)
    again = votebench("verify", str(run.directory), cwd=stack.stack.directory)
    assert again.returncode == 1, again
    assert "7 votes fewer than accepted" in " ".join(again.stdout.split()), again
    assert "the counters rose by 3 since the run ended" in " ".join(again.stdout.split()), again


class CountTable:
    """A worker counts the votes of a list into a table, or into rows that a page shows as counts."""

    def __init__(self, stack, *flags, poll="5ms"):
        self.stack = stack.start_vote()
        self.flags = ("--table-model", "counts", "--poll", poll, *flags)
        self.worker = stack.start_worker(*self.flags)

    def target(self, **changes):
        counters = {"postgres": {"url": self.stack.postgres_uri, "table": "votes",
                                 "choice": "vote", "count": "count"}}
        return self.stack.target(postgres=None, counters=counters, **changes)

    def run(self, load, voters=None, **keys):
        return self.stack.run({"voters": voters or {"choices": CHOICES}, "workloads": load,
                               **keys}, target=self.target())


def test_a_table_of_counts_agrees(stack):
    with stack() as made:
        run = CountTable(made).run(burst(300))
        assert run.exit_status == 0, run
        assert run.result["headline"] == "counts agree"
        assert sum(choice["counted"] for choice in run.audit["counts"]) == 300


def test_votes_that_a_counting_worker_drops_are_missing_in_its_table(stack):
    with stack() as made:
        run = CountTable(made, "--plant", "lost@worker:7").run(burst(300), ALL_A)
        assert run.exit_status == 1, run.result["reasons"]
        assert run.audit["lost"]["count"] == 7
        assert "7 votes fewer than accepted for choice 'a'" in run.result["reasons"][0]


def test_a_backlog_that_is_counted_late_is_no_loss(stack):
    """The worker stands still for longer than counters have to, with votes waiting before it."""
    with stack() as made:
        table = CountTable(made, poll="20ms")
        running = made.start({"voters": {"choices": CHOICES}, "workloads": burst(200),
                              "drain": {"timeout": "60s"}}, target=table.target())
        wait_until(lambda: made.waiting() > 150, "votes wait")
        table.worker.pause()
        counted = made.query("SELECT sum(count) FROM votes")
        time.sleep(5)  # longer than votes have to be missing for: nothing shows that it has passed
        assert made.query("SELECT sum(count) FROM votes") == counted
        table.worker.resume()
        run = running.finish()
        assert run.exit_status == 0, run


POOL = ("--shape", "thread-pool", "--hold", "300ms")  # its 41st vote is 6 s in hand
FEW_PROBES = {"preflight": {"probe_votes": 1}}  # more of them would show it before the load


def said_to_be_a_pool(run):
    assert run.exit_status == 0, run
    assert "several votes at a time" in " ".join(run.stdout.split()), run


def test_a_worker_that_counts_several_votes_at_a_time_is_found_out_and_waited_for(stack):
    with stack() as made:
        said_to_be_a_pool(CountTable(made, *POOL).run(burst(60), **FEW_PROBES))


def test_so_is_one_that_writes_rows_which_tell_no_voter(stack):
    with stack() as made:
        made.start_vote()
        made.start_worker("--poll", "5ms", *POOL)
        vote = {"identity": "none"}
        said_to_be_a_pool(made.run({"workloads": burst(60), **FEW_PROBES},
                                   target=made.target(vote=vote)))


def untold(made, rows, **changes):
    """A target of which no row tells its voter: counts, or rows without ids of ours."""
    if rows != "counts":
        return made.target(vote={"identity": "none"}, **changes)
    counters = {"postgres": {"url": made.postgres_uri, "choice": "vote", "count": "count"}}
    return made.target(postgres=None, counters=counters, **changes)


@pytest.mark.parametrize("rows", ["counts", "last-wins"])
def test_accepted_votes_that_the_app_still_has_in_memory_are_late_not_lost(stack, rows):
    """It pushes nothing for 6 s from the 60th vote on: few are missing beside those it has pushed."""
    with stack() as made:
        made.start_vote("--push", "async", "--push-delay", "6s")
        made.start_worker("--poll", "5ms", "--table-model", rows)
        run = made.run({"voters": {"choices": CHOICES}, "workloads": burst(45)},
                       target=untold(made, rows))
        assert run.exit_status == 0, run
        assert sum(choice["counted"] for choice in run.audit["counts"]) == 45


def test_votes_that_a_worker_holds_back_until_more_come_are_not_lost(stack):
    """No trailing votes flush it: only somebody's word on how long it holds votes makes a claim."""
    with stack() as made:
        made.start_vote()
        made.start_worker("--poll", "5ms", "--shape", "buffering", "--batch", "20", "--hold", "0s")
        run = made.run({"voters": {"choices": CHOICES}, "workloads": burst(45),
                        "drain": {"timeout": "12s"}}, target=untold(made, "last-wins", worker=None))
        assert run.exit_status == 3, run
        assert run.audit["lost"]["count"] == 0
        assert "worker: { model: serial, max_hold: 10s }" in " ".join(run.stdout.split()), run


def test_a_backlog_that_nobody_counts_is_late_not_lost(stack):
    with stack() as made:
        table = CountTable(made, poll="20ms")
        running = made.start({"voters": {"choices": CHOICES}, "workloads": burst(200),
                              "drain": {"timeout": "4s"}}, target=table.target())
        wait_until(lambda: made.waiting() > 150, "votes wait")
        table.worker.pause()
        run = running.finish()
        assert run.exit_status == 3, run
        assert run.audit["lost"]["count"] == 0


def run_by_page(stack, votestack, *flags):
    with stack() as made:
        made.start_vote()
        made.start_worker("--poll", "5ms", *flags)
        host, port = votestack("result", "--listen", "127.0.0.1:0", "--postgres",
                               made.postgres_uri).address
        counters = {"page": {"url": f"http://{host}:{port}/api/scores",
                             "pointer": {"a": "/a", "b": "/b"}}}
        return made.run({"voters": {"choices": CHOICES}, "workloads": burst(300)},
                        target=made.target(postgres=None, counters=counters,
                                           settle={"quiet": "3s"}))


def test_a_page_of_json_agrees(stack, votestack):
    run = run_by_page(stack, votestack)
    assert run.exit_status == 0, run
    assert run.result["headline"] == "counts agree"
    assert sum(choice["counted"] for choice in run.audit["counts"]) == 300


def test_votes_that_a_page_does_not_show_are_lost(stack, votestack):
    run = run_by_page(stack, votestack, "--plant", "lost@worker:7")
    assert run.exit_status == 1, run
    assert run.audit["lost"]["count"] == 7


def test_a_hash_of_counts_is_read_by_its_fields(counters):
    """The app raises keys; a copy of them stands in a hash, as HINCRBY would keep it."""
    stack = counters()
    ended = threading.Event()

    def copy():
        seen = {"a": 0, "b": 0}
        while not ended.wait(0.005):
            for choice, before in seen.items():
                now = int(stack.redis.get(choice) or 0)
                if now > before:
                    stack.redis.hincrby("votes", f"n {choice}", now - before)
                    seen[choice] = now
    copier = threading.Thread(target=copy)
    copier.start()
    try:
        target = stack.target(redis={"url": f"redis://{stack.stack.redis_server.tcp_address}/0",
                                     "hash": "votes", "keys": {"a": "n a", "b": "n b"}})
        run = stack.run(burst(200), target=target)
    finally:
        ended.set()
        copier.join()
    assert run.exit_status == 0, run
    assert sum(choice["counted"] for choice in run.audit["counts"]) == 200
