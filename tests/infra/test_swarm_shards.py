"""One run from a job of a Docker Swarm of one node. Runs inside infra/testbed/with-docker, in a network
namespace of its own; the stack is a local one in there, and the tasks use the node's network."""
import re
import subprocess

import pytest

from containers import NOTHING, docker, everything_of_docker
from harness import Stack, until
from engine_run import ShardedRun, check_not_sent_again, check_nothing_twice, check_passed, table

START_IN = "15s"


@pytest.fixture(scope="module")
def swarm():
    docker("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2377")
    yield
    docker("swarm", "leave", "--force")
    until(lambda: not docker("ps", "--all", "--quiet"), "no task is left", 120)
    docker("network", "rm", "docker_gwbridge", check=False)
    assert everything_of_docker() == NOTHING


@pytest.fixture
def stack(swarm, tmp_path):
    with Stack(tmp_path) as stack:
        yield stack


@pytest.fixture
def run(stack, tmp_path):
    """It and the name of its service."""
    run = ShardedRun(tmp_path, stack.target_file, START_IN)
    yield run
    run.end()
    docker("service", "rm", service(run))


def service(run):
    return re.search(r"--name '(votebench-\w+)'", script(run).read_text())[1]


def script(run):
    return run.directory / "swarm.sh"


def begin(run):
    """As `shards prepare` printed it."""
    assert run.commands["Swarm"] == f"sh {script(run)}"
    subprocess.run(["sh", "-c", run.commands["Swarm"]], check=True, cwd=run.folder, timeout=120)


def tasks(run):
    return docker("service", "ps", service(run), "--no-trunc", "--format",
                  "{{.Name}} {{.CurrentState}}").splitlines()


def logs(run):
    """What the shards say goes to stderr."""
    return subprocess.run(["docker", "service", "logs", service(run)], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60).stdout


def test_a_job_passes_with_exact_counts(stack, run):
    begin(run)
    completed = run.finish()
    print(logs(run), *tasks(run), sep="\n")  # where it fails
    check_passed(completed)
    check_nothing_twice(stack)
    until(lambda: all(" Complete " in task for task in tasks(run)), "all tasks are complete", 60)
    assert len(tasks(run)) == 3


def test_a_task_that_swarm_repeats_sends_nothing(stack, run):
    """Where somebody has told it to: the script has the restart condition none."""
    text = script(run).read_text()
    assert "--restart-condition none" in text
    script(run).write_text(text.replace("--restart-condition none", "--restart-condition any"))
    begin(run)
    run.await_half()
    killed = [name for name in docker("ps", "--format", "{{.Names}}").split()
              if name.startswith(f"{service(run)}.1.")]
    docker("kill", *killed)
    until(lambda: "shard 1 began before" in logs(run), "the second task has ended", 90)
    check_not_sent_again(run, 1, logs(run))
    assert len(tasks(run)) >= 4  # and again, whatever it ends with
    completed = run.finish()
    assert completed.exit_status == 3, completed
    shards = completed.result["shards"]
    assert [shard["state"] for shard in shards] == ["sent", "killed", "sent"]
    assert 0 < shards[1]["sent"] < shards[1]["planned"]
    assert table(completed)["1"].endswith("killed"), completed
    assert completed.audit["lost"]["count"] == 0 and completed.audit["duplicated"]["count"] == 0
    check_nothing_twice(stack)
