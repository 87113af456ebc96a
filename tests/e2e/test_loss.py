"""Votes that are really lost, and votes that only seem to be."""

from handmade import Gate
from harness import burst, examples, until

NO_PROBES = {"preflight": {"probe_votes": 0}}
HOLDING = ("--poll", "1ms", "--batch", "1", "--hold", "10m")


def run_with_kills(target, kills):
    """A run of 100 votes whose first workers are killed, each while it holds a vote."""
    target.start_worker(*HOLDING)
    running = target.start({"workloads": burst(100, within="2s"), **NO_PROBES})
    for kill in range(1, kills + 1):
        until(lambda kill=kill: len(target.truth("popped") + target.truth("recovered")) == kill,
              "the worker holds a vote")
        target.workers[-1].kill()
        target.start_worker(*(HOLDING if kill < kills else ("--poll", "1ms")))
    return running.finish()


def test_worker_killed_while_it_holds_a_vote_loses_exactly_that_vote(stack):
    with stack().start_vote() as target:
        done = run_with_kills(target, 5)
        lost = sorted(target.truth("popped")[:5])
        assert target.missing() == lost
        assert done.exit_status == 1, done
        assert done.result["verdict"] == "fail"
        assert done.audit["lost"]["count"] == 5
        assert examples(done, "lost") == lost
        assert done.audit["persisted"] == 95
        assert target.rows() == 95


def test_the_reliable_worker_loses_nothing_under_the_same_kills(stack):
    with stack("reference").start_vote() as target:
        done = run_with_kills(target, 5)
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 100
        assert target.rows() == 100


def test_preflight_finds_an_app_that_answers_200_and_queues_nothing(stack):
    with stack("always-200").start_vote(redis_address="127.0.0.1:1") as target:
        target.start_worker()
        done = target.run({"workloads": burst(10, within="1s")})
        assert done.exit_status == 6, done
        assert "20 probe votes answered 200, none reached the queue" in done.stdout + done.stderr


def test_without_probes_nothing_says_that_the_list_of_that_app_is_looked_at(stack):
    """It may push to another list, or to another Redis: then nothing is lost."""
    with stack("always-200").start_vote(redis_address="127.0.0.1:1") as target:
        target.start_worker()
        done = target.run({"workloads": burst(30, within="1s"), **NO_PROBES,
                           "drain": {"timeout": "5s"}})
        assert done.exit_status == 3, done
        assert done.result["levels"]["queue"]["pushed"] == 0
        assert done.result["accounting"]["acked"] == 30
        assert done.audit["lost"]["count"] == 0
        assert done.audit["pending"] == 30
        assert "no vote of ours was ever seen in the queue" in " ".join(done.stdout.split())


def test_redis_gone_for_good_is_inconclusive(stack):
    with stack().start_vote() as target:
        target.start_worker(*HOLDING)
        running = target.start({"workloads": burst(60, within="2s"), **NO_PROBES,
                                "drain": {"timeout": "3s"}, "audit": {"unknown": "100%"}})
        until(lambda: target.waiting() >= 10, "votes are queued")
        target.redis_server.process.kill()
        done = running.finish()
        assert done.exit_status == 3, done
        assert done.audit["lost"]["count"] == 0
        assert done.audit["pending"] > 0


def test_redis_back_empty_loses_what_it_held_and_where_is_not_known(stack):
    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "1ms")
        gate = Gate(target.postgres_server, 5)
        running = target.start({"workloads": burst(40, within="1s"), **NO_PROBES,
                                "drain": {"timeout": "30s"}})
        gate.stop_behind(worker)
        until(lambda: len(target.truth("pushed")) == 40, "the load is over")
        target.redis_server.process.kill()
        target.redis_server.start()
        worker.kill()
        target.start_worker("--poll", "1ms")
        done = running.finish()
        assert done.exit_status == 1, done
        assert target.rows() == 6
        assert done.audit["lost"]["count"] == 34
        # Those that a look at the list has shown were pushed; of the others nothing is known.
        ranges = done.audit["lost"]["by_hop_range"]
        assert ranges.get("vote-to-db", 0) + ranges.get("queue-to-db", 0) == 34, ranges


def test_a_path_that_answers_405_is_named_with_advice(stack):
    with stack("always-200").start_vote() as target:
        target.start_worker()
        wrong = target.target(vote={"url": f"http://127.0.0.1:{target.port}/"})
        done = target.run({"workloads": burst(10, within="1s")}, target=wrong)
        assert done.exit_status == 6, done
        assert "405" in done.stdout + done.stderr
        assert "/vote" in done.stdout + done.stderr


def test_no_target_at_all_is_named_with_advice(stack):
    with stack() as target:
        target.start_worker()  # makes the table
        done = target.run({"workloads": burst(10, within="1s")})
        assert done.exit_status == 6, done
        assert "nothing answers at" in done.stdout + done.stderr


def test_requests_closed_without_an_answer_are_delivered_once_and_unknown(stack):
    with stack().start_vote("--silent-after", "23") as target:
        target.start_worker("--poll", "1ms")
        done = target.run({"workloads": burst(50, within="1s"), "drain": {"timeout": "3s"}})
        delivered = target.truth("delivered")
        assert done.exit_status == 3, done
        assert done.result["accounting"]["ambiguous"] == 50
        assert done.audit["lost"]["count"] == 0
        assert done.audit["absent_ambiguous"] == 50
        assert len(delivered) == 73  # 20 probes, 3 of them twice, then each vote once
        assert len(set(delivered)) == 70
