"""Lists that votes are pushed to and taken from at any end, and several of them."""

import pytest

from handmade import Gate
from harness import burst, examples, until

QUICK = ("--poll", "1ms")
LOSES_7 = (*QUICK, "--plant", "lost@worker:7")
VOTES = {"workloads": burst(100, within="1s")}
PER_CHOICE = {"lists": ["votes:a", "votes:b"]}
ORDERED = ["list", "lpush", "per-choice"]
NEWEST_FIRST = ["stack", "rstack"]


@pytest.fixture
def lists(stack):
    """lists(queue): a stack whose app fills such lists, and its target file."""
    started = []

    def start(queue):
        target = stack().start_vote("--queue", queue)
        started.append(target)
        redis = PER_CHOICE if queue == "per-choice" else {}
        return target, target.target(redis=redis)
    yield start
    for target in started:
        target.__exit__()


@pytest.mark.parametrize("queue", ORDERED + NEWEST_FIRST)
def test_nothing_is_lost(lists, queue):
    target, file = lists(queue)
    target.start_worker("--queue", queue, *QUICK)
    done = target.run(VOTES, target=file)
    assert done.exit_status == 0, done
    assert done.audit["persisted"] == 100
    assert done.result["levels"]["queue"]["pushed"] == 100


@pytest.mark.parametrize("queue", ORDERED + NEWEST_FIRST)
def test_seven_votes_that_a_worker_drops_are_lost(lists, queue):
    target, file = lists(queue)
    target.start_worker("--queue", queue, *LOSES_7)
    done = target.run(VOTES, target=file)
    assert done.exit_status == 1, done
    assert examples(done, "lost") == sorted(target.truth("planted"))
    assert done.audit["lost"]["count"] == 7
    newest_first = "pushed and taken at the same end"
    assert (newest_first in " ".join(done.stdout.split())) == (queue in NEWEST_FIRST), done


@pytest.mark.parametrize("queue", ORDERED + NEWEST_FIRST)
def test_a_backlog_is_no_loss(lists, queue):
    target, file = lists(queue)
    worker = target.start_worker("--queue", queue, *QUICK)
    gate = Gate(target.postgres_server, 30)
    running = target.start({**VOTES, "drain": {"timeout": "4s"}}, target=file)
    gate.stop_behind(worker)
    done = running.finish()
    worker.resume()
    assert done.exit_status == 3, done
    assert done.audit["lost"]["count"] == 0
    assert done.audit["queued"] + done.audit["pending"] > 80


def with_one_list_left_alone(target, file, timeout):
    """In the middle of the load the worker of both lists goes, and one of votes:a comes."""
    both = target.start_worker("--queue", "per-choice", *QUICK)
    running = target.start({**VOTES, "drain": {"timeout": timeout}}, target=file)
    until(lambda: len(target.truth("pushed")) > 40, "the load has begun")
    both.stop()
    target.start_worker("--list", "votes:a", *QUICK)
    done = running.finish()
    assert done.exit_status == 3, done
    assert done.audit["lost"]["count"] == 0
    return done


def test_a_list_of_several_that_nobody_takes_from_keeps_its_votes(lists):
    """The worker of one choice stands still: its list is not empty, and nothing is lost."""
    target, file = lists("per-choice")
    done = with_one_list_left_alone(target, file, "4s")
    assert done.audit["queued"] == target.redis_server.client().llen("votes:b") > 0


def test_votes_that_went_to_a_list_which_the_target_does_not_name_are_not_lost(lists):
    target, _ = lists("per-choice")
    file = target.target(redis={"lists": ["votes:a", "votes:c"]})
    with_one_list_left_alone(target, file, "6s")
