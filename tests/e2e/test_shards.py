"""One run, several processes: real shards in a real directory on a real stack. Whatever happens to
them, no vote is sent twice and a stack that lost nothing is never accused."""

import json
import shutil
import signal

import pytest
import yaml

from harness import Stack, burst, votebench
from servers import FalseClock, wait_until
from sharded import Sharded, attempts, states
from verified import Verified

LOAD = {"workloads": burst(300, within="3s"), "drain": {"timeout": "30s"}}
LONG = {"workloads": burst(600, within="8s"), "drain": {"timeout": "30s"}}


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp("shards")) as stack:
        yield stack


def once(sharded):
    cast = sharded.votes_cast()
    assert max(cast.values(), default=0) <= 1, cast
    return len(cast)


def test_three_processes_send_what_one_sends(stack):
    scenario = {**LOAD, "seed": 77}
    alone = stack.run(scenario)
    sharded = Sharded(stack, scenario, 3)
    together = sharded.whole()
    assert alone.exit_status == together.exit_status == 0, together
    assert attempts(alone.directory) == attempts(together.directory)
    assert once(sharded) == 300
    assert states(together) == ["sent"] * 3
    assert sum(shard["accepted"] for shard in together.result["shards"]) == 300
    assert "SHARDS" in together.stdout and "each sent the whole share" in (
        together.directory / "summary.md").read_text()
    # Those who come later find an ordinary run.
    verified = Verified(together.directory)
    assert verified.exit_status == 0, verified
    for command in (["report", str(together.directory)], ["merge", str(sharded.directory)]):
        done = votebench(*command, cwd=stack.directory)
        assert done.returncode == 0 and "every vote accounted for" in done.stdout, done
    compared = votebench("compare", str(alone.directory), str(together.directory),
                         cwd=stack.directory)
    assert compared.returncode in (0, 3), compared


def test_a_second_start_of_a_shard_sends_nothing(stack):
    sharded = Sharded(stack, LOAD, 2).observe()
    first, other = sharded.shard(0), sharded.shard(1)
    wait_until(sharded.shard_directory(0).exists, "the claim")
    second = sharded.shard(0)  # an index given twice, while the first is at it
    assert second.wait(timeout=60) == 0
    assert "shard 0 began before, on " in second.stderr.read()
    for process in (first, other):
        assert process.wait(timeout=60) == 0
    again = sharded.shard("auto", JOB_COMPLETION_INDEX="1")  # a pod in another's place
    assert again.wait(timeout=60) == 0 and "nothing is sent" in again.stderr.read()
    done = sharded.finish()
    assert done.exit_status == 0, done
    assert once(sharded) == 300


def test_a_killed_shard_leaves_unknown_votes_and_no_false_loss(stack):
    sharded = Sharded(stack, LONG, 2).observe()
    victim, other = sharded.shard(0), sharded.shard(1)
    wait_until(lambda: sharded.sent(0) > 20, "votes of the victim")
    victim.kill()
    assert sharded.shard(0).wait(timeout=60) == 0  # a requeue
    assert other.wait(timeout=60) == 0
    done = sharded.finish()
    assert done.exit_status == 3, done
    shard = done.result["shards"][0]
    assert shard["state"] == "killed" and 20 < shard["sent"] < 300, shard
    assert f"was killed after {shard['sent']} of 300 votes" in " ".join(done.stdout.split()), done
    assert done.audit["lost"]["count"] == done.audit["phantom"]["count"] == 0
    assert done.result["accounting"]["never_started"] == 300 - shard["sent"]
    assert shard["sent"] - 60 <= once(sharded) - 300 <= shard["sent"]


def test_a_lost_ledger_is_inconclusive_and_its_rows_prove_nothing(stack):
    sharded = Sharded(stack, LONG, 3).observe()
    processes = [sharded.shard(index) for index in range(3)]
    wait_until(lambda: sharded.sent(1) > 20, "votes of the one that is lost")
    processes[1].kill()  # before the others end: then all is brought together
    processes[1].wait()
    shutil.rmtree(sharded.shard_directory(1) / "attempts")
    for process in processes:
        process.wait(timeout=60)
    done = sharded.finish()
    assert done.exit_status == 3, done
    assert states(done) == ["sent", "lost", "sent"]
    assert "the ledger of shard 1" in done.stdout and "rows are of shards without a ledger" in (
        " ".join(done.stdout.split())), done
    for kind in ("lost", "phantom", "duplicated", "contradiction"):
        assert done.audit[kind]["count"] == 0, done
    assert done.result["accounting"]["ambiguous"] == done.result["shards"][1]["planned"]
    later = Verified(done.directory)
    assert later.exit_status == 3 and later.accused() == 0, later


def test_a_killed_observer_leaves_votes_that_can_be_judged(stack):
    sharded = Sharded(stack, LOAD, 2).observe()
    processes = [sharded.shard(index) for index in range(2)]
    wait_until(lambda: sharded.sent(0) > 20, "votes")
    sharded.observer.popen.kill()
    sharded.observer.popen.communicate()
    for process in processes:
        assert process.wait(timeout=60) == 0
    merged = votebench("merge", str(sharded.directory), cwd=stack.directory)
    assert merged.returncode == 6 and "its votes are merged" in merged.stderr, merged
    later = Verified((sharded.directory / "run").resolve())
    assert later.exit_status == 0 and later.audit["persisted"] == 300, later


def test_shards_that_never_come_are_not_waited_for_without_end(stack):
    done = Sharded(stack, LOAD, 2, start_in="2s").observe().finish(limit=90)
    assert done.exit_status == 3, done
    assert states(done) == ["absent", "absent"]
    assert done.result["accounting"]["never_started"] == 300
    assert "left nothing" in done.stdout, done


def test_a_shard_that_is_sent_again_after_all_of_it_was_lost(stack):
    with Stack(stack.directory, "append-table") as table:
        sharded = Sharded(table, LONG, 2).observe()
        victim, other = sharded.shard(0), sharded.shard(1)
        wait_until(lambda: sharded.sent(0) > 40, "votes of the victim")
        victim.kill()
        victim.wait()
        shutil.rmtree(sharded.shard_directory(0))
        late = sharded.shard(0)  # it claims a directory that forgot it, and is late
        assert late.wait(timeout=60) == 6
        assert "after the common start: nothing was sent" in late.stderr.read()
        shutil.rmtree(sharded.shard_directory(0))
        assert other.wait(timeout=60) == 0
        done = sharded.finish()
        assert done.exit_status == 3, done
        assert states(done) == ["absent", "sent"]
        assert done.audit["phantom"]["count"] == done.audit["duplicated"]["count"] == 0, done


def test_a_late_shard_sends_nothing_and_the_others_are_judged(stack):
    sharded = Sharded(stack, LOAD, 2, start_in="3s").observe()
    first = sharded.shard(0)
    wait_until(lambda: sharded.sent(0) > 110, "the load is well under way")
    late = sharded.shard(1)
    assert late.wait(timeout=60) == 6
    assert "after the common start: nothing was sent" in late.stderr.read()
    assert first.wait(timeout=60) == 0
    done = sharded.finish()
    assert done.exit_status == 3, done
    assert states(done) == ["sent", "unfit"]
    text = " ".join(done.stdout.split())
    assert "sent none of its 150 votes: it was ready" in text, done
    assert done.result["accounting"]["never_started"] == 150
    assert not done.result["generator"]["load_valid"]
    assert done.audit["persisted"] == 150


def test_two_ledgers_of_one_shard_are_a_contradiction(stack):
    sharded = Sharded(stack, LOAD, 2).observe()
    processes = [sharded.shard(index) for index in range(2)]
    assert processes[0].wait(timeout=60) == 0
    done = None
    for process in processes:
        process.wait(timeout=60)
    done = sharded.finish()
    assert done.exit_status == 0, done
    shutil.copytree(sharded.shard_directory(0), sharded.directory / "shards" / "0-copy")
    again = sharded.merge()
    assert again.exit_status == 70, again
    assert "shards/0 and shards/0-copy" in again.stderr, again
    shutil.rmtree(sharded.directory / "shards" / "0-copy")
    assert sharded.merge().exit_status == 0


def test_a_shard_that_lies_about_its_index_is_found(stack):
    sharded = Sharded(stack, LOAD, 3).observe()
    for process in [sharded.shard(index) for index in range(2)]:
        assert process.wait(timeout=60) == 0
    sharded.shard_directory(1).rename(sharded.shard_directory(2))
    done = sharded.observer.popen
    _, stderr = done.communicate(timeout=120)
    assert done.returncode == 70, stderr
    assert "shards/2 holds vote 1, which is shard 1's" in stderr, stderr


def test_clocks_that_differ_change_no_count(stack, tmp_path):
    clock = FalseClock(tmp_path, ahead=2)
    sharded = Sharded(stack, LOAD, 2, start_in="6s").observe()
    # The directory's clock is the true one; stat() of a process in another time shows it.
    processes = [sharded.shard(0), sharded.shard(1, before=clock.command, NO_FAKE_STAT="1")]
    for process in processes:
        assert process.wait(timeout=60) == 0, process.stderr.read()
    done = sharded.finish()
    assert done.exit_status == 0, done
    assert done.result["accounting"]["acked"] == 300
    shard = done.result["shards"][1]
    assert 1.9e6 < shard["clock"]["ahead"] < 2.1e6, shard
    assert shard["lag_max"] < 1e6
    assert done.result["latency"]["end_to_end"]["uncertainty"] >= shard["clock"]["uncertainty"]


def test_planted_losses_are_found_through_shards(tmp_path, redis_server, postgres_server):
    from handmade import HandMadeStack
    with HandMadeStack(tmp_path, redis_server, postgres_server).start_vote() as target:
        target.start_worker("--poll", "0s", "--plant", "lost@worker:5")
        done = Sharded(target, LOAD, 3, target=target.target()).whole()
        assert done.exit_status == 1, done
        assert done.audit["lost"]["count"] == 5, done
        assert states(done) == ["sent"] * 3


def test_ctrl_c_at_the_observer_stops_the_shards(stack):
    sharded = Sharded(stack, {**LONG, "workloads": burst(3000, within="40s")}, 2).observe()
    processes = [sharded.shard(index) for index in range(2)]
    wait_until(lambda: sharded.sent(0) > 20 and sharded.sent(1) > 20, "votes of both")
    sharded.observer.popen.send_signal(signal.SIGINT)
    for process in processes:
        assert process.wait(timeout=60) == 0
    done = sharded.finish()
    assert done.exit_status == 3, done
    assert states(done) == ["stopped", "stopped"]
    accounting = done.result["accounting"]
    assert accounting["acked"] + accounting["never_started"] == 3000
    assert done.audit["persisted"] == accounting["acked"] == once(sharded)


def test_an_observer_that_is_late_knows_nothing_and_says_so(stack):
    sharded = Sharded(stack, LOAD, 2, start_in="2s")
    first = sharded.shard(0)
    wait_until(lambda: sharded.sent(0) > 5, "the load goes on")
    done = sharded.observe().finish()
    assert done.exit_status == 6, done
    assert "the observer was ready" in done.stdout + done.stderr, done
    assert first.wait(timeout=60) == 0  # told to stop
    assert (sharded.directory / "stop").read_text().startswith("the observer was ready")
    merged = votebench("merge", str(sharded.directory), cwd=stack.directory)
    assert merged.returncode == 6 and "nobody has observed the run" in merged.stderr, merged


def test_an_unfit_target_is_told_to_the_shards(stack):
    nobody = stack.target_with(vote={"url": "http://127.0.0.1:1/"})
    sharded = Sharded(stack, LOAD, 1, start_in="8s", target=nobody).observe()
    assert sharded.finish().exit_status == 6
    shard = sharded.shard(0)
    assert shard.wait(timeout=60) == 6
    assert ": nothing was sent" in shard.stderr.read()


def test_a_ticket_is_of_one_run(stack):
    sharded = Sharded(stack, LOAD, 2)
    assert sharded.whole().exit_status == 0
    done = votebench("observe", "--ticket", str(sharded.directory), cwd=stack.directory)
    assert done.returncode == 2 and "somebody observes this ticket, or has" in done.stderr, done


def test_the_ticket_names_no_store(stack):
    text = (Sharded(stack, LOAD, 2).directory / "ticket.json").read_text()
    for word in ("redis", "postgres", "password"):
        assert word not in text.lower(), word


@pytest.mark.parametrize("arguments, words", [
    (["--shards", "0"], "--shards"),
    (["--shards", "65"], "cannot be split over 65 shards"),
    (["--start-in", "soon"], "--start-in soon is no time"),
    (["--set", "thresholds=[{expr: 'http.error_rate < 1%', abort: true}]"], "no shard sees"),
])
def test_what_cannot_be_split_is_said_before_anything_is_made(stack, arguments, words):
    path = stack.directory / "few.yaml"
    workloads = burst(100, within="1s")
    workloads["load"]["max_in_flight"] = 64
    path.write_text(yaml.safe_dump({"version": 1, "workloads": workloads}))
    ticket = stack.directory / "never"
    done = votebench("shards", "prepare", str(path), "--target", str(stack.target_file), "--dir",
                     str(ticket), *arguments, cwd=stack.directory)
    assert done.returncode == 2 and words in done.stderr, done
    assert not (ticket / "ticket.json").exists()


def test_mistakes_of_a_shard(stack):
    sharded = Sharded(stack, LOAD, 2)
    for arguments, words in ((["--shard", "2"], "there is no shard 2: the ticket is for 2"),
                             (["--shard", "x"], "'x' is no value of --shard"),
                             ([], "no engine says which shard this is"),
                             (["--votes", "5"], "--ticket and --votes exclude each other")):
        done = votebench("run", "--ticket", str(sharded.directory), *arguments,
                         cwd=stack.directory)
        assert done.returncode == 2 and words in done.stderr, done
    ticket = sharded.directory / "ticket.json"
    ticket.write_text(ticket.read_text().replace('"shards": 2', '"shards": 3'))
    done = votebench("run", "--ticket", str(sharded.directory), "--shard", "0",
                     cwd=stack.directory)
    assert done.returncode == 6 and "not as it was sealed" in done.stderr, done
    assert not json.loads(ticket.read_text())["shards"] == 2
