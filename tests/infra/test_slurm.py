"""One run from an array of a real Slurm, on this machine, in a namespace of its own."""
import os
import pathlib
import signal

import pytest

from harness import Stack, until
from engine_run import (SHARDS, ShardedRun, check_not_sent_again, check_nothing_twice, check_passed,
                     table)
from slurm import Slurm, need_slurm

START_IN = "12s"


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    need_slurm()
    with Slurm(tmp_path_factory.mktemp("slurm")) as slurm:
        yield slurm


@pytest.fixture
def stack(slurm, tmp_path):
    with Stack(tmp_path) as stack:
        yield stack


@pytest.fixture
def run(stack, tmp_path):
    run = ShardedRun(tmp_path, stack.target_file, START_IN)
    yield run
    run.end()


def log_of(run, index):
    return (run.directory / f"shard-{index}.log").read_text()


def submitted(slurm, run, *options):
    """By the command that `shards prepare` printed."""
    command = run.commands["Slurm"]
    assert command.startswith("sbatch ")
    return slurm.submit(" ".join(["sbatch", *options, command[len("sbatch "):]]), run.folder)


def test_an_array_passes_with_exact_counts(slurm, stack, run):
    job = submitted(slurm, run)
    slurm.await_end(job)
    check_passed(run.finish())
    check_nothing_twice(stack)
    for index in range(SHARDS):
        assert slurm.detail(f"{job}_{index}", "JobState") == "COMPLETED"
        assert slurm.detail(f"{job}_{index}", "Restarts") == "0"
    assert len({slurm.detail(f"{job}_{index}", "NodeList") for index in range(SHARDS)}) >= 2


def kill_the_shard(slurm, run, job):
    """As the kernel does where memory is short."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        words = (process / "cmdline").read_bytes().split(b"\0")
        environment = (process / "environ").read_bytes().split(b"\0")
        if str(run.directory).encode() in words and b"SLURM_ARRAY_TASK_ID=1" in environment:
            os.kill(int(process.name), signal.SIGKILL)
            until(lambda: f"{job}_1" not in slurm.states(job), "the task is over", 40)
            return
    raise AssertionError("no process of shard 1")


def leave_the_shard(*_):
    """Slurm ends it."""


@pytest.mark.parametrize("before, state", [(leave_the_shard, "stopped"), (kill_the_shard, "killed")])
def test_a_requeued_task_sends_nothing(slurm, stack, run, before, state):
    job = submitted(slurm, run, "--requeue")
    run.await_half()
    before(slurm, run, job)
    slurm.tell("scontrol", "requeue", f"{job}_1")
    slurm.begin_again(f"{job}_1")
    slurm.await_end(job)
    assert slurm.detail(f"{job}_1", "Restarts") == "1"
    assert slurm.detail(f"{job}_1", "JobState") == "COMPLETED"
    check_not_sent_again(run, 1, log_of(run, 1))
    completed = run.finish()
    assert completed.exit_status == 3, completed
    shards = completed.result["shards"]
    assert [shard["state"] for shard in shards] == ["sent", state, "sent"]
    assert 0 < shards[1]["sent"] < shards[1]["planned"]
    assert f"shard 1 ({shards[1]['host']})" in completed.stdout
    assert table(completed)["1"].endswith(state), completed
    assert completed.audit["lost"]["count"] == 0 and completed.audit["duplicated"]["count"] == 0
    check_nothing_twice(stack)


def test_tasks_that_go_on_while_slurm_starts_them_again(slurm, stack, run):
    """Of a node that does not answer, Slurm starts the tasks elsewhere, and they run twice."""
    job = submitted(slurm, run, "--requeue")
    run.await_half()
    node = slurm.detail(f"{job}_1", "NodeList")
    twice = [index for index in range(SHARDS)
             if slurm.detail(f"{job}_{index}", "NodeList") == node]
    with slurm.cut_off(node):
        for index in twice:
            slurm.begin_again(f"{job}_{index}")
        slurm.await_end(job)
        completed = run.finish()
    for index in twice:
        assert slurm.detail(f"{job}_{index}", "NodeList") != node
        check_not_sent_again(run, index, log_of(run, index))
    check_passed(completed)
    check_nothing_twice(stack)
